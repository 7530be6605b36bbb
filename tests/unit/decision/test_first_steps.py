"""`firstRollout: Steps`: pods rise by the steps, traffic comes at the end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.decision.world import PLAN, World, as_recorded
from tidegate.api import Suspend
from tidegate.decision import Phase, Reason
from tidegate.decision.actions import PrepareRevision, Scale, SetWeight
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of
from tidegate.decision.status import status_of

STEPWISE = replace(PLAN, first_by_steps=True)
HOUR = timedelta(hours=1)


def dwelling(**changes: Any) -> World:
    first = replace(PLAN.steps[0], dwell=HOUR)
    world = World(plan=replace(STEPWISE, steps=(first, *PLAN.steps[1:])), **changes)
    world.run()
    return world


def paused() -> World:
    first = replace(PLAN.steps[0], pause=True)
    world = World(plan=replace(STEPWISE, steps=(first, *PLAN.steps[1:])))
    world.run()
    return world


def sizes(world: World) -> list[int]:
    return [action.replicas for action in world.done if isinstance(action, PrepareRevision | Scale)]


def test_pods_rise_by_the_steps_and_traffic_comes_at_the_end() -> None:
    world = World(plan=STEPWISE)
    world.run()

    assert sizes(world) == [1, 2, 4]
    assert (world.progress.phase, world.progress.stable) == (Phase.PROMOTED, "v1")
    assert not any(isinstance(action, SetWeight) for action in world.done)


def test_a_first_step_dwells_without_a_route() -> None:
    world = dwelling()
    assert (sizes(world), world.route, world.turn().reason) == ([1], None, Reason.DWELLING)

    world.wait(HOUR)
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_the_watch_is_for_traffic_and_holds_no_first_revision() -> None:
    world = World(plan=replace(STEPWISE, watch=HOUR))
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_a_pause_of_a_first_rollout_is_opened_by_promote() -> None:
    world = paused()
    assert (world.progress.phase, sizes(world)) == (Phase.PAUSED, [1])

    world.asks = Asks(promote="v1/first/1")
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_promote_full_and_skip_step_leave_a_first_step() -> None:
    for asks, expected in ((Asks(promote_full="1"), [1, 4]), (Asks(skip_step="1"), [1, 2, 4])):
        world = paused()
        world.asks = asks
        world.run()

        assert (world.progress.phase, sizes(world)) == (Phase.PROMOTED, expected)


def test_a_suspended_first_rollout_goes_no_step_forward() -> None:
    world = World(plan=STEPWISE, suspension=Suspend.ADVANCE)
    world.run()
    assert (sizes(world), world.progress.reason) == ([1], Reason.SUSPENDED)

    world.suspension = Suspend.NONE
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_another_template_starts_the_first_rollout_from_its_first_step() -> None:
    world = dwelling()
    world.asks = Asks(skip_step="1")
    world.starts -= {"v1"}
    world.run()
    assert world.progress.step == 1
    world.target, world.asks = "v2", Asks()
    world.turn()

    assert (world.progress.candidate, world.progress.step) == ("v2", 0)


def test_the_step_of_a_first_rollout_is_read_back_from_the_status() -> None:
    world = dwelling()
    world.asks = Asks(skip_step="1")
    world.starts -= {"v1"}
    world.run()
    look = world.look()
    status = status_of(look, as_recorded(look.progress), generation=1, before={}, objectives=[], selector="")

    assert (status["step"]["name"], progress_of(status).step) == ("half", 1)


def test_a_lost_pod_after_a_long_dwell_is_not_late() -> None:
    world = dwelling()
    world.wait(HOUR / 2)
    world.sides["v1"] = replace(world.sides["v1"], available=0)

    assert world.turn().reason is Reason.PREPARING


def test_nothing_of_a_first_revision_that_was_replaced_when_it_served_is_left() -> None:
    world = World(confirms=False)
    world.run()
    assert world.services.candidate == "v1"

    world.target, world.confirms = "v2", True
    world.route = replace(world.route, confirmed=True) if world.route else None
    world.run()

    assert (world.progress.stable, world.services.candidate, world.sides["v1"].replicas) == ("v2", "v2", 0)
