"""Going back to what was stable before: straight inside the window, by steps beyond it, and never by accident."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.test_decide import BREACH, weights
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import Suspend, When
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import PrepareRevision
from tidegate.decision.plan import Hook, Plan
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Evidence

SLOW = replace(
    PLAN,
    watch=timedelta(minutes=15),
    steps=tuple(replace(step, dwell=timedelta(hours=1), pause=step.weight < 100) for step in PLAN.steps),
)


def served(*revisions: str, **changes: object) -> World:
    """A world in which each of these was stable in turn; the last one is."""
    world = deployed(target=revisions[0], **changes)
    for revision in revisions[1:]:
        world.target = revision
        world.run()

    assert world.progress.stable == revisions[-1]
    world.done.clear()
    return world


def undone(world: World, nonce: str = "1", *, plan: Plan = SLOW) -> World:
    world.plan = plan
    world.asks = Asks(undo=nonce)
    world.run()
    return world


def test_an_undo_goes_straight_back_to_what_was_stable_before() -> None:
    world = undone(served("v1", "v2"))

    assert world.progress.stable == "v1"
    assert weights(world) == [100, 0]
    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.UNDONE)
    assert world.progress.handled.undo == "1"


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("how", ["undo", "revert"])
def test_going_straight_back_waits_for_no_pod_of_what_fails(left: int, how: str) -> None:
    """Those pods are why a person goes back: they are of the revision that is left."""
    world = served("v1", "v2")
    world.sides["v2"] = replace(world.sides["v2"], available=left)
    world.starts -= {"v2"}
    if how == "undo":
        undone(world)
    else:
        world.target = "v1"
        world.run()

    assert world.progress.stable == "v1"
    assert weights(world) == [100, 0]


@pytest.mark.parametrize("judged", [True, False])
def test_an_undo_by_steps_is_not_done_without_a_pod(judged: bool) -> None:
    """Every step would pass with none, or nothing be counted; one that goes straight has nothing to prove."""
    plan = replace(PLAN, window=1, judged=judged)
    world = served("v1", "v2", "v3", plan=plan)
    world.replicas = 0
    world.run()
    world.asks = Asks(undo="v1/1")
    answer = world.turn()
    assert (answer.reason, world.progress.stable) == (Reason.ASKED_IN_VAIN, "v3")
    assert "ask again once it has replicas" in answer.sentence

    undone(world, "2", plan=plan)
    assert (world.progress.stable, world.progress.reason) == ("v2", Reason.UNDONE)


def test_an_undo_is_told_also_after_the_old_pods_have_drained() -> None:
    minute = timedelta(minutes=1)
    world = undone(served("v1", "v2"), plan=replace(SLOW, drain=minute))
    for _ in range(3):
        world.wait(2 * minute)
        world.run()

    assert world.sides["v2"].replicas == 0
    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.UNDONE)
    assert (
        world.progress.sentence
        == "revision v2 is undone: revision v1 is served again; retry or another template starts one"
    )


def test_the_template_that_git_re_applies_after_an_undo_starts_nothing_until_retry() -> None:
    world = undone(served("v1", "v2"), plan=PLAN)
    world.done.clear()
    assert world.run().actions == ()
    assert world.progress.rejected == ("v2",)

    world.asks = replace(world.asks, retry="1")
    world.run()

    # A revision that was undone does not go straight.
    assert (world.progress.stable, weights(world)) == ("v2", [20, 50, 100, 0])


def test_another_template_after_an_undo_is_a_rollout() -> None:
    world = undone(served("v1", "v2"), plan=PLAN)
    world.target = "v3"
    world.run()

    assert (world.progress.stable, world.progress.phase) == ("v3", Phase.PROMOTED)


def test_git_that_follows_an_undo_makes_the_release_ready() -> None:
    world = undone(served("v1", "v2"))
    world.target = "v1"
    world.run()

    assert (world.progress.stable, world.progress.reason) == ("v1", Reason.REVERTED)


def test_undo_after_undo_walks_further_back() -> None:
    world = undone(undone(served("v1", "v2", "v3"), "1", plan=PLAN), "2", plan=PLAN)

    assert world.progress.stable == "v1"
    assert set(world.progress.rejected) == {"v2", "v3"}


def test_beyond_the_window_an_undo_walks_the_steps() -> None:
    assert weights(undone(served("v1", "v2", "v3"), "v1/1", plan=PLAN)) == [20, 50, 100, 0]
    assert weights(undone(served("v1", "v2"), plan=replace(PLAN, window=0))) == [20, 50, 100, 0]
    assert weights(undone(served("v1", "v2", "v3"), "v1/1", plan=replace(PLAN, window=2))) == [100, 0]


def test_a_template_declared_again_inside_the_window_goes_straight() -> None:
    world = served("v1", "v2")
    world.plan, world.target = SLOW, "v1"
    world.run()

    assert (world.progress.stable, world.progress.phase, weights(world)) == ("v1", Phase.PROMOTED, [100, 0])
    assert world.progress.rejected == ()


def test_a_revision_whose_last_rollout_failed_does_not_go_straight() -> None:
    world = served("v1", "v2")
    world.target, world.evidence = "v1", BREACH
    world.run()
    assert (world.progress.stable, world.progress.reason) == ("v2", Reason.OBJECTIVE_BREACHED)
    world.done.clear()

    world.evidence, world.asks = Evidence(passed=True), Asks(retry="1")
    world.run()

    assert (world.progress.stable, weights(world)) == ("v1", [20, 50, 100, 0])


def test_an_undo_never_goes_past_a_breach() -> None:
    world = served("v1", "v2")
    world.evidence = BREACH
    undone(world)

    assert world.progress.stable == "v2"
    assert world.progress.rejected == ("v1",)
    assert world.look().weight == 0


def test_an_undo_waits_for_pods_and_for_the_gateway() -> None:
    world = served("v1", "v2")
    world.starts = frozenset({"v2"})
    undone(world)
    assert weights(world) == []

    world = served("v1", "v2")
    world.confirms = False
    undone(world)
    assert (world.progress.stable, weights(world)) == ("v2", [100])


@pytest.mark.parametrize("when", [When.BEFORE_ROLLOUT, When.BEFORE_RISE, When.BEFORE_PROMOTION])
def test_an_undo_inside_the_window_asks_no_hook_and_one_beyond_it_does(when: When) -> None:
    hooked = replace(PLAN, hooks=(Hook(name="review", when=when),))

    assert undone(served("v1", "v2"), plan=hooked).progress.stable == "v1"

    beyond = undone(served("v1", "v2", "v3"), "v1/1", plan=hooked)
    assert (beyond.progress.stable, beyond.progress.reason) == ("v3", Reason.HOOK_WAITS)


def test_a_promote_full_of_an_undo_beyond_the_window_skips_no_hook() -> None:
    hooked = replace(PLAN, hooks=(Hook(name="review", when=When.BEFORE_ROLLOUT),))
    world = undone(served("v1", "v2", "v3"), "v1/1", plan=hooked)
    world.asks = replace(world.asks, promote_full="1")

    assert world.run().progress.reason is Reason.HOOK_WAITS


def test_a_template_declared_again_inside_the_window_is_asked_for() -> None:
    world = served("v1", "v2")
    world.plan = replace(PLAN, hooks=(Hook(name="review", when=When.BEFORE_ROLLOUT),))
    world.target = "v1"

    assert world.run().progress.reason is Reason.HOOK_WAITS


@pytest.mark.parametrize("suspension", [Suspend.ADVANCE, Suspend.ALL])
def test_an_undo_under_suspension_says_that_it_waits_for_its_end(suspension: Suspend) -> None:
    world = served("v1", "v2")
    world.suspension = suspension
    undone(world)

    assert world.progress.reason is Reason.SUSPENDED
    assert "the undo waits until suspend is None" in world.progress.sentence
    world.suspension = Suspend.NONE
    assert world.run().progress.stable == "v1"


def test_an_undo_whose_replica_set_is_gone_goes_back_while_nobody_knows_what_is_declared() -> None:
    world = served("v1", "v2")
    world.plan, world.asks, world.starts = SLOW, Asks(undo="1"), frozenset({"v2"})
    world.run()
    del world.sides["v1"]

    decision = decide(replace(world.look(), target="v1", known=False))

    assert decision.reason is Reason.CANNOT_START


def test_an_undo_survives_a_process_that_forgets_everything_but_the_status() -> None:
    world = served("v1", "v2")
    world.plan, world.asks = SLOW, Asks(undo="1")
    world.turn()
    assert (world.progress.candidate, world.progress.overruled, world.look().goal) == ("v1", "v2", "v1")

    world.asks = Asks()
    world.run()

    assert world.progress.stable == "v1"


def test_a_template_declared_in_the_midst_of_an_undo_supersedes_it() -> None:
    world = served("v1", "v2")
    world.plan, world.asks = SLOW, Asks(undo="1")
    world.turn()
    world.target = "v3"
    world.plan = PLAN
    world.run()

    assert (world.progress.stable, world.progress.rejected) == ("v3", ())


def test_an_undo_that_breaches_is_told_with_its_breach() -> None:
    world = served("v1", "v2")
    world.plan, world.asks = SLOW, Asks(undo="1")
    while world.progress.weighted_at is None:
        world.turn()
    world.evidence = Evidence(breach=True, sentence="errors: 40 %")

    world.run()

    assert (world.progress.stable, world.progress.reason) == ("v2", Reason.REVERTED)
    assert world.progress.sentence == "revision v2 is served; v1 was rolled back, ObjectiveBreached: errors: 40 %"


def test_an_undo_can_be_aborted() -> None:
    world = served("v1", "v2")
    world.plan, world.asks = SLOW, Asks(undo="1")
    world.turn()
    world.asks = replace(world.asks, abort="1")
    world.run()

    assert (world.progress.stable, world.progress.overruled) == ("v2", None)
    assert "v2" not in world.progress.rejected


@pytest.mark.parametrize(
    ("nonce", "words"),
    [
        ("v2/1", "is served"),
        ("v9/1", "no ReplicaSet"),
        ("/1", "no promotion to go back from"),
    ],
)
def test_an_undo_without_a_way_back_says_why_and_does_nothing(nonce: str, words: str) -> None:
    world = served("v1", "v2")
    world.asks = Asks(undo=nonce)
    decision = world.turn()

    assert (decision.reason, decision.actions) == (Reason.ASKED_IN_VAIN, ())
    assert words in decision.sentence
    assert world.progress.handled.undo == nonce
    assert world.progress.candidate is None


def test_an_undo_of_a_revision_that_is_kept_no_more_says_so() -> None:
    world = served("v1", "v2")
    del world.sides["v1"]
    world.asks = Asks(undo="1")

    assert "revisionHistoryLimit" in world.turn().sentence


def test_an_undo_of_a_rejected_revision_says_so() -> None:
    world = undone(served("v1", "v2"))
    world.asks = Asks(undo="v2/2")

    assert "was rejected" in world.turn().sentence


def test_an_undo_right_after_a_rollback_goes_no_further_back() -> None:
    """Who asks in a hurry, while a breach is rolled back, wants the version before, and has it."""
    world = served("v1", "v2")
    world.target, world.evidence = "v3", Evidence()
    world.run()
    world.evidence = BREACH
    world.turn()
    world.asks = Asks(undo="1")
    world.run()

    assert (world.progress.stable, world.progress.handled.undo) == ("v2", "1")


def test_an_undo_in_a_rollout_says_what_to_do_instead() -> None:
    world = served("v1")
    world.target, world.evidence = "v2", Evidence()
    world.run()
    world.asks = Asks(undo="1")
    decision = world.turn()

    assert decision.reason is Reason.ASKED_IN_VAIN
    assert "abort" in decision.sentence
    assert world.progress.candidate == "v2"


def test_an_undo_after_the_point_of_no_return_is_obeyed_at_its_end() -> None:
    world = served("v1")
    world.target = "v2"
    world.turn_until(Phase.PROMOTING)

    world.asks = Asks(undo="1")
    world.run()

    assert world.progress.stable == "v1"


def test_a_candidate_that_was_deleted_is_never_made_of_another_template() -> None:
    world = served("v1", "v2")
    world.plan, world.asks, world.starts = SLOW, Asks(undo="1"), frozenset({"v2"})
    world.run()
    del world.sides["v1"]
    world.done.clear()
    world.run()

    assert not any(isinstance(action, PrepareRevision) for action in world.done)
    assert (world.progress.stable, world.progress.candidate) == ("v2", None)
    assert world.progress.history[0].reason is Reason.CANNOT_START


def test_stable_is_made_again_of_the_template_that_an_undo_overrules() -> None:
    world = served("v1", "v2")
    world.plan, world.asks, world.starts = SLOW, Asks(undo="1"), frozenset({"v2"})
    world.run()
    del world.sides["v2"]
    world.turn()

    assert PrepareRevision("v2", 4) in world.done


def test_pods_that_drain_after_a_promotion_are_taken_back_at_once() -> None:
    world = served("v1")
    world.target, world.plan = "v2", replace(PLAN, drain=timedelta(minutes=1))
    world.run()
    world.wait(timedelta(minutes=2))
    world.run()
    assert world.progress.stable == "v2"
    assert world.sides["v1"].replicas == 4

    world.asks = Asks(undo="1")
    world.turn()

    assert world.progress.candidate == "v1"


def test_a_suspended_release_records_the_undo_and_goes_no_step_forward() -> None:
    world = served("v1", "v2")
    world.suspension = Suspend.ADVANCE
    undone(world)

    assert (world.progress.candidate, weights(world)) == ("v1", [])


def test_an_undo_before_anything_is_served_says_that() -> None:
    world = World()
    world.asks = Asks(undo="1")

    decision = world.turn()

    assert (decision.reason, decision.sentence) == (Reason.ASKED_IN_VAIN, "undo: nothing is served yet")


def test_an_undo_while_stable_drains_before_a_newer_template_is_answered_and_undoes_nothing_later() -> None:
    world = served("v1")
    world.plan = replace(PLAN, watch=timedelta(minutes=15), drain=timedelta(minutes=1))
    world.target = "v2"
    world.turn_until(Phase.WATCHING)
    world.target = "v3"
    world.asks = Asks(undo="1")

    decision = world.turn()

    assert decision.reason is Reason.ASKED_IN_VAIN
    assert world.progress.handled.undo == "1"
    world.turn()
    assert (world.progress.phase, world.progress.reason) == (Phase.WATCHING, Reason.WATCHING)
    world.wait(timedelta(minutes=2))
    world.turn_until(Phase.PROMOTED)
    assert world.turn().reason is not Reason.UNDO_STARTED
