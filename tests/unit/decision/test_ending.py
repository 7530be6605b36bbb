"""A rollback that was cut before its record is gone on with: what was measured is gone, and at weight 0 nothing is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from tests.garbled import TEXTS
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import START, World, deployed
from tidegate.decision import decide
from tidegate.decision.ending import Ending, ending_in
from tidegate.decision.progress import Asks, Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Evidence


def cut_after_the_fall() -> World:
    """A breach took the weight, and the process ended; the one that follows has measured nothing."""
    world = at_first_step()
    world.evidence = BREACH
    for action in decide(world.look()).actions:
        world.carry_out(action)
    world.evidence = Evidence()
    return world


@pytest.mark.parametrize("at_once", [0, 1], ids=["by pods", "by nodes"])
def test_without_a_router_a_breach_that_was_not_recorded_brings_no_pods_back(at_once: int) -> None:
    world = deployed(by_pods=True, at_once=at_once)
    world.target, world.evidence = "v2", Evidence()
    world.run()
    world.evidence = BREACH
    for action in decide(world.look()).actions:
        world.carry_out(action)
    world.evidence = Evidence()
    assert world.sides["v2"].replicas == 0

    decision = world.turn()

    assert world.sides["v2"].replicas == 0
    assert (decision.progress.phase, decision.reason) == (Phase.ROLLING_BACK, Reason.OBJECTIVE_BREACHED)


def test_a_promotion_whose_record_came_after_the_fall_of_the_weight_goes_back_as_long_as_no_role_has_changed() -> None:
    """The write of it hung, a rollback waited no longer, and then it landed."""
    world = cut_after_the_fall()
    world.progress = replace(world.progress, phase=Phase.PROMOTING, reason=Reason.PROMOTING)
    turned = replace(world.look(), services=replace(world.services, stable="v2"))

    decision = world.turn()

    assert (decision.progress.phase, decision.reason) == (Phase.ROLLING_BACK, Reason.OBJECTIVE_BREACHED)
    world.run()
    assert (world.progress.phase, world.progress.stable, world.services.stable) == (Phase.ROLLED_BACK, "v1", "v1")
    assert decide(turned).progress.phase is not Phase.ROLLING_BACK


def test_an_abort_that_took_the_weight_before_the_record_of_a_promotion_came_is_not_said_to_be_late() -> None:
    world = cut_after_the_fall()
    world.progress = replace(world.progress, phase=Phase.PROMOTING, reason=Reason.PROMOTING)
    world.asks = Asks(abort="1")

    decision = world.turn()

    assert (decision.progress.phase, decision.progress.handled.abort) == (Phase.ROLLING_BACK, "1")
    world.services = replace(world.services, stable="v2")
    world.progress = replace(world.progress, phase=Phase.PROMOTING)
    world.asks = Asks(abort="2")
    assert world.turn().reason is Reason.PROMOTION_UNDER_WAY


def weight(world: World) -> int | None:
    assert world.route is not None
    return world.route.weight


def test_a_breach_that_was_not_recorded_is_gone_on_with_and_told_in_its_own_words() -> None:
    world = cut_after_the_fall()

    decision = world.turn()

    assert weight(world) == 0
    assert (decision.progress.phase, decision.reason) == (Phase.ROLLING_BACK, Reason.OBJECTIVE_BREACHED)
    assert decision.progress.history[0].sentence == BREACH.sentence
    assert "v2" in decision.progress.rejected


def test_a_breach_in_a_way_back_that_was_not_recorded_rejects_nothing() -> None:
    """Stable's template was declared again, and the weight is gone: what is measured by now is of before."""
    world = at_first_step()
    world.target = "v1"
    for action in decide(world.look()).actions:
        world.carry_out(action)
    world.evidence = BREACH

    decision = world.turn()

    assert (decision.progress.phase, decision.reason) == (Phase.ROLLING_BACK, Reason.REVERTED)
    assert decision.progress.rejected == ()


def test_an_abort_of_a_rollback_that_was_not_recorded_is_an_abort() -> None:
    world = cut_after_the_fall()
    world.asks = Asks(abort="1")

    assert world.turn().progress.history[0].reason is Reason.ABORTED


def test_a_weight_that_fell_with_lost_pods_rises_again_with_them() -> None:
    world = at_first_step()
    world.sides["v2"] = replace(world.sides["v2"], available=0)
    for action in decide(world.look()).actions:
        world.carry_out(action)
    assert weight(world) == 0

    world.sides["v2"] = replace(world.sides["v2"], available=1)
    world.turn()

    assert weight(world) == 20


def test_what_takes_weight_away_is_urgent_also_where_the_rollout_goes_on() -> None:
    world = at_first_step()
    assert not decide(world.look()).urgent

    world.sides["v2"] = replace(world.sides["v2"], available=0)

    assert decide(world.look()).urgent


def test_a_revision_that_is_tried_again_is_not_ended_by_the_note_of_its_last_rollout() -> None:
    world = cut_after_the_fall()
    world.run()
    world.evidence, world.asks = Evidence(passed=True), Asks(retry="1")

    world.run()

    assert world.progress.stable == "v2"


def test_a_note_of_another_rollout_of_the_same_revision_says_nothing() -> None:
    world = cut_after_the_fall()
    assert world.route is not None
    before = Ending(Reason.OBJECTIVE_BREACHED, START - timedelta(hours=1), "errors")
    world.route = replace(world.route, ending=before.text())

    assert world.turn().progress.phase is not Phase.ROLLING_BACK


def test_what_is_noted_reads_back() -> None:
    ending = Ending(Reason.SUPERSEDED, START, "superseded by revision a/b")

    assert ending_in(ending.text()) == ending


@pytest.mark.parametrize(
    "text",
    ["", "ObjectiveBreached", "ObjectiveBreached/yesterday/errors", f"Promoted/{START.isoformat()}/", "/2026-01-01/"],
)
def test_what_tells_of_no_rollback_is_none(text: str) -> None:
    assert ending_in(text) is None


@given(text=TEXTS)
def test_no_garbled_note_raises(text: str) -> None:
    ending_in(text)
    ending_in(f"Aborted/{text}")
