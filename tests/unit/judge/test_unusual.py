"""A value that stable's day does not know is told once; of too short a past nothing is."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tidegate.judge.unusual import LEAST_POINTS, Gauge

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = 1440


def noise(points: int, seed: int = 1) -> list[float]:
    chance = Random(seed)
    return [chance.gauss(100.0, 5.0) for _ in range(points)]


def after(past: list[float], *values: float, every: timedelta = MINUTE) -> Gauge:
    """After a past, and values so far apart."""
    return seen(Gauge.learned(past), *values, every=every)


def seen(found: Gauge, *values: float, every: timedelta = MINUTE) -> Gauge:
    for place, value in enumerate(values):
        found.see("queue", value, NOW + place * every)

    return found


def test_a_value_outside_the_day_is_told_with_what_was_usual_and_stays_told() -> None:
    found = after([10.0, 20.0] * LEAST_POINTS, 15.0, 90.0, 15.0, 95.0).advice

    assert found is not None
    assert found.sentence == "queue is 90: outside of what it was in the day before, 10 to 20"
    assert (found.subject, found.since) == ("queue", NOW + MINUTE)


def test_what_the_day_knows_is_not_told() -> None:
    assert after(noise(DAY), *[100.0] * 30).advice is None


@pytest.mark.parametrize("past", [[], noise(LEAST_POINTS - 1)], ids=["none", "short"])
def test_of_too_short_a_past_nothing_is_told(past: list[float]) -> None:
    assert after(past, 1e6).advice is None


def test_values_that_are_closer_than_a_minute_are_looked_at_once() -> None:
    assert after([10.0, 20.0] * LEAST_POINTS, 15.0, 90.0, every=MINUTE / 2).advice is None


def test_half_an_hour_without_a_fault_is_seldom_told_and_one_half_as_much_again_is() -> None:
    """Measured for the docs; the numbers of a seed are the same on every machine."""
    runs, quiet, loud = 100, 0, 0
    for seed in range(runs):
        usual, half_hour = after(noise(DAY, seed)), noise(30, runs + seed)
        loud += seen(deepcopy(usual), *(1.5 * value for value in half_hour)).advice is not None
        quiet += seen(usual, *half_hour).advice is not None

    assert quiet <= 10
    assert loud == runs
