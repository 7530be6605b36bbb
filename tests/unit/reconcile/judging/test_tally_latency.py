"""Latency, block by block: which histograms count, what is found, and the same again after a restart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.api import DataPlane, number
from tidegate.judge.verdict import Bound, Verdict
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import NATIVE, REQUESTS, Shape
from tidegate.metrics.samples import Counter, Sample, Series, Side, buckets
from tidegate.reconcile.judging.counting import Counting, milliseconds
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.tally_latency import Latency
from tidegate.reconcile.judging.track import Track

CELL = timedelta(seconds=15)
START = milliseconds(datetime(2026, 1, 1, 12, tzinfo=UTC))
CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
WANTED = Wanted(part=1.0, bound=None, every=4, weight=25)
# What is served in each cell, and how much of it up to each boundary.
USUAL = {REQUESTS: 1000, "0.1": 700, "0.3": 950, "1.2": 995}
ALIKE = {REQUESTS: 200, "0.1": 140, "0.3": 190, "1.2": 199}
SLOW = {REQUESTS: 200, "0.1": 140, "0.3": 190, "1.2": 180}


def track(plane: DataPlane = DataPlane.TRAEFIK) -> tuple[Track, Latency]:
    counting = Counting(
        shape=Shape(plane, histogram=True),
        candidate=CANDIDATE,
        stable=STABLE,
        before=STABLE,
        weighted_at=datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC),
        cell=CELL,
    )
    tally = Latency(counting, WANTED)
    return Track(counting=counting, tally=tally), tally


def start(cell: int) -> int:
    return START + cell * 15_000


def histogram(
    side: Side, served: Mapping[str, int], cells: range, *, pod: str = "gateway", code: str = "200"
) -> list[Series]:
    """A histogram that is scraped a second before the end of each cell, from its first request on."""
    new = pod != "gateway" and side is Side.CANDIDATE
    return [
        Series(
            Counter(side=side, pod=pod, part=part, labels=(("code", code), ("le", part)), new=new),
            tuple(Sample(start(cell) - 1000, float(count * (cell - cells.start))) for cell in cells),
        )
        for part, count in served.items()
    ]


def both(mine: Mapping[str, int], cells: int) -> list[Series]:
    """Stable for a long time, the candidate from its first weight on."""
    return [*histogram(Side.STABLE, USUAL, range(-9, cells + 1)), *histogram(Side.CANDIDATE, mine, range(1, cells + 1))]


HOUR = histogram(Side.STABLE, USUAL, range(-240, 0))


def learned(mine: Mapping[str, int], cells: int) -> Latency:
    found, tally = track()
    found.learn(HOUR)
    found.take(both(mine, cells), until=start(cells))
    return tally


@pytest.mark.parametrize(("mine", "verdict"), [(SLOW, Verdict.BREACH), (ALIKE, Verdict.INCONCLUSIVE)])
def test_a_tail_that_grew_is_found_and_the_boundary_named(mine: dict[str, int], verdict: Verdict) -> None:
    tally = learned(mine, 12)

    ruling = tally.rule("latency", 0.2)

    assert (ruling.verdict, tally.breached) == (verdict, verdict is Verdict.BREACH)
    if tally.breached:
        said = "latency: breach. over 1.2 s: candidate 20 of 200 (10 %), stable 10 of 2,000 (0.5 %); 20 times; "
        assert said in ruling.sentence
        assert tally.value == pytest.approx(20)
    assert tally.bound == Bound(greatest=number("1.25"))


def test_a_candidate_that_is_as_fast_passes() -> None:
    assert learned(ALIKE, 200).rule("latency", 0.2).verdict is Verdict.PASS


def counted_to(ends: Iterable[int], slow: bool) -> Latency:
    """What is counted up to each of these cells in turn, with errors among the requests."""
    found, tally = track()
    found.learn(HOUR)
    for end in ends:
        found.take(with_errors(slow), until=start(end))

    return tally


@cache
def with_errors(slow: bool) -> tuple[Series, ...]:
    failed = histogram(Side.CANDIDATE, {REQUESTS: 5}, range(4, 26), code="500")
    return (*both(SLOW if slow else ALIKE, 25), *failed)


@cache
def counted_at_once(slow: bool) -> Latency:
    """It is the same for all examples."""
    return counted_to([25], slow)


@given(st.sets(st.integers(min_value=-7, max_value=25), max_size=8), st.booleans())
def test_counted_in_one_piece_or_in_many_the_evidence_is_the_same_to_the_last_bit(ends: set[int], slow: bool) -> None:
    mine, anew = counted_to(sorted({*ends, 25}), slow), counted_at_once(slow)

    assert mine.state is not None
    assert anew.state is not None
    assert mine.state.looks > 20
    assert mine.state.as_floats() == anew.state.as_floats()
    assert (mine.state, mine.rules) == (anew.state, anew.rules)


@pytest.mark.parametrize(("half", "verdict"), [(40, Verdict.PASS), (3, Verdict.INCONCLUSIVE)])
def test_at_full_weight_a_gateway_counts_nothing_of_stables_and_the_verdict_stays(half: int, verdict: Verdict) -> None:
    found, tally = track()
    found.learn(HOUR)
    found.at_full_weight(start(half))
    mine = histogram(Side.CANDIDATE, ALIKE, range(1, half + 41))
    stable = [silent_after(half, each) for each in histogram(Side.STABLE, USUAL, range(-9, half + 41))]
    found.take([*mine, *stable], until=start(half))
    before = tally.rule("latency", 0.5)

    found.take([*mine, *stable], until=start(half + 40))

    ruling = tally.rule("latency", 1.0)
    assert (before.verdict, ruling.verdict) == (verdict, verdict)
    assert ruling.evidence == before.evidence
    assert "not compared since full weight: stable has no traffic" in ruling.sentence


def silent_after(cell: int, found: Series) -> Series:
    """A counter that is scraped on and rises no more."""
    last = next(each.value for each in found.samples if each.at > start(cell - 1))
    return replace(found, samples=tuple(Sample(each.at, min(each.value, last)) for each in found.samples))


def test_only_boundaries_of_both_versions_are_compared() -> None:
    other = {part: count for part, count in SLOW.items() if part != "0.3"}

    tally = learned(other, 12)

    assert tally.rules is not None
    assert tally.rules.boundaries == (0.1, 1.2)
    assert tally.breached


def test_where_no_boundary_is_shared_there_is_no_data_and_never_a_breach() -> None:
    ruling = learned({REQUESTS: 200, "0.7": 0}, 12).rule("latency", 0.2)

    assert ruling.verdict is Verdict.NO_DATA
    assert "no boundary of the histogram that both versions have" in ruling.sentence


def test_before_anything_is_seen_of_the_candidate_nothing_is_shown() -> None:
    found, tally = track()
    found.learn(HOUR)
    found.take(histogram(Side.STABLE, USUAL, range(-9, 5)), until=start(4))

    assert tally.rule("latency", 0.2).verdict is Verdict.INCONCLUSIVE
    assert (tally.value, tally.bound) == (None, None)


def test_without_an_hour_of_stables_a_gross_fault_is_found_all_the_same() -> None:
    found, tally = track()
    found.take(both({REQUESTS: 200, "0.1": 0, "0.3": 0, "1.2": 0}, 12), until=start(12))

    assert tally.breached


def test_one_slow_pod_of_several_holds_and_blames_no_release() -> None:
    found, tally = track(DataPlane.APPLICATION)
    slow = {REQUESTS: 200, "0.1": 0, "0.3": 0, "1.2": 0}
    mine = [histogram(Side.CANDIDATE, each, range(1, 31), pod=pod) for pod, each in (("a", ALIKE), ("b", slow))]
    stable = histogram(Side.STABLE, USUAL, range(-9, 31), pod="old")
    found.take([*stable, *mine[0], *mine[1]], until=start(30))

    ruling = tally.rule("latency", 0.2)

    assert (ruling.verdict, ruling.evidence) == (Verdict.HOLD, 0.0)
    assert "of the excess is pod b's" in ruling.sentence


@pytest.mark.parametrize("ends", [range(1, 61), [60]], ids=["live", "counted again"])
def test_a_breach_of_two_slow_pods_stays_one_though_one_carries_the_excess_later(ends: Iterable[int]) -> None:
    found, tally = track(DataPlane.APPLICATION)
    slow = {REQUESTS: 200, "0.1": 100, "0.3": 150, "1.2": 190}
    cells = range(1, 61)
    mine, others = (histogram(Side.CANDIDATE, slow, cells, pod=pod) for pod in ("a", "b"))
    # From cell 20 on pod b answers nothing quickly.
    others = [each if each.counter.part == REQUESTS else silent_after(20, each) for each in others]
    answer = [*histogram(Side.STABLE, USUAL, range(-9, 61), pod="old"), *mine, *others]
    for end in ends:
        found.take(answer, until=start(end))

    ruling = tally.rule("latency", 0.2)

    assert (ruling.verdict, tally.breached) == (Verdict.BREACH, True)
    assert "excess on 2 of 2 candidate pods" in ruling.sentence
    assert ruling.evidence >= 100


def test_a_steps_requests_are_counted_for_what_must_be_seen() -> None:
    found, _ = track()
    found.take(both(ALIKE, 4), until=start(4))

    seen = found.seen_since(datetime(2026, 1, 1, 12, tzinfo=UTC))

    assert seen is not None
    assert seen.requests == 600


def native(side: Side, served: Mapping[str, int], cells: range, *, schema: int = 0) -> list[Series]:
    """The same requests in a native histogram, in the bucket below each boundary; what is over all is within 8 s."""
    ends = [0.0, *sorted(float(part) for part in served if part != REQUESTS), 8.0]
    up_to = [0, *(served[repr(end)] for end in ends[1:-1]), served[REQUESTS]]
    factor = 2.0 ** (2.0**-schema)
    inside = [(end / factor, end, up_to[place + 1] - up_to[place]) for place, end in enumerate(ends[1:])]
    found = [
        buckets(
            (start(cell) - 1000) / 1000,
            str(served[REQUESTS] * (cell - cells.start)),
            [(0, str(a), str(b), str(n * (cell - cells.start))) for a, b, n in inside if n and cell > cells.start],
        )
        for cell in cells
    ]
    return [Series(Counter(side=side, pod="gateway", part=NATIVE, labels=(("code", "200"),)), (), tuple(found))]


def doubling(served: Mapping[str, int]) -> dict[str, int]:
    """With boundaries that every exponential schema has."""
    names = dict(zip(("0.1", "0.3", "1.2"), ("0.125", "0.25", "1.0"), strict=True))
    return {names.get(part, part): count for part, count in served.items()}


@pytest.mark.parametrize("hour", [True, False], ids=["after an hour", "of an unknown past"])
def test_native_histograms_are_judged_and_judged_again_to_the_last_bit(hour: bool) -> None:
    usual, slow = doubling(USUAL), doubling(SLOW)
    series = [*native(Side.STABLE, usual, range(-9, 26)), *native(Side.CANDIDATE, slow, range(1, 26))]
    (live, mine), (again, anew) = track(), track()
    for found in (live, again):
        found.learn(native(Side.STABLE, usual, range(-240, 0)) if hour else [])
    for end in range(-7, 26):
        live.take(series, until=start(end))
    again.take(series, until=start(25))

    assert mine.state is not None
    assert mine.state.looks > 20
    assert mine.state == (anew.state or ())
    assert mine.breached
    assert mine.rules is not None
    assert 1.0 in mine.rules.boundaries


def test_native_and_classic_histograms_of_the_same_requests_give_the_same_evidence() -> None:
    (one, mine), (other, others) = track(), track()
    usual, slow = doubling(USUAL), doubling(SLOW)
    one.learn(native(Side.STABLE, usual, range(-240, 0)))
    other.learn(histogram(Side.STABLE, usual, range(-240, 0)))
    one.take([*native(Side.STABLE, usual, range(-9, 13)), *native(Side.CANDIDATE, slow, range(1, 13))], until=start(12))
    other.take(
        [*histogram(Side.STABLE, usual, range(-9, 13)), *histogram(Side.CANDIDATE, slow, range(1, 13))], until=start(12)
    )

    assert mine.state is not None
    assert (mine.rules, mine.state) == (others.rules, others.state)


def test_a_native_histogram_whose_buckets_reach_over_the_boundaries_is_not_counted() -> None:
    found, tally = track()
    found.learn(native(Side.STABLE, doubling(USUAL), range(-240, 0)))
    # From half a second to 8: whether they took more than one, nobody can tell.
    coarse = native(Side.CANDIDATE, {REQUESTS: 200, "0.125": 0}, range(1, 13), schema=-2)
    found.take([*native(Side.STABLE, doubling(USUAL), range(-9, 13)), *coarse], until=start(12))

    assert tally.state is not None
    assert tally.state.total.candidate.requests == 0
    assert tally.rule("latency", 0.2).verdict is Verdict.NO_DATA


def test_a_native_histogram_that_changes_its_buckets_is_counted_no_more_and_never_as_a_whole() -> None:
    found, tally = track()
    found.learn(native(Side.STABLE, doubling(USUAL), range(-240, 0)))
    usual = native(Side.CANDIDATE, doubling(ALIKE), range(1, 26))[0]
    coarse = native(Side.CANDIDATE, doubling(ALIKE), range(1, 26), schema=-2)[0]
    # For two cells its buckets are four doublings wide.
    torn = replace(usual, native=(*usual.native[:9], *coarse.native[9:11], *usual.native[11:]))
    for end in range(-7, 26):
        answer = [*native(Side.STABLE, doubling(USUAL), range(-9, 26)), torn]
        found.take([between(each, start(end - 1), start(end)) for each in answer], until=start(end))

    assert tally.state is not None
    assert tally.state.total.candidate.requests == 8 * 200


def between(found: Series, since: int, until: int) -> Series:
    """What is answered for a window."""
    return replace(found, native=tuple(each for each in found.native if since < each.at <= until))


def test_requests_that_become_slow_late_are_told_in_the_counts_since_then_which_stay() -> None:
    """The good hours before hide them: of all requests hardly more of the candidate's are slow."""
    alike = histogram(Side.CANDIDATE, ALIKE, range(1, 701))
    late = [replace(each, samples=tuple(map(slower_later, each.samples, [each.counter.part] * 700))) for each in alike]
    found, tally = track()
    found.learn(HOUR)
    stable = histogram(Side.STABLE, USUAL, range(-9, 701))

    found.take([*stable, *late], until=start(700))

    said = tally.rule("latency", 0.2).sentence
    since = f"{datetime.fromtimestamp(start(600) / 1000, UTC):%H:%M:%S} UTC"
    assert said.startswith(f"latency: breach. over 1.2 s since {since}: candidate 20 of 200 (10 %), stable 5 of 1,000")
    assert "; 20 times; " in said


def slower_later(sample: Sample, part: str) -> Sample:
    """From cell 600 on as a slow candidate counts."""
    cells = max(0, (sample.at + 1000 - start(600)) // 15_000)
    return Sample(sample.at, sample.value + cells * (SLOW[part] - ALIKE[part]))
