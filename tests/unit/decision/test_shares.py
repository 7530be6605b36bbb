"""Without a router: sizes make the share, and nothing is written to any route."""

from dataclasses import replace

import pytest

from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import World, deployed
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import Scale, SetWeight, WriteRoute
from tidegate.decision.plan import Step


def rolling_out() -> World:
    world = deployed(by_pods=True)
    world.target = "v2"
    return world


@pytest.mark.parametrize(
    ("weight", "stable", "pods"), [(5, 6, 1), (20, 4, 1), (25, 6, 2), (50, 4, 4), (50, 1, 1), (100, 4, 4), (20, 0, 0)]
)
def test_so_many_pods_beside_stables_are_the_share(weight: int, stable: int, pods: int) -> None:
    assert Step(name="step", weight=weight).size_by_pods(stable) == pods


def test_the_weight_is_reached_as_far_as_pods_are_ready() -> None:
    step = Step(name="half", weight=50)

    assert [step.weight_by_pods(50, ready=ready, replicas=4) for ready in range(5)] == [0, 12, 25, 37, 50]


def test_a_rollout_by_pods_writes_no_route_and_ends_with_the_new_pods_alone() -> None:
    world = rolling_out()

    world.run()

    assert (world.progress.phase, world.progress.stable) == (Phase.PROMOTED, "v2")
    assert [action for action in world.done if isinstance(action, SetWeight | WriteRoute)] == []
    sizes = [(action.revision, action.replicas) for action in world.done if isinstance(action, Scale)]
    assert sizes == [("v2", 4), ("v1", 0)]


def test_old_pods_go_only_after_the_point_of_no_return() -> None:
    world = rolling_out()
    while world.progress.phase is not Phase.PROMOTING:
        assert world.sides["v1"].replicas == 4
        world.turn()

    world.run()

    assert world.sides["v1"].replicas == 0


def test_a_breach_takes_the_pods_away_at_once() -> None:
    world = rolling_out()
    while world.progress.weighted_at is None:
        world.turn()
    world.evidence = BREACH

    decision = world.turn()

    assert decision.actions == (Scale("v2", 0, rejected=True),)
    world.run()
    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.OBJECTIVE_BREACHED)


def test_lost_pods_lower_the_share_by_themselves_and_stop_the_dwell() -> None:
    world = rolling_out()
    while world.progress.step < 1 or world.progress.settled_at is None:
        world.turn()
    world.sides["v2"] = replace(world.sides["v2"], available=2)

    decision = decide(world.look())

    assert decision.reason is Reason.CANDIDATE_PODS_LOST
    assert (decision.actions, decision.progress.settled_at) == ((), None)
