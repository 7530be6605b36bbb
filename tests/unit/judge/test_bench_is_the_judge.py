"""The bench simulates many rollouts at once with arithmetic of its own: it must be the shipped code's."""

import numpy as np
import pytest

from tests.bench.judge.rollouts import ALPHA, OF_PODS, SHIPPED, Judges, Rules
from tests.bench.judge.vector import Bets, Spreads, over_time, ratio_growth
from tidegate.judge.counts import Block, Counts
from tidegate.judge.dispersion import spread
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.ratio import NO_WORSE, NonInferiority

RUNS, LOOKS = 12, 40


def traffic() -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(3)
    sizes = [(rng.poisson(mean, RUNS), share) for _ in range(LOOKS) for mean, share in ((40, 0.05), (300, 0.02))]
    sides = [(requests.astype(float), rng.binomial(requests, share).astype(float)) for requests, share in sizes]
    return [(*sides[look], *sides[look + 1]) for look in range(0, 2 * LOOKS, 2)]


def block(seen: tuple[np.ndarray, ...], run: int) -> Block:
    mine, bad, others, others_bad = (int(part[run]) for part in seen)
    return Block(Counts(mine, bad), Counts(others, others_bad))


@pytest.mark.parametrize("every", [0, 1, 2], ids=["all measured", "all thin", "every other thin"])
@pytest.mark.parametrize("rules", [SHIPPED, OF_PODS], ids=["on one page", "of pods"])
def test_the_same_counts_give_the_same_evidence(every: int, rules: Rules) -> None:
    dispersion, margin = np.linspace(1, 4, RUNS), np.linspace(1, 2, RUNS)
    thin = np.arange(RUNS) % every == 0 if every else np.zeros(RUNS, dtype=bool)
    looks = traffic()
    tests = Judges(rules, dispersion, margin, thin)
    for seen in looks:
        tests.look(seen)

    for run in range(RUNS):
        judge = ErrorJudge.of(
            bound=0.01,
            tolerance=max(1.25, margin[run]),
            margin=margin[run],
            dispersion=dispersion[run],
            thin=bool(thin[run]),
        ).limited(rules.edge)
        state = judge.start()
        for seen in looks:
            state = judge.update(state, block(seen, run))

        for shipped, simulated in ((state.ratio, tests.ratio), (state.blame, tests.blame), (state.bound, tests.bound)):
            assert shipped.value == pytest.approx(simulated.bets.sum(axis=0)[run] + simulated.reserve, rel=1e-9)


def test_the_same_counts_give_the_same_pass() -> None:
    rules = NonInferiority()
    looks, ones = traffic(), np.ones(RUNS)
    bets = Bets([0.25] * 4, RUNS, all_in=True)
    values = [bets.grow(ratio_growth(seen, 2 * ones, np.array(NO_WORSE)[:, None], ones)) for seen in looks]
    evidence = rules.start()
    for seen in looks:
        evidence = rules.update(evidence, block(seen, 0))

    assert evidence.value == pytest.approx(values[-1][0], rel=1e-9)


def test_the_same_history_gives_the_same_spread() -> None:
    rng = np.random.default_rng(4)
    bad = 2 * rng.poisson(0.8 * rng.lognormal(0, 0.6, (RUNS, 1, 5)), (RUNS, 60, 5)).astype(float)
    requests = bad + rng.poisson(100, bad.shape).astype(float)
    spreads = Spreads(requests, bad)
    margins = spreads.margin(2, 5)

    for run in range(RUNS):
        rows = [
            [Counts(int(n), int(k)) for n, k in zip(*row, strict=True)]
            for row in zip(requests[run], bad[run], strict=True)
        ]
        found = spread(rows)
        assert found.dispersion == pytest.approx(spreads.dispersion[run], rel=1e-9)
        assert found.margin(2, 5) == pytest.approx(margins[run], rel=1e-9)


def test_the_same_hour_of_one_target_gives_the_same_dispersion() -> None:
    rng = np.random.default_rng(5)
    bad = 3 * rng.poisson(rng.lognormal(-1, 1, (RUNS, 1)), (RUNS, 107)).astype(float)
    requests = bad + rng.poisson(100, bad.shape).astype(float)
    found = over_time(requests, bad)

    for run in range(RUNS):
        rows = [[Counts(int(n), int(k))] for n, k in zip(requests[run], bad[run], strict=True)]
        assert spread(rows).dispersion == pytest.approx(found[run], rel=1e-9)


def test_the_bench_shares_the_false_alarms_as_shipped() -> None:
    assert ALPHA == 0.01
    assert sum(SHIPPED.weights) == pytest.approx(1)
