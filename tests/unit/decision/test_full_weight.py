"""Since when the candidate has all the traffic: noted once, and moved by nothing that disturbs the step later."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.unit.decision.test_status import status
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.decision import Phase
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of, within
from tidegate.decision.step import has_all_traffic

MINUTE = timedelta(minutes=1)
WATCHED = replace(PLAN, watch=30 * MINUTE)


def in_its_watch(*, by_pods: bool = False, at_once: int = 0) -> World:
    """A rollout whose last step has settled."""
    world = deployed(plan=WATCHED, by_pods=by_pods, at_once=at_once)
    world.target = "v2"
    world.run()
    assert world.progress.phase is Phase.WATCHING
    return world


def noted(world: World) -> datetime:
    """Since when the candidate has all the traffic, as a restart reads it."""
    full_at = progress_of(status(world)).full_at
    assert full_at is not None
    return full_at


def with_pods(world: World, available: int) -> None:
    """So many of the candidate's pods are available a minute later."""
    world.wait(MINUTE)
    world.sides["v2"] = replace(world.sides["v2"], available=available)
    world.run()


def test_it_is_noted_when_full_weight_settles_and_not_before() -> None:
    world = deployed(plan=WATCHED)
    world.target = "v2"
    while world.progress.settled_at is None or world.progress.step < world.plan.last:
        assert world.progress.full_at is None
        world.turn()

    assert noted(world) == world.progress.settled_at


def test_a_pod_that_is_lost_in_the_last_step_and_comes_back_moves_it_not() -> None:
    world = in_its_watch()
    first = noted(world)

    with_pods(world, 2)
    assert (world.progress.settled_at, world.look().weight) == (None, 50)
    assert noted(world) == first

    with_pods(world, 4)
    assert world.progress.settled_at == first + 2 * MINUTE
    assert noted(world) == first


def test_a_hand_that_lowers_the_weight_and_the_promote_that_lifts_it_move_it_not() -> None:
    world = in_its_watch()
    first = noted(world)
    world.wait(MINUTE)
    assert world.route is not None
    world.route = replace(world.route, weight=30, least=30)
    world.run()
    assert (world.progress.lowered_to, noted(world)) == (30, first)

    world.asks = Asks(promote=f"v2/{world.look().step.name}/1")
    world.run()

    assert (world.look().weight, noted(world)) == (100, first)
    assert world.progress.settled_at == first + MINUTE


def test_at_an_earlier_step_it_is_not_noted_while_stable_is_away_nor_when_that_is_back() -> None:
    world = deployed(plan=replace(PLAN, steps=(Step(name="first", weight=20, pause=True), *PLAN.steps[1:])))
    world.target = "v2"
    world.run()
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.run()
    assert (world.look().weight, world.progress.full_at) == (100, None)
    # As a hand garbles it: the weight goes back, and what is noted of it goes too.
    world.progress = replace(world.progress, full_at=world.now)

    world.sides["v1"] = replace(world.sides["v1"], available=4)
    world.run()

    assert (world.look().weight, world.progress.full_at) == (20, None)


@pytest.mark.parametrize("ending", [Phase.PROMOTED, Phase.ROLLED_BACK])
def test_nothing_of_it_is_left_when_the_rollout_ends(ending: Phase) -> None:
    world = in_its_watch()
    if ending is Phase.PROMOTED:
        world.wait(30 * MINUTE)
    else:
        world.asks = Asks(abort="1")

    world.run()

    assert (world.progress.phase, world.progress.full_at) == (ending, None)
    assert "step" not in status(world)


def test_a_step_beyond_the_plan_begins_without_it() -> None:
    progress = within(replace(in_its_watch().progress, step=9), WATCHED)

    assert (progress.step, progress.full_at) == (0, None)


def test_pods_that_share_the_traffic_never_have_all_of_it() -> None:
    shared, a_node = in_its_watch(by_pods=True), in_its_watch(by_pods=True, at_once=1)

    assert (shared.look().weight, shared.progress.full_at) == (100, None)
    assert (a_node.look().weight, noted(a_node)) == (100, a_node.progress.settled_at)
    assert [has_all_traffic(world.look()) for world in (shared, a_node)] == [False, True]


def test_a_status_of_an_older_tidegate_notes_it_when_the_step_settles_next() -> None:
    world = in_its_watch()
    world.progress = replace(world.progress, full_at=None)
    with_pods(world, 2)
    assert (world.progress.settled_at, world.progress.full_at) == (None, None)

    with_pods(world, 4)

    assert noted(world) == world.progress.settled_at
