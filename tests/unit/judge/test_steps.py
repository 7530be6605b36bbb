"""What each step of a plan can show, and the warning of those that show too little."""

from math import inf

import pytest

from tidegate.judge.plan import DOUBLED, Expected, plan_seconds
from tidegate.judge.steps import PlannedStep, Sight, seen_by, sights, too_short

SHOP = Expected(rps=100, share=0.01)
FIRST = PlannedStep(name="first", weight=0.05, seconds=300)
HALF = PlannedStep(name="half", weight=0.5, seconds=3600)


def seen(*steps: PlannedStep, expected: Expected = SHOP) -> tuple[Sight, ...]:
    return sights(expected, steps, DOUBLED)


def test_a_step_that_is_long_enough_is_not_told() -> None:
    assert too_short(SHOP, seen(HALF), DOUBLED) == ""


def test_a_step_that_is_too_short_is_told_with_the_time_and_the_weight_that_would_do() -> None:
    assert too_short(SHOP, seen(FIRST, HALF), DOUBLED) == (
        "too short to show 1 % → 2 % bad of 100 requests/s: first (5 % for 5 min) needs 13 min or 15 %; "
        "all steps together show it in half"
    )


def test_where_no_weight_is_enough_only_the_time_is_told() -> None:
    little = Expected(rps=0.1, share=0.001)

    told = too_short(little, seen(FIRST, expected=little), DOUBLED)

    assert told.endswith(" days; all steps together do not show it either")
    assert "or" not in told.split("needs", 1)[1].split(";", 1)[0]


def test_the_weight_that_is_told_is_enough_and_one_less_is_not() -> None:
    (sight,) = seen(FIRST)

    assert sight.enough is not None
    assert plan_seconds(SHOP, sight.enough / 100) <= FIRST.seconds < plan_seconds(SHOP, (sight.enough - 1) / 100)


def test_steps_that_are_too_short_alone_show_it_together() -> None:
    parts = tuple(PlannedStep(name=name, weight=0.05, seconds=300) for name in ("a", "b", "c", "d"))

    assert all(sight.short for sight in seen(*parts))
    assert seen_by(seen(*parts)) == "c"
    assert seen_by(seen(*parts[:2])) == ""


def test_a_step_that_a_person_ends_is_never_too_short() -> None:
    assert not seen(PlannedStep(name="first", weight=0.05, seconds=inf))[0].short


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_step_without_two_sides_shows_nothing_and_is_not_told(weight: float) -> None:
    assert seen(PlannedStep(name="all", weight=weight, seconds=60)) == ()


def test_where_stable_has_no_bad_request_nothing_is_told() -> None:
    clean = Expected(rps=100, share=0.0)

    assert too_short(clean, seen(FIRST, expected=clean), DOUBLED) == ""


def test_of_many_steps_the_first_are_named_and_the_rest_counted() -> None:
    many = seen(*(PlannedStep(name=f"step-{place}", weight=0.01, seconds=1) for place in range(30)))

    told = too_short(SHOP, many, DOUBLED)

    assert "step-3 " in told
    assert "step-4 " not in told
    assert "and 26 more" in told
