"""An ask that there is nothing for is answered where it is made, and opens nothing later."""

from dataclasses import replace

import pytest

from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import OnTrouble, Suspend
from tidegate.decision import Phase, Reason
from tidegate.decision.plan import Step
from tidegate.decision.progress import NOTHING_ASKED, Asks
from tidegate.decision.snapshot import Blocked, Evidence

GATES = (Step(name="first", weight=20, pause=True), Step(name="half", weight=50, pause=True), PLAN.steps[-1])
STEPPING = (Asks(promote_full="1"), Asks(skip_step="1"), Asks(promote="v3/first/1"))


def paused() -> World:
    """A candidate that waits at the first of two pauses; its pods drain when it goes back."""
    world = deployed(plan=replace(PLAN, steps=GATES))
    world.target = "v2"
    world.run()
    assert world.progress.phase is Phase.PAUSED
    return world


def going_back(asks: Asks = NOTHING_ASKED, target: str = "v3") -> World:
    """Its pods drain: superseded by another template, or for an ask."""
    world = paused()
    world.confirms = False
    world.target, world.asks = target, asks
    world.run()
    assert (world.progress.phase, world.progress.candidate) == (Phase.ROLLING_BACK, "v2")
    return world


def drained(world: World) -> World:
    """After the drain whatever comes next has come to a stand."""
    world.confirms = True
    assert world.route is not None
    world.route = replace(world.route, confirmed=True)
    world.run()
    return world


@pytest.mark.parametrize("asks", STEPPING, ids=str)
def test_an_ask_while_a_rollback_drains_opens_no_pause_of_the_next_revision(asks: Asks) -> None:
    world = going_back()
    world.asks = asks
    assert world.turn().reason is Reason.ASKED_IN_VAIN
    assert world.progress.phase is Phase.ROLLING_BACK

    drained(world)

    assert (world.progress.phase, world.progress.candidate, world.progress.step) == (Phase.PAUSED, "v3", 0)


@pytest.mark.parametrize("asks", STEPPING, ids=str)
def test_an_ask_while_an_abort_drains_opens_nothing_of_the_retry(asks: Asks) -> None:
    world = going_back(Asks(abort="1"), "v2")
    world.asks = replace(asks, abort="1", retry="1")

    drained(world)

    assert (world.progress.phase, world.progress.candidate, world.progress.step) == (Phase.PAUSED, "v2", 0)


def test_a_retry_while_the_rejected_revision_drains_is_obeyed_once_it_has() -> None:
    world = going_back(Asks(abort="1"), "v2")
    world.asks = Asks(abort="1", retry="1")
    world.run()
    assert world.asks.retry != world.progress.handled.retry

    assert drained(world).progress.candidate == "v2"
    assert world.asks.retry == world.progress.handled.retry


def test_a_retry_while_what_was_superseded_drains_is_in_vain() -> None:
    world = going_back()
    world.asks = Asks(retry="1")

    assert world.turn().reason is Reason.ASKED_IN_VAIN


def test_a_retry_that_another_template_overtakes_is_not_that_ones() -> None:
    world = going_back(Asks(abort="1"), "v2")
    world.asks, world.target = Asks(abort="1", retry="1"), "v3"
    drained(world)
    world.evidence = BREACH

    world.run()

    assert (world.progress.phase, world.progress.rejected) == (Phase.ROLLED_BACK, ("v3", "v2"))


@pytest.mark.parametrize("suspension", [Suspend.ADVANCE, Suspend.ALL], ids=lambda level: level.value)
@pytest.mark.parametrize("asks", STEPPING, ids=str)
def test_an_ask_while_a_suspended_template_waits_opens_nothing_of_it(asks: Asks, suspension: Suspend) -> None:
    world = deployed(plan=replace(PLAN, steps=GATES))
    world.suspension, world.target = suspension, "v3"
    world.run()
    world.asks = asks
    world.run()
    world.suspension = Suspend.NONE

    world.run()

    assert (world.progress.phase, world.progress.candidate, world.progress.step) == (Phase.PAUSED, "v3", 0)


def test_an_ask_while_a_blocked_template_waits_opens_nothing_of_it() -> None:
    world = deployed(plan=replace(PLAN, steps=GATES))
    world.blocked, world.target = Blocked(reason=Reason.GATEWAY_MISSING, sentence="no gateway"), "v2"
    world.run()
    world.asks = Asks(promote_full="1", retry="1")
    assert world.turn().reason is Reason.ASKED_IN_VAIN
    world.blocked = None

    world.run()

    assert (world.progress.phase, world.progress.step) == (Phase.PAUSED, 0)


def test_a_promote_full_from_before_an_undo_opens_none_of_its_steps() -> None:
    world = deployed(plan=replace(PLAN, steps=GATES, window=0))
    world.target, world.plan = "v2", replace(PLAN, window=0)
    world.run()
    assert world.progress.stable == "v2"
    world.plan = replace(PLAN, steps=GATES, window=0)
    world.asks = Asks(undo="1", promote_full="1")

    world.run()

    assert (world.progress.phase, world.progress.candidate, world.progress.step) == (Phase.PAUSED, "v1", 0)


