"""Processors and memory are told where the candidate does worse than stable, and enough is known."""

from datetime import UTC, datetime

import pytest

from tidegate.judge.usage import LEAST_PERIODS, Use, memory_growth, throttling

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MEBIBYTE = 2**20


def busy(share: float, *, pods: int = 2, periods: float = 3000.0) -> list[Use]:
    """Pods that are throttled in a share of their periods."""
    return [Use(pod=f"web-{place}", periods=periods, throttled=periods * share) for place in range(pods)]


def grows(*hourly: float, lately: float = 1.0) -> list[Use]:
    """Pods of 100 MiB that grow by so much of it in an hour; `lately` of that now."""
    rates = [share * 100 * MEBIBYTE / 3600 for share in hourly]
    return [
        Use(pod=f"web-{place}", memory=100.0 * MEBIBYTE, growth=rate, lately=rate * lately)
        for place, rate in enumerate(rates)
    ]


def test_throttling_is_told_with_both_sides_and_the_pods_that_are_held_back() -> None:
    found = throttling([*busy(0.6, pods=1), Use(pod="idle", periods=3000.0)], busy(0.01, pods=10), NOW)

    assert found is not None
    assert found.sentence == (
        "candidate throttled in 1,800 of 6,000 periods of its processors (30 %), stable in 300 of 30,000 (1 %): web-0"
    )


@pytest.mark.parametrize(
    ("candidate", "stable"),
    [
        (busy(0.6), busy(0.4)),
        (busy(0.2), busy(0.0)),
        (busy(0.9, periods=LEAST_PERIODS / 2 - 1), busy(0.0)),
        (busy(0.9), []),
        (busy(0.9), busy(0.0, periods=0.0)),
    ],
    ids=["stable too", "little", "too few periods", "nothing of stable", "stable idle"],
)
def test_throttling_that_may_be_usual_is_not_told(candidate: list[Use], stable: list[Use]) -> None:
    assert throttling(candidate, stable, NOW) is None


def test_a_limit_that_only_the_candidate_has_throttles_nobody_else() -> None:
    found = throttling(busy(0.6, pods=1), [Use(pod="old", limited=False, memory=1.0)], NOW)

    assert found is not None
    assert found.sentence == (
        "candidate throttled in 1,800 of 3,000 periods of its processors (60 %), stable has no limit: web-0"
    )


def test_memory_that_grows_is_told_with_its_rate() -> None:
    found = memory_growth(grows(0.3, 0.5, 0.0), grows(0.01, 0.0), NOW)

    assert found is not None
    assert found.sentence == (
        "memory of 2 of 3 candidate pods grows by 40 % an hour (now 100 MiB); of 0 of 2 of stable's: web-0, web-1"
    )


@pytest.mark.parametrize(
    ("candidate", "stable"),
    [
        (grows(0.3, 0.3), grows(0.3, 0.3)),
        (grows(0.3, 0.0, 0.0), grows(0.0)),
        (grows(0.1, 0.1), grows(0.0)),
        (grows(0.5, 0.5, lately=0.1), grows(0.0)),
        (grows(0.5), []),
        ([Use(pod="unknown")], grows(0.0)),
    ],
    ids=["stable too", "one of three", "slowly", "a cache that fills", "no stable", "not told"],
)
def test_memory_that_may_be_well_is_not_told(candidate: list[Use], stable: list[Use]) -> None:
    assert memory_growth(candidate, stable, NOW) is None
