"""A user's route that is missing, or wrong: nothing rises on it, and what it sends to the candidate still goes back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import progress_look, roles_changed, side_look, step_look
from tests.unit.decision.test_decide import BREACH
from tidegate.api.noted import Written
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import (
    Action,
    HandServicesOver,
    LeaveServing,
    PointService,
    RefillWorkload,
    RestoreRoutes,
    Role,
    Scale,
    SetWeight,
)
from tidegate.decision.plan import NO_TIME
from tidegate.decision.progress import Asks, TakenOver
from tidegate.decision.route import Route, together
from tidegate.decision.snapshot import Blocked
from tidegate.decision.workload import Workload

MINUTE = timedelta(minutes=1)
MISSING = Blocked(reason=Reason.ROUTE_MISSING, sentence="spec.traffic: no path leads to Service web-stable")
WRONG = Route(
    weight=20,
    least=20,
    written=Written("v2", 20),
    confirmed=False,
    confirmed_for=60 * MINUTE,
    attached=True,
    touched=True,
    lost=True,
    sentence="Ingress front: no path leads to Service web-stable",
)
EMPTIED = replace(WRONG, weight=0, least=0, written=Written("v2", 0))


def beside(route: Route = WRONG, look: Snapshot | None = None) -> Snapshot:
    """In a settled step at 20, when a user's route became wrong."""
    return replace(look or step_look(), route=route, blocked=MISSING, finalizer=True)


def weights_of(look: Snapshot) -> list[Action]:
    return [action for action in decide(look).actions if isinstance(action, SetWeight)]


def test_a_wrong_route_holds_the_rollout() -> None:
    decision = decide(beside())

    assert (decision.reason, decision.actions) == (Reason.ROUTE_MISSING, ())


@pytest.mark.parametrize(
    "look",
    [
        replace(beside(), evidence=BREACH),
        replace(beside(), asks=Asks(abort="1")),
        side_look("v2", beside(), available=0, total=0),
    ],
    ids=["a breach", "an abort", "lost pods"],
)
def test_the_weight_goes_back_on_a_wrong_route(look: Snapshot) -> None:
    [lowered] = weights_of(look)

    assert isinstance(lowered, SetWeight)
    assert (lowered.weight, lowered.raising) == (0, False)


def going_back(route: Route) -> Snapshot:
    """A breach ended the rollout, and the weight fell."""
    draining = replace(step_look().plan, settle=NO_TIME, drain=MINUTE)
    ended = decide(replace(beside(), plan=draining, evidence=BREACH)).progress
    assert ended.phase is Phase.ROLLING_BACK
    return replace(beside(route), plan=draining, progress=ended)


def test_pods_and_services_wait_until_a_wrong_route_is_confirmed_at_0_and_drained() -> None:
    unconfirmed = decide(going_back(replace(EMPTIED, confirmed_for=NO_TIME)))
    draining = decide(going_back(replace(EMPTIED, confirmed_for=MINUTE / 2)))
    drained = going_back(EMPTIED)

    assert (unconfirmed.actions, unconfirmed.look_again) == ((), MINUTE)
    assert (draining.actions, draining.look_again) == ((), MINUTE / 2)
    assert decide(drained).actions == (PointService(Role.CANDIDATE, "v1"),)
    pointed = replace(drained, services=replace(drained.services, candidate="v1"))
    assert decide(pointed).actions == (Scale(revision="v2", replicas=0, rejected=True),)


@pytest.mark.parametrize("by_git", [False, True], ids=["a hand", "Git"])
def test_nothing_raises_a_wrong_route_again(by_git: bool) -> None:
    lowered = replace(WRONG, weight=0, least=0, by_git=by_git)

    assert weights_of(beside(lowered)) == []


def test_a_route_that_leads_elsewhere_gives_the_candidate_no_more_where_stable_has_no_pods() -> None:
    alone = side_look("v1", beside(), available=0)

    assert weights_of(alone) == []
    assert decide(alone).progress.desired_weight == 20
    assert weights_of(progress_look(alone, desired_weight=100)) == []


