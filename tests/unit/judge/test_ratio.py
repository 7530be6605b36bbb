"""The comparison of two sides by their counts."""

import math
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tidegate.judge.counts import Block, Counts
from tidegate.judge.evidence import Evidence, left
from tidegate.judge.interval import Interval
from tidegate.judge.ratio import NO_WORSE, WORSE, Bets, Comparison, NonInferiority

COMPARISON = Comparison()
NON_INFERIORITY = NonInferiority()


def block(mine: tuple[int, int], others: tuple[int, int]) -> Block:
    return Block(Counts(*mine), Counts(*others))


def binomial(trials: int, share: float) -> list[float]:
    """The chances of none to all: scipy's, by differences of its distribution function."""
    below = [0.0, *special.bdtr(range(trials + 1), trials, share)]
    return [high - low for low, high in pairwise(below)]


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    def side() -> Counts:
        requests = draw(st.integers(0, 5000))
        return Counts(requests, draw(st.integers(0, min(requests, 50))))

    return Block(side(), side())


@pytest.mark.parametrize(("bad", "requests"), [(-1, 5), (6, 5), (0, -1)])
def test_counts_that_cannot_be_are_refused(bad: int, requests: int) -> None:
    with pytest.raises(ValueError, match="between none and all"):
        Counts(requests, bad)


@pytest.mark.parametrize(
    ("mine", "others", "shares", "null"),
    [
        (mine, others, shares, null)
        for mine, others in ((3, 40), (20, 20), (7, 3))
        for shares in ((0.01, 0.008), (0.5, 0.4), (0.1, 0.5), (0.0125, 0.01))
        for null in (1.25, 2.0)
    ],
)
def test_no_bet_is_expected_to_grow_while_the_hypothesis_holds(
    mine: int, others: int, shares: tuple[float, float], null: float
) -> None:
    assert shares[0] <= null * shares[1]
    ratios = [null * worse for worse in WORSE]
    means = [0.0] * len(ratios)
    chances, others_chances = binomial(mine, shares[0]), binomial(others, shares[1])
    for bad, others_bad in product(range(mine + 1), range(others + 1)):
        chance = chances[bad] * others_chances[others_bad]
        logs = Bets.on(ratios, null).growth(block((mine, bad), (others, others_bad)))
        means = [mean + chance * math.exp(log) for mean, log in zip(means, logs, strict=True)]

    assert max(means) <= 1 + 1e-9


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_no_bet_on_a_pass_is_expected_to_grow_while_the_candidate_is_bad(share: float) -> None:
    bad_ratio = NON_INFERIORITY.bad_ratio
    means = [0.0] * len(NO_WORSE)
    chances, others_chances = binomial(10, bad_ratio * share), binomial(30, share)
    for bad, others_bad in product(range(11), range(31)):
        chance = chances[bad] * others_chances[others_bad]
        logs = Bets.on(NO_WORSE, bad_ratio).growth(block((10, bad), (30, others_bad)))
        means = [mean + chance * math.exp(log) for mean, log in zip(means, logs, strict=True)]

    assert max(means) <= 1 + 1e-9


def test_the_growth_is_the_ratio_of_two_binomial_chances() -> None:
    chances = [binomial(10, ratio * 100 / (ratio * 100 + 900))[6] for ratio in (1.25, 1.25 * 5)]

    logs = Bets.on([1.25 * 5], 1.25).growth(block((100, 6), (900, 4)))

    assert math.exp(logs[0]) == pytest.approx(chances[1] / chances[0])


@settings(max_examples=15)
@given(st.lists(blocks(), max_size=6))
def test_kept_and_read_again_the_evidence_is_the_same_to_the_last_bit(seen: list[Block]) -> None:
    evidence, kept, interval = COMPARISON.start(), COMPARISON.start(), Interval()
    for each in seen:
        evidence = COMPARISON.update(evidence, each)
        kept = COMPARISON.update(Evidence.from_floats(kept.as_floats()), each)
        interval = Interval.from_floats(interval.as_floats()).updated(each)

    assert kept.as_floats() == evidence.as_floats()
    assert kept.value.hex() == evidence.value.hex()
    assert interval.least <= interval.greatest


@settings(max_examples=15)
@given(blocks(), st.floats(1, 20))
def test_bursts_make_evidence_weaker_and_never_turn_it(seen: Block, dispersion: float) -> None:
    plain, tempered = (Bets.on([2.5, 12.5], 1.25).growth(seen, phi) for phi in (1.0, dispersion))

    assert tempered == pytest.approx([log / dispersion for log in plain])


@pytest.mark.parametrize("empty", [block((0, 0), (900, 30)), block((50, 20), (0, 0)), block((50, 0), (900, 0))])
def test_a_block_without_requests_of_a_side_or_without_bad_ones_says_nothing(empty: Block) -> None:
    evidence = COMPARISON.update(COMPARISON.start(), empty)

    assert evidence.value == pytest.approx(1)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_the_stake_enters_bit_by_bit_and_never_runs_out(look: int, every: int) -> None:
    assert 0 < left(look + every, every) < left(look, every) <= 0.25


def test_ten_errors_of_twenty_requests_are_enough_in_one_look() -> None:
    evidence = COMPARISON.update(COMPARISON.start(), block((20, 10), (380, 4)))

    assert evidence.value > 1e5


def test_errors_of_the_candidate_alone_are_finite_evidence() -> None:
    evidence = COMPARISON.update(COMPARISON.start(), block((500, 5), (9500, 0)))

    assert 250 < evidence.value < math.inf


def test_evidence_beyond_all_numbers_stays_a_number() -> None:
    evidence = COMPARISON.start()
    for _ in range(3):
        evidence = COMPARISON.update(evidence, block((10**9, 10**8), (10**9, 1)))

    assert math.isfinite(evidence.value)
    assert evidence.value >= 1e300


def test_an_outage_of_both_is_no_evidence() -> None:
    evidence = COMPARISON.start()
    for _ in range(12):
        evidence = COMPARISON.update(evidence, block((150, 75), (1350, 675)))

    assert evidence.value < 1


def test_a_fault_that_starts_late_is_found_nearly_as_soon() -> None:
    assert looks_to_find(after=240) <= 2 * looks_to_find(after=0)


def looks_to_find(*, after: int) -> int:
    evidence = COMPARISON.start()
    for _ in range(after):
        evidence = COMPARISON.update(evidence, block((150, 1), (1350, 9)))
    for look in range(1, 100):
        evidence = COMPARISON.update(evidence, block((150, 5), (1350, 9)))
        if evidence.value >= 200:
            return look

    raise AssertionError


def test_a_healthy_candidate_passes() -> None:
    evidence = NON_INFERIORITY.start()
    for _ in range(40):
        evidence = NON_INFERIORITY.update(evidence, block((150, 1), (1350, 13)))

    assert evidence.value >= 20


def test_the_interval_holds_the_ratio_and_narrows() -> None:
    interval = Interval()
    for _ in range(40):
        interval = interval.updated(block((150, 6), (1350, 18)))

    assert 2 <= interval.least < 3 < interval.greatest < 4.5
