"""What Kayenta's cases come to here: gauges against their bounds, objectives together, and what the counts are."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from tests.unit.judge.kayenta_cases import COUNTS, GAUGES, QUIET, RESTLESS, TOGETHER, CountCase, Counts, GaugeCase
from tidegate.api import number
from tidegate.judge.streaming import Detector, Finding, Limits
from tidegate.judge.verdict import Analysis, Bound, Line, Measurement, Verdict, judge
from tidegate.metrics.increments import Grid, Increments
from tidegate.metrics.samples import Counter, Sample, Series, Side

START = datetime(2026, 1, 1, tzinfo=UTC)
WHY = "no series"
CELL = 15_000
BOUND = Bound(greatest=number("1%"))
# What each of Kayenta's letters is for one objective.
LETTERS = {"P": (0.0, 0.0), "H": (0.5, 0.5), "L": (0.5, 0.5), "N": (None,)}


def measured(values: Sequence[float | None]) -> list[Measurement]:
    """What a gauge's answers become; as from any source, no number is no data."""
    return [
        Measurement(taken_at=START + timedelta(minutes=place), why=WHY)
        if value is None or math.isnan(value)
        else Measurement(taken_at=START + timedelta(minutes=place), value=float(value))
        for place, value in enumerate(values or [None])
    ]


def looked_at(case: GaugeCase) -> Iterator[Line]:
    """The objective's line after each measurement."""
    history = measured(case.values)
    for seen in range(1, len(history) + 1):
        yield judge("gauge", case.bound, history[:seen], consecutive=case.consecutive, settled_at=START)


@pytest.mark.parametrize("case", GAUGES, ids=lambda case: case.claim)
def test_a_gauge_of_kayentas_gets_the_right_verdict(case: GaugeCase) -> None:
    lines = list(looked_at(case))

    verdict = next((line.verdict for line in lines if line.verdict is Verdict.BREACH), lines[-1].verdict)

    assert verdict is case.right


def test_no_data_says_why() -> None:
    (case,) = (case for case in GAUGES if case.claim.startswith("11 no values"))

    assert [line.sentence for line in looked_at(case)] == ["gauge: no series"]


@pytest.mark.parametrize(("letters", "verdict"), TOGETHER)
def test_objectives_together_are_as_bad_as_the_worst_and_missing_data_is_never_outvoted(
    letters: str, verdict: Verdict
) -> None:
    lines = (judge(found, BOUND, measured(LETTERS[found]), consecutive=2, settled_at=START) for found in letters)

    analysis = Analysis(lines=tuple(lines))

    assert analysis.passed is (verdict is Verdict.PASS)
    assert (analysis.worst.verdict if analysis.worst else Verdict.PASS) is verdict


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: case.claim)
def test_counters_that_were_scraped_give_the_counts_of_the_case(case: CountCase) -> None:
    """Nothing is an outlier, and a side without an error series, or one that is born late, has no errors until then."""
    series = [*counters(Side.STABLE, case.stable), *counters(Side.CANDIDATE, case.candidate)]

    blocks = Increments(Grid(start=0, warm_up=None)).take(series, until=len(case.stable) * CELL)

    for side, counts in ((Side.STABLE, case.stable), (Side.CANDIDATE, case.candidate)):
        assert [Counts(*block.count(side, part="errors", of="requests")) for block in blocks] == list(counts)


def counters(side: Side, counts: Sequence[Counts]) -> Iterator[Series]:
    """Two counters, scraped at the end of each block; the one of errors begins with the first error."""
    requests = Counter(side=side, pod=side.value, part="requests", new=side is Side.CANDIDATE)
    yield scraped(requests, [0, *(count.requests for count in counts)])
    errors = list(accumulate(count.errors for count in counts))
    seen = [Sample((place + 1) * CELL, value) for place, value in enumerate(errors) if value]
    if seen:
        yield Series(Counter(side=side, pod=side.value, part="errors", new=side is Side.CANDIDATE), tuple(seen))


def scraped(counter: Counter, grown: Sequence[int]) -> Series:
    return Series(counter, tuple(Sample(place * CELL, value) for place, value in enumerate(accumulate(grown))))


def test_thread_780_a_candidate_that_is_restless_is_told_as_advice_by_who_knows_stable() -> None:
    detector = Detector(Limits(probation=200))
    known = [detector.see(place, value) for place, value in enumerate(QUIET * 20)]

    rung = [detector.see(1000 + place, value) for place, value in enumerate(RESTLESS)]

    assert not any(known)
    assert rung[0] is Finding.OUT_OF_RANGE
