"""A workload that was there before: in which order it is taken, and in which it is given back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import progress_look
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.decision import Phase, Progress, Reason, Snapshot, decide
from tidegate.decision.actions import (
    DetachPods,
    EmptyWorkload,
    Finalize,
    HandServicesOver,
    HoldReplicas,
    PointService,
    RefillWorkload,
    ReleaseReplicas,
    ReleaseWorkload,
    ResizeWorkload,
    RestoreRoutes,
    Role,
    Scale,
    SetWeight,
    TakeOver,
)
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Blocked
from tidegate.decision.workload import Workload

MINUTE = timedelta(minutes=1)
SERVING = Workload(name="web", replicas=4, available=4)
TAKEN = replace(SERVING, paused=True, taken_over=True, was_replicas=4, attached_pods=4)
EMPTY = replace(TAKEN, replicas=0, available=0, emptied=1)
ROUTE = Route(attached=True, confirmed_for=10 * MINUTE)
DRAINING = replace(PLAN, drain=MINUTE)


def at_rest(workload: Workload, **changes: Any) -> Snapshot:
    route = changes.pop("route", ROUTE)
    return replace(deployed().look(), workload=workload, finalizer=True, route=route, **changes)


def actions(look: Snapshot) -> list[Any]:
    return list(decide(look).actions)


def first(workload: Workload, **changes: Any) -> Snapshot:
    world = World(starts=frozenset())
    world.turn()
    return replace(world.look(), workload=workload, **changes)


def test_a_finalizer_comes_before_anything_is_taken() -> None:
    assert actions(first(SERVING)) == [Finalize(keep=True)]
    assert actions(replace(World().look(), workload=SERVING)) == [Finalize(keep=True)]
    assert actions(first(SERVING, finalizer=True)) == [TakeOver()]


def test_nothing_is_taken_while_the_takeover_waits() -> None:
    waiting = Blocked(Reason.TAKEOVER_WAITS, "an autoscaler")

    assert actions(first(SERVING, finalizer=True, blocked=waiting)) == []


def test_the_size_of_a_deployment_that_was_referred_to_by_mistake_is_gits_alone_again() -> None:
    waiting = Blocked(Reason.TAKEOVER_WAITS, "an autoscaler")
    mended = replace(World().look(), workload=SERVING, blocked=waiting, unreferenced=("wbe",))

    assert actions(mended) == [ReleaseReplicas("wbe")]
    assert actions(replace(mended, blocked=Blocked(Reason.REFUSED, "no"))) == []
    assert actions(replace(mended, deleting=True, finalizer=True)) == [ReleaseReplicas("wbe"), Finalize(keep=False)]


PROGRESSIVE = replace(TAKEN, progressively=True)


@pytest.mark.parametrize(("available", "left"), [(1, 3), (3, 1), (4, 1)])
def test_a_deployment_without_room_gives_up_a_pod_for_each_of_ours(available: int, left: int) -> None:
    look = coming_up(PROGRESSIVE, available=available)

    assert actions(look) == [ResizeWorkload(left)]


@pytest.mark.parametrize(("available", "size"), [(0, 4), (4, 1)])
def test_a_deployment_keeps_all_before_ours_are_up_and_its_last_pod_until_they_serve(available: int, size: int) -> None:
    look = coming_up(replace(PROGRESSIVE, replicas=size), available=available)

    assert ResizeWorkload not in map(type, actions(look))


def test_a_deployment_serves_whole_again_before_another_first_revision_starts() -> None:
    shrunk = replace(PROGRESSIVE, replicas=1, available=1)
    look = replace(coming_up(shrunk, available=3), target="v2")

    assert actions(look) == [ResizeWorkload(4)]
    back = decide(replace(look, workload=replace(shrunk, replicas=4, available=2)))
    assert (back.actions, back.progress.candidate) == ((), "v1")
    assert decide(replace(look, workload=PROGRESSIVE)).progress.candidate == "v2"


def test_pods_of_a_replaced_first_revision_stay_while_they_are_all_that_answers() -> None:
    look = coming_up(replace(TAKEN, replicas=0, available=0), available=4)
    replaced = progress_look(replace(look, target="v2"), candidate="v2")

    assert Scale("v1", 0) not in actions(replaced)
    assert actions(replace(replaced, workload=TAKEN)) == [Scale("v1", 0)]


def test_a_first_revision_whose_status_was_lost_goes_on_with_its_pods() -> None:
    failing = replace(TAKEN, available=0, attached_pods=4)
    look = replace(coming_up(failing, available=4), route=ROUTE, finalizer=True)

    lost = replace(look, progress=Progress())

    assert actions(lost) == []
    assert decide(lost).progress.candidate == "v1"


def coming_up(workload: Workload, *, available: int) -> Snapshot:
    """The first revision of a taken over Deployment, with so many of its four pods available."""
    world = World(starts=frozenset())
    world.turn()
    world.turn()
    side = replace(world.sides["v1"], available=available)
    return replace(world.look(), workload=workload, finalizer=True, sides=(side,))


def test_a_size_that_git_owns_is_held_before_git_lets_go() -> None:
    owned = replace(SERVING, owned_by="kustomize-controller")
    look = replace(World().look(), workload=owned, finalizer=True, blocked=Blocked(Reason.TAKEOVER_WAITS, "Git"))

    assert actions(look) == [HoldReplicas(4)]


def test_pods_go_last_and_only_after_the_drain() -> None:
    early = at_rest(TAKEN, plan=DRAINING, route=replace(ROUTE, confirmed_for=timedelta(seconds=10)))

    assert (decide(early).reason, decide(early).look_again) == (Reason.TAKING_OVER, timedelta(seconds=50))
    assert actions(early) == []
    assert actions(at_rest(TAKEN, plan=DRAINING)) == [EmptyWorkload()]


def test_a_deployment_is_not_emptied_before_there_is_anything_of_ours() -> None:
    route = replace(ROUTE, confirmed_for=60 * MINUTE)
    look = replace(World().look(), workload=replace(TAKEN, attached_pods=0), finalizer=True, route=route)

    assert (actions(look), decide(look).reason) == ([], Reason.ROLLOUT_STARTED)


@pytest.mark.parametrize(
    "changes", [{"route": replace(ROUTE, confirmed=False)}, {"route": None}], ids=["unconfirmed", "no route"]
)
def test_pods_stay_while_the_route_is_not_sure(changes: dict[str, Any]) -> None:
    assert EmptyWorkload() not in actions(at_rest(TAKEN, **changes))


def test_a_deployment_that_someone_unpaused_is_paused_again() -> None:
    assert actions(at_rest(replace(TAKEN, paused=False))) == [TakeOver()]


def test_there_is_no_third_try() -> None:
    look = at_rest(replace(TAKEN, emptied=2))

    assert actions(look) == []
    assert (decide(look).reason, decide(look).progress.phase) == (Reason.CONTESTED, Phase.PROMOTED)


def test_a_contest_stops_no_rollout() -> None:
    assert decide(at_rest(replace(TAKEN, emptied=2), target="v2")).reason is Reason.ROLLOUT_STARTED


def deleted(look: Snapshot, **changes: Any) -> Snapshot:
    return replace(look, deleting=True, finalizer=True, **changes)


def handing_back(workload: Workload, **changes: Any) -> Snapshot:
    return deleted(at_rest(workload), plan=DRAINING, **changes)


def handed_over(workload: Workload, since: timedelta) -> Snapshot:
    look = handing_back(workload)
    progress = replace(look.progress, handed_over_at=look.now - since)
    return replace(look, services=replace(look.services, stable=None, candidate=None, apex=None), progress=progress)


def test_the_deployment_serves_before_the_services_follow() -> None:
    assert actions(handing_back(EMPTY)) == [RefillWorkload(4)]
    assert decide(handing_back(replace(TAKEN, paused=False, available=3))).reason is Reason.HANDING_BACK
    assert actions(handing_back(replace(TAKEN, paused=False, current=False))) == []
    full = handing_back(replace(TAKEN, paused=False))
    assert (actions(full), decide(full).progress.handed_over_at) == ([], full.now)
    assert actions(progress_look(full, handed_over_at=full.now)) == [HandServicesOver()]


def test_a_service_that_a_hand_deleted_is_there_again_before_it_is_handed_over() -> None:
    look = handing_back(replace(TAKEN, paused=False))
    lost = replace(look, services=replace(look.services, stable=None))

    assert actions(lost) == [PointService(Role.STABLE, "v1")]
    assert actions(progress_look(lost, handed_over_at=lost.now)) == [PointService(Role.STABLE, "v1")]


def test_our_pods_leave_the_services_and_drain_before_they_go() -> None:
    full = replace(TAKEN, paused=False)

    assert actions(handed_over(full, since=MINUTE)) == [DetachPods()]
    assert actions(handed_over(replace(full, attached_pods=0), since=timedelta(seconds=20))) == []
    assert decide(handed_over(replace(full, attached_pods=0), since=timedelta(seconds=20))).look_again == timedelta(
        seconds=40
    )


def test_a_release_without_pods_drains_none() -> None:
    look = deleted(first(replace(TAKEN, paused=False, attached_pods=0)), plan=DRAINING, sides=())

    assert actions(look) == [ReleaseWorkload(), Finalize(keep=False)]


def test_pods_drain_from_now_where_a_crash_lost_the_instant() -> None:
    look = deleted(coming_up(replace(TAKEN, paused=False, attached_pods=0), available=4), plan=DRAINING)

    assert (decide(look).look_again, decide(look).progress.handed_over_at) == (MINUTE, look.now)


def test_the_routes_are_as_they_were_before_the_release_goes() -> None:
    gone = handed_over(replace(TAKEN, paused=False, attached_pods=0), since=2 * MINUTE)

    assert actions(replace(gone, route=replace(ROUTE, touched=True))) == [RestoreRoutes()]
    assert actions(gone) == [ReleaseWorkload(), Finalize(keep=False)]
    assert decide(gone).reason is Reason.HANDED_BACK


LET_GO = replace(SERVING, attached_pods=4)


def test_pods_that_answer_stay_while_those_of_a_deployment_that_was_let_go_fail() -> None:
    """A turn died before the Release could go."""
    failing = handed_over(replace(LET_GO, available=0), since=2 * MINUTE)

    assert (actions(failing), decide(failing).reason) == ([], Reason.HANDING_BACK)
    assert "0 of 4 pods are available" in decide(failing).sentence
    assert actions(replace(failing, sides=())) == [DetachPods()]
    assert actions(handed_over(replace(LET_GO, attached_pods=0, available=0), since=2 * MINUTE))[-1:] == [
        Finalize(keep=False)
    ]


def test_pods_that_came_after_the_deployment_was_let_go_drain_too() -> None:
    new = handed_over(LET_GO, since=2 * MINUTE)

    assert actions(new) == [DetachPods()]
    assert decide(new).progress.handed_over_at == new.now


def test_a_rollout_goes_back_before_anything_is_handed_over() -> None:
    look = at_first_step().look()

    assert [action for action in actions(deleted(look, workload=EMPTY)) if isinstance(action, SetWeight)] == [
        SetWeight(0, "v2")
    ]


def test_what_a_rollout_handed_over_is_not_taken_back() -> None:
    gone = handed_over(replace(TAKEN, paused=False), since=MINUTE)
    progress = replace(at_first_step().look().progress, handed_over_at=gone.progress.handed_over_at, desired_weight=0)

    assert actions(replace(gone, progress=progress)) == [DetachPods()]


def test_what_was_never_taken_is_just_let_go() -> None:
    assert actions(deleted(first(SERVING))) == [Finalize(keep=False)]
    assert actions(deleted(World().look())) == [Finalize(keep=False)]


def test_a_release_without_a_finalizer_gets_no_write() -> None:
    assert decide(replace(at_first_step().look(), deleting=True)).actions == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"replicas": 0, "available": 0, "current": False}, ""),
        ({"paused": True}, ""),
        ({"paused": True, "current": False}, "paused with a template that is not rolled out"),
        ({"available": 1}, "1 of 2 pods are available"),
        ({"current": False}, "2 of 2 pods are available, not all with its newest template"),
    ],
)
def test_a_deployment_is_unfinished_until_all_its_pods_are_available_with_its_newest_template(
    changes: dict[str, Any], words: str
) -> None:
    found = replace(Workload(name="web", replicas=2, available=2), **changes).unfinished

    assert bool(found) is bool(words)
    assert words in found
