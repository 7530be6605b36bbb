"""What the judge promises, by simulation with fixed seeds and bounds that chance leaves; the bench measures more."""

import numpy as np
import pytest

from tests.bench.judge.bounds import Counted
from tests.bench.judge.vector import Array, Bets, ratio_growth, worse
from tidegate.judge.counts import Block, Counts
from tidegate.judge.interval import Interval
from tidegate.judge.ratio import WEIGHTS

RUNS, LOOKS = 1000, 40


def simulated(bets: Bets, share: float, ratio: float, null: float, seed: int) -> tuple[Array, Array]:
    """The evidence after the last look, and the greatest there was."""
    rng, ones = np.random.default_rng(seed), np.ones(RUNS)
    greatest = value = ones
    for _ in range(LOOKS):
        mine, others = rng.poisson(100, RUNS), rng.poisson(900, RUNS)
        counts = (mine, rng.binomial(mine, ratio * share), others, rng.binomial(others, share))
        look = [part.astype(float) for part in counts]
        value = bets.grow(ratio_growth(look, null * ones, worse(null * ones), ones))
        greatest = np.maximum(greatest, value)
    return value, greatest


@pytest.mark.parametrize(("ratio", "null"), [(1.0, 1.0), (1.0, 1.25), (1.25, 1.25)])
def test_evidence_is_one_in_the_mean_at_most_and_seldom_large_while_nothing_is_worse(ratio: float, null: float) -> None:
    last, greatest = simulated(Bets(WEIGHTS, RUNS), 0.02, ratio, null, seed=5)

    assert least_mean(last) <= 1
    assert Counted(int((greatest >= 20).sum()), RUNS).upper <= 1 / 20
    assert Counted(int((greatest >= 100).sum()), RUNS).upper <= 1 / 100


@pytest.mark.parametrize(("ratio", "null"), [(1.6, 1.25), (1.3, 1.0)])
def test_evidence_is_more_than_one_in_the_mean_where_the_candidate_is_worse(ratio: float, null: float) -> None:
    last, _ = simulated(Bets(WEIGHTS, RUNS), 0.02, ratio, null, seed=5)

    assert least_mean(last) > 1


def least_mean(evidence: Array) -> float:
    """Less than the mean, but for one chance in thousands; capped, for else the few greatest would decide."""
    capped = np.minimum(evidence, 20)
    return float(capped.mean() - 4 * capped.std() / RUNS**0.5)


def test_the_interval_leaves_the_true_ratio_out_in_one_rollout_of_twenty_at_most() -> None:
    rng, rollouts, missed = np.random.default_rng(6), 50, 0
    for _ in range(rollouts):
        interval, held = Interval(), True
        for _ in range(20):
            mine, others = int(rng.binomial(400, 0.06)), int(rng.binomial(1200, 0.02))
            interval = interval.updated(Block(Counts(400, mine), Counts(1200, others)))
            held = held and interval.least <= 3 <= interval.greatest
        missed += not held

    assert missed / rollouts <= 0.05


@pytest.mark.parametrize(("count", "runs", "upper"), [(0, 1000, 0.003682), (20, 4000, 0.007712), (5, 5, 1.0)])
def test_the_upper_bound_is_clopper_and_pearsons(count: int, runs: int, upper: float) -> None:
    assert Counted(count, runs).upper == pytest.approx(upper, rel=1e-3)
