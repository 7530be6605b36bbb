"""What a step can show before it starts."""

from math import inf

import pytest

from tidegate.judge.plan import Expected, Fault, plan_seconds, plan_weight, span

SHOP = Expected(rps=100, share=0.01)


def test_more_traffic_weight_and_fault_need_less_time() -> None:
    usual = plan_seconds(SHOP, 0.1)

    assert plan_seconds(Expected(rps=1000, share=0.01), 0.1) == pytest.approx(usual / 10)
    assert plan_seconds(SHOP, 0.2) < usual
    assert plan_seconds(SHOP, 0.1, Fault(worse=5)) < usual / 4
    assert plan_seconds(SHOP, 0.1, Fault(tolerance=1.0)) < usual < plan_seconds(SHOP, 0.1, Fault(limit=1000))
    assert plan_seconds(SHOP, 0.1, Fault(dispersion=3)) == pytest.approx(3 * usual)


@pytest.mark.parametrize(
    ("expected", "weight", "worse"),
    [
        (Expected(rps=0, share=0.01), 0.1, 2),
        (Expected(rps=1, share=0), 0.1, 2),
        (SHOP, 0, 2),
        (SHOP, 1, 2),
        (SHOP, 0.1, 1.2),
    ],
)
def test_where_there_is_nothing_to_compare_it_takes_for_ever(expected: Expected, weight: float, worse: float) -> None:
    assert plan_seconds(expected, weight, Fault(worse=worse)) == inf


def test_the_weight_that_is_told_is_the_least_that_is_enough() -> None:
    percent = plan_weight(SHOP, 300)

    assert percent is not None
    assert plan_seconds(SHOP, percent / 100) <= 300 < plan_seconds(SHOP, (percent - 1) / 100)
    assert plan_weight(Expected(rps=0.1, share=0.001), 60) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(29.2, "30 s"), (121, "3 min"), (9000, "2.5 h"), (172_799, "48.0 h"), (5e8, "5,787 days")]
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_fresh_baseline_takes_longer_to_show_a_fault_by_what_it_is_given_less() -> None:
    stable, fresh = (Expected(rps=100, share=0.01, fresh=fresh) for fresh in (False, True))

    # Of 100 pods 10 are the candidate's: of what stable's 100 get, 10 of 110 are the baseline's.
    assert fresh.counted(0.1) == pytest.approx((100 * (0.1 + 0.9 * 10 / 110), 0.1 / (0.1 + 0.9 * 10 / 110)))
    assert 1.5 < plan_seconds(fresh, 0.1) / plan_seconds(stable, 0.1) < 3
