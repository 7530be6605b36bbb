"""What a step shows beside its weight: given by a raise, taken back at once, and never left behind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import roles_changed
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import PLAN, World
from tidegate.api import Suspend
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import PointService, Role, Scale, SetWeight, WriteRoute
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Evidence

TESTERS = Step(name="testers", weight=0, match=True)
MATCHING = replace(PLAN, steps=(TESTERS, *PLAN.steps))
PASSED = Evidence(passed=True)


def at_testers(**changes: Any) -> World:
    """A rollout at its first step: requests that match reach the candidate, and nothing is measured yet."""
    world = at_first_step(plan=MATCHING, **changes)
    assert world.route is not None
    assert world.route.matched
    return world


def without(look: Snapshot, revision: str) -> Snapshot:
    """The same without an available pod of a revision."""
    sides = tuple(replace(side, available=0) if side.revision == revision else side for side in look.sides)
    return replace(look, sides=sides)


def route_of(look: Snapshot, **changes: Any) -> Snapshot:
    assert look.route is not None
    return replace(look, route=replace(look.route, **changes))


def test_requests_that_match_are_raised_once_their_intent_is_recorded_and_a_pod_is_available() -> None:
    world = at_testers()

    assert SetWeight(weight=0, revision="v2", raising=True) in world.done
    assert (world.progress.step, world.progress.desired_weight) == (0, 0)
    assert world.sides["v2"].replicas == 1
    raised = world.done.index(SetWeight(weight=0, revision="v2", raising=True))
    assert world.done.index(PointService(Role.CANDIDATE, "v2")) < raised


def test_the_whole_way_ends_without_a_rule_of_a_step() -> None:
    world = at_testers()
    world.evidence = PASSED

    decision = world.run()

    assert (decision.progress.phase, decision.progress.stable) == (Phase.PROMOTED, "v2")
    assert world.route is not None
    assert not world.route.extended


def test_what_a_match_serves_is_judged_from_its_raise_on() -> None:
    assert at_testers().progress.weighted_at is not None


def test_a_breach_takes_matched_requests_back_before_anything_else() -> None:
    world = at_testers()
    world.evidence = BREACH

    decision = world.turn()

    assert decision.actions[0] == SetWeight(weight=0, revision="v2")
    assert decision.progress.phase is Phase.ROLLING_BACK
    assert world.route is not None
    assert not world.route.matched


def test_a_rollback_that_lost_its_write_takes_matched_requests_back_again() -> None:
    world = at_testers()
    before = world.route
    world.evidence = BREACH
    world.turn()
    world.route = before

    decision = world.turn()

    assert decision.actions == (SetWeight(weight=0, revision="v2"),)


def test_pods_drain_from_the_moment_matched_requests_are_gone() -> None:
    world = at_testers()
    world.plan = replace(MATCHING, drain=timedelta(minutes=1))
    world.evidence = BREACH
    world.run()

    assert world.sides["v2"].replicas
    world.wait(timedelta(minutes=2))
    world.run()
    assert not world.sides["v2"].replicas


def test_a_rollback_leaves_matched_requests_where_pods_are() -> None:
    look = without(replace(at_testers().look(), asks=Asks(abort="1")), "v1")

    begun = decide(look)
    after = decide(replace(look, progress=begun.progress))

    assert not any(isinstance(action, SetWeight) for action in begun.actions)
    assert after.reason is Reason.ROLLBACK_BLOCKED


def test_copies_end_with_a_rollback_whatever_stable_is() -> None:
    look = without(replace(at_testers().look(), asks=Asks(abort="1")), "v1")

    decision = decide(route_of(look, matched=False, mirrored=True))

    assert SetWeight(weight=0, revision="v2") in decision.actions


def test_without_an_available_pod_matched_requests_go_back_at_once() -> None:
    decision = decide(without(at_testers().look(), "v2"))

    assert decision.reason is Reason.CANDIDATE_PODS_LOST
    assert decision.actions == (SetWeight(weight=0, revision="v2"),)
    assert decision.progress.settled_at is None


def test_with_one_pod_of_two_matched_requests_stay() -> None:
    steps = (replace(TESTERS, weight=50), *PLAN.steps[1:])
    world = at_first_step(plan=replace(PLAN, steps=steps))
    look = world.look()
    sides = tuple(replace(side, available=1) if side.revision == "v2" else side for side in look.sides)

    decision = decide(replace(look, sides=sides))

    assert decision.actions == (SetWeight(weight=25, revision="v2", keep=True),)


def test_pods_that_are_back_get_matched_requests_again() -> None:
    world = at_testers()
    lost = world.sides["v2"]
    world.sides["v2"] = replace(lost, available=0)
    world.run()
    dropped = world.route
    assert dropped is not None
    assert not dropped.matched
    world.sides["v2"] = lost
    world.done.clear()

    world.run()

    assert world.route is not None
    assert world.route.matched
    assert world.done == [SetWeight(weight=0, revision="v2", raising=True)]


def test_a_hand_that_takes_matched_requests_is_obeyed_until_promote() -> None:
    look = route_of(at_testers().look(), matched=False, hidden=True)

    assert decide(look).reason is Reason.LOWERED_BY_HAND
    lifted = decide(replace(look, asks=Asks(promote="v2/testers/1")))
    assert lifted.actions == (SetWeight(weight=0, revision="v2"),)


def test_a_hand_that_gives_matched_requests_is_reverted_and_told() -> None:
    look = route_of(at_testers().look(), shown=True)

    decision = decide(look)

    assert decision.reason is Reason.RAISED_BY_HAND
    assert decision.actions == (SetWeight(weight=0, revision="v2"),)


def test_a_hand_that_raises_the_weight_beside_a_match_changes_no_match() -> None:
    decision = decide(route_of(at_testers().look(), weight=40))

    assert decision.actions == (SetWeight(weight=0, revision="v2", keep=True),)


def test_the_candidates_service_is_pointed_elsewhere_only_without_matched_requests() -> None:
    look = at_testers().look()
    elsewhere = replace(look, services=replace(look.services, candidate="v1"))

    assert decide(elsewhere).actions == (SetWeight(weight=0, revision="v2"),)


def test_an_edited_gateway_keeps_matched_requests() -> None:
    decision = decide(route_of(at_testers().look(), current=False))

    assert WriteRoute(weight=0, revision="v2", exposed=True) in decision.actions


def test_an_edited_gateway_brings_nothing_that_its_step_has_not_raised() -> None:
    decision = decide(route_of(at_testers().look(), current=False, planned=False))

    assert WriteRoute(weight=0, revision="v2") in decision.actions


def test_what_a_step_left_on_the_route_goes_at_rest() -> None:
    world = at_testers()
    world.evidence = BREACH

    decision = world.run()

    assert decision.progress.phase is Phase.ROLLED_BACK
    assert world.route is not None
    assert not world.route.extended
    assert world.done.index(Scale(revision="v2", replicas=0, rejected=True)) < world.done.index(
        WriteRoute(weight=0, revision="v1")
    )


def test_a_promotion_ends_with_the_route_as_it_was() -> None:
    decision = decide(route_of(roles_changed(), extended=True))

    assert decision.actions == (WriteRoute(weight=0, revision="v2"),)


def test_suspension_stops_a_raise_of_matched_requests() -> None:
    world = at_first_step(plan=MATCHING, suspension=Suspend.NONE)
    look = route_of(replace(world.look(), suspension=Suspend.ADVANCE), matched=False, planned=False)

    assert decide(look).actions == ()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (TESTERS, "step testers: weight 0 and the requests that match"),
        (Step(name="copies", weight=0, mirror=10), "step copies: weight 0 and copies of 10 % of the requests"),
        (Step(name="half", weight=50), "step half: weight 50"),
    ],
)
def test_a_step_says_what_the_candidate_gets(step: Step, words: str) -> None:
    assert step.summary == words
