"""A Release that waits for an older one's rule serves nobody, and keeps nobody from serving."""

from dataclasses import replace

from tests.unit.decision.world import World, deployed
from tidegate.decision import Reason, decide
from tidegate.decision.actions import PointService, Role
from tidegate.decision.route import Route
from tidegate.decision.services import Services
from tidegate.decision.snapshot import Blocked

CLAIMED = Blocked(reason=Reason.TARGET_CLAIMED, sentence="Release shop/web is older")
ATTACHED = Route(attached=True, confirmed=False)
SERVICES = (PointService(Role.STABLE, ""), PointService(Role.CANDIDATE, ""))


def test_its_services_are_there_and_select_nobody_before_anything_of_it_starts() -> None:
    look = replace(World().look(), blocked=CLAIMED, route=ATTACHED, finalizer=True)
    assert decide(look).actions == SERVICES

    then = decide(replace(look, services=Services(stable="", candidate="")))
    assert (then.actions, then.reason) == ((), Reason.TARGET_CLAIMED)


def test_a_first_revision_that_another_came_before_keeps_its_services_too() -> None:
    world = World()
    world.turn()

    assert decide(replace(world.look(), blocked=CLAIMED, route=ATTACHED, finalizer=True)).actions == SERVICES


def test_a_route_of_its_own_needs_no_services_of_it_yet() -> None:
    assert decide(replace(World().look(), blocked=CLAIMED)).actions == ()


def test_what_is_served_gets_a_lost_service_back_although_its_rule_is_claimed() -> None:
    world = deployed()
    look = replace(world.look(), blocked=CLAIMED)
    lost = replace(look, services=replace(look.services, candidate=None))

    assert decide(lost).actions == (PointService(Role.CANDIDATE, "v1"),)
