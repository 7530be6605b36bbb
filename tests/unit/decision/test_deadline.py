"""A step's deadline: what counts towards it, and what its end leads to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import PLAN, World, as_recorded, deployed
from tidegate.api import OnTrouble, Suspend
from tidegate.decision import Phase, Reason
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of
from tidegate.decision.snapshot import Blocked, Evidence
from tidegate.decision.status import status_of

MINUTE = timedelta(minutes=1)
UNMEASURED = Evidence()
GONE = Blocked(reason=Reason.GATEWAY_MISSING, sentence="the gateway is missing")


def limited(
    on_deadline: OnTrouble = OnTrouble.ROLL_BACK, *, pause: bool = False, evidence: Evidence = UNMEASURED
) -> World:
    """A rollout at its first settled step, which may take ten minutes; unless told otherwise no measurement passes."""
    step = Step(name="first", weight=20, pause=pause, deadline=10 * MINUTE, on_deadline=on_deadline)
    world = deployed()
    world.plan = replace(PLAN, steps=(step, *PLAN.steps[1:]))
    world.target, world.evidence = "v2", evidence
    world.run()
    return world


def test_a_late_step_rolls_back_and_rejects_the_revision() -> None:
    world = limited()
    world.wait(10 * MINUTE)

    decision = world.run()

    assert (decision.progress.phase, decision.progress.reason) == (Phase.ROLLED_BACK, Reason.STEP_DEADLINE)
    assert decision.progress.rejected == ("v2",)
    assert world.look().weight == 0


def test_a_step_is_looked_at_again_when_its_time_is_over() -> None:
    world = limited()
    world.wait(4 * MINUTE)

    assert world.turn().look_again == 6 * MINUTE


def test_a_late_step_that_holds_keeps_its_weight_until_a_person_lets_it_take_longer() -> None:
    world = limited(OnTrouble.HOLD)
    world.wait(10 * MINUTE)
    assert world.run().progress.reason is Reason.STEP_DEADLINE
    world.evidence = Evidence(passed=True)
    world.wait(60 * MINUTE)
    assert world.run().progress.reason is Reason.STEP_DEADLINE
    assert world.look().weight == 20

    world.asks = Asks(promote="v2/first/1")
    reasons = []
    while world.progress.phase is not Phase.PROMOTED:
        reasons.append(world.turn().reason)

    assert Reason.STEP_DEADLINE not in reasons


def test_a_word_that_lets_a_step_take_longer_opens_no_pause_of_it() -> None:
    world = limited(OnTrouble.HOLD, pause=True, evidence=UNMEASURED)
    world.wait(10 * MINUTE)
    assert world.run().progress.reason is Reason.STEP_DEADLINE
    world.asks = Asks(promote="v2/first/1")
    world.evidence = Evidence(passed=True)

    assert world.run().progress.reason is Reason.PAUSED


def test_a_word_under_suspension_lets_a_late_step_take_longer_and_opens_no_pause() -> None:
    world = limited(OnTrouble.HOLD, pause=True, evidence=UNMEASURED)
    world.wait(10 * MINUTE)
    world.run()
    world.suspension = Suspend.ADVANCE
    assert world.run().progress.reason is Reason.SUSPENDED

    world.asks, world.evidence = Asks(promote="v2/first/1"), Evidence(passed=True)
    world.run()
    world.suspension = Suspend.NONE

    assert world.run().progress.reason is Reason.PAUSED


def test_a_held_late_step_still_rolls_back_for_a_breach() -> None:
    world = limited(OnTrouble.HOLD)
    world.wait(10 * MINUTE)
    world.run()
    world.evidence = BREACH

    assert world.turn().reason is Reason.OBJECTIVE_BREACHED


def suspended(world: World) -> None:
    world.suspension = Suspend.ADVANCE


def suspended_whole(world: World) -> None:
    world.suspension = Suspend.ALL


def blocked(world: World) -> None:
    world.blocked = GONE


@pytest.mark.parametrize("stop", [suspended, suspended_whole, blocked])
def test_a_held_late_step_that_passes_meanwhile_is_still_held_after_a_stop(stop: Callable[[World], None]) -> None:
    world = limited(OnTrouble.HOLD)
    world.wait(10 * MINUTE)
    world.run()
    world.evidence = Evidence(passed=True)
    stop(world)
    world.run()
    world.wait(MINUTE)
    world.suspension, world.blocked = Suspend.NONE, None

    world.run()

    assert (world.progress.reason, world.progress.step) == (Reason.STEP_DEADLINE, 0)
    world.asks = Asks(promote="v2/first/1")
    assert world.run().progress.phase is Phase.PROMOTED


@pytest.mark.parametrize(
    ("stop", "go"),
    [
        ({"suspension": Suspend.ADVANCE}, {"suspension": Suspend.NONE}),
        ({"suspension": Suspend.ALL}, {"suspension": Suspend.NONE}),
        ({"blocked": GONE}, {"blocked": None}),
        ({"evidence": Evidence(unavailable=True, sentence="down")}, {"evidence": Evidence()}),
    ],
    ids=["suspended", "suspended whole", "blocked", "metrics are down"],
)
def test_what_was_stopped_does_not_count_towards_a_steps_deadline(
    stop: dict[str, object], go: dict[str, object]
) -> None:
    world = limited()
    world.wait(9 * MINUTE)
    for name, value in stop.items():
        setattr(world, name, value)
    world.run()
    world.wait(60 * MINUTE)
    world.run()

    for name, value in go.items():
        setattr(world, name, value)
    assert world.run().progress.phase is Phase.PROGRESSING
    world.wait(MINUTE)
    assert world.turn().reason is Reason.STEP_DEADLINE


def test_a_pause_does_not_count_towards_a_steps_deadline() -> None:
    world = limited(pause=True, evidence=Evidence(passed=True))
    assert world.progress.reason is Reason.PAUSED

    world.wait(60 * MINUTE)

    assert world.turn().reason is Reason.PAUSED


def test_a_steps_clock_survives_a_restart() -> None:
    world = limited()
    world.wait(5 * MINUTE)
    world.suspension = Suspend.ADVANCE
    world.run()
    world.wait(5 * MINUTE)
    world.suspension = Suspend.NONE
    world.run()

    status = status_of(
        world.look(), as_recorded(world.progress), generation=1, before={}, objectives=[], selector="a=b"
    )

    assert progress_of(status) == world.progress
    assert world.progress.stood == 5 * MINUTE


def test_a_first_deployment_has_no_deadline_of_a_step() -> None:
    step = Step(name="first", weight=100, deadline=MINUTE)
    world = World(starts=frozenset(), plan=replace(PLAN, steps=(step,)))
    world.run()
    world.blocked = GONE
    assert world.run().progress.stood_since is None
    world.blocked = None
    world.wait(2 * MINUTE)

    assert world.run().progress.phase is not Phase.ROLLING_BACK
