"""What falls a little, or goes on under other labels, is no restart: its life is not one block's increment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.metrics.test_increments import GRID, NEW, NEW_ERRORS, OLD, START, counted, every, requests, series
from tidegate.metrics.history import history
from tidegate.metrics.increments import CountedBlock, Increments
from tidegate.metrics.samples import Counter, Sample, Series, Side

CELL = 15_000
GATEWAY = {side: Counter(side=side, pod="gateway", part="requests") for side in Side}
ERRORS = {side: replace(counter, part="errors") for side, counter in GATEWAY.items()}


def steadily(counter: Counter, had: int, grows: int, cells: int = 8) -> dict[float, float]:
    return {cell: had + grows * cell for cell in range(cells + 1)}


def of_gateway(changes: Mapping[Counter, Mapping[float, float]]) -> list[Series]:
    """A long life of both sides, and of each a hundred requests a cell with one error; but for some values."""
    lines = [(GATEWAY[side], 1_000_000, 100) for side in Side] + [(ERRORS[side], 40_000, 1) for side in Side]
    return [
        series(counter, {**steadily(counter, had, grows), **changes.get(counter, {})}) for counter, had, grows in lines
    ]


def counts(blocks: Sequence[CountedBlock], side: Side) -> list[tuple[int, int]]:
    return [block.count(side, part="errors", of="requests") for block in blocks]


def places(blocks: Sequence[CountedBlock]) -> list[int]:
    return [(block.since - START) // CELL for block in blocks]


@pytest.mark.parametrize(
    "counter", [*GATEWAY.values(), *ERRORS.values()], ids=lambda found: f"{found.side} {found.part}"
)
def test_one_counter_that_falls_by_one_leaves_its_targets_block_out(counter: Counter) -> None:
    found = of_gateway({})
    (before,) = [each.samples[4].value for each in found if each.counter == counter]

    blocks = counted(of_gateway({counter: {4: before - 101}}), 8)

    assert places(blocks) == [0, 1, 2, 4, 5, 6, 7]
    for side in Side:
        assert all(requests <= 201 and errors <= 102 for requests, errors in counts(blocks, side)), side


def test_all_counters_of_a_server_that_is_behind_fall_a_little_and_nothing_is_counted() -> None:
    """A store that takes samples of two servers in turn: the other one saw these counters a cell earlier."""
    behind = {each.counter: {4.0: each.samples[2].value} for each in of_gateway({})}

    blocks = counted(of_gateway(behind), 8)

    assert places(blocks) == [0, 1, 2, 4, 5, 6, 7]
    # What both servers saw counts once they agree again.
    assert max(counts(blocks, Side.STABLE)) == (300, 3)


def test_a_counter_that_stays_lower_costs_one_block() -> None:
    lower = {float(cell): 1000.0 + cell for cell in range(4, 9)}

    blocks = counted(of_gateway({ERRORS[Side.STABLE]: lower}), 8)

    assert places(blocks) == [0, 1, 2, 4, 5, 6, 7]
    assert counts(blocks, Side.STABLE)[3:] == [(100, 1)] * 4


def test_a_restart_of_all_counters_counts_from_zero() -> None:
    again = {
        each.counter: {float(cell): each.samples[cell].value - each.samples[3].value for cell in range(4, 9)}
        for each in of_gateway({})
    }

    blocks = counted(of_gateway(again), 8)

    assert places(blocks) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert counts(blocks, Side.STABLE)[1:] == [(100, 1)] * 7


def test_a_restart_of_which_some_counters_passed_what_they_had_counts_them_all_from_zero() -> None:
    """Of 448 requests after it four were slow: by each counter alone all but one."""
    all_, quick = series(NEW, {1: 450, 2: 448, 3: 500}), series(replace(NEW, part="quick"), {1: 443, 2: 444, 3: 495})

    blocks = counted([series(OLD, every([1000, 1010, 1020, 1030])), all_, quick], 3)

    assert [block.count(Side.CANDIDATE, part="quick", of="requests") for block in blocks] == [
        (450, 443),
        (448, 444),
        (52, 51),
    ]


def test_a_restart_that_fails_more_than_the_life_before_counts_its_errors() -> None:
    requests, errors = series(NEW, {1: 1200, 2: 1300, 3: 60}), series(NEW_ERRORS, {1: 2, 2: 2, 3: 40})

    blocks = counted([series(OLD, every([1000, 1010, 1020, 1030])), requests, errors], 3)

    assert counts(blocks, Side.CANDIDATE) == [(1200, 2), (100, 0), (60, 40)]


def test_a_process_that_starts_again_with_every_scrape_still_counts() -> None:
    lives = {1.0: 150, 2.0: 140, 3.0: 160, 4.0: 145}
    requests, errors = series(NEW, lives), series(NEW_ERRORS, {cell: life // 3 for cell, life in lives.items()})

    blocks = counted([series(OLD, every([1000, 1010, 1020, 1030, 1040])), requests, errors], 4)

    assert counts(blocks, Side.CANDIDATE) == [(150, 50), (140, 46), (20, 7), (145, 48)]


def test_an_error_series_that_was_away_and_is_back_with_fewer_was_born_again() -> None:
    errors = series(ERRORS[Side.CANDIDATE], {0: 57, 1: 57, 4: 3, 5: 3})

    blocks = counted([*of_gateway({})[:2], errors], 5)

    assert counts(blocks, Side.CANDIDATE)[1:] == [(100, 0), (100, 0), (100, 3), (100, 0)]


def test_of_a_pod_with_two_processes_each_is_held_against_its_own_scrape() -> None:
    """They are scraped in turn: what one has not yet at its time is nothing that the other lost."""
    first = [series(replace(NEW, labels=(("worker", "1"),)), every([10, 20, 30, 40], first=1))]
    second = [
        series(replace(NEW, labels=(("worker", "2"),)), {0.5: 5, 1.5: 15, 2.5: 25, 3.5: 35}),
        series(replace(NEW, labels=(("worker", "2"), ("route", "new"))), {2.5: 12, 3.5: 20}),
    ]

    blocks = counted([series(OLD, every([1000, 1010, 1020, 1030, 1040])), *first, *second], 4)

    assert requests(blocks, Side.CANDIDATE) == [15, 20, 32, 28]


def relabelled(found: Series, cell: int) -> list[Series]:
    """The same counter, of which the scrapes from a cell on have one label more."""
    counter = replace(found.counter, labels=(("node", "n1"),))
    place = next(place for place, sample in enumerate(found.samples) if sample.at > START + (cell - 1) * CELL)
    return [Series(found.counter, found.samples[:place]), Series(counter, found.samples[place:])]


def test_series_that_get_another_label_are_not_born_with_all_they_ever_counted() -> None:
    found = [each for of in of_gateway({}) for each in relabelled(of, 4)]

    blocks = counted(found, 8)

    assert places(blocks) == [0, 1, 2, 4, 5, 6, 7]
    assert counts(blocks, Side.STABLE) == [(100, 1)] * 7
    assert set(counts(blocks[1:], Side.CANDIDATE)) == {(100, 1)}


def test_a_first_error_is_born_and_counts_though_other_series_are_there() -> None:
    first = series(replace(ERRORS[Side.CANDIDATE], labels=(("code", "502"),)), {3: 7, 4: 9, 5: 9})

    blocks = counted([*of_gateway({}), first], 5)

    assert counts(blocks, Side.CANDIDATE)[1:] == [(100, 1), (100, 8), (100, 3), (100, 1)]


def test_the_rest_of_a_side_counts_where_one_targets_block_is_left_out() -> None:
    other = series(replace(OLD, pod="other"), {cell: 50 * cell for cell in range(9)})

    blocks = counted([*of_gateway({ERRORS[Side.STABLE]: {4: 39_000}}), other, series(NEW, every(range(9)))], 8)

    assert places(blocks) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [all_ for all_, _ in counts(blocks, Side.STABLE)] == [150, 150, 150, 50, 150, 150, 150, 150]


def test_in_stables_hour_what_falls_a_little_is_no_increment() -> None:
    samples = tuple(Sample(CELL * place, value) for place, value in enumerate([5000.0, 5010.0, 5009.0, 5020.0, 3.0]))

    found = history([Series(OLD, samples)])

    assert [cell["requests"] for (cell,) in found.rows] == [10, 0, 11, 3]


LAGS = st.lists(st.integers(0, 3), min_size=12, max_size=12)
LIVES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=15, max_size=15)


@given(lives=LIVES, lags=LAGS, past=st.integers(200, 10**9), apart=st.sampled_from([1, 2, 4]))
def test_however_servers_lag_no_more_is_counted_than_what_the_samples_rise_by(
    lives: list[tuple[int, int]], lags: list[int], past: int, apart: int
) -> None:
    """A sample of a server that lags has the values of up to three cells before: what it tells again counts again."""
    told = {cell: cell - (lags[cell - 1] if cell > 0 else 0) for cell in range(-2, 13, apart)}

    risen_at_most(page(lives, past, told))


@given(lives=LIVES, past=st.integers(200, 10**9), label=st.integers(1, 12))
def test_whenever_series_get_another_label_no_request_is_counted_twice(
    lives: list[tuple[int, int]], past: int, label: int
) -> None:
    told = {cell: cell for cell in range(-2, 13)}

    whole = page(lives, past, told)
    risen_at_most(whole, [each for found in whole for each in relabelled(found, label)])


def page(lives: Sequence[tuple[int, int]], past: int, told: Mapping[int, int]) -> list[Series]:
    """Both sides of a gateway: at each cell what was there at the end of another, of requests and of errors."""
    found = []
    for counters, place in ((GATEWAY, 0), (ERRORS, 1)):
        truth = list(accumulate((life[place] for life in lives), initial=past))
        samples = tuple(Sample(START + cell * CELL - 1000, truth[of + 2]) for cell, of in told.items())
        found += [Series(counters[side], samples) for side in Side]

    return found


def risen_at_most(whole: Sequence[Series], found: Sequence[Series] | None = None) -> None:
    """By as much as the whole series rise from sample to sample, where this is how they are found."""
    blocks = Increments(replace(GRID, longest=8)).take(whole if found is None else found, until=START + 12 * CELL)
    for counter, place in ((GATEWAY, 0), (ERRORS, 1)):
        for side in Side:
            values = next([sample.value for sample in each.samples] for each in whole if each.counter == counter[side])
            rises = sum(max(0.0, now - had) for had, now in pairwise(values))
            assert sum(counted[place] for counted in counts(blocks, side)) <= rises


def test_a_second_fall_soon_after_the_first_is_no_restart_either() -> None:
    behind = {each.counter: {4.0: each.samples[2].value, 6.0: each.samples[4].value} for each in of_gateway({})}

    blocks = counted(of_gateway(behind), 8)

    assert all(requests <= 300 and errors <= 3 for side in Side for requests, errors in counts(blocks, side))
    assert places(blocks) == [0, 1, 2, 4, 6, 7]


def test_a_target_that_is_behind_when_it_is_hardly_known_counts_no_life() -> None:
    found = of_gateway({each.counter: {1.0: each.samples[0].value - 50} for each in of_gateway({})})

    blocks = counted(found, 8)

    assert places(blocks) == [1, 2, 3, 4, 5, 6, 7]


def test_an_error_series_that_comes_a_scrape_after_a_restart_has_counted_since_then() -> None:
    requests = series(NEW, {1: 900, 2: 1000, 3: 60, 4: 160})
    errors = series(NEW_ERRORS, {1: 40, 2: 45, 4: 50})

    blocks = counted([series(OLD, every([1000, 1010, 1020, 1030, 1040])), requests, errors], 4)

    assert counts(blocks, Side.CANDIDATE) == [(900, 40), (100, 5), (60, 0), (100, 50)]


def test_workers_that_come_and_go_hide_nothing_that_the_others_count() -> None:
    """Each is another series, begins at 0, and is there for four scrapes."""
    workers = [
        series(
            replace(NEW, labels=(("worker", f"{first}"),)), {first + place: 100.0 * (place + 1) for place in range(4)}
        )
        for first in range(1, 9, 2)
    ]

    blocks = counted([series(OLD, every([1000 + 10 * cell for cell in range(12)])), *workers], 8)

    assert requests(blocks, Side.CANDIDATE) == [100, 100, 200, 200, 200, 200, 200, 200]
