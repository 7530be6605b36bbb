"""Another router was declared at rest: the route before it goes, but not before the new one serves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.world import PLAN, deployed
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import Finalize, RemoveRoutes
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Asks, Blocked

MINUTE = timedelta(minutes=1)
DRAINING = replace(PLAN, drain=MINUTE)
NEW = Route(attached=True, confirmed_for=10 * MINUTE)
MISSING = Blocked(Reason.ROUTE_MISSING, "HTTPRoute front is missing")


def changed(**changes: Any) -> Snapshot:
    """At rest, with the route of the router before still there."""
    seen = replace(deployed(plan=DRAINING).look(), route=NEW, undeclared=True, finalizer=True)
    return replace(seen, **changes)


def test_the_route_before_goes_when_the_new_one_has_served() -> None:
    decision = decide(changed())

    assert decision.actions == (RemoveRoutes(),)
    assert decision.progress == changed().progress


def test_it_goes_before_a_rollout_starts_and_before_an_undo() -> None:
    assert decide(changed(target="v2")).actions == (RemoveRoutes(),)
    assert decide(changed(asks=Asks(undo="1"))).actions == (RemoveRoutes(),)


def test_nothing_goes_where_all_is_declared() -> None:
    assert decide(changed(undeclared=False)).actions == ()


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
    claimed = Blocked(Reason.TARGET_CLAIMED, "Release shop/web is older")

    decision = decide(changed(blocked=claimed))

    assert (decision.actions, decision.reason) == ((), Reason.TARGET_CLAIMED)


def test_what_else_is_missing_for_a_rollout_keeps_no_route() -> None:
    without = Blocked(Reason.METRIC_SOURCE_MISSING, "no source")

    assert decide(changed(blocked=without)).actions == (RemoveRoutes(),)


def test_a_release_that_is_held_up_is_not_let_go() -> None:
    """It may be held up because a Deployment that it holds is not referred to any more."""
    held = Blocked(Reason.INVALID_SPEC, "spec.workloadRef: Deployment web")
    seen = replace(deployed().look(), finalizer=True)
    assert decide(seen).actions == (Finalize(keep=False),)

    assert decide(replace(seen, blocked=held)).actions == ()
