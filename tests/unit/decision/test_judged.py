"""What the judge says of a rollout, and what follows: nobody to blame, and a verdict that is still awaited."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import OnInconclusive, OnTrouble
from tidegate.decision import Phase, Reason
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Evidence

MINUTE = timedelta(minutes=1)
UNDECIDED = Evidence(undecided=True, sentence="errors: inconclusive. 300 requests.")
OVER = Evidence(undecided=True, over_bound=True, sentence="errors: inconclusive. 2 of 40 are bad.")
NOBODYS = Evidence(nobody_to_blame=True, sentence="errors: hold. stable is over the bound too.")
HOLD, PROMOTE, ROLL_BACK = OnInconclusive.HOLD, OnInconclusive.PROMOTE, OnInconclusive.ROLL_BACK


def waiting(
    on_inconclusive: OnInconclusive = HOLD,
    *,
    evidence: Evidence = UNDECIDED,
    on_deadline: OnTrouble = OnTrouble.ROLL_BACK,
    dwell: timedelta = MINUTE,
) -> World:
    """A rollout at its first settled step, which dwells a minute and may take ten."""
    step = Step(name="first", weight=20, dwell=dwell, deadline=10 * MINUTE, on_deadline=on_deadline)
    world = deployed()
    world.plan = replace(PLAN, steps=(step, *PLAN.steps[1:]), on_inconclusive=on_inconclusive)
    world.target, world.evidence = "v2", evidence
    world.run()
    return world


def late(on_inconclusive: OnInconclusive = HOLD, on_deadline: OnTrouble = OnTrouble.ROLL_BACK) -> World:
    """The same, when its ten minutes are over."""
    world = waiting(on_inconclusive, on_deadline=on_deadline)
    world.wait(10 * MINUTE)
    world.run()
    return world


def test_where_nobody_is_to_blame_the_weight_stays_and_the_judge_says_why() -> None:
    world = waiting(evidence=NOBODYS)

    decision = world.run()

    assert (decision.progress.reason, decision.progress.sentence) == (Reason.NOBODY_TO_BLAME, NOBODYS.sentence)
    assert world.look().weight == 20


def test_a_shared_incident_takes_no_time_of_the_step() -> None:
    world = waiting(evidence=NOBODYS)
    world.wait(60 * MINUTE)
    assert world.run().progress.reason is Reason.NOBODY_TO_BLAME

    world.evidence = Evidence(passed=True)
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_a_verdict_is_awaited_until_the_deadline() -> None:
    world = waiting()
    world.wait(9 * MINUTE)

    assert world.run().reason is Reason.MEASURING


@pytest.mark.parametrize("on_deadline", OnTrouble)
def test_undecided_at_the_deadline_holds_and_names_what_a_person_may_do(on_deadline: OnTrouble) -> None:
    world = late(HOLD, on_deadline)

    assert world.progress.reason is Reason.INCONCLUSIVE
    assert UNDECIDED.sentence in world.progress.sentence
    assert "tidegate.dev/skip-step" in world.progress.sentence
    assert world.look().weight == 20


@pytest.mark.parametrize("on_deadline", OnTrouble)
def test_a_hold_for_a_verdict_goes_on_by_itself_when_it_comes(on_deadline: OnTrouble) -> None:
    world = late(HOLD, on_deadline)
    world.wait(60 * MINUTE)
    world.run()

    world.evidence = Evidence(passed=True)
    world.run()

    assert world.progress.phase is Phase.PROMOTED


def test_a_hold_for_a_verdict_still_rolls_back_on_a_breach() -> None:
    world = late()

    world.evidence = Evidence(breach=True, sentence="errors: breach.")
    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.OBJECTIVE_BREACHED)


def test_a_person_skips_the_step_that_is_undecided() -> None:
    world = late()

    world.asks = Asks(skip_step="1")
    world.run()

    assert world.progress.step == 1


def test_undecided_at_the_deadline_goes_on_where_that_is_wanted() -> None:
    world = late(PROMOTE)

    assert world.progress.step == 1
    assert world.look().weight == 50


def test_over_its_bound_a_candidate_never_rises_for_a_deadline() -> None:
    world = waiting(PROMOTE, evidence=OVER)
    world.wait(10 * MINUTE)
    world.run()

    assert (world.progress.reason, world.look().weight) == (Reason.INCONCLUSIVE, 20)
    assert OVER.sentence in world.progress.sentence


def test_over_its_bound_a_candidate_stays_and_the_judge_says_why() -> None:
    world = waiting(evidence=replace(OVER, undecided=False))
    world.wait(2 * MINUTE)

    decision = world.run()

    assert (decision.progress.reason, decision.progress.sentence) == (Reason.OVER_BOUND, OVER.sentence)
    world.evidence = Evidence(passed=True)
    assert world.run().progress.phase is Phase.PROMOTED


def test_undecided_at_the_deadline_rolls_back_where_that_is_wanted() -> None:
    world = late(ROLL_BACK, OnTrouble.HOLD)

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.STEP_DEADLINE)
    assert world.progress.rejected == ("v2",)


@pytest.mark.parametrize("on_inconclusive", OnInconclusive)
def test_a_step_that_is_late_for_another_reason_does_what_its_deadline_says(on_inconclusive: OnInconclusive) -> None:
    world = waiting(on_inconclusive, evidence=Evidence())
    world.wait(10 * MINUTE)
    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.STEP_DEADLINE)


def test_a_step_that_has_not_dwelt_awaits_more_than_a_verdict() -> None:
    world = waiting(PROMOTE, dwell=9 * MINUTE)
    world.progress = replace(world.progress, settled_at=world.now + 5 * MINUTE)
    world.wait(10 * MINUTE)
    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.STEP_DEADLINE)
