"""Stable's past as a table: who counted what, block by block."""

from datetime import timedelta

import pytest

from tidegate.metrics.history import History, cell_for, history
from tidegate.metrics.samples import Counter, Sample, Series, Side

REQUESTS = Counter(side=Side.STABLE, pod="a", part="requests")
BLOCK = 15_000


def series(pod: str, part: str, values: dict[int, float]) -> Series:
    counter = Counter(side=Side.STABLE, pod=pod, part=part)
    return Series(counter, tuple(Sample(block * BLOCK, value) for block, value in values.items()))


def test_each_target_stands_at_the_same_place_in_every_row() -> None:
    found = history(
        [
            series("b", "requests", {1: 100, 2: 110, 3: 130}),
            series("a", "requests", {1: 5, 2: 6, 3: 6}),
            series("a", "errors", {2: 1, 3: 3}),
        ]
    )

    assert found.rows == (
        ({"requests": 1}, {"requests": 10}),
        ({"requests": 0, "errors": 2}, {"requests": 20}),
    )
    assert found.seconds == 30


def test_what_a_counter_had_before_is_older_and_a_reset_begins_at_none() -> None:
    assert history([series("a", "requests", {1: 1000, 2: 7})]).rows == (({"requests": 7},),)


def test_samples_are_taken_in_their_order_and_several_in_a_block_are_one() -> None:
    samples = (Sample(16_000, 3.0), Sample(1_000, 1.0), Sample(20_000, 9.0))

    assert history([Series(REQUESTS, samples)]).rows == (({"requests": 8},),)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), -5.0, 1e300])
def test_what_no_counter_can_be_is_a_gap(value: float) -> None:
    for place in (1, 2, 3):
        values = {1: 10.0, 2: 12.0, 3: 15.0, place: value}
        whole = {block: each for block, each in values.items() if block != place}

        assert history([series("a", "requests", values)]).rows == history([series("a", "requests", whole)]).rows


def test_a_target_that_came_late_has_nothing_before() -> None:
    found = history([series("a", "requests", {1: 1, 2: 2, 3: 3}), series("b", "requests", {2: 1, 3: 4})])

    assert found.rows == (({"requests": 1}, {}), ({"requests": 1}, {"requests": 3}))


def test_of_nothing_there_is_no_past() -> None:
    assert history([]) == History()


def test_targets_that_are_scraped_in_turn_and_rarely_stand_in_one_row() -> None:
    found = history([series("a", "requests", {0: 0, 2: 5, 4: 9}), series("b", "requests", {1: 0, 3: 7, 5: 8})])

    assert found.rows == (({"requests": 5}, {"requests": 7}), ({"requests": 4}, {"requests": 1}))


@pytest.mark.parametrize(
    ("today", "before", "cell"),
    [(15, 15, 15), (16, 15, 15), (5, 15, 15), (30, 15, 30), (15, 60, 60), (0, 20, 30), (0, 0, 15)],
)
def test_a_cell_is_no_shorter_than_the_time_between_two_scrapes_of_either_day(
    today: int, before: int, cell: int
) -> None:
    days = ([scraped_every(seconds)] if seconds else [] for seconds in (today, before))

    assert cell_for(timedelta(seconds=15), *days) == timedelta(seconds=cell)


def scraped_every(seconds: int) -> Series:
    """One scrape of them fails."""
    return Series(REQUESTS, tuple(Sample(place * seconds * 1000, 0.0) for place in range(20) if place != 7))