@pytest.mark.parametrize("asks", [Asks(retry="1"), Asks(undo="v1/1")], ids=str)
def test_a_suspended_rollout_keeps_no_ask_for_after_its_end(asks: Asks) -> None:
    """It might go back by then: the ask would start again what was just found to be bad."""
    world = paused()
    world.suspension, world.asks = Suspend.ADVANCE, asks

    assert world.turn().reason is Reason.ASKED_IN_VAIN

    world.evidence = BREACH
    world.run()
    world.suspension, world.evidence = Suspend.NONE, Evidence(passed=True)
    world.run()

    assert (world.progress.phase, world.progress.rejected) == (Phase.ROLLED_BACK, ("v2",))


def test_a_skip_step_of_a_suspended_rollout_waits_for_it_to_go_on() -> None:
    world = paused()
    world.suspension, world.asks = Suspend.ADVANCE, Asks(skip_step="1")
    world.run()
    assert (world.progress.reason, world.progress.step) == (Reason.SUSPENDED, 0)
    world.suspension = Suspend.NONE

    world.run()

    assert (world.progress.phase, world.progress.step) == (Phase.PAUSED, 1)


@pytest.mark.parametrize("asks", [Asks(retry="1"), Asks(undo="v1/1")], ids=str)
def test_an_ask_that_stood_still_with_its_rollout_does_not_start_again_what_an_abort_rejected(asks: Asks) -> None:
    world = paused()
    world.suspension, world.asks = Suspend.ALL, asks
    world.run()
    world.asks = replace(asks, abort="1")
    assert world.turn().progress.sentence.startswith("aborted by a person; ")
    world.suspension = Suspend.NONE

    world.run()

    assert (world.progress.phase, world.progress.rejected) == (Phase.ROLLED_BACK, ("v2",))


def test_a_retry_while_a_breach_is_held_starts_nothing_once_it_has_rolled_back() -> None:
    world = paused()
    world.plan = replace(world.plan, on_breach=OnTrouble.HOLD)
    world.evidence, world.asks = BREACH, Asks(retry="1")
    world.run()
    world.wait(world.plan.hold_limit)
    world.run()
    world.evidence = Evidence(passed=True)

    world.run()

    assert (world.progress.phase, world.progress.rejected) == (Phase.ROLLED_BACK, ("v2",))


@pytest.mark.parametrize("suspension", [Suspend.ADVANCE, Suspend.ALL], ids=lambda level: level.value)
def test_an_abort_stops_a_template_that_waits_to_start(suspension: Suspend) -> None:
    world = deployed()
    world.suspension, world.target = suspension, "v2"
    world.run()
    world.asks = Asks(abort="1")
    world.run()
    world.suspension = Suspend.NONE

    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.ABORTED)
    assert (world.progress.stable, world.progress.rejected) == ("v1", ("v2",))

    world.asks = replace(world.asks, retry="1")
    world.run()
    assert world.progress.stable == "v2"


def test_an_abort_with_a_promote_full_stops_a_template_that_is_blocked() -> None:
    world = deployed()
    world.blocked, world.target = Blocked(reason=Reason.METRIC_SOURCE_MISSING, sentence="no source"), "v2"
    world.run()
    world.asks = Asks(abort="1", promote_full="1")
    world.run()
    world.blocked = None

    assert world.run().progress.stable == "v1"


TOO_EARLY = (
    "promote-full: nothing to do before the rollout of revision v3 has started: ask again then, with another nonce"
)


def test_a_promote_full_that_comes_with_a_new_template_opens_nothing_and_learns_when_to_ask_again() -> None:
    world = deployed(plan=replace(PLAN, steps=GATES))
    world.target, world.asks = "v3", Asks(promote_full="1")

    assert world.turn().sentence == TOO_EARLY

    world.run()
    assert (world.progress.phase, world.progress.candidate, world.progress.step) == (Phase.PAUSED, "v3", 0)

    world.asks = Asks(promote_full="2")
    world.run()
    assert world.progress.stable == "v3"


def test_a_promote_full_that_comes_with_a_template_in_mid_rollout_learns_it_while_that_one_goes_back() -> None:
    world = paused()
    world.confirms = False
    world.target, world.asks = "v3", Asks(promote_full="1")

    sentences = [world.turn().sentence for _ in range(3)]

    assert TOO_EARLY in sentences
    assert world.progress.candidate == "v2"


@pytest.mark.parametrize("asks", [Asks(promote_full="1"), Asks(retry="1", skip_step="1")], ids=str)
def test_an_ask_where_no_template_waits_is_told_of_no_rollout_to_come(asks: Asks) -> None:
    world = deployed()
    world.asks = asks

    assert world.turn().sentence.endswith(": nothing to do")
