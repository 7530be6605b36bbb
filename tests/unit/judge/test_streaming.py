"""The detector for gauges: what it rings for, what it lets pass, and what it costs."""

import math
from dataclasses import replace
from random import Random

import pytest

from tidegate.judge.streaming import Detector, Finding, Limits

SEED = 20261127
LIMITS = Limits(probation=200, rest=50)


def noise(points: int, *, around: float = 100.0, spread: float = 5.0, seed: int = SEED) -> list[float]:
    chance = Random(seed)
    return [chance.gauss(around, spread) for _ in range(points)]


def found(values: list[float], limits: Limits = LIMITS) -> dict[int, Finding]:
    detector = Detector(limits)
    rings = ((place, detector.see(place, value)) for place, value in enumerate(values))
    return {place: finding for place, finding in rings if finding is not None}


def test_a_value_outside_all_that_was_seen_rings_at_once() -> None:
    values = [*noise(400), 160.0]

    assert found(values)[400] is Finding.OUT_OF_RANGE


def test_a_short_mean_outside_all_that_was_seen_rings_though_every_value_is_within() -> None:
    calm = [100.0 + (-20.0, 20.0)[place % 2] for place in range(400)]

    rings = found([*calm, *[118.0] * 10])

    assert set(rings.values()) == {Finding.OUT_OF_RANGE}
    assert 400 <= min(rings) < 410


def test_unrest_rings_though_every_value_and_mean_is_within() -> None:
    # Rare great steps, known since probation, become frequent.
    calm = [100.0 + (50.0 if place % 40 == 0 else -50.0 if place % 40 == 20 else place % 3) for place in range(2000)]
    restless = [100.0 + (50.0, -50.0)[place % 2] for place in range(40)]

    rings = found([*calm, *restless])

    assert set(rings.values()) == {Finding.RESTLESS}
    assert 2000 < min(rings) < 2012


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_stays_as_it_was_rings_rarely(seed: int) -> None:
    # A new extreme among n is rare as 2/n, and few are beyond by the margin.
    assert len(found(noise(5000, seed=seed))) <= 6


def test_a_line_that_leaves_its_only_value_rings_and_one_that_keeps_it_does_not() -> None:
    assert found([3.0] * 1000) == {}
    assert found([*[3.0] * 300, 3.1]) == {300: Finding.OUT_OF_RANGE}


def test_nothing_rings_in_probation_or_rest() -> None:
    values = noise(300)
    values[199] = 1e3
    climbing = [*values, *[1e3 * 2**place for place in range(1, 102)]]

    assert list(found(climbing)) == [300, 351]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_passed_over(value: float) -> None:
    values = noise(400)
    gaps = [value if place % 7 == 0 else number for place, number in enumerate(values)]
    left = [number for place, number in enumerate(values) if place % 7]
    with_gaps, without = Detector(LIMITS), Detector(LIMITS)
    for place, number in enumerate(gaps):
        with_gaps.see(place, number)
    for place, number in enumerate(left):
        without.see(place, number)

    assert with_gaps.gauge == without.gauge


def test_the_unit_of_a_gauge_does_not_matter() -> None:
    values = [*noise(500), *noise(100, spread=30.0)]

    assert found([value * 2.0**20 for value in values]) == found(values)


def test_a_sharper_margin_rings_more() -> None:
    values = noise(3000, seed=3)

    assert len(found(values, replace(LIMITS, margin=0.0))) > len(found(values, replace(LIMITS, margin=0.5)))
