"""Evidence that is capped: what is over is soon gone, and what is promised still holds."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tidegate.judge.bound import Ceiling
from tidegate.judge.combined import EDGE
from tidegate.judge.counts import Block, Counts
from tidegate.judge.evidence import ENOUGH, Evidence
from tidegate.judge.ratio import Comparison

LIMIT, MOST = 100.0, 150.0
CEILING = Ceiling(greatest=0.1)


def after(bad: list[int], most: float = math.inf) -> list[Evidence]:
    """The evidence after each block of twenty requests."""
    found = [CEILING.start()]
    for count in bad:
        found.append(CEILING.update(found[-1], Counts(20, count)).capped(most))

    return found


def first_over(found: list[Evidence]) -> int | None:
    return next((look for look, each in enumerate(found) if each.value >= LIMIT), None)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 8), max_size=40))
def test_a_limit_below_the_cap_is_reached_at_the_same_look_and_no_evidence_is_greater(bad: list[int]) -> None:
    free, capped = after(bad), after(bad, MOST)

    assert first_over(capped) == first_over(free)
    assert all(less.value <= more.value * (1 + 1e-9) for less, more in zip(capped, free, strict=True))
    assert max(each.value for each in capped) <= MOST * (1 + 1e-9)


@pytest.mark.parametrize("before", [[], [3], [9, 9, 9], [9, 9, 9, 0, 1]])
def test_capped_evidence_is_not_expected_to_grow_while_the_bound_is_kept(before: list[int]) -> None:
    last = after(before, MOST)[-1]

    mean = sum(
        float(special.binom(20, k)) * 0.1**k * 0.9 ** (20 - k) * CEILING.update(last, Counts(20, k)).capped(MOST).value
        for k in range(21)
    )

    assert mean <= last.value * (1 + 1e-9)


def test_what_is_over_is_soon_gone_from_capped_evidence() -> None:
    worst, over = [20] * 40, [1] * 10

    assert after([*worst, *over])[-1].value > LIMIT
    assert after([*worst, *over], MOST)[-1].value < 1


def test_what_is_below_its_cap_keeps_every_bit() -> None:
    found = after([4, 4])[-1]
    assert 1 < found.value < MOST

    assert found.capped(MOST) is found
    assert found.capped(1.0).value == pytest.approx(1.0)
    assert found.capped(1.0).reserve == found.reserve


LIMITED = Comparison(edge=EDGE)
FAILED = Block(Counts(1000, 1000), Counts(9000, 10))


def compared(blocks: list[Block], rules: Comparison = LIMITED) -> list[Evidence]:
    """The evidence after each block."""
    found = [rules.start()]
    for block in blocks:
        found.append(rules.update(found[-1], block))

    return found


def test_two_blocks_are_never_enough_where_each_is_limited_and_three_are() -> None:
    values = [each.value for each in compared([FAILED] * 3)]

    assert values == pytest.approx([EDGE**blocks for blocks in range(4)])
    assert compared([FAILED], Comparison())[-1].value > 1e9


def test_what_speaks_for_the_candidate_is_not_limited() -> None:
    clean = Block(Counts(1000, 0), Counts(9000, 900))

    assert compared([FAILED, FAILED, clean])[-1].value < 1
    assert compared([clean, clean]) == compared([clean, clean], Comparison())


@pytest.mark.parametrize("before", [0, 1, 3])
def test_limited_evidence_is_not_expected_to_grow_while_nothing_is_worse(before: int) -> None:
    last, tolerated = compared([FAILED] * before)[-1], 1.25 / (1.25 + 1)
    bad = [Block(Counts(100, mine), Counts(100, 20 - mine)) for mine in range(21)]
    chances = [float(special.binom(20, mine)) * tolerated**mine * (1 - tolerated) ** (20 - mine) for mine in range(21)]

    mean = sum(chance * LIMITED.update(last, block).value for chance, block in zip(chances, bad, strict=True))

    assert mean <= last.value * (1 + 1e-9)


def test_limited_evidence_stays_a_number_however_long_a_fault_lasts() -> None:
    last = compared([Block(Counts(10**6, 10**6), Counts(10**6, 0))] * 50)[-1]

    assert last.value == pytest.approx(ENOUGH)
    assert Evidence.from_floats(last.as_floats()) == last


@pytest.mark.parametrize(("growth", "weights"), [(2, 3), (3, 2), (3, 4)], ids=["factors", "too few", "too many"])
def test_factors_and_weights_of_other_bets_are_refused(growth: int, weights: int) -> None:
    with pytest.raises(ValueError, match="for 3 bets"):
        Evidence.none(3).grown([0.0] * growth, [1 / weights] * weights)
