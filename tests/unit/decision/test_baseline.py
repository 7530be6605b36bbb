"""`baseline: Fresh`: a copy of stable as large as the candidate, and nothing that a rollback waits for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.decision.test_clauses import later
from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import PLAN, World, as_recorded, deployed
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import ForgetBaseline, PrepareBaseline, PrepareRevision, SetWeight
from tidegate.decision.baseline import compares_with_baseline, own_baseline
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.status import status_of

STEPS = (
    Step(name="first", weight=20, pause=True),
    Step(name="half", weight=50, pause=True),
    Step(name="full", weight=100),
)
FRESH = replace(PLAN, fresh=True, steps=STEPS, watch=timedelta(minutes=10))
QUOTA = 'pods "web-x" is forbidden: exceeded quota: pods'


def at_first_step(**changes: Any) -> World:
    """The first step waits for a person, with a baseline beside the candidate."""
    world = deployed(**{"plan": FRESH, "replicas": 10, **changes})
    world.target = "v2"
    world.run()
    return world


def promote(world: World, step: str) -> None:
    """A person opens the pause of a step."""
    world.asks = replace(world.asks, promote=f"v2/{step}/1")
    world.run()


def with_baseline(look: Snapshot, **changes: Any) -> Snapshot:
    """The same, with another baseline."""
    return replace(look, baselines=tuple(replace(found, **changes) for found in look.baselines))


def waiting_for_it() -> World:
    """The candidate is up, and the baseline is not."""
    world = at_first_step(baseline_starts=False)
    assert world.sides["v2"].available == 2
    return world


def test_it_is_made_with_the_candidate_and_before_any_weight() -> None:
    kinds = [type(action) for action in at_first_step().done]

    assert kinds.index(PrepareBaseline) == kinds.index(PrepareRevision) + 1 < kinds.index(SetWeight)


def test_it_is_made_while_the_candidates_pods_still_start_and_waits_for_them_first() -> None:
    """Made after them it would be younger than they are; and of two that are missing the candidate's pods are named."""
    world = at_first_step(starts=frozenset({"v1"}), baseline_starts=False)

    assert [type(action) for action in world.done][-1] is PrepareBaseline
    assert decide(world.look()).sentence == "step first: weight 20"


def test_it_has_the_candidates_size_at_every_step_and_none_is_added_for_full_weight() -> None:
    world = at_first_step()
    assert world.baselines["v1"].replicas == world.sides["v2"].replicas == 2

    promote(world, "half")
    promote(world, "first")
    assert world.baselines["v1"].replicas == world.sides["v2"].replicas == 5

    promote(world, "half")
    assert (world.progress.phase, world.sides["v2"].replicas) == (Phase.WATCHING, 10)
    assert world.baselines["v1"].replicas == 5


def test_it_is_never_larger_than_stable() -> None:
    wide = replace(FRESH, steps=(replace(STEPS[0], replicas=30), *STEPS[1:]))

    assert at_first_step(plan=wide).baselines["v1"].replicas == 10


def test_stable_is_counted_without_it() -> None:
    world = at_first_step()

    assert (world.sides["v1"].replicas, world.look().stable.available) == (10, 10)
    world.sides["v1"] = replace(world.sides["v1"], available=1)
    assert decide(world.look()).reason is Reason.STABLE_UNAVAILABLE


def test_no_weight_rises_before_it_is_up_and_the_reason_names_it() -> None:
    world = waiting_for_it()
    decision = decide(world.look())
    assert world.look().weight == 0
    assert decision.sentence == "baseline: 0 of 2 fresh pods of revision v1 are available"

    refused = decide(with_baseline(world.look(), refusal=QUOTA))
    stuck = decide(with_baseline(world.look(), stuck=2, stuck_sentence="container web: ImagePullBackOff"))

    assert refused.reason is stuck.reason is Reason.BASELINE_UNAVAILABLE
    assert refused.sentence.endswith(QUOTA)
    assert stuck.sentence.endswith("ImagePullBackOff")


def test_pods_that_are_ready_and_not_available_yet_are_looked_at_when_they_will_be() -> None:
    soon = timedelta(seconds=7)

    assert decide(with_baseline(waiting_for_it().look(), available_in=soon)).look_again == soon


