"""What a plan says of sizes and of times."""

from datetime import timedelta

import pytest

from tidegate.decision.plan import Plan, Step, pods_for

SECOND = timedelta(seconds=1)
PLAN = Plan(steps=(Step(name="full", weight=100),), settle=10 * SECOND, drain=30 * SECOND)


@pytest.mark.parametrize(
    ("weight", "of", "pods"), [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 10, 10), (50, 0, 0), (34, 3, 2)]
)
def test_a_share_that_has_traffic_has_a_pod_and_all_of_it_has_all_of_them(weight: int, of: int, pods: int) -> None:
    assert pods_for(weight, of=of) == pods


@pytest.mark.parametrize(("confirmed", "left"), [(0, 40), (10, 30), (40, 0), (41, -1)])
def test_an_answer_may_still_come_for_the_time_to_settle_and_to_drain(confirmed: int, left: int) -> None:
    assert PLAN.drain_left(confirmed * SECOND) == left * SECOND
