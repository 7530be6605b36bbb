"""`onDelete: Keep`: what serves outlives its Release, and is taken again by the next one of its name."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.decision.test_capacity import at_half
from tests.unit.decision.test_clauses import first_up, progress_look, rest_look, side_look, step_look
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.world import PLAN, deployed
from tidegate.api import Suspend
from tidegate.api.noted import Written
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import (
    Adopt,
    Finalize,
    ForgetBaseline,
    HandServicesOver,
    LeaveServing,
    PointService,
    Role,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.progress import Progress, TakenOver
from tidegate.decision.route import Route
from tidegate.decision.services import Services
from tidegate.decision.snapshot import Side
from tidegate.decision.workload import Workload


def deleted(look: Snapshot, **changes: Any) -> Snapshot:
    return replace(look, keeps=True, finalizer=True, deleting=True, **changes)


def test_a_release_that_keeps_has_a_finalizer_and_one_that_does_not_has_none() -> None:
    assert decide(rest_look(keeps=True)).actions == (Finalize(keep=True),)
    assert decide(rest_look(keeps=True, finalizer=True)).actions == ()
    assert decide(rest_look(finalizer=True)).actions == (Finalize(keep=False),)


def test_a_release_that_is_told_to_keep_in_mid_rollout_does_so_at_once() -> None:
    assert decide(step_look(keeps=True)).actions == (Finalize(keep=True),)
    assert decide(step_look(keeps=True, suspension=Suspend.ADVANCE)).actions == (Finalize(keep=True),)


def test_what_serves_is_nobodys_before_the_release_goes() -> None:
    assert decide(deleted(rest_look())).actions == (LeaveServing("v1"), Finalize(keep=False))


def test_a_first_revision_that_requests_reach_already_is_left_serving() -> None:
    """As after a lost status: it is on its way to be stable, and all that answers."""
    look = deleted(first_up(services=Services(stable="v1", candidate="v1", apex="v1")))
    assert decide(look).actions == (LeaveServing("v1"), Finalize(keep=False))

    unreached = replace(look, services=Services(stable="v0", candidate="v1", apex="v0"))
    assert decide(unreached).actions == (Finalize(keep=False),)


def test_the_candidate_goes_before_stable_is_left() -> None:
    look = deleted(step_look())
    assert decide(look).actions == (SetWeight(weight=0, revision="v2"),)

    draining = replace(PLAN, drain=timedelta(minutes=1))
    back = replace(look, route=Route(weight=0, written=Written("v2", 0)), plan=draining)
    assert (decide(back).reason, decide(back).actions) == (Reason.HANDING_BACK, ())

    drained = replace(look, route=Route(weight=0, written=Written("v2", 0)))
    assert decide(drained).actions == (PointService(Role.CANDIDATE, "v1"),)

    pointed = replace(drained, services=replace(drained.services, candidate="v1"))
    assert decide(pointed).actions == (LeaveServing("v1"), Finalize(keep=False))


def test_a_service_that_a_hand_deleted_is_there_again_before_the_weight_goes_back_to_it() -> None:
    look = step_look()
    lost = deleted(replace(look, services=replace(look.services, stable=None)))

    assert decide(lost).actions == (PointService(Role.STABLE, "v1"),)


def test_the_weight_goes_back_before_the_baseline_goes() -> None:
    compared = deleted(step_look(baselines=(Side(revision="v1", replicas=1),)))
    back = replace(compared, route=Route(weight=0, written=Written("v2", 0)))

    assert decide(compared).actions == (SetWeight(weight=0, revision="v2"),)
    assert decide(back).actions == (ForgetBaseline("v1"),)


def test_the_candidate_stays_while_stable_cannot_take_its_traffic() -> None:
    look = deleted(side_look("v1", available=0))

    assert (decide(look).reason, decide(look).actions) == (Reason.ROLLBACK_BLOCKED, ())


def test_a_candidate_that_is_all_that_serves_is_not_deleted_with_its_release() -> None:
    look = step_look()
    look = deleted(replace(look, sides=tuple(side for side in look.sides if side.revision == "v2")))

    assert (decide(look).reason, decide(look).actions) == (Reason.ROLLBACK_BLOCKED, ())
    assert "declare its template again" in decide(look).sentence


def test_stable_that_shrank_grows_before_the_candidate_goes_and_nothing_else_is_said() -> None:
    world = at_half()
    look = deleted(side_look("v1", world.look(), replicas=4, available=2))
    forgotten = progress_look(look, history=())

    assert (decide(look).reason, decide(look).actions) == (Reason.HANDING_BACK, ())
    assert decide(forgotten).reason is Reason.HANDING_BACK


def forgotten(**changes: Any) -> Snapshot:
    """In mid-rollout, with a status that was lost a moment ago: no candidate is known, and it has a weight."""
    return deleted(replace(step_look(), progress=Progress(stable="v1"), **changes))


def test_a_weight_that_no_record_tells_of_goes_back_and_drains_before_stable_is_left() -> None:
    assert decide(forgotten()).actions == (SetWeight(weight=0, revision="v1"),)

    draining = replace(PLAN, drain=timedelta(minutes=1))
    back = forgotten(route=Route(weight=0, written=Written("v1", 0)), plan=draining)
    assert (decide(back).reason, decide(back).actions) == (Reason.HANDING_BACK, ())


def test_a_weight_that_no_record_tells_of_stays_while_stable_cannot_take_it() -> None:
    look = side_look("v1", forgotten(), available=0)

    assert (decide(look).reason, decide(look).actions) == (Reason.ROLLBACK_BLOCKED, ())


def test_the_weight_of_a_users_route_that_bears_no_note_of_ours_is_the_users() -> None:
    look = deleted(rest_look(route=Route(weight=30, attached=True)))

    assert decide(look).actions == (LeaveServing("v1"), Finalize(keep=False))


def test_a_service_that_a_hand_deleted_is_there_again_before_it_is_left() -> None:
    look = deleted(rest_look())
    lost = replace(look, services=replace(look.services, stable=None))

    assert decide(lost).actions == (PointService(Role.STABLE, "v1"),)


def test_a_weight_that_stays_leads_to_the_candidate_and_not_to_stable_without_pods() -> None:
    look = deleted(side_look("v1", available=0))
    lost = replace(look, services=replace(look.services, candidate=None))

    assert decide(lost).actions == (PointService(Role.CANDIDATE, "v2"),)


def test_callers_inside_the_cluster_have_their_service_while_stable_is_waited_for() -> None:
    look = deleted(side_look("v1", available=0))
    lost = replace(look, services=replace(look.services, apex=None))

    assert decide(lost).actions == (PointService(Role.APEX, "v1"),)


def test_nothing_of_a_step_is_left_on_a_route_that_stays() -> None:
    look = deleted(rest_look(route=Route(extended=True)))

    assert decide(look).actions == (WriteRoute(weight=0, revision="v1"),)


def test_what_was_left_already_is_not_taken_again() -> None:
    look = deleted(rest_look(services=Services()))

    assert decide(side_look("v1", look, ours=False)).actions == (LeaveServing("v1"), Finalize(keep=False))


def test_a_candidate_that_is_about_to_be_stable_becomes_so_first() -> None:
    world = at_first_step()
    world.evidence = replace(world.evidence, passed=True)
    world.turn_until(Phase.PROMOTING)

    assert LeaveServing("v1") not in decide(deleted(world.look())).actions
    assert decide(deleted(world.look())).reason is Reason.PROMOTING


def test_a_deployment_that_was_taken_over_is_handed_back_whatever_is_kept() -> None:
    found = Workload(name="web", replicas=4, available=4, taken_over=True, was=TakenOver(name="web", replicas=4))
    look = deleted(rest_look(), workload=found)
    given = replace(look, progress=replace(look.progress, handed_over_at=look.now))

    assert decide(look).progress.handed_over_at == look.now
    assert decide(given).actions == (HandServicesOver(),)


def test_what_was_left_serving_is_taken_again_and_no_pod_changes() -> None:
    look = side_look("v1", replace(deployed().look()), ours=False)

    assert decide(look).actions == (Adopt("v1"),)


def test_a_new_release_with_another_template_goes_by_steps_from_what_was_left() -> None:
    world = deployed()
    world.progress = replace(type(world.progress)(), stable="v1")
    world.target = "v2"
    world.run()

    assert [action.weight for action in world.done if isinstance(action, SetWeight)] == [20, 50, 100, 0]
