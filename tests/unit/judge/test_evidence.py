"""Evidence that is capped: what is over is soon gone, and what is promised still holds."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tidegate.judge.bound import Ceiling
from tidegate.judge.counts import Counts
from tidegate.judge.evidence import Evidence

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
