"""Where nothing is known of bursts: one burst is one bad request, and gross faults are found by few requests."""

import numpy as np
import pytest

from tests.bench.judge.bounds import Counted
from tests.bench.judge.traffic import Traffic, looks, unknown
from tests.bench.judge.vector import Bets, once, ratio_growth, worse
from tidegate.judge.bound import Ceiling, growth
from tidegate.judge.counts import Block, Counts
from tidegate.judge.dispersion import UNKNOWN
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.ratio import GROSS_WEIGHTS, THIN_WEIGHTS, WEIGHTS, Comparison

RUNS = 1000
# So much that the half of the stake that it tempers stays as it was.
BEYOND_MEASURE = 1e9


def block(bad: int) -> Block:
    return Block(Counts(20, bad), Counts(380, 0))


def test_a_burst_within_a_block_is_one_bad_request_however_large_it_is() -> None:
    rules = Comparison(dispersion=BEYOND_MEASURE, thin=True)
    one, many = (rules.update(rules.start(), block(bad)).value for bad in (1, 20))

    assert one == pytest.approx(many, rel=1e-6)
    assert one > 1
    ceiling = Ceiling(greatest=0.01, dispersion=BEYOND_MEASURE, thin=True)
    few, all_of_them = (ceiling.update(ceiling.start(), Counts(20, bad)).value for bad in (1, 20))
    assert few == pytest.approx(all_of_them, rel=1e-6)


@pytest.mark.parametrize("bad", [0, 1, 7])
@pytest.mark.parametrize("others", [Counts(380, 0), Counts(380, 3), Counts(0, 0)])
def test_both_halves_are_what_each_is_alone_to_the_last_bit(bad: int, others: Counts) -> None:
    mine, once = Counts(20, bad), Counts(20, min(bad, 1))
    rules, ceiling = Comparison(dispersion=UNKNOWN, thin=True), Ceiling(greatest=0.01, dispersion=UNKNOWN, thin=True)

    alone = [*rules.bets.growth(Block(mine, others), UNKNOWN), *rules.bets.growth(Block(once, others))]
    assert rules.growth(Block(mine, others)) == alone
    assert ceiling.growth(mine) == [*growth(mine, ceiling.worse, UNKNOWN), *growth(once, ceiling.worse, 1.0)]


def test_every_bad_request_of_stables_counts() -> None:
    rules = Comparison(dispersion=BEYOND_MEASURE, thin=True)
    one, many = (rules.update(rules.start(), Block(Counts(20, 1), Counts(380, bad))).value for bad in (1, 10))

    assert many < one


def test_the_stake_is_laid_whole_and_in_equal_halves() -> None:
    assert sum(WEIGHTS) == pytest.approx(1)
    assert sum(GROSS_WEIGHTS) == pytest.approx(1)
    assert sum(THIN_WEIGHTS[:7]) == pytest.approx(sum(THIN_WEIGHTS[7:]))


@pytest.mark.parametrize("weight", [0.05, 0.5])
def test_bursts_within_blocks_make_no_evidence_by_what_counts_once(weight: float) -> None:
    rng, ones = np.random.default_rng(8), np.ones(RUNS)
    bets, greatest = Bets(GROSS_WEIGHTS, RUNS), ones
    for look in looks(rng, Traffic(rps=10, weight=weight, share=0.005, burst=9.5), RUNS):
        value = bets.grow(ratio_growth(once(look), ones, worse(ones), ones))
        greatest = np.maximum(greatest, value)

    assert value.mean() - 4 * value.std() / RUNS**0.5 <= 1
    assert Counted(int((greatest >= 100).sum()), RUNS).upper <= 1 / 100
    assert unknown(RUNS).thin.all()


@pytest.mark.parametrize(("thin", "dispersion", "blocks"), [(False, 3.0, 10), (True, UNKNOWN, 4)])
def test_a_fifth_of_bad_requests_is_shown_by_few_blocks_where_stable_has_none(
    thin: bool, dispersion: float, blocks: int
) -> None:
    """Two seconds of a twentieth of 50 requests a second: five requests, one of them bad."""
    judge = ErrorJudge.of(part=0.6, bound=0.01, dispersion=dispersion, thin=thin, every=30)
    state = judge.start()
    for _ in range(30):
        state = judge.update(state, Block(Counts(5, 1), Counts(95, 0)))

    assert state.breached == blocks


def test_what_is_kept_gives_the_same_state_back() -> None:
    judge = ErrorJudge.of(bound=0.01, dispersion=UNKNOWN, thin=True)
    state = judge.start()
    for bad in (0, 1, 2, 0, 1):
        state = judge.update(state, block(bad))

    assert ErrorState.from_floats(state.as_floats()) == state
