"""Latency by the boundaries of histograms."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.judge.counts import Block, Counts
from tidegate.judge.histogram import Histogram, choose, classic, native, upper, weights
from tidegate.judge.latency import LatencyComparison, TailBlock, Tails, growth, tails
from tidegate.judge.ratio import Bets, Comparison

HOUR = classic({0.05: 4000, 0.1: 7600, 0.25: 9800, 0.5: 9990, 1.0: 9999, inf: 10_000})


def test_the_boundaries_are_those_that_some_but_not_most_of_stables_requests_are_over() -> None:
    assert choose(HOUR, HOUR) == (0.1, 0.25, 0.5)


def test_only_boundaries_of_both_versions_are_chosen() -> None:
    other = classic({0.1: 10, 0.5: 20, inf: 20})

    assert choose(HOUR, other) == (0.1, 0.5)


def test_where_stable_is_faster_than_all_boundaries_the_least_is_chosen() -> None:
    fast = classic({0.1: 10_000, 0.5: 10_000, inf: 10_000})

    assert choose(fast, fast) == (0.1,)


@pytest.mark.parametrize("useless", [classic({0.1: 0, inf: 10}), classic({inf: 10}), classic({0.1: 0, inf: 0})])
def test_where_stable_is_slower_than_all_boundaries_none_is_chosen(useless: Histogram) -> None:
    assert choose(useless, useless) == ()


def test_most_is_bet_where_slow_requests_are_rarest() -> None:
    bets = weights(HOUR, (0.1, 0.25, 0.5))

    assert sum(bets) == pytest.approx(1)
    assert bets[0] < bets[1] < bets[2]


def test_a_boundary_that_is_none_is_never_guessed() -> None:
    with pytest.raises(KeyError):
        HOUR.slower_than(0.3)


@pytest.mark.parametrize("buckets", [{0.1: 5, 0.5: 4, inf: 9}, {0.1: 5, 0.5: 9}])
def test_buckets_that_are_not_cumulative_or_have_no_end_are_refused(buckets: dict[float, int]) -> None:
    with pytest.raises(ValueError, match="cumulative"):
        classic(buckets)


def test_a_native_histogram_of_custom_buckets_is_refused() -> None:
    with pytest.raises(ValueError, match="-53"):
        native(-53, {0: 1})


def test_native_histograms_of_two_schemas_share_the_boundaries_of_the_coarser() -> None:
    fine, coarse = native(3, dict.fromkeys(range(-40, 9), 100)), native(0, dict.fromkeys(range(-5, 2), 700))

    chosen = choose(fine, coarse)

    assert chosen
    assert set(chosen) <= {upper(0, index) for index in range(-10, 10)}
    assert not coarse.knows(upper(3, 1))


def test_a_native_bucket_that_is_not_there_is_empty() -> None:
    assert native(3, {0: 4, 2: 3}, zero=2).slower_than(upper(3, 1)) == 3
    assert native(3, {0: 4}, zero=2).slower_than(upper(3, 40)) == 0
    assert native(3, {0: 4}, zero=2).slower_than(upper(3, -40)) == 4


@settings(max_examples=15)
@given(st.integers(-4, 8), st.integers(-1000, 1000))
def test_a_native_boundary_is_known_by_its_value_in_every_finer_schema(schema: int, index: int) -> None:
    exponent = index * 2.0**-schema
    if abs(exponent) < 60:
        assert native(min(8, schema + 1), {}).knows(upper(schema, index))


def test_one_boundary_is_the_comparison_of_its_counts() -> None:
    logs = growth(Tails(100, (6, 2)), Tails(900, (4, 0)), Bets.on([2.5, 5.0], 1.25), (1.0, 1.0))

    alone = [
        Bets.on([2.5, 5.0], 1.25).growth(Block(Counts(100, mine), Counts(900, others)))
        for mine, others in ((6, 4), (2, 0))
    ]
    assert logs == pytest.approx([*alone[0], *alone[1]])


def test_the_evidence_is_the_mean_over_the_boundaries() -> None:
    latency, comparison = LatencyComparison(boundary_weights=(0.5, 0.5)), Comparison()
    values, evidence = [comparison.start(), comparison.start()], latency.start()
    for _ in range(9):
        evidence = latency.update(evidence, Tails(100, (16, 2)), Tails(900, (70, 9)))
        values = [
            comparison.update(each, Block(Counts(100, mine), Counts(900, others)))
            for each, (mine, others) in zip(values, ((16, 70), (2, 9)), strict=True)
        ]

    assert evidence.value == pytest.approx(sum(each.value for each in values) / 2)
    assert latency.slowest(evidence) == 0


def test_a_tail_that_only_grows_at_one_boundary_is_found() -> None:
    latency = LatencyComparison(boundary_weights=(1 / 3,) * 3)
    evidence = latency.start()
    for _ in range(8):
        evidence = latency.update(evidence, Tails(150, (36, 3, 4)), Tails(1350, (324, 27, 1)))

    assert evidence.value > 250
    assert latency.slowest(evidence) == 2


def test_a_candidate_passes_at_all_boundaries_or_not_at_all() -> None:
    latency = LatencyComparison(boundary_weights=(0.5, 0.5))
    good, partly = latency.start_pass(), latency.start_pass()
    for _ in range(40):
        good = latency.update_pass(good, Tails(150, (3, 3)), Tails(1350, (27, 27)))
        partly = latency.update_pass(partly, Tails(150, (3, 9)), Tails(1350, (27, 27)))

    assert latency.passing(good) >= 20
    assert latency.passing(partly) < 1


def test_a_block_without_requests_of_a_side_says_nothing() -> None:
    latency = LatencyComparison(boundary_weights=(1.0,))

    assert latency.update(latency.start(), Tails(0, (0,)), Tails(50, (9,))).value == pytest.approx(1)


def test_tails_are_read_from_a_blocks_histogram() -> None:
    assert tails(HOUR, (0.1, 0.5)) == Tails(10_000, (2400, 10))
    assert tails(HOUR, (0.1,)) + Tails(1, (1,)) == Tails(10_001, (2401,))


def test_requests_over_other_boundaries_are_not_added_up() -> None:
    with pytest.raises(ValueError, match="1 and 2 boundaries"):
        Tails(9, (3,)) + Tails(9, (3, 1))


def test_blocks_of_both_sides_are_added_up_side_by_side_and_seen_at_one_boundary() -> None:
    one, more = TailBlock(Tails(9, (3, 1)), Tails(90, (20, 0))), TailBlock(Tails(1, (1, 0)), Tails(10, (5, 4)))

    assert one + more == TailBlock(Tails(10, (4, 1)), Tails(100, (25, 4)))
    assert (one + more).at(1) == Block(Counts(10, 1), Counts(100, 4))
