"""Increments of counters: each request once, in one block, or left out and said so."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.metrics.increments import CountedBlock, Grid, Increments
from tidegate.metrics.samples import Counter, Sample, Series, Side, samples

START = 1_000_000
CELL = 15_000
GRID = Grid(start=START, warm_up=None)
WARMING = Grid(start=START)
OLD = Counter(side=Side.STABLE, pod="old", part="requests")
OLD_ERRORS = replace(OLD, part="errors")
NEW = Counter(side=Side.CANDIDATE, pod="new", part="requests", new=True)
NEW_ERRORS = replace(NEW, part="errors")
GATEWAY = Counter(side=Side.CANDIDATE, pod="old", part="requests")
GONE = math.nan


def at(cell: float) -> int:
    """A moment shortly before the end of a cell; cell 0 is the last before the start."""
    return START + round(cell * CELL) - 1000


def series(counter: Counter, values: Mapping[float, float]) -> Series:
    return Series(counter, tuple(Sample(at(cell), value) for cell, value in values.items()))


def every(values: Sequence[float], first: int = 0) -> dict[float, float]:
    return {first + place: value for place, value in enumerate(values)}


def counted(found: Sequence[Series], cells: int, *, grid: Grid = GRID) -> list[CountedBlock]:
    return list(Increments(grid).take(found, until=START + cells * CELL))


def requests(blocks: Sequence[CountedBlock], side: Side) -> list[int]:
    return [block.count(side, part="errors", of="requests")[0] for block in blocks]


STEADY = series(OLD, every([1000, 1010, 1020, 1030, 1040]))


def test_a_block_holds_what_both_sides_counted_in_it() -> None:
    blocks = counted([STEADY, series(NEW, every([0, 3, 7, 12], first=1))], 4)

    assert requests(blocks, Side.STABLE) == [10, 10, 10, 10]
    assert requests(blocks, Side.CANDIDATE) == [0, 3, 4, 5]
    assert [(block.since, block.until) for block in blocks] == [
        (START + place * CELL, START + (place + 1) * CELL) for place in range(4)
    ]


@pytest.mark.parametrize(("alone_from", "seen"), [(None, []), (START + 3 * CELL, [40, 40])])
def test_where_the_candidate_has_all_the_traffic_a_gateways_new_pod_is_enough_for_a_block(
    alone_from: int | None, seen: list[int]
) -> None:
    """Its first cell has no beginning: nobody knows what it served before it was scraped."""
    old = [series(replace(OLD, pod="one"), every([9, 9, 9, 9])), series(replace(GATEWAY, pod="one"), every([0, 5, 9]))]
    new = series(replace(GATEWAY, pod="another"), every([10, 50, 90], first=5))
    increments = Increments(GRID)
    increments.alone_from = alone_from

    blocks = increments.take([*old, new], until=START + 7 * CELL)

    assert [found for found in requests(blocks, Side.CANDIDATE) if found > 10] == seen


def test_before_the_candidate_has_all_the_traffic_a_block_waits_for_stable() -> None:
    increments = Increments(GRID)
    increments.alone_from = START + 3 * CELL
    stable = series(OLD, {0: 1000, 1: 1010, 3: 1030})

    blocks = increments.take([stable, series(NEW, every([3, 6, 9, 12, 15], first=1))], until=START + 5 * CELL)

    assert [(block.since - START) // CELL for block in blocks] == [0, 1, 3, 4]
    assert requests(blocks, Side.STABLE) == [10, 20, 0, 0]


def test_a_counter_that_falls_was_reset_and_counts_from_zero() -> None:
    blocks = counted([STEADY, series(NEW, every([5, 2, 4, 4], first=1))], 4)

    assert requests(blocks, Side.CANDIDATE) == [5, 2, 2, 0]


def test_one_pods_reset_is_not_hidden_in_the_sum_of_the_others() -> None:
    other = series(replace(OLD, pod="older"), every([50, 100, 20, 80, 80]))

    blocks = counted([STEADY, other, series(NEW, every([1, 2, 3, 4], first=1))], 4)

    assert requests(blocks, Side.STABLE) == [60, 30, 70, 10]


def test_a_series_born_after_the_start_counts_from_zero_and_one_from_before_from_its_first_sample() -> None:
    errors = series(OLD_ERRORS, every([4, 4], first=2))
    old = series(replace(OLD_ERRORS, labels=(("code", "502"),)), every([100, 101, 101, 103]))

    blocks = counted([STEADY, errors, old, series(NEW, every([1, 2, 3], first=1))], 3)

    assert [block.count(Side.STABLE, part="errors", of="requests")[1] for block in blocks] == [1, 4, 2]


def test_a_pod_whose_first_scrapes_were_lost_does_not_count_its_whole_past() -> None:
    late = series(replace(OLD, pod="unseen"), every([1_000_000, 1_000_005, 1_000_010], first=2))

    blocks = counted([STEADY, late, series(NEW, every([1, 2, 3, 4], first=1))], 4)

    assert requests(blocks, Side.STABLE) == [10, 10, 15, 15]


def test_what_an_earlier_candidate_left_in_a_gateway_never_counts() -> None:
    left = series(GATEWAY, every([900, 950, 952, 955, 955]))

    blocks = counted([STEADY, left], 4)

    assert requests(blocks, Side.CANDIDATE) == [0, 2, 3, 0]


def test_a_new_pod_that_was_scraped_before_the_start_counts_from_that_sample() -> None:
    blocks = counted([STEADY, series(NEW, every([4, 9, 9, 10, 10]))], 4)

    assert requests(blocks, Side.CANDIDATE) == [5, 0, 1, 0]


def test_the_first_requests_a_gateway_counts_for_a_candidate_all_count() -> None:
    blocks = counted([STEADY, series(GATEWAY, every([7, 9], first=3))], 4)

    assert requests(blocks, Side.CANDIDATE) == [7, 2]


def test_without_a_sample_of_the_candidate_every_cell_is_left_out_and_said_so() -> None:
    increments = Increments(GRID)

    assert increments.take([STEADY], until=START + 4 * CELL) == ()
    assert increments.left_out == 4


def test_a_side_that_misses_scrapes_makes_the_block_longer_for_both() -> None:
    increments = Increments(GRID)

    blocks = increments.take([STEADY, series(NEW, {1: 5, 3: 9, 4: 10})], until=START + 4 * CELL)

    assert [(block.until - block.since) // CELL for block in blocks] == [1, 2, 1]
    assert requests(blocks, Side.CANDIDATE) == [5, 4, 1]
    assert requests(blocks, Side.STABLE) == [10, 20, 10]
    assert increments.left_out == 1


def test_a_gap_that_is_too_long_is_given_up_on_both_sides() -> None:
    increments = Increments(replace(GRID, longest=2))
    steady = series(OLD, every([1000 + 10 * cell for cell in range(9)]))

    blocks = increments.take([steady, series(NEW, {1: 5, 6: 50, 7: 52, 8: 55})], until=START + 8 * CELL)

    assert requests(blocks, Side.CANDIDATE) == [5, 2, 3]
    assert requests(blocks, Side.STABLE) == [10, 10, 10]
    assert increments.left_out == 5


def test_a_pod_that_misses_a_scrape_is_left_out_alone_while_the_others_of_its_side_count() -> None:
    other = series(replace(OLD, pod="older"), {0: 0, 1: 100, 3: 300, 4: 400})

    blocks = counted([STEADY, other, series(NEW, every([1, 2, 3, 4], first=1))], 4)

    assert requests(blocks, Side.STABLE) == [110, 10, 10, 110]


def test_a_pod_that_misses_the_end_of_a_longer_block_is_left_out_of_it() -> None:
    other = series(replace(OLD, pod="older"), {0: 0, 1: 100, 2: 200, 4: 400})

    blocks = counted([STEADY, other, series(NEW, {1: 1, 3: 3, 4: 4})], 4)

    assert requests(blocks, Side.STABLE) == [110, 20, 10]


def test_a_sample_at_the_end_of_a_cell_belongs_to_it_and_to_no_other() -> None:
    on_time = Series(NEW, tuple(Sample(START + cell * CELL, 5 * cell) for cell in (0, 1, 2, 4)))

    blocks = counted([STEADY, on_time], 4)

    assert requests(blocks, Side.CANDIDATE) == [5, 5, 10]
    assert requests(blocks, Side.STABLE) == [10, 10, 20]


def test_samples_after_the_time_that_is_asked_for_wait_for_their_turn() -> None:
    increments, both = Increments(GRID), [STEADY, series(NEW, every([1, 2, 3, 4], first=1))]

    assert len(increments.take(both, until=START + 2 * CELL)) == 2
    assert len(increments.take(both, until=START + 3 * CELL)) == 1


def test_a_gap_of_as_many_cells_as_a_block_may_have_is_too_long() -> None:
    increments = Increments(replace(GRID, longest=2))

    blocks = increments.take([STEADY, series(NEW, {1: 5, 4: 9})], until=START + 4 * CELL)

    assert requests(blocks, Side.CANDIDATE) == [5]
    assert increments.left_out == 3


def test_a_sample_that_comes_late_is_passed_over_and_its_requests_count_with_the_next() -> None:
    increments = Increments(GRID)
    first = increments.take([STEADY, series(NEW, {1: 5})], until=START + 2 * CELL)

    second = increments.take([STEADY, series(NEW, {1: 5, 1.5: 50, 3: 8})], until=START + 3 * CELL)

    assert requests([*first, *second], Side.CANDIDATE) == [5, 3]


def test_a_clock_that_goes_back_changes_nothing() -> None:
    increments = Increments(GRID)
    new = Series(NEW, (Sample(at(1), 1), Sample(at(2), 2), Sample(at(2) + 1500, 3)))

    blocks = [
        block
        for until in (at(2) + 2000, START, START + 3 * CELL)
        for block in increments.take([STEADY, new], until=until)
    ]

    assert requests(blocks, Side.CANDIDATE) == [1, 1, 1]


def test_of_two_values_for_one_time_the_smaller_counts() -> None:
    double = Series(NEW, (Sample(at(1), 9), Sample(at(1), 5), Sample(at(2), 10)))

    assert requests(counted([STEADY, double], 2), Side.CANDIDATE) == [5, 5]


@pytest.mark.parametrize(
    "value", [GONE, math.inf, -1.0, 1e300], ids=["stale or not a number", "infinite", "negative", "absurd"]
)
def test_what_no_counter_can_be_is_a_gap(value: float) -> None:
    blocks = counted([STEADY, series(NEW, every([5, value, 9], first=1))], 3)

    assert requests(blocks, Side.CANDIDATE) == [5, 4]


def test_a_counter_without_an_error_series_has_no_errors() -> None:
    blocks = counted([STEADY, series(NEW, every([20, 40], first=1))], 2)

    assert [block.count(Side.CANDIDATE, part="errors", of="requests") for block in blocks] == [(20, 0), (20, 0)]


def test_where_there_are_more_errors_than_requests_no_more_are_taken() -> None:
    new, errors = series(NEW, every([100, 101], first=1)), series(NEW_ERRORS, every([50, 80], first=1))

    blocks = counted([STEADY, new, errors], 2)

    assert blocks[1].count(Side.CANDIDATE, part="errors", of="requests") == (1, 1)


def test_what_another_job_tells_of_a_pod_begins_with_its_own_first_scrape() -> None:
    other = series(replace(OLD, labels=(("job", "another"),)), every([1_000_000, 1_000_005, 1_000_010], first=2))

    blocks = counted([STEADY, other, series(NEW, every([1, 2, 3, 4], first=1))], 4)

    assert requests(blocks, Side.STABLE) == [10, 10, 15, 15]


def test_values_are_read_as_prometheus_writes_them() -> None:
    assert samples([(1000.0004, "12"), (1015.5, "NaN")])[0] == Sample(1_000_000, 12.0)
    with pytest.raises(ValueError, match=r"^a text of 6 characters$"):
        samples([(1000, "<html>")])


@pytest.mark.parametrize(("first", "cold"), [(1, 5), (3, 5), (0, 0)], ids=["at once", "later", "before the start"])
def test_a_pods_first_minute_is_dropped_whatever_it_answers(first: int, cold: int) -> None:
    cells = 12
    steady = series(OLD, every([10 * cell for cell in range(cells + 1)]))
    new = series(NEW, every([100 * place for place in range(cells + 1 - first)], first=first))
    errors = series(NEW_ERRORS, every([1000 * place for place in range(cells + 1 - first)], first=first))

    blocks = Increments(WARMING).take([steady, new, errors], until=START + cells * CELL)

    counting = cells - cold - max(0, first - 1)
    assert requests(blocks, Side.CANDIDATE) == [0] * cold + [100] * counting
    assert requests(blocks, Side.STABLE) == [10] * (cold + counting)


SECOND = 1000
# Long enough for what is scraped first and last in it to be a part of the whole.
LONG = 40


def gateway(pod: str, *, every: float, phase: float, until: float = LONG * 15) -> list[Series]:
    """A gateway's pod: for both sides it has counted as many requests as seconds, as unequal as their windows are."""
    first = START - 100 * SECOND + round(phase * SECOND)
    times = range(first, START + round(until * SECOND) + 1, round(every * SECOND))
    seconds = tuple(Sample(moment, (moment - first) // SECOND) for moment in times)
    return [Series(replace(counter, pod=pod, new=False), seconds) for counter in (OLD, NEW)]


def by_pod(block: CountedBlock, side: Side) -> dict[str, int]:
    return {pod.pod: pod.parts["requests"] for pod in block.pods if pod.side is side}


@pytest.mark.parametrize(
    ("seconds", "phases"),
    [(30, (4, 19)), (30, (4, 10, 19)), (60, (4, 19)), (60, (4, 19, 34, 49)), (45, (1, 20)), (120, (5, 100))],
)
def test_targets_that_are_scraped_more_rarely_than_cells_end_all_count(seconds: int, phases: Sequence[int]) -> None:
    found = [each for phase in phases for each in gateway(f"at {phase}", every=seconds, phase=phase)]

    blocks = counted(found, LONG, grid=replace(GRID, longest=8))

    assert len(blocks) >= LONG * 15 // seconds - 2
    assert all(len(by_pod(block, Side.STABLE)) == len(phases) for block in blocks[1:])
    assert sum(requests(blocks, Side.STABLE)) >= (LONG * 15 - 2 * seconds) * len(phases)


SCRAPES = st.tuples(st.floats(5, 60), st.floats(0, 60), st.floats(60, LONG * 15))


@given(scrapes=st.lists(SCRAPES, min_size=1, max_size=4), stops=st.lists(st.integers(0, LONG), max_size=5))
def test_of_one_target_both_sides_count_over_the_same_time_however_it_is_scraped(
    scrapes: list[tuple[float, float, float]], stops: list[int]
) -> None:
    """But for what rose across the start: of the candidate's side it may be an earlier candidate's."""
    found = [
        each
        for place, (every, phase, until) in enumerate(scrapes)
        for each in gateway(f"{place}", every=every, phase=phase, until=until)
    ]
    increments = Increments(replace(GRID, longest=8))
    blocks = [block for stop in (*sorted(stops), LONG) for block in increments.take(found, until=START + stop * CELL)]

    since_the_start = [block for block in blocks if block.begins > START]
    assert all(by_pod(block, Side.STABLE) == by_pod(block, Side.CANDIDATE) for block in since_the_start)
    assert tuple(blocks) == Increments(replace(GRID, longest=8)).take(found, until=START + LONG * CELL)


def test_a_target_that_is_gone_holds_the_others_up_for_one_of_its_scrapes() -> None:
    gone, there = gateway("gone", every=30, phase=19, until=200), gateway("there", every=30, phase=4)

    blocks = counted([*gone, *there], LONG, grid=replace(GRID, longest=8))

    assert {len(by_pod(block, Side.STABLE)) for block in blocks if block.until < START + 200 * SECOND} == {2}
    assert {len(by_pod(block, Side.STABLE)) for block in blocks if block.since > START + 215 * SECOND} == {1}
    assert max(block.until - block.since for block in blocks) <= 45 * SECOND


def test_pods_that_count_themselves_are_compared_over_one_scrape_of_each() -> None:
    stable = [gateway(f"s{phase}", every=30, phase=phase)[0] for phase in (3, 17, 22)]
    candidate = [gateway(f"c{phase}", every=30, phase=phase)[1] for phase in (1, 16)]

    blocks = counted([*stable, *candidate], LONG, grid=replace(GRID, longest=8))[1:]

    assert len(blocks) >= LONG // 2 - 2
    assert {(*by_pod(block, Side.STABLE).values(), *by_pod(block, Side.CANDIDATE).values()) for block in blocks} == {
        (30, 30, 30, 30, 30)
    }


def test_a_block_knows_when_the_first_of_what_it_counts_may_have_been_served() -> None:
    found = [*gateway("a", every=30, phase=4), *gateway("b", every=30, phase=19)]

    later = counted(found, LONG, grid=replace(GRID, longest=8))[3]

    assert later.begins == max(s.at for s in found[2].samples if s.at <= later.since - 16 * SECOND)


def test_how_far_scrapes_are_apart_is_known_of_what_is_still_scraped() -> None:
    increments = Increments(GRID)
    both = [*gateway("rare", every=50, phase=0, until=100), *gateway("often", every=15, phase=0)]

    increments.take(both, until=START + 10 * CELL)
    assert increments.apart == 50 * SECOND
    increments.take(both, until=START + LONG * CELL)
    assert increments.apart == 15 * SECOND


PODS = ("a", "b", "c", "d")
MOMENTS = st.integers(min_value=START - 2 * CELL, max_value=START + 12 * CELL)
VALUES = st.one_of(st.integers(min_value=0, max_value=30).map(float), st.just(GONE))
COUNTERS = st.builds(
    Counter,
    side=st.sampled_from(Side),
    pod=st.sampled_from(PODS),
    part=st.sampled_from(["requests", "errors"]),
    labels=st.sampled_from([(), (("code", "502"),)]),
)
SAMPLES = st.lists(st.builds(Sample, MOMENTS, VALUES), max_size=12).map(tuple)
ALL_SERIES = st.dictionaries(COUNTERS, SAMPLES, max_size=5).map(
    lambda found: [Series(counter, values) for counter, values in found.items()]
)
GRIDS = st.sampled_from([GRID, WARMING, replace(GRID, longest=1), Grid(start=START, warm_up=timedelta(seconds=5))])
END = START + 12 * CELL


@given(grid=GRIDS, found=ALL_SERIES, stops=st.lists(MOMENTS, max_size=5))
def test_samples_in_pieces_give_the_same_blocks_as_at_once(grid: Grid, found: list[Series], stops: list[int]) -> None:
    once, pieces = Increments(grid), Increments(grid)
    whole = once.take(found, until=END)

    # Each piece is asked with an overlap, as a range selector is.
    blocks = [block for stop in (*sorted(stops), END) for block in pieces.take(found, until=stop)]

    assert tuple(blocks) == whole
    assert pieces.left_out == once.left_out


@given(grid=GRIDS, found=ALL_SERIES, seed=st.integers())
def test_neither_order_nor_duplicates_matter(grid: Grid, found: list[Series], seed: int) -> None:
    chance = Random(seed)

    def mixed(values: tuple[Sample, ...]) -> tuple[Sample, ...]:
        return tuple(chance.sample(values + values, 2 * len(values)))

    other = [replace(each, samples=mixed(each.samples)) for each in chance.sample(found, len(found))]

    same = Increments(grid).take(other, until=END)

    assert same == Increments(grid).take(found, until=END)


@given(found=ALL_SERIES)
def test_blocks_follow_each_other_on_the_grid_and_never_count_below_zero(found: list[Series]) -> None:
    increments = Increments(GRID)

    blocks = increments.take(found, until=END)

    assert all((block.since - START) % CELL == 0 == (block.until - START) % CELL for block in blocks)
    assert all(CELL <= block.until - block.since <= GRID.longest * CELL for block in blocks)
    assert all(earlier.until <= later.since for earlier, later in pairwise(blocks))
    assert all(grown >= 0 for block in blocks for pod in block.pods for grown in pod.parts.values())
    assert increments.left_out + len(blocks) == 12


LIFE = st.lists(st.tuples(st.integers(0, 50), st.booleans(), st.booleans()), min_size=12, max_size=12)


@given(old=LIFE, new=LIFE, past=st.integers(0, 10**12))
def test_what_is_counted_really_happened_and_without_a_lost_scrape_all_of_it_is_counted(
    old: list[tuple[int, bool, bool]], new: list[tuple[int, bool, bool]], past: int
) -> None:
    stable, served_by_stable = lived(OLD, old, past)
    candidate, served_by_candidate = lived(NEW, new, 0)

    blocks = counted([stable, candidate], 12)

    assert sum(requests(blocks, Side.STABLE)) <= served_by_stable
    assert sum(requests(blocks, Side.CANDIDATE)) <= served_by_candidate
    if not any(lost or restarted for _, lost, restarted in (*old, *new)):
        assert sum(requests(blocks, Side.STABLE)) == served_by_stable
        assert sum(requests(blocks, Side.CANDIDATE)) == served_by_candidate


def lived(counter: Counter, life: list[tuple[int, bool, bool]], past: int) -> tuple[Series, int]:
    """A pod's scrapes and how much it served: per cell so many requests, a lost scrape, a restart before them."""
    value, values = past, {} if counter.new else {0.0: float(past)}
    for cell, (grown, lost, restarted) in enumerate(life, start=1):
        value = grown if restarted else value + grown
        if not lost:
            values[float(cell)] = float(value)

    return series(counter, values), sum(grown for grown, _, _ in life)
