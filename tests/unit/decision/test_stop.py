"""A stop holds the clocks, and refills none: after it there is left what was left."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.test_status import status
from tests.unit.decision.world import PLAN, START, World, deployed
from tidegate.api import OnTrouble, Suspend, When
from tidegate.decision import Phase, Reason
from tidegate.decision.plan import Hook
from tidegate.decision.recorded import progress_of
from tidegate.decision.snapshot import Blocked, Evidence

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DEADLINE = PLAN.progress_deadline
MISSING = Blocked(reason=Reason.SECRET_MISSING, sentence="the Secret is missing")
Stop = Callable[[World], None]


def advance(world: World) -> None:
    world.suspension = Suspend.ADVANCE


def everything(world: World) -> None:
    world.suspension = Suspend.ALL


def block(world: World) -> None:
    world.blocked = MISSING


STOPS = pytest.mark.parametrize("stop", [advance, everything, block])


def awaiting() -> World:
    """A rollout whose pods never come up."""
    world = deployed(starts=frozenset({"v1"}))
    world.target = "v2"
    world.run()
    assert DEADLINE == 10 * MINUTE
    return world


def stopped_for(world: World, stop: Stop, span: timedelta) -> None:
    """Stop, and go on after so long."""
    stop(world)
    world.turn()
    world.wait(span)
    world.turn()
    world.suspension, world.blocked = Suspend.NONE, None
    world.turn()


def counted(world: World) -> timedelta:
    """How much of the deadline is used."""
    assert world.progress.deadline_from is not None
    return (world.progress.stopped_since or world.now) - world.progress.deadline_from


@STOPS
def test_what_was_stopped_does_not_count_towards_the_deadline(stop: Stop) -> None:
    world = awaiting()
    world.wait(9 * MINUTE)
    stopped_for(world, stop, timedelta(hours=1))
    world.wait(59 * SECOND)
    assert world.run().progress.phase is Phase.PREPARING

    world.wait(SECOND)

    assert world.run().progress.reason is Reason.DEADLINE_EXCEEDED


@STOPS
def test_a_second_of_a_stop_refills_no_deadline(stop: Stop) -> None:
    world = awaiting()
    world.wait(9 * MINUTE)
    stopped_for(world, stop, SECOND)

    world.wait(MINUTE)

    assert world.run().progress.reason is Reason.DEADLINE_EXCEEDED


@STOPS
def test_a_stop_that_lasts_is_recorded_once(stop: Stop) -> None:
    world = awaiting()
    stop(world)
    first = world.turn().progress
    world.wait(MINUTE)

    assert world.turn().progress == first


@given(spans=st.lists(st.tuples(st.integers(0, 200), st.sampled_from([advance, everything, block, None])), max_size=12))
def test_the_time_that_counted_never_falls(spans: list[tuple[int, Stop | None]]) -> None:
    world, before, running = awaiting(), timedelta(), timedelta()
    for seconds, stop in spans:
        world.suspension, world.blocked = Suspend.NONE, None
        if stop:
            stop(world)

        world.turn()
        world.wait(seconds * SECOND)
        running += timedelta() if stop else seconds * SECOND
        if world.turn().progress.phase is not Phase.PREPARING:
            break

        assert before <= counted(world) == running
        before = counted(world)

    assert (world.progress.phase is Phase.PREPARING) == (running < DEADLINE)


def test_a_stop_of_a_settled_step_leaves_what_its_pods_had_left() -> None:
    world = at_first_step()
    begun = START - 9 * MINUTE
    world.progress = replace(world.progress, deadline_from=begun)

    stopped_for(world, advance, timedelta(hours=1))

    assert (world.progress.deadline_from, world.progress.stopped_since) == (begun, None)


def test_pods_that_are_lost_in_a_stop_have_their_own_time_after_it() -> None:
    world = at_first_step()
    advance(world)
    world.turn()
    world.wait(timedelta(hours=1))
    world.sides["v2"] = replace(world.sides["v2"], available=0)
    world.turn()
    world.turn()
    world.wait(timedelta(hours=1))
    world.suspension = Suspend.NONE
    world.run()
    assert counted(world) == timedelta()

    world.wait(DEADLINE)

    assert world.run().progress.history[0].reason is Reason.DEADLINE_EXCEEDED


def test_a_stop_that_was_recorded_without_its_start_counts_whole() -> None:
    world = awaiting()
    world.wait(9 * MINUTE)
    world.progress = replace(world.progress, reason=Reason.SUSPENDED, stopped_since=None)

    world.turn()

    assert counted(world) == timedelta()


def test_the_start_of_a_stop_is_known_after_a_restart() -> None:
    world = awaiting()
    world.wait(9 * MINUTE)
    advance(world)
    world.turn()
    world.progress = progress_of(status(world))
    stopped_for(world, advance, timedelta(hours=1))

    assert counted(world) == 9 * MINUTE


def test_a_clock_that_began_after_ours_is_not_set_back() -> None:
    world = awaiting()
    world.progress = replace(world.progress, reason=Reason.SUSPENDED, stopped_since=world.now + MINUTE)
    begun = world.progress.deadline_from

    world.turn()

    assert world.progress.deadline_from == begun


@pytest.mark.parametrize("stop", [everything, block])
def test_a_first_revision_is_not_late_for_what_stopped_it(stop: Stop) -> None:
    world = World(starts=frozenset())
    world.run()
    world.wait(9 * MINUTE)
    stopped_for(world, stop, timedelta(hours=1))
    world.wait(59 * SECOND)
    assert world.run().reason is Reason.PREPARING

    world.wait(SECOND)

    assert world.run().reason is Reason.DEADLINE_EXCEEDED


def test_a_first_revision_comes_up_while_no_step_goes_forward_and_its_time_counts() -> None:
    world = World(starts=frozenset(), suspension=Suspend.ADVANCE)
    world.run()

    world.wait(DEADLINE)

    assert world.run().reason is Reason.DEADLINE_EXCEEDED


def test_a_stop_refills_no_hooks_time() -> None:
    hook = Hook(name="ask", when=When.BEFORE_ROLLOUT, expiry=10 * MINUTE)
    world = deployed(plan=replace(PLAN, hooks=(hook,)))
    world.target = "v2"
    world.run()
    assert world.progress.waiting is not None
    world.wait(9 * MINUTE)
    stopped_for(world, advance, SECOND)

    world.run()

    assert world.progress.waiting.since == world.now - 9 * MINUTE


def before_the_second_rise() -> World:
    """A rollout that enters its second step, whose pods come up."""
    world = at_first_step()
    world.evidence = Evidence(passed=True)
    for _ in range(2):
        world.turn()
    world.evidence = Evidence()
    assert world.sides["v2"].available * 2 == world.replicas
    assert (world.progress.step, world.progress.settled_at) == (1, None)
    return world


def stable_is_short(world: World) -> None:
    world.sides["v1"] = replace(world.sides["v1"], available=1)


def the_router_is_silent(world: World) -> None:
    world.confirms = False
    world.run()
    assert world.route is not None
    world.route = replace(world.route, silent_for=MINUTE)


def a_hand_lowers_it(world: World) -> None:
    assert world.route is not None
    world.route = replace(world.route, weight=10)


def a_breach_is_held(world: World) -> None:
    world.plan = replace(world.plan, on_breach=OnTrouble.HOLD)
    world.evidence = BREACH


@pytest.mark.parametrize(
    ("hold", "reason"),
    [
        (stable_is_short, Reason.STABLE_UNAVAILABLE),
        (the_router_is_silent, Reason.ROUTER_SILENT),
        (a_hand_lowers_it, Reason.LOWERED_BY_HAND),
        (a_breach_is_held, Reason.BREACH_HELD),
    ],
)
def test_a_pod_that_is_replaced_after_a_long_hold_rolls_nothing_back(hold: Stop, reason: Reason) -> None:
    world = before_the_second_rise()
    hold(world)
    world.run()
    world.wait(2 * DEADLINE)
    assert world.run().progress.reason is reason

    world.sides["v2"] = replace(world.sides["v2"], available=1, ever_available=True)
    world.run()

    assert (world.progress.candidate, world.progress.rejected) == ("v2", ())


def test_a_pod_that_stays_away_after_a_hold_has_the_time_that_was_left() -> None:
    world = before_the_second_rise()
    world.wait(4 * MINUTE)
    stable_is_short(world)
    world.run()
    world.wait(timedelta(hours=1))
    world.sides["v2"] = replace(world.sides["v2"], available=1, ever_available=True)
    world.run()

    assert counted(world) == 4 * MINUTE
    world.wait(6 * MINUTE)
    assert world.run().progress.history[0].reason is Reason.DEADLINE_EXCEEDED
