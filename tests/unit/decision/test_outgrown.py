"""A weight that outgrew its step while stable was away: it goes back whatever holds, and its pods go last."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import PLAN, World
from tidegate.api import OnTrouble, Suspend
from tidegate.decision import Reason
from tidegate.decision.actions import Scale
from tidegate.decision.snapshot import Blocked

MINUTE, SETTLE, DRAIN = timedelta(minutes=1), timedelta(seconds=5), timedelta(seconds=30)


def suspended(world: World) -> None:
    world.suspension = Suspend.ADVANCE


def blocked(world: World) -> None:
    world.blocked = Blocked(reason=Reason.SECRET_MISSING, sentence="the Secret is missing")


def breaching(world: World) -> None:
    world.evidence = BREACH


HOLDS = pytest.mark.parametrize("hold", [suspended, blocked, breaching])


def outgrown(available: int) -> World:
    """At weight 20 stable lost all its pods, the candidate got all traffic, and so many of stable's are back."""
    world = at_first_step()
    world.plan = replace(PLAN, on_breach=OnTrouble.HOLD, settle=SETTLE, drain=DRAIN)
    world.wait(MINUTE)
    world.sides["v1"] = replace(world.sides["v1"], available=0, ever_available=True)
    world.run()
    assert (world.look().weight, world.sides["v2"].replicas) == (100, 4)
    world.wait(MINUTE)
    world.sides["v1"] = replace(world.sides["v1"], available=available)
    return world


@HOLDS
def test_it_goes_back_as_soon_as_stable_can_carry_its_share_whatever_holds(hold: Callable[[World], None]) -> None:
    world = outgrown(4)
    hold(world)

    world.run()

    assert world.look().weight == 20


@HOLDS
def test_it_stays_where_stable_cannot_carry_its_share(hold: Callable[[World], None]) -> None:
    world = outgrown(3)
    hold(world)

    world.run()

    assert world.look().weight == 100


def test_without_another_hold_that_stable_lacks_pods_is_what_is_told() -> None:
    world = outgrown(3)

    assert world.run().progress.reason is Reason.STABLE_UNAVAILABLE


def test_its_pods_go_when_the_lower_weight_is_confirmed_and_drained() -> None:
    world = outgrown(4)
    world.confirms = False
    world.run()
    assert (world.look().weight, world.sides["v2"].replicas) == (20, 4)

    assert world.route is not None
    world.confirms, world.route = True, replace(world.route, confirmed=True, confirmed_for=timedelta())
    assert world.run().look_again == SETTLE + DRAIN
    assert world.sides["v2"].replicas == 4
    world.wait(SETTLE + DRAIN)

    assert world.turn().actions == (Scale(revision="v2", replicas=1),)


def test_a_gateway_that_never_confirms_the_lower_weight_is_told() -> None:
    world = outgrown(4)
    world.confirms = False
    world.run()
    assert world.route is not None
    world.route = replace(world.route, silent_for=MINUTE)

    assert world.run().progress.reason is Reason.ROUTER_SILENT
    assert world.sides["v2"].replicas == 4
