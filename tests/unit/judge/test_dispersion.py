"""How unlike chance the counts of like pods are."""

import numpy as np
import pytest
from scipy import special

from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import UNKNOWN, Row, Spread, spread, student


def history(pods: int, *, burst: int = 1, sigma: float = 0.0, outage: float = 1.0, mean: float = 1.5) -> list[Row]:
    """An hour of blocks: bad requests in bursts of one size; pods that differ; four minutes in which all are bad."""
    rng = np.random.default_rng(7)
    factors = rng.lognormal(-(sigma**2) / 2, sigma, pods)
    times = np.where((np.arange(240) >= 100) & (np.arange(240) < 116), outage, 1.0)
    bad = burst * rng.poisson(mean / burst * times[:, None] * factors, (240, pods))
    return [[Counts(1000, int(each)) for each in row] for row in bad]


def test_independent_requests_of_like_pods_have_neither_bursts_nor_spread() -> None:
    found = spread(history(10))

    assert found.dispersion == pytest.approx(1, abs=0.1)
    assert found.margin(1, 10) < 1.2
    assert found.tolerance(1, 10) == 1.25


@pytest.mark.parametrize("size", [3, 9, 18])
def test_bursts_are_measured(size: int) -> None:
    assert spread(history(10, burst=size)).dispersion == pytest.approx(size, rel=0.2)


def test_an_outage_of_all_is_no_burst() -> None:
    assert spread(history(10, outage=30)).dispersion < 1.2


def scraped_apart(rows: list[Row], *, of_all: int, blocks: range) -> list[Row]:
    """The same hour, with more bad requests of all pods: a part of the first block's is in the next one, pod by pod."""
    later = np.random.default_rng(8).uniform(0, 1, len(rows[0]))
    more = np.zeros((len(rows), len(later)))
    more[blocks] += of_all * (1 - later)
    more[blocks.start + 1 : blocks.stop + 1] += of_all * later
    return [
        [Counts(each.requests, each.bad + int(extra)) for each, extra in zip(row, added, strict=True)]
        for row, added in zip(rows, more, strict=True)
    ]


@pytest.mark.parametrize("pods", [3, 10])
@pytest.mark.parametrize("length", [1, 4, 40], ids=["blip", "minute", "ten minutes"])
def test_an_outage_of_all_is_no_burst_whenever_each_pod_is_scraped(length: int, pods: int) -> None:
    assert spread(scraped_apart(history(pods), of_all=500, blocks=range(80, 80 + length))).dispersion < 1.3


def test_bursts_are_measured_beside_an_outage_of_all() -> None:
    rows = scraped_apart(history(10, burst=9), of_all=500, blocks=range(80, 81))

    assert spread(rows).dispersion == pytest.approx(9, rel=0.2)


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_an_hour_of_few_blocks_has_no_edges(rows: int) -> None:
    few = [[Counts(1000, 9), Counts(1000, 9)]] * rows

    assert spread(few).dispersion == UNKNOWN if rows == 1 else spread(few).dispersion == 1


@pytest.mark.parametrize("size", [1, 3, 9, 18])
def test_bursts_are_measured_where_one_target_counts_all(size: int) -> None:
    found = spread(history(1, burst=size, mean=15))

    assert found.dispersion == pytest.approx(size, rel=0.3)
    assert found.thin


def test_errors_that_double_in_an_hour_are_hardly_a_burst_to_one_target() -> None:
    drift = np.random.default_rng(9).poisson(20 + np.arange(240) / 12)

    assert spread([[Counts(1000, int(bad))] for bad in drift]).dispersion < 1.5


def test_a_few_minutes_of_one_target_tell_nothing() -> None:
    assert spread(history(1, mean=15)[:19]).dispersion == UNKNOWN


def test_an_outage_that_one_target_sees_makes_the_judge_slower() -> None:
    assert spread(history(1, outage=30, mean=15)).dispersion > 3


@pytest.mark.parametrize("sigma", [0.25, 0.5])
def test_pods_that_differ_are_measured_apart_from_bursts(sigma: float) -> None:
    found = spread(history(20, sigma=sigma, burst=3))

    assert found.pods == pytest.approx(sigma, rel=0.4)
    assert found.dispersion == pytest.approx(3, rel=0.2)
    assert found.tolerance(1, 20) > found.tolerance(4, 20) > 1.25


@pytest.mark.parametrize("rows", [[], [[Counts(9, 1)]], [[Counts(9, 1), Counts(9, 0)]] * 5])
def test_too_thin_a_history_is_taken_for_bursts(rows: list[Row]) -> None:
    assert spread(rows) == Spread(dispersion=UNKNOWN, seen=len(rows[0]) if rows else 0)


@pytest.mark.parametrize("freedom", [9, 19, 99])
def test_the_quantile_is_students(freedom: int) -> None:
    assert student(freedom) == pytest.approx(special.stdtrit(freedom, 0.995), rel=0.01)