def test_a_route_that_is_lost_after_the_point_of_no_return_says_why_the_release_waits() -> None:
    missing = replace(EMPTIED, touched=False, sentence="HTTPRoute web is missing: create it")

    decision = decide(beside(missing, roles_changed()))

    assert (decision.reason, decision.actions) == (Reason.ROUTE_MISSING, ())
    assert decision.sentence == "HTTPRoute web is missing: create it"
    assert decision.progress.phase is Phase.PROMOTING


def test_a_weight_on_a_wrong_route_goes_back_once_roles_have_changed() -> None:
    full = replace(WRONG, weight=100, least=100, written=Written("v2", 100))

    assert decide(beside(full, roles_changed())).actions == (SetWeight(weight=0, revision="v2"),)


LIVE = Route(
    weight=20,
    least=20,
    written=Written("v2", 20),
    attached=True,
    touched=True,
    confirmed_for=60 * MINUTE,
    sentence="served",
)
BACK = replace(LIVE, weight=0, least=0, written=Written("v2", 0))
LOST = Route(
    confirmed=False, confirmed_for=60 * MINUTE, attached=True, lost=True, sentence="GRPCRoute web is missing: create it"
)
TAKEN = Workload(name="web", taken_over=True, was=TakenOver(name="web", replicas=4, emptied=1), attached_pods=5)


def deleted(route: Route, **changes: Any) -> Snapshot:
    """A Release of two routes, of which one is missing, is deleted in a settled step."""
    look = beside(look=progress_look(step_look(), taken_over=TakenOver(name="web", replicas=4, emptied=1, proven="v1")))
    plan = replace(look.plan, settle=NO_TIME, drain=MINUTE)
    both = (route, LOST)
    return replace(look, route=together(both), several=both, plan=plan, deleting=True, **changes)


LEFT: dict[str, dict[str, Any]] = {
    "kept": {"keeps": True},
    "not kept": {},
    "taken over": {"workload": TAKEN},
    "taken over, and its pods are back": {"workload": replace(TAKEN, replicas=4, available=4)},
}


@pytest.mark.parametrize("changes", LEFT.values(), ids=LEFT)
def test_a_deleted_release_takes_the_weight_off_the_routes_that_are_there(changes: dict[str, Any]) -> None:
    decision = decide(deleted(LIVE, **changes))

    assert (decision.reason, decision.actions) == (Reason.HANDING_BACK, (SetWeight(weight=0, revision="v2"),))


@pytest.mark.parametrize("changes", LEFT.values(), ids=LEFT)
def test_they_are_confirmed_and_drain_before_anything_else_of_it_goes(changes: dict[str, Any]) -> None:
    silent = decide(deleted(replace(BACK, confirmed=False, confirmed_for=NO_TIME, silent_for=MINUTE / 4), **changes))
    unheard = replace(BACK, confirmed=False, confirmed_for=NO_TIME, silent_for=MINUTE, sentence="parent: NotAllowed")
    draining = decide(deleted(replace(BACK, confirmed_for=MINUTE / 2), **changes))

    assert (silent.reason, silent.actions) == (Reason.HANDING_BACK, ())
    assert decide(deleted(unheard, **changes)).reason is Reason.ROUTER_SILENT
    assert "NotAllowed" in decide(deleted(unheard, **changes)).sentence
    assert (draining.actions, draining.look_again) == ((), MINUTE / 2)


def test_a_route_that_is_missing_holds_up_no_deletion() -> None:
    back = decide(deleted(BACK))
    kept = decide(deleted(BACK, keeps=True))
    pointed = replace(step_look().services, candidate="v1")

    assert back.actions == (RestoreRoutes(),)
    assert kept.actions == (PointService(Role.CANDIDATE, "v1"),)
    given = deleted(replace(BACK, touched=False), keeps=True, services=pointed)
    assert isinstance(decide(given).actions[0], LeaveServing)
    assert decide(deleted(BACK, workload=TAKEN)).actions == (RefillWorkload(4),)
    serving = deleted(BACK, workload=replace(TAKEN, replicas=4, available=4))
    recorded = progress_look(serving, handed_over_at=serving.now)
    assert decide(recorded).actions == (HandServicesOver(),)
