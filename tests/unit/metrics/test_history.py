"""Stable's past as a table: who counted what, block by block."""

from tidegate.metrics.history import History, history
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


def test_a_target_that_came_late_has_nothing_before() -> None:
    found = history([series("a", "requests", {1: 1, 2: 2, 3: 3}), series("b", "requests", {2: 1, 3: 4})])

    assert found.rows == (({"requests": 1}, {}), ({"requests": 1}, {"requests": 3}))


def test_of_nothing_there_is_no_past() -> None:
    assert history([]) == History()
