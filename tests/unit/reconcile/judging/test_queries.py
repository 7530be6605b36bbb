"""When a user's own queries are asked, and what is kept of their answers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidegate.judge.verdict import Bound, Verdict, judge
from tidegate.metrics.answer import Answer, NoData, Sample
from tidegate.reconcile.judging.evidence import keep
from tidegate.reconcile.judging.queries import first_wait, meaning
from tidegate.reconcile.memory import Measured

TEN = timedelta(seconds=10)
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_releases_that_start_together_are_asked_one_after_another_and_each_in_time() -> None:
    waits = sorted(first_wait(("shop", f"web-{number}"), TEN) for number in range(20))

    assert timedelta(seconds=5) <= waits[0]
    assert waits[-1] <= timedelta(seconds=6)
    assert waits[-1] - waits[0] >= TEN / 20
    assert len(set(waits)) == len(waits)


def test_a_short_interval_makes_the_first_wait_short() -> None:
    assert first_wait(("shop", "web"), timedelta(seconds=1)) <= timedelta(seconds=1.1)


def verdict_of(*answers: Answer) -> Verdict:
    """Of a bound of 0 and two answers in a row, where one comes every ten seconds."""
    kept = Measured(("2", "now"))
    for place, answer in enumerate(answers):
        keep(kept, "errors", meaning(answer, START + place * TEN))

    line = judge("errors", Bound(greatest=Decimal(0)), kept.histories["errors"], consecutive=2, settled_at=START)
    return line.verdict


def test_a_point_that_is_read_again_and_again_is_one() -> None:
    early, late = START.timestamp(), (START + TEN).timestamp()

    assert verdict_of(Sample(5.0, early), Sample(5.0, early), NoData("none"), Sample(5.0, early)) is not Verdict.BREACH
    assert verdict_of(Sample(5.0, early), Sample(5.0, early), Sample(5.0, late)) is Verdict.BREACH
    assert verdict_of(Sample(5.0), Sample(5.0)) is Verdict.BREACH


def test_a_point_that_goes_on_to_be_counted_has_its_newest_value() -> None:
    early = START.timestamp()

    assert verdict_of(Sample(5.0, early), Sample(0.0, early)) is Verdict.PASS
