"""Another router was declared: what the one before it holds goes back, and its route goes when the new one serves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.world import NO_TIME, PLAN, START, deployed
from tidegate.api import Suspend
from tidegate.api.noted import Written
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import Finalize, RemoveRoutes, RestoreRoutes, RestoreSubsets, SetWeight, WriteRoute
from tidegate.decision.progress import Asks, Outcome, Rollout
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Blocked

MINUTE = timedelta(minutes=1)
DRAINING = replace(PLAN, drain=MINUTE)
NEW = Route(attached=True, confirmed_for=10 * MINUTE)
MANAGED = Route(confirmed_for=10 * MINUTE)
GIVEN = Route(attached=True, touched=True, confirmed_for=10 * MINUTE)
MISSING = Blocked(reason=Reason.ROUTE_MISSING, sentence="HTTPRoute front is missing")


def changed(**changes: Any) -> Snapshot:
    """At rest, with the route of the router before still there."""
    seen = replace(deployed(plan=DRAINING).look(), route=NEW, undeclared=MANAGED, finalizer=True)
    return replace(seen, **changes)


def test_the_route_before_goes_when_the_new_one_has_served() -> None:
    decision = decide(changed())

    assert decision.actions == (RemoveRoutes(),)
    assert decision.progress == changed().progress


def test_it_goes_before_a_rollout_starts_and_before_an_undo() -> None:
    assert decide(changed(target="v2")).actions == (RemoveRoutes(),)
    assert decide(changed(asks=Asks(undo="1"))).actions == (RemoveRoutes(),)


def test_nothing_goes_where_all_is_declared() -> None:
    assert decide(changed(undeclared=None)).actions == ()


def test_requests_through_it_drain_first() -> None:
    fresh = replace(NEW, confirmed_for=MINUTE / 2)

    decision = decide(changed(route=fresh))

    assert (decision.actions, decision.look_again) == ((), MINUTE / 2)
    assert decision.progress.phase is Phase.PROMOTED


@pytest.mark.parametrize("route", [replace(NEW, confirmed=False), replace(NEW, confirmed_for=MINUTE / 2)])
def test_no_rollout_starts_while_both_routes_are_there(route: Route) -> None:
    decision = decide(changed(route=route, target="v2"))

    assert (decision.actions, decision.reason) == ((), Reason.CONFIRMING)
    assert decision.progress.candidate is None


def test_it_stays_while_the_new_one_is_missing_and_that_is_said() -> None:
    lost = replace(NEW, confirmed=False, lost=True)

    decision = decide(changed(route=lost, blocked=MISSING))

    assert (decision.actions, decision.reason) == ((), Reason.ROUTE_MISSING)


def test_it_stays_while_the_new_one_is_another_releases() -> None:
    claimed = Blocked(reason=Reason.TARGET_CLAIMED, sentence="Release shop/web is older")

    decision = decide(changed(blocked=claimed))

    assert (decision.actions, decision.reason) == ((), Reason.TARGET_CLAIMED)


def test_what_else_is_missing_for_a_rollout_keeps_no_route() -> None:
    without = Blocked(reason=Reason.METRIC_SOURCE_MISSING, sentence="no source")

    assert decide(changed(blocked=without)).actions == (RemoveRoutes(),)


def test_a_release_that_is_held_up_is_not_let_go() -> None:
    """It may be held up because a Deployment that it holds is not referred to any more."""
    held = Blocked(reason=Reason.INVALID_SPEC, sentence="spec.workloadRef: Deployment web")
    seen = replace(deployed().look(), finalizer=True)
    assert decide(seen).actions == (Finalize(keep=False),)

    assert decide(replace(seen, blocked=held)).actions == ()


def test_a_users_route_is_given_back_before_anything_starts_and_whether_or_not_the_new_one_is_there() -> None:
    """No rollout may start, by an undo neither, while a route that nobody declares has our notes."""
    lost = replace(NEW, confirmed=False, lost=True)
    changes: list[dict[str, Any]] = [{}, {"target": "v2"}, {"asks": Asks(undo="1")}]

    for change in [*changes, {"route": lost, "blocked": MISSING}]:
        assert decide(changed(undeclared=GIVEN, **change)).actions == (RestoreRoutes(undeclared=True),)


def test_subsets_that_no_route_leads_to_select_what_they_did_before_a_rollout_starts() -> None:
    for change in ({}, {"target": "v2"}, {"asks": Asks(undo="1")}):
        seen = changed(undeclared=None, undeclared_subsets=True, **change)

        assert decide(seen).actions == (RestoreSubsets(undeclared=True),)

    waiting = changed(route=replace(NEW, confirmed=False), undeclared_subsets=True)
    assert decide(waiting).actions == (RestoreSubsets(undeclared=True),)
    assert decide(replace(waiting, route=None)).actions == (WriteRoute(weight=0, revision="v1"),)


def test_a_weight_that_is_left_at_rest_goes_back_first() -> None:
    decision = decide(changed(undeclared=replace(GIVEN, weight=50)))

    assert decision.actions == (SetWeight(weight=0, revision="v1", undeclared=True),)


HALF = replace(GIVEN, weight=50, written=Written("v2", 50))
EMPTIED = replace(GIVEN, written=Written("v2", 0))
HELD = Blocked(
    reason=Reason.INVALID_SPEC, sentence="spec.traffic: HTTPRoute front was declared when the rollout started"
)


def in_a_rollout(undeclared: Route = HALF, **changes: Any) -> Snapshot:
    """In a settled step, when another route was declared: the API server had no rule against it."""
    world = deployed(plan=replace(PLAN, drain=MINUTE, watch=MINUTE))
    world.target = "v2"
    world.run()
    seen = world.look()
    progress = replace(seen.progress, **{"settled_at": seen.now - MINUTE, **changes})
    return replace(seen, progress=progress, route=NEW, undeclared=undeclared, blocked=HELD, finalizer=True)


def test_no_weight_stays_in_mid_rollout_and_its_step_settles_anew() -> None:
    decision = decide(in_a_rollout())

    assert decision.actions == (SetWeight(weight=0, revision="v2", undeclared=True),)
    assert (decision.progress.settled_at, decision.progress.dwelt) == (None, MINUTE)
    assert decision.progress.candidate == "v2"


def test_stable_takes_no_more_of_it_than_its_pods_carry() -> None:
    seen = in_a_rollout()
    without = replace(seen, sides=tuple(replace(side, available=0) for side in seen.sides if side.revision == "v1"))

    assert not [action for action in decide(without).actions if isinstance(action, SetWeight) and action.undeclared]


def test_then_the_rollout_is_held_until_it_is_declared_again_or_aborted() -> None:
    decision = decide(in_a_rollout(EMPTIED, settled_at=None))
    assert (decision.actions, decision.reason) == ((), Reason.INVALID_SPEC)

    aborted = decide(replace(in_a_rollout(EMPTIED), asks=Asks(abort="1")))
    assert aborted.progress.phase is Phase.ROLLING_BACK


@pytest.mark.parametrize("deleting", [False, True], ids=["rolled back", "deleted"])
def test_what_came_by_it_drains_before_the_pods_go(deleting: bool) -> None:
    going_back = {} if deleting else {"phase": Phase.ROLLING_BACK, "history": (LINE,)}
    seen = in_a_rollout(replace(EMPTIED, confirmed_for=MINUTE / 4), **going_back)

    decision = decide(replace(seen, deleting=deleting, finalizer=deleting))

    assert (decision.actions, decision.look_again) == ((), MINUTE * 3 / 4)


def test_a_share_that_git_took_from_it_first_drains_from_our_own_write() -> None:
    """While stable's pods could not carry it, the candidate had its share there until this moment."""
    taken = replace(HALF, weight=0, confirmed_for=10 * MINUTE)
    going_back = in_a_rollout(taken, phase=Phase.ROLLING_BACK, history=(LINE,))

    assert decide(going_back).actions == (SetWeight(weight=0, revision="v2", undeclared=True),)
    assert decide(changed(undeclared=taken)).actions == (RestoreRoutes(undeclared=True),)


