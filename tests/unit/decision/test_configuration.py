"""While nobody knows which configuration is declared, nothing starts, nothing is made and nothing goes back for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import World, deployed
from tidegate.decision import Phase, Reason, Record, Snapshot, decide
from tidegate.decision.actions import ForgetCopy, ForgetRevision, PrepareRevision, SetWeight
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Blocked, Copy, Evidence, Reading
from tidegate.decision.workload import Workload

MISSING = Blocked(reason=Reason.CONFIG_MISSING, sentence="ConfigMap settings is missing")
UNREADABLE = Blocked(
    reason=Reason.CONFIG_UNREADABLE, sentence="ConfigMap settings cannot be read", again=timedelta(seconds=15)
)
GONE = Blocked(reason=Reason.WORKLOAD_MISSING, sentence="spec.workloadRef: Deployment web is missing")
A_MOMENT = timedelta(seconds=1)


def reading(world: World, again: timedelta | None = None) -> Snapshot:
    """The world while its configuration is read."""
    look, last = world.look(), world.progress.candidate or world.progress.stable or ""
    return replace(look, target=last, known=False, reading=Reading(again))


def lacking(world: World, blocked: Blocked = MISSING) -> Snapshot:
    """The world while a part of its configuration is not there."""
    return replace(reading(world), reading=None, blocked=blocked)


def rejected() -> World:
    """A world whose second revision was rolled back, and is still declared."""
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    world.evidence = Evidence(passed=True)
    assert (world.progress.phase, world.target) == (Phase.ROLLED_BACK, "v2")
    return world


@pytest.mark.parametrize("world", [deployed(), World(), rejected()], ids=["served", "new", "rolled back"])
def test_at_rest_a_reading_is_no_news(world: World) -> None:
    decision = decide(reading(world, A_MOMENT))

    assert decision.record is Record.NOTHING
    assert decision.progress == world.progress
    assert (decision.actions, decision.look_again) == ((), A_MOMENT)


def test_a_candidate_of_which_nothing_exists_is_not_made_from_what_is_unknown() -> None:
    world = deployed()
    world.target = "v2"
    world.turn()
    assert world.progress.candidate == "v2"

    for look in (reading(world), lacking(world)):
        assert not [action for action in decide(look).actions if isinstance(action, PrepareRevision)]

    assert PrepareRevision("v2", 1) in decide(world.look()).actions


def test_a_first_revision_is_not_made_from_what_is_unknown() -> None:
    world = World()
    world.turn()
    assert world.progress.candidate == "v1"

    assert decide(reading(world)).actions == ()
    assert decide(world.look()).actions == (PrepareRevision("v1", 4),)


def test_a_lost_stable_is_made_anew_only_from_what_is_known() -> None:
    world = deployed()
    del world.sides["v1"]

    assert decide(reading(world)).actions == ()
    assert PrepareRevision("v1", 4) in decide(world.look()).actions


def test_a_rollback_makes_no_stable_from_what_is_unknown() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.turn()
    del world.sides["v1"]
    look = replace(lacking(world), target="v1")

    assert not [action for action in decide(look).actions if isinstance(action, PrepareRevision)]
    assert PrepareRevision("v1", 4) in decide(replace(world.look(), target="v1")).actions


def test_a_breach_is_rolled_back_while_configuration_is_read_or_missing() -> None:
    world = at_first_step()
    world.evidence = BREACH

    for look in (reading(world), lacking(world), lacking(world, UNREADABLE)):
        assert decide(look).reason is Reason.OBJECTIVE_BREACHED


def test_what_is_missing_stalls_what_rests_and_names_it() -> None:
    world = deployed()

    decision = decide(lacking(world))

    assert (decision.reason, decision.progress.phase) == (Reason.CONFIG_MISSING, Phase.STALLED)
    assert (decision.sentence, decision.progress.stable) == ("ConfigMap settings is missing", "v1")
    assert decision.actions == ()


def test_what_was_missing_and_is_there_again_is_served() -> None:
    world = deployed()
    world.progress = decide(lacking(world)).progress

    decision = decide(world.look())

    assert (decision.reason, decision.progress.phase) == (Reason.PROMOTED, Phase.PROMOTED)


def test_a_rejected_revision_stays_rejected_over_a_time_in_which_it_was_missing() -> None:
    world = rejected()
    world.progress = decide(lacking(world)).progress

    decision = decide(world.look())

    assert (decision.reason, decision.progress.phase) == (Reason.OBJECTIVE_BREACHED, Phase.ROLLED_BACK)


def test_a_workload_that_is_gone_stalls_what_rests() -> None:
    decision = decide(lacking(deployed(), GONE))

    assert (decision.reason, decision.progress.phase) == (Reason.WORKLOAD_MISSING, Phase.STALLED)
    assert decision.sentence == GONE.sentence


def test_an_abort_while_the_workload_is_gone_stays_an_abort_when_it_is_there_again() -> None:
    world = at_first_step()
    world.asks = Asks(abort="1")
    reasons = []
    for _ in range(20):
        decision = decide(lacking(world, GONE))
        for action in decision.actions:
            world.carry_out(action)
        world.progress = decision.progress
        reasons.append(decision.reason)

    assert set(reasons) == {Reason.ABORTED, Reason.WORKLOAD_MISSING}
    assert (reasons[-1], world.progress.history[0].reason) == (Reason.WORKLOAD_MISSING, Reason.ABORTED)

    assert world.turn().reason is Reason.ABORTED
    assert (world.progress.phase, world.progress.sentence) == (Phase.ROLLED_BACK, "aborted by a person")


def test_what_cannot_be_read_is_tried_again() -> None:
    assert decide(lacking(deployed(), UNREADABLE)).look_again == UNREADABLE.again


def test_a_rollout_under_way_keeps_its_weight_while_configuration_is_missing() -> None:
    world = at_first_step()

    decision = decide(lacking(world))

    assert (decision.reason, decision.progress.candidate) == (Reason.CONFIG_MISSING, "v2")
    assert not [action for action in decision.actions if isinstance(action, SetWeight)]


def test_a_deployment_is_not_taken_over_before_its_configuration_is_known() -> None:
    workload = Workload(name="web", replicas=4, available=4)
    look = replace(World().look(), workload=workload, finalizer=True)

    assert decide(replace(look, known=False, reading=Reading())).actions == ()
    assert decide(look).actions != ()


def test_copies_go_before_the_last_revision_that_names_them() -> None:
    look = replace(deployed().look(), surplus=("v0",), unused=(Copy("Secret", "web-keys-bcdf"),))

    assert decide(look).actions == (ForgetCopy("Secret", "web-keys-bcdf"), ForgetRevision("v0"))


def test_history_is_trimmed_too_while_what_is_declared_stays_out() -> None:
    world = deployed()
    world.target = "v2"
    look = world.look()
    out = replace(look, progress=replace(look.progress, rejected=("v2",)))

    assert decide(replace(out, surplus=("v0",))).actions == (ForgetRevision("v0"),)
