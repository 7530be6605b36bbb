"""Without a router: sizes make the share, and nothing is written to any route."""

from dataclasses import replace

import pytest

from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import PrepareRevision, Scale, SetWeight, WriteRoute
from tidegate.decision.plan import Step, weight_by_pods


def rolling_out() -> World:
    world = deployed(by_pods=True)
    world.target = "v2"
    return world


@pytest.mark.parametrize(
    ("weight", "stable", "pods"), [(5, 6, 1), (20, 4, 1), (25, 6, 2), (50, 4, 4), (50, 1, 1), (100, 4, 4), (20, 0, 0)]
)
def test_so_many_pods_beside_stables_are_the_share(weight: int, stable: int, pods: int) -> None:
    assert Step(name="step", weight=weight).size_by_pods(stable) == pods


@pytest.mark.parametrize(("weight", "pods"), [(5, 1), (20, 3), (50, 10)])
def test_an_autoscalers_least_gives_a_candidate_no_larger_share_than_its_weight(weight: int, pods: int) -> None:
    steps = (Step(name="first", weight=weight, pause=True), Step(name="full", weight=100))
    world = deployed(by_pods=True, replicas=10, least_size=10, plan=replace(PLAN, steps=steps))
    world.target = "v2"

    world.run()

    assert world.progress.phase is Phase.PAUSED
    assert {revision: side.replicas for revision, side in world.sides.items()} == {"v1": 10, "v2": pods}


def test_the_weight_is_reached_as_far_as_pods_are_ready() -> None:
    assert [weight_by_pods(50, ready=ready, wanted=4) for ready in range(6)] == [0, 12, 25, 37, 50, 50]
    assert weight_by_pods(50, ready=0, wanted=0) == 0


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

    assert decision.actions == (Scale(revision="v2", replicas=0, rejected=True),)
    world.run()
    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.OBJECTIVE_BREACHED)


def test_the_candidates_pods_stay_while_stable_has_none_however_often_one_looks() -> None:
    world = rolling_out()
    while world.progress.weighted_at is None:
        world.turn()
    world.starts = frozenset({"v2"})
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.evidence = BREACH

    decision = world.run()

    assert decision.reason is Reason.ROLLBACK_BLOCKED
    assert world.sides["v2"].replicas == world.sides["v2"].available > 0


def one_a_node(at_once: int = 1) -> World:
    world = deployed(by_pods=True, at_once=at_once)
    world.target = "v2"
    return world


@pytest.mark.parametrize(("at_once", "sizes"), [(1, [1, 2, 3, 4]), (2, [1, 2, 4]), (9, [1, 2, 4])])
def test_with_one_pod_a_node_so_many_change_at_a_time_within_a_step(at_once: int, sizes: list[int]) -> None:
    world = one_a_node(at_once)

    world.run()

    prepared = [action.replicas for action in world.done if isinstance(action, PrepareRevision | Scale)]
    assert prepared == [*sizes, 0]
    assert world.progress.phase is Phase.PROMOTED


def test_with_one_pod_a_node_the_next_waits_for_the_last() -> None:
    world = one_a_node()
    world.starts = frozenset({"v1"})
    world.run()

    assert [action for action in world.done if isinstance(action, Scale)] == []


def test_with_one_pod_a_node_all_nodes_go_back_at_once_though_stable_has_none() -> None:
    world = one_a_node()
    world.turn_until(Phase.WATCHING)
    world.sides["v1"] = replace(world.sides["v1"], replicas=0, available=0, whole=False)
    world.evidence = BREACH

    decision = world.turn()

    assert decision.actions == (Scale(revision="v2", replicas=0, rejected=True),)


def test_a_node_that_comes_gets_no_pod_of_what_was_stable_before() -> None:
    world = one_a_node()
    world.turn_until(Phase.PROMOTING)
    world.sides["v1"] = replace(world.sides["v1"], replicas=0, available=0, whole=False, joins=True)
    world.turn()

    assert Scale(revision="v1", replicas=0) in decide(world.look()).actions


def test_a_crash_between_giving_and_taking_back_leaves_no_node_without_pods() -> None:
    world = one_a_node()
    while world.progress.weighted_at is None:
        world.turn()
    world.evidence = BREACH
    world.turn()
    world.sides["v1"] = replace(world.sides["v1"], whole=False)

    assert Scale(revision="v1", replicas=4) in decide(world.look()).actions


def test_lost_pods_lower_the_share_by_themselves_and_stop_the_dwell() -> None:
    world = rolling_out()
    while world.progress.step < 1 or world.progress.settled_at is None:
        world.turn()
    world.sides["v2"] = replace(world.sides["v2"], available=2)

    decision = decide(world.look())

    assert decision.reason is Reason.CANDIDATE_PODS_LOST
    assert (decision.actions, decision.progress.settled_at) == ((), None)
