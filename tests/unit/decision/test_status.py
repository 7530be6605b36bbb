"""The status keeps all that a restart needs, and says it by the kstatus table."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import START, World, as_recorded, deployed
from tidegate.api import Suspend
from tidegate.decision import Phase, Progress, Record
from tidegate.decision.actions import PointService, Role, Scale, SetWeight
from tidegate.decision.progress import Outcome, Rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.recorded import progress_of
from tidegate.decision.snapshot import Blocked
from tidegate.decision.status import status_of


def status(world: World) -> dict[str, Any]:
    return status_of(world.look(), as_recorded(world.progress), generation=3, before={}, objectives=[], selector="")


def status_beside(world: World, before: dict[str, object]) -> dict[str, object]:
    """The status after a turn that left the record as it was."""
    look = world.look()
    return status_of(
        look,
        as_recorded(world.progress, record=Record.STATE_ONLY),
        generation=3,
        before=before,
        objectives=[],
        selector="a=b",
    )


def states(world: World) -> dict[str, str]:
    return {found["type"]: found["status"] for found in status(world)["conditions"]}


def test_every_state_of_a_rollout_reads_back_equal() -> None:
    world = deployed()
    world.target = "v2"

    for _ in range(40):
        world.turn()
        assert progress_of(status(world)) == world.progress


def test_what_a_held_breach_was_shown_with_reads_back_equal() -> None:
    world = at_first_step()
    world.progress = replace(world.progress, breach_held_since=START, breach_shown="errors: breach. 9 of 30")

    assert progress_of(status(world)) == world.progress


def test_a_served_release_is_ready() -> None:
    assert states(deployed()) == {"Ready": "True"}


def test_a_rollout_under_way_is_reconciling() -> None:
    assert states(at_first_step()) == {"Ready": "False", "Reconciling": "True"}


def test_a_rolled_back_release_is_stalled() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.run()

    assert states(world) == {"Ready": "False", "Stalled": "True"}


def test_stables_template_declared_again_is_ready_only_once_the_weight_is_back() -> None:
    """A tool that waits for it would end while the candidate still serves."""
    world = at_first_step()
    world.target, world.confirms = "v1", False
    for _ in range(5):
        world.turn()
        assert world.progress.reason is Reason.REVERTED
        assert states(world) == {"Ready": "False", "Reconciling": "True"}

    assert world.route is not None
    world.route = replace(world.route, confirmed=True, confirmed_for=timedelta(hours=1))
    world.run()

    assert (world.progress.phase, states(world)) == (Phase.ROLLED_BACK, {"Ready": "True"})


def test_stables_template_declared_again_is_not_ready_where_stable_cannot_answer() -> None:
    world = at_first_step()
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.turn_until(Phase.PROGRESSING)
    world.starts, world.target = frozenset({"v2"}), "v1"

    decision = world.turn()

    assert decision.progress.phase is Phase.ROLLING_BACK
    assert states(world)["Ready"] == "False"


def until(world: World, phase: Phase) -> None:
    """Turns until the rollout has come to this phase."""
    for _ in range(60):
        if world.progress.phase is phase:
            return

        world.turn()

    message = f"{world.progress.phase.value}, not {phase.value}"
    raise AssertionError(message)


def test_the_end_of_a_rollout_is_no_end_for_a_template_that_waits() -> None:
    """A tool that waits for the newest declaration would take the one for the other."""
    world = deployed()
    world.target = "v2"
    until(world, Phase.PROMOTING)
    world.target = "v3"

    until(world, Phase.PROMOTED)
    assert states(world) == {"Ready": "False", "Reconciling": "True"}

    told = status(world)
    assert world.turn().record is Record.STATE_ONLY
    assert status_beside(world, told)["conditions"] == told["conditions"]


def test_a_rollback_is_no_failure_of_a_template_that_waits() -> None:
    world = at_first_step()
    world.evidence = BREACH
    until(world, Phase.ROLLING_BACK)
    world.target = "v3"

    until(world, Phase.ROLLED_BACK)

    assert world.progress.rejected == ("v2",)
    assert states(world) == {"Ready": "False", "Reconciling": "True"}


def test_effects_beside_the_record_leave_its_conditions_as_they_were() -> None:
    world = deployed()
    told = status(world)
    world.target, world.replicas = "v2", 6

    decision = world.turn()

    assert (decision.record, decision.actions) == (Record.STATE_ONLY, (Scale(revision="v1", replicas=6),))
    assert status_beside(world, told)["conditions"] == told["conditions"]


def test_a_suspended_rollout_waits_for_a_person() -> None:
    world = at_first_step()
    world.suspension = Suspend.ADVANCE
    world.run()

    assert states(world) == {"Ready": "Unknown", "Reconciling": "True"}


def test_what_waits_for_replicas_is_neither_ready_nor_wrong() -> None:
    world = deployed()
    world.replicas = 0
    world.run()
    world.target = "v2"
    world.run()

    assert states(world) == {"Ready": "Unknown", "Reconciling": "True"}


@pytest.mark.parametrize("reason", [Reason.NAME_TAKEN, Reason.GATEWAY_MISSING, Reason.SECRET_MISSING])
def test_what_someone_must_mend_is_stalled(reason: Reason) -> None:
    world = deployed()
    world.target = "v2"
    world.blocked = Blocked(reason=reason, sentence="mend it")
    world.run()

    assert states(world) == {"Ready": "False", "Stalled": "True"}


def test_a_condition_keeps_its_time_while_its_value_stays() -> None:
    world = deployed()
    before = status(world)
    world.now = world.now.replace(year=2027)

    after = status_of(
        world.look(), as_recorded(world.progress), generation=3, before=before, objectives=[], selector="a=b"
    )

    assert after["conditions"] == before["conditions"]


def test_the_first_progress_is_empty() -> None:
    assert Progress().stable is None


def at_weight(weight: int, *, confirmed: bool) -> World:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=weight, least=weight, confirmed=confirmed)
    return world


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_weight_told_is_what_the_route_carries(confirmed: bool) -> None:
    step = status(at_weight(4, confirmed=confirmed))["step"]

    assert (step["weight"], step["desiredWeight"]) == (4, 20)
    assert ("confirmedWeight" in step) is confirmed


def test_a_weight_written_in_this_very_turn_is_told() -> None:
    world = at_first_step()
    looked, done = world.look(), (PointService(Role.CANDIDATE, "v2"), SetWeight(weight=0, revision="v2"))

    told = status_of(looked, as_recorded(world.progress, *done), generation=1, before={}, objectives=[], selector="")

    assert looked.weight == 20
    assert told["step"]["weight"] == 0


@pytest.mark.parametrize(
    ("shrink", "stable", "candidate", "declared", "told"),
    [
        (False, 40, 38, 40, 40),
        (False, 40, 40, 40, 40),
        (False, 40, 20, 36, 36),
        (False, 40, 20, 0, 40),
        (True, 2, 38, 40, 40),
        (True, 40, 20, 40, 40),
        (True, 20, 10, 40, 30),
    ],
    ids=["a smaller candidate", "a surge", "fewer declared", "none declared", "shrunk", "not shrunk yet", "lost pods"],
)
def test_an_autoscaler_is_told_the_size_without_a_surge_at_any_weight(
    shrink: bool, stable: int, candidate: int, declared: int, told: int
) -> None:
    """Near enough to a share of the whole, an autoscaler asks for just this number: less would shrink the Release."""
    world = at_weight(95, confirmed=True)
    world.plan, world.replicas = replace(world.plan, shrink=shrink), declared
    world.progress = replace(world.progress, full_size=40)
    for name, size in (("v1", stable), ("v2", candidate)):
        world.sides[name] = replace(world.sides[name], replicas=size)

    assert status(world)["replicas"] == told


SAID = (
    "errors: breach. candidate 220 of 4,000 (5.5 %), stable 1,030 of 36,000 (2.86 %); 1.9 times; tolerated: 1.25 times,"
    " and at most 1 %; evidence 407,388:1 (limit 100:1); excess on 1 of 1 candidate pods; stable had 0.5 % in the hour"
    " before; a false alarm like this comes in at most 1 % of rollouts."
)


def test_of_the_newest_rollout_all_is_remembered_that_is_said_after_it() -> None:
    world = at_first_step()
    lines = [
        Rollout(
            revision="v2",
            outcome=Outcome.ROLLED_BACK,
            reason=Reason.OBJECTIVE_BREACHED,
            sentence=SAID,
            started_at=world.now,
        )
    ] * 2
    world.progress = replace(world.progress, history=tuple(lines), sentence=SAID)

    told = status(world)

    assert [told["message"], told["history"][0]["message"]] == [SAID] * 2
    assert told["history"][1]["message"].endswith("; stable had 0.5 % in the hour before;…")
    assert {condition["message"] for condition in told["conditions"]} == {SAID}
