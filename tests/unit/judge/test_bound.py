"""Absolute bounds on counts, and a candidate's share of the requests."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tidegate.judge.bound import BETTER, Ceiling, bets, growth
from tidegate.judge.counts import Block, Counts
from tidegate.judge.ratio import WORSE
from tidegate.judge.share import FEWER, HALF, MORE, RequestShare, served

CEILING = Ceiling(greatest=0.01)
SHARE = RequestShare()


def chances(trials: int, share: float) -> list[float]:
    return [float(special.binom(trials, k) * share**k * (1 - share) ** (trials - k)) for k in range(trials + 1)]


@pytest.mark.parametrize("share", [0.0, 0.005, 0.01])
def test_no_bet_against_a_bound_is_expected_to_grow_while_it_is_kept(share: float) -> None:
    shares = [0.01 * worse for worse in WORSE[:-1]]

    means = [
        sum(
            chance * math.exp(growth(Counts(40, k), bets([bet], 0.01), 1.0)[0])
            for k, chance in enumerate(chances(40, share))
        )
        for bet in shares
    ]

    assert max(means) <= 1 + 1e-9


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_no_bet_on_a_pass_is_expected_to_grow_while_a_bound_is_broken(share: float) -> None:
    means = [
        sum(
            chance * math.exp(growth(Counts(40, k), bets([0.01 * better], 0.01), 1.0)[0])
            for k, chance in enumerate(chances(40, share))
        )
        for better in BETTER
    ]

    assert max(means) <= 1 + 1e-9


@pytest.mark.parametrize("got", [0.08, 0.1, 0.2])
def test_no_bet_on_lost_requests_is_expected_to_grow_while_the_share_is_served(got: float) -> None:
    means = [
        sum(
            chance * math.exp(growth(served(Block(Counts(k), Counts(50 - k))), bets([0.08 * fewer], 0.08), 1.0)[0])
            for k, chance in enumerate(chances(50, got))
        )
        for fewer in FEWER
    ]

    assert max(means) <= 1 + 1e-9


@pytest.mark.parametrize("got", [0.01, 0.05])
def test_no_bet_on_a_share_that_passes_is_expected_to_grow_while_half_of_it_is_missing(got: float) -> None:
    means = [
        sum(
            chance * math.exp(growth(served(Block(Counts(k), Counts(50 - k))), bets([0.1 * more], 0.1 * HALF), 1.0)[0])
            for k, chance in enumerate(chances(50, got))
        )
        for more in MORE
    ]

    assert max(means) <= 1 + 1e-9


@settings(max_examples=15)
@given(st.integers(0, 2000), st.floats(0, 1), st.floats(0, 1))
def test_a_bound_anywhere_gives_a_number(requests: int, bad_share: float, greatest: float) -> None:
    ceiling = Ceiling(greatest=greatest)
    counts = Counts(requests, int(requests * bad_share))

    breach, kept = ceiling.update(ceiling.start(), counts), ceiling.update_pass(ceiling.start_pass(), counts)

    assert math.isfinite(breach.value)
    assert math.isfinite(kept.value)


def test_one_error_breaks_a_bound_of_none() -> None:
    ceiling = Ceiling(greatest=0.0)

    assert ceiling.update(ceiling.start(), Counts(10, 1)).value > 1000


@pytest.mark.parametrize(("clean", "passes"), [(298, False), (450, True)])
def test_a_pass_without_errors_needs_some_hundreds_of_requests(clean: int, passes: bool) -> None:
    kept = CEILING.update_pass(CEILING.start_pass(), Counts(clean, 0))

    assert (kept.value >= 20) is passes


def test_three_failed_requests_of_three_weigh_as_three() -> None:
    few = CEILING.update(CEILING.start(), Counts(3, 1)).value
    many = CEILING.update(CEILING.start(), Counts(3000, 1000)).value

    assert few < 40
    assert many > 1e100


def test_a_candidate_that_sheds_most_of_its_load_is_found_and_one_that_serves_it_is_not() -> None:
    shedding, serving = SHARE.start(), SHARE.start()
    for _ in range(8):
        shedding = SHARE.update(shedding, Block(Counts(60), Counts(1440)), 0.1)
        serving = SHARE.update(serving, Block(Counts(140), Counts(1360)), 0.1)

    assert shedding.value > 1000
    assert serving.value < 1


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_at_no_weight_and_at_all_there_is_no_share_to_miss(weight: float) -> None:
    assert SHARE.update(SHARE.start(), Block(Counts(0), Counts(100)), weight).value == pytest.approx(1)