LINE = Rollout(revision="v2", outcome=Outcome.ROLLED_BACK, reason=Reason.ABORTED, sentence="aborted", started_at=START)


def test_a_rollback_takes_its_weight_back_before_anything_drains() -> None:
    decision = decide(in_a_rollout(phase=Phase.ROLLING_BACK, history=(LINE,)))

    assert decision.actions == (SetWeight(weight=0, revision="v2", undeclared=True),)


def test_suspended_all_it_keeps_its_weight() -> None:
    assert decide(replace(in_a_rollout(), suspension=Suspend.ALL)).actions == ()


DECLARED = replace(NEW, weight=50, written=Written("v2", 50))
DRAINS = replace(EMPTIED, confirmed_for=NO_TIME)


@pytest.mark.parametrize(
    ("route", "undeclared", "actions"),
    [
        (DECLARED, HALF, (SetWeight(weight=0, revision="v2", undeclared=True),)),
        (DECLARED, DRAINS, (SetWeight(weight=0, revision="v2"),)),
    ],
    ids=["both weights", "a weight while another drains"],
)
def test_a_deleted_release_takes_every_weight_back_before_anything_drains(
    route: Route, undeclared: Route, actions: tuple[Any, ...]
) -> None:
    seen = replace(in_a_rollout(undeclared), route=route, deleting=True)

    assert decide(seen).actions == actions


def test_what_is_kept_drains_before_its_service_moves_and_says_first_that_stable_cannot_take_it() -> None:
    seen = replace(in_a_rollout(DRAINS), deleting=True, keeps=True)
    decision = decide(seen)
    assert (decision.actions, decision.reason) == ((), Reason.HANDING_BACK)

    sides = tuple(replace(side, available=0) if side.revision == "v1" else side for side in seen.sides)
    assert decide(replace(seen, route=DECLARED, sides=sides)).reason is Reason.ROLLBACK_BLOCKED


def test_a_deleted_release_gives_both_routes_back() -> None:
    both = changed(undeclared=GIVEN, route=replace(NEW, touched=True), deleting=True)

    assert decide(both).actions == (RestoreRoutes(undeclared=True), RestoreRoutes())
    assert decide(replace(both, undeclared=HALF)).actions == (SetWeight(weight=0, revision="v1", undeclared=True),)


def test_past_the_point_of_no_return_its_weight_waits_for_the_candidate_to_be_stable() -> None:
    decision = decide(in_a_rollout(replace(HALF, weight=100), phase=Phase.PROMOTING))

    assert not [action for action in decision.actions if isinstance(action, SetWeight) and action.undeclared]
