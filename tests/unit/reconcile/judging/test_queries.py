"""When a user's own queries are asked, about what, and what is kept of their answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.reconcile.advice.test_collected import look, world_with
from tidegate.api.objectives import Query
from tidegate.api.query_variables import KNOWN
from tidegate.decision.route import Route
from tidegate.judge.verdict import Bound, Verdict, judge
from tidegate.metrics.answer import Answer, NoData, Sample
from tidegate.reconcile.judging.evidence import keep
from tidegate.reconcile.judging.queries import first_wait, meaning, question
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.seen.seen import Seen
from tidegate.watch import Key

TEN = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_releases_that_start_together_are_asked_one_after_another_and_each_in_time() -> None:
    waits = sorted(first_wait(Key("shop", f"web-{number}"), TEN) for number in range(20))

    assert timedelta(seconds=5) <= waits[0]
    assert waits[-1] <= timedelta(seconds=6)
    assert waits[-1] - waits[0] >= TEN / 20
    assert len(set(waits)) == len(waits)


def test_a_short_interval_makes_the_first_wait_short() -> None:
    assert first_wait(Key("shop", "web"), timedelta(seconds=1)) <= timedelta(seconds=1.1)


async def rollout(*, elapsed: timedelta) -> Seen:
    """The stored rollout, so long after its first weight: at its step of 50, of which a hand left 30."""
    found = look(await world_with(crashes=0))
    progress = replace(found.snapshot.progress, weighted_at=START)
    snapshot = replace(found.snapshot, now=START + elapsed, progress=progress, route=Route(weight=30))
    return replace(found, snapshot=snapshot)


FILLED = {
    "namespace": "mid-rollout",
    "release": "web",
    "stable_pods": "web-ncq8cdccvv-[a-z0-9]{5}",
    "candidate_pods": "web-wtjkwf2g9d-[a-z0-9]{5}",
    "stable_revision": "ncq8cdccvv",
    "candidate_revision": "wtjkwf2g9d",
    "weight": "30",
    "window": "42s",
    "window_seconds": "42",
}


@pytest.mark.parametrize("name", KNOWN)
async def test_a_query_is_asked_about_this_rollout_as_it_is_now(name: str) -> None:
    seen = await rollout(elapsed=timedelta(seconds=42))

    asked = question(seen, Query(promql=f"${name}", max="1"), MINUTE, seen.snapshot.now)

    assert asked.values[name] == FILLED[name]


@pytest.mark.parametrize(
    ("elapsed", "longest", "window"),
    [
        (timedelta(seconds=42.9), MINUTE, timedelta(seconds=42)),
        (timedelta(seconds=0.2), MINUTE, timedelta(seconds=1)),
        (timedelta(hours=1), MINUTE, MINUTE),
        (timedelta(minutes=4), 5 * MINUTE, 4 * MINUTE),
        (timedelta(hours=1), 5 * MINUTE, 5 * MINUTE),
    ],
    ids=["whole seconds", "a second at least", "a minute", "less than the source's", "the source's"],
)
async def test_a_window_begins_with_the_first_weight_and_is_no_longer_than_the_sources(
    elapsed: timedelta, longest: timedelta, window: timedelta
) -> None:
    seen = await rollout(elapsed=elapsed)

    asked = question(seen, Query(promql="up", max="1"), longest, seen.snapshot.now)

    assert (asked.window, asked.end) == (window, seen.snapshot.now)
    assert asked.values["window_seconds"] == str(int(window.total_seconds()))


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
