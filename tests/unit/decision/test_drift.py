"""A hand changes what is ours whole: it is put back, before a weight relies on it, and not at every turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.test_clauses import full, promoting, rolling_back, step_look
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import deployed
from tidegate.api.noted import Written
from tidegate.decision import Reason, Snapshot, decide
from tidegate.decision.actions import PointService, Role, SetWeight, WriteRoute
from tidegate.decision.snapshot import Blocked

FOUGHT = Blocked(reason=Reason.OVERWRITTEN, sentence="Service web-stable: leave it", again=timedelta(seconds=30))


def stale(look: Snapshot, *roles: Role, contested: bool = False) -> Snapshot:
    found = frozenset(roles)
    services = replace(look.services, stale=found, contested=found if contested else frozenset())
    return replace(look, services=services, blocked=FOUGHT if contested else look.blocked)


def changed(look: Snapshot, *, contested: bool = False) -> Snapshot:
    assert look.route is not None
    route = replace(look.route, drift="spec.hostnames", contested=contested)
    return replace(look, route=route, blocked=FOUGHT if contested else look.blocked)


@pytest.mark.parametrize("role", Role)
def test_at_rest_a_service_that_a_hand_changed_is_pointed_again_and_no_other(role: Role) -> None:
    assert decide(stale(deployed().look(), role)).actions == (PointService(role, "v1"),)


def test_the_candidates_service_is_pointed_again_under_its_weight() -> None:
    assert decide(stale(step_look(), Role.CANDIDATE)).actions == (PointService(Role.CANDIDATE, "v2"),)


def test_traffic_goes_back_behind_stables_own_service() -> None:
    look = rolling_back()
    assert look.route is not None
    look = stale(replace(look, route=replace(look.route, weight=20)), Role.STABLE)

    assert decide(look).actions[:2] == (PointService(Role.STABLE, "v1"), SetWeight(weight=0, revision="v2"))


@pytest.mark.parametrize("role", [Role.STABLE, Role.APEX])
def test_roles_do_not_change_on_a_service_that_selects_nobody(role: Role) -> None:
    turned = promoting()
    turned = replace(turned, services=replace(turned.services, stable="v2", apex="v2"))

    assert decide(stale(turned, role)).actions == (PointService(role, "v2"),)


def test_a_route_that_a_hand_changed_is_written_again_at_its_live_weight() -> None:
    look = step_look()

    assert decide(changed(look)).actions == (WriteRoute(weight=look.weight, revision="v2"),)


def test_a_route_is_written_again_after_its_weight_went_back() -> None:
    assert decide(changed(rolling_back())).actions == (WriteRoute(weight=0, revision="v2"),)


def test_a_hand_that_also_lowered_the_weight_is_obeyed_first() -> None:
    look = changed(full())
    assert look.route is not None
    lowered = replace(look, route=replace(look.route, weight=50, least=50, written=Written("v2", 100)))

    decision = decide(lowered)

    assert (decision.reason, decision.actions) == (Reason.LOWERED_BY_HAND, ())


def test_who_fights_after_a_rollback_does_not_hide_why_it_went_back() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    world.blocked = FOUGHT

    for _ in range(3):
        told = world.turn()

        assert told.reason is Reason.OVERWRITTEN
        assert told.sentence == f"{FOUGHT.sentence}; v2 was rolled back, ObjectiveBreached: {BREACH.sentence}"


@pytest.mark.parametrize("look", [deployed().look(), step_look()], ids=["at rest", "in a rollout"])
def test_who_fights_is_told_and_not_followed(look: Snapshot) -> None:
    for fought in (stale(look, Role.STABLE, contested=True), changed(look, contested=True)):
        decision = decide(fought)

        assert (decision.reason, decision.actions) == (Reason.OVERWRITTEN, ())
        assert decision.look_again == timedelta(seconds=30)