def test_one_that_never_comes_up_ends_the_rollout_at_the_progress_deadline_with_the_cause() -> None:
    decision = decide(later(with_baseline(waiting_for_it().look(), refusal=QUOTA)))

    assert decision.reason is Reason.DEADLINE_EXCEEDED
    assert "baseline: 0 of 2 fresh pods" in decision.sentence
    assert QUOTA in decision.sentence


def test_one_that_is_lost_at_a_settled_step_takes_no_weight_away() -> None:
    world = at_first_step()
    decision = decide(with_baseline(world.look(), available=0))

    assert (decision.reason, decision.actions) == (Reason.PAUSED, ())


def test_one_that_a_hand_deleted_is_made_again() -> None:
    world = at_first_step()
    world.baselines.clear()

    assert decide(world.look()).actions == (PrepareBaseline("v1", 2),)


def test_one_of_an_earlier_rollout_is_not_fresh_and_goes_first() -> None:
    world = at_first_step()
    world.baselines["v1"] = replace(world.baselines["v1"], pinned_for=None)

    assert decide(world.look()).actions == (ForgetBaseline("v1"),)
    world.run()
    assert own_baseline(world.look()).replicas == 2


def test_a_rollback_does_not_wait_for_it_and_leaves_none() -> None:
    world = at_first_step()
    world.baseline_starts = False
    world.baselines["v1"] = replace(world.baselines["v1"], available=0, stuck=2)
    world.evidence = BREACH
    assert SetWeight(weight=0, revision="v2") in world.turn().actions

    world.run()
    world.wait(FRESH.settle + FRESH.drain)
    world.run()

    assert (world.progress.phase, world.baselines) == (Phase.ROLLED_BACK, {})


def test_a_promotion_leaves_none() -> None:
    world = at_first_step()
    promote(world, "first")
    promote(world, "half")
    world.wait(timedelta(hours=1))
    world.run()

    assert (world.progress.stable, world.baselines) == ("v2", {})


def test_a_newer_template_gets_one_of_its_own() -> None:
    world = at_first_step()
    before = world.baselines["v1"].pinned_for
    world.target = "v3"
    for _ in range(3):
        world.wait(timedelta(hours=1))
        world.run()

    assert world.progress.candidate == "v3"
    assert own_baseline(world.look()).replicas == 2
    assert world.baselines["v1"].pinned_for != before


def test_what_a_crash_left_behind_goes_at_rest() -> None:
    world = deployed(plan=FRESH)
    look = replace(world.look(), baselines=at_first_step().look().baselines)

    assert decide(look).actions == (ForgetBaseline("v1"),)


def test_a_deleted_release_that_hands_back_keeps_none() -> None:
    look = replace(at_first_step().look(), deleting=True, finalizer=True)
    gone = replace(look, route=replace(look.route, weight=0, written=None) if look.route else None)
    actions = [action for found in (look, gone) for action in decide(found).actions]

    assert ForgetBaseline("v1") in actions


def test_none_is_made_where_nothing_compares_with_it() -> None:
    assert at_first_step(plan=replace(FRESH, judged=False)).baselines == {}
    assert at_first_step(plan=replace(FRESH, fresh=False)).baselines == {}


def test_who_goes_straight_to_full_weight_waits_for_none() -> None:
    world = waiting_for_it()
    straight = replace(world.look(), progress=replace(world.progress, straight=True))
    world.asks = Asks(promote_full="1")
    world.run()

    assert world.progress.stable == "v2"
    assert not compares_with_baseline(straight)


def test_the_status_tells_its_size_while_the_rollout_lasts() -> None:
    world = at_first_step()
    told: dict[str, Any] = {"generation": 1, "before": {}, "objectives": [], "selector": ""}

    status = status_of(world.look(), as_recorded(world.progress), **told)
    ended = status_of(world.look(), as_recorded(replace(world.progress, candidate=None)), **told)

    assert status["baseline"] == {"revision": "v1", "replicas": 2, "available": 2}
    assert "baseline" not in ended
