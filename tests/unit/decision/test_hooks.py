"""Gates that hooks open: where they stand, what an answer means, and who is told of the end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_decide import BREACH, weights
from tests.unit.decision.world import PLAN, World, as_recorded, deployed
from tidegate.api import OnTrouble, Suspend, When
from tidegate.decision import Phase, Reason
from tidegate.decision.actions import PrepareRevision, Scale
from tidegate.decision.hooks import key_of
from tidegate.decision.plan import Hook
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of
from tidegate.decision.snapshot import Answer, Evidence, Said
from tidegate.decision.status import status_of

MINUTE = timedelta(minutes=1)
EXPIRY = 10 * MINUTE
PASSED = Evidence(passed=True)


def hooked(*hooks: Hook) -> World:
    """A rollout with these hooks, as far as it comes without an answer."""
    world = deployed()
    world.plan = replace(PLAN, hooks=hooks)
    world.target = "v2"
    world.run()
    return world


def says(world: World, said: Said, sentence: str = "HTTP 500", *, started: bool = False) -> None:
    """The hook that is waited for answers."""
    assert world.progress.waiting is not None
    key = key_of(world.progress, world.progress.waiting)
    world.answers = (Answer(key=key, said=said, sentence=sentence, started=started),)


def hook(when: When, on_expiry: OnTrouble = OnTrouble.HOLD, **changes: Any) -> Hook:
    return Hook(name=when.value.lower(), when=when, expiry=EXPIRY, on_expiry=on_expiry, **changes)


def test_no_candidate_pod_starts_before_its_hook_says_yes() -> None:
    world = hooked(hook(When.BEFORE_ROLLOUT))

    assert world.progress.reason is Reason.HOOK_WAITS
    assert [action for action in world.done if isinstance(action, PrepareRevision | Scale)] == [
        PrepareRevision("v2", 0)
    ]

    says(world, Said.YES)
    assert world.run().progress.stable == "v2"


def test_no_weight_is_raised_before_its_hook_says_yes_and_each_rise_asks_anew() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    seen = []
    while world.progress.phase is not Phase.PROMOTED:
        assert world.progress.reason is Reason.HOOK_WAITS
        assert world.sides["v2"].available * 100 >= world.progress.desired_weight * world.replicas
        seen.append(world.look().weight)
        says(world, Said.YES)
        world.run()

    assert seen == [0, 20, 50]


@pytest.mark.parametrize("at_once", [0, 2], ids=["pods", "nodes"])
def test_where_pods_are_the_share_none_starts_before_its_hook_says_yes(at_once: int) -> None:
    world = deployed(by_pods=True, at_once=at_once, replicas=10)
    world.plan = replace(PLAN, hooks=(hook(When.BEFORE_RISE),))
    world.target = "v2"
    seen = []
    while world.run().progress.phase is not Phase.PROMOTED:
        assert world.progress.reason is Reason.HOOK_WAITS
        assert world.sides["v2"].pinned_for == world.progress.started_at
        seen.append((world.look().step.name, world.sides["v2"].replicas))
        says(world, Said.YES)

    assert [name for name, _ in seen] == ["first", "half", "full"]
    assert [pods for _, pods in seen] == ([0, 2, 5] if at_once else [0, 3, 10])


def test_where_pods_are_the_share_the_deadline_begins_with_the_yes() -> None:
    world = deployed(by_pods=True)
    world.plan, world.target = replace(PLAN, hooks=(replace(hook(When.BEFORE_RISE), expiry=60 * MINUTE),)), "v2"
    world.run()
    world.wait(59 * MINUTE)
    world.starts = frozenset({"v1"})

    says(world, Said.YES)
    world.run()

    assert (world.progress.phase, world.progress.deadline_from) == (Phase.PREPARING, world.now)


def test_a_hook_of_named_steps_asks_at_those_alone() -> None:
    world = hooked(hook(When.BEFORE_RISE, steps=("half",)))

    assert world.look().step.name == "half"
    says(world, Said.YES)
    assert world.run().progress.stable == "v2"


def test_the_point_of_no_return_is_not_passed_before_its_hook_says_yes() -> None:
    world = hooked(hook(When.BEFORE_PROMOTION))

    assert (world.look().weight, world.progress.reason) == (100, Reason.HOOK_WAITS)
    assert world.progress.phase is not Phase.PROMOTING
    says(world, Said.YES)
    assert world.run().progress.stable == "v2"


@pytest.mark.parametrize("asks", [Asks(promote="v2/full/1"), Asks(promote_full="1")], ids=["promote", "promote-full"])
def test_a_last_step_that_a_person_opened_is_watched_and_not_paused_while_a_hook_is_waited_for(asks: Asks) -> None:
    world = deployed()
    steps = (*PLAN.steps[:-1], replace(PLAN.steps[-1], pause=True))
    world.plan, world.target = replace(PLAN, steps=steps, hooks=(hook(When.BEFORE_PROMOTION),)), "v2"
    assert world.run().progress.phase is Phase.PAUSED

    world.asks = asks
    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.WATCHING, Reason.HOOK_WAITS)


def test_two_hooks_of_one_place_open_one_after_the_other() -> None:
    first = hook(When.BEFORE_PROMOTION)
    world = hooked(first, replace(first, name="second"))
    says(world, Said.YES)
    world.run()

    assert world.progress.waiting is not None
    assert world.progress.waiting.hook == "second"
    says(world, Said.YES)
    assert world.run().progress.stable == "v2"


@pytest.mark.parametrize("when", [When.BEFORE_ROLLOUT, When.BEFORE_RISE, When.BEFORE_PROMOTION])
def test_that_a_hook_is_waited_for_is_recorded_before_it_is_asked_and_a_yes_is_recorded_before_what_follows(
    when: When,
) -> None:
    world = hooked(hook(when))
    status = status_of(
        world.look(), as_recorded(world.progress), generation=1, before={}, objectives=[], selector="a=b"
    )
    assert progress_of(status) == world.progress
    assert world.progress.waiting is not None
    says(world, Said.YES)

    decision = world.turn()

    assert decision.actions == ()
    assert decision.progress.said_yes == (when.value.lower(),)
    status = status_of(
        world.look(), as_recorded(world.progress), generation=1, before={}, objectives=[], selector="a=b"
    )
    assert progress_of(status) == world.progress


def test_an_answer_to_another_question_opens_nothing() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    says(world, Said.YES)
    old = world.answers
    world.run()
    world.answers = old

    assert world.run().progress.reason is Reason.HOOK_WAITS
    assert world.look().step.name == "half"


def test_not_yet_is_told_in_its_words_and_looked_at_again_when_its_time_is_over() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    says(world, Said.NOT_YET, "HTTP 503: busy")
    world.wait(4 * MINUTE)

    decision = world.turn()

    assert "HTTP 503: busy" in decision.progress.sentence
    assert decision.look_again == 6 * MINUTE


def test_no_yes_in_time_holds_until_a_person_opens_it_and_only_it() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    world.plan = replace(world.plan, steps=(replace(PLAN.steps[0], pause=True), *PLAN.steps[1:]))
    says(world, Said.NOT_YET)
    world.wait(EXPIRY)

    assert world.run().progress.reason is Reason.HOOK_REFUSED
    assert world.look().weight == 0
    world.asks = Asks(promote="v2/first/1")
    decision = world.run()

    assert (world.look().weight, decision.progress.reason) == (20, Reason.PAUSED)


@pytest.mark.parametrize("said", [Said.NOT_YET, Said.NO], ids=["no yes in time", "a no"])
def test_a_word_under_suspension_opens_the_gate_that_is_held_and_not_the_pause(said: Said) -> None:
    world = hooked(hook(When.BEFORE_RISE))
    world.plan = replace(world.plan, steps=(replace(PLAN.steps[0], pause=True), *PLAN.steps[1:]))
    says(world, said)
    world.wait(EXPIRY)
    assert world.run().progress.reason is Reason.HOOK_REFUSED
    world.suspension = Suspend.ADVANCE
    assert world.run().progress.reason is Reason.SUSPENDED

    world.asks = Asks(promote="v2/first/1")
    world.run()
    world.suspension = Suspend.NONE

    assert (world.run().progress.reason, world.look().weight) == (Reason.PAUSED, 20)


def test_a_gate_that_was_held_before_a_suspension_is_held_after_it_and_after_a_restart() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    says(world, Said.NOT_YET)
    world.wait(EXPIRY)
    world.run()
    world.suspension = Suspend.ADVANCE
    world.run()
    status = status_of(world.look(), as_recorded(world.progress), generation=1, before={}, objectives=[], selector="")
    assert progress_of(status) == world.progress
    world.suspension = Suspend.NONE

    assert world.run().progress.reason is Reason.HOOK_REFUSED


def test_a_held_gate_keeps_its_words_when_the_last_answer_is_forgotten() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    says(world, Said.NOT_YET, "HTTP 503: busy")
    world.wait(EXPIRY)
    before = world.run().progress
    world.answers = ()

    assert world.run().progress == before
    assert "HTTP 503: busy" in before.sentence


@pytest.mark.parametrize("said", [Said.NOT_YET, None], ids=["not yet", "nothing"])
def test_no_yes_in_time_rolls_back_where_that_is_wanted(said: Said | None) -> None:
    world = hooked(hook(When.BEFORE_RISE, OnTrouble.ROLL_BACK))
    if said:
        says(world, said)
    world.wait(EXPIRY)

    decision = world.run()

    assert (decision.progress.phase, decision.progress.reason) == (Phase.ROLLED_BACK, Reason.HOOK_REFUSED)
    assert decision.progress.rejected == ("v2",)


def test_a_job_that_fails_says_no_at_once() -> None:
    world = hooked(hook(When.BEFORE_RISE, OnTrouble.ROLL_BACK, job=True))
    says(world, Said.NO, "Job web-1 failed", started=True)

    decision = world.turn()

    assert decision.reason is Reason.HOOK_REFUSED
    assert "Job web-1 failed" in decision.sentence


def test_a_job_that_was_seen_and_is_gone_says_no_and_is_not_awaited_again() -> None:
    world = hooked(hook(When.BEFORE_RISE, job=True))
    says(world, Said.NOT_YET, "Job web-1 runs", started=True)
    world.run()
    assert world.progress.waiting is not None
    assert world.progress.waiting.started
    world.answers = ()

    assert world.run().progress.reason is Reason.HOOK_REFUSED


@pytest.mark.parametrize("when", [When.BEFORE_ROLLOUT, When.BEFORE_RISE, When.BEFORE_PROMOTION])
def test_an_abort_rolls_back_at_once_while_a_hook_is_waited_for(when: When) -> None:
    world = hooked(hook(when))
    world.asks = Asks(abort="1")

    assert world.turn().progress.phase is Phase.ROLLING_BACK
    assert world.run().progress.phase is Phase.ROLLED_BACK
    assert world.look().weight == 0


def test_a_breach_rolls_back_at_once_while_a_hook_is_waited_for() -> None:
    world = hooked(hook(When.BEFORE_RISE, steps=("half",)))
    world.evidence = BREACH

    assert world.turn().reason is Reason.OBJECTIVE_BREACHED


@pytest.mark.parametrize("when", [When.BEFORE_ROLLOUT, When.BEFORE_RISE, When.BEFORE_PROMOTION])
def test_promote_full_skips_no_hook(when: When) -> None:
    world = hooked(hook(when))
    world.asks = Asks(promote_full="1")
    for _ in range(9):
        if world.run().progress.phase is Phase.PROMOTED:
            break
        assert world.progress.reason is Reason.HOOK_WAITS
        says(world, Said.YES)

    assert world.progress.stable == "v2"
    assert world.progress.phase is Phase.PROMOTED


def test_skip_step_does_not_skip_the_hook_before_promotion() -> None:
    world = hooked(hook(When.BEFORE_PROMOTION))
    world.asks = Asks(skip_step="1")

    assert world.run().progress.reason is Reason.HOOK_WAITS


def test_skip_step_leaves_the_gate_of_its_step_and_asks_at_the_next() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    world.asks = Asks(skip_step="1")

    decision = world.run()

    assert (world.look().step.name, decision.progress.reason) == ("half", Reason.HOOK_WAITS)


def test_waiting_for_a_hook_does_not_consume_the_pods_deadline() -> None:
    world = hooked(hook(When.BEFORE_ROLLOUT, OnTrouble.HOLD))
    world.plan = replace(world.plan, progress_deadline=MINUTE)
    world.wait(5 * MINUTE)
    assert world.run().progress.reason is Reason.HOOK_WAITS
    world.starts = frozenset({"v1"})
    says(world, Said.YES)

    assert world.run().progress.phase is Phase.PREPARING
    world.wait(MINUTE)
    assert world.turn().reason is Reason.DEADLINE_EXCEEDED


def test_pods_lost_while_a_hook_is_waited_for_have_their_whole_deadline() -> None:
    world = hooked(hook(When.BEFORE_RISE))
    world.plan = replace(world.plan, progress_deadline=MINUTE)
    world.wait(5 * MINUTE)
    whole = world.sides["v2"]
    world.sides["v2"] = replace(whole, available=0)
    world.run()
    assert world.progress.phase is not Phase.ROLLING_BACK
    world.wait(MINUTE / 2)
    assert world.run().progress.phase is not Phase.ROLLING_BACK

    world.sides["v2"] = whole
    assert world.run().progress.reason is Reason.HOOK_WAITS
    assert world.turn().look_again == EXPIRY
    world.wait(5 * MINUTE)
    world.sides["v2"] = replace(whole, available=0)
    world.run()
    world.wait(MINUTE)

    assert world.turn().reason is Reason.DEADLINE_EXCEEDED


def test_a_job_that_was_seen_is_not_made_again_after_pods_were_lost() -> None:
    world = hooked(hook(When.BEFORE_RISE, job=True))
    says(world, Said.NOT_YET, "Job web-1 runs", started=True)
    world.run()
    whole = world.sides["v2"]
    world.sides["v2"] = replace(whole, available=0)
    world.run()
    world.sides["v2"] = whole
    world.answers = ()

    assert world.run().progress.reason is Reason.HOOK_REFUSED


def test_promote_full_asks_the_rollouts_hook_the_same_question() -> None:
    world = hooked(hook(When.BEFORE_ROLLOUT, job=True))
    says(world, Said.NOT_YET, "Job web-1 runs", started=True)
    world.run()
    before = world.progress.waiting
    world.asks = Asks(promote_full="1")

    assert world.run().progress.waiting == before


def test_a_suspension_does_not_consume_a_hooks_time() -> None:
    world = hooked(hook(When.BEFORE_RISE, OnTrouble.ROLL_BACK))
    world.suspension = Suspend.ADVANCE
    assert world.run().progress.reason is Reason.SUSPENDED
    world.wait(2 * EXPIRY)
    world.suspension = Suspend.NONE

    assert world.run().progress.reason is Reason.HOOK_WAITS


def test_a_newer_template_in_the_watch_does_not_promote_past_a_closed_gate() -> None:
    world = hooked(hook(When.BEFORE_PROMOTION))
    world.target = "v3"

    assert world.turn().reason is Reason.SUPERSEDED


def test_a_promotion_is_told_once_it_is_recorded_and_holds_nothing() -> None:
    world = hooked(hook(When.AFTER_PROMOTION))

    assert world.progress.phase is Phase.PROMOTED
    notice = world.progress.notices[0]
    assert (notice.hook, notice.revision, notice.stable) == ("afterpromotion", "v2", "v1")
    status = status_of(
        world.look(), as_recorded(world.progress), generation=1, before={}, objectives=[], selector="a=b"
    )
    assert progress_of(status) == world.progress

    world.answers = (Answer(key=notice.key, said=Said.YES, sentence="HTTP 200"),)
    assert world.run().progress.notices == ()


def test_a_rollback_is_told_with_its_reason_and_waits_for_nobody() -> None:
    world = hooked(hook(When.ON_ROLLBACK), hook(When.BEFORE_RISE))
    world.asks = Asks(abort="1")

    decision = world.run()

    assert decision.progress.phase is Phase.ROLLED_BACK
    assert [(notice.hook, notice.reason) for notice in decision.progress.notices] == [("onrollback", Reason.ABORTED)]


def test_what_is_told_in_vain_is_forgotten_when_its_time_is_over_but_never_untold() -> None:
    world = hooked(hook(When.AFTER_PROMOTION))
    world.wait(2 * EXPIRY)
    assert world.run().progress.notices
    world.answers = (Answer(key=world.progress.notices[0].key, said=Said.NOT_YET, sentence="HTTP 500"),)

    assert world.run().progress.notices == ()


def test_what_is_still_to_be_told_is_bounded() -> None:
    world = hooked(*(replace(hook(When.AFTER_PROMOTION), name=f"h{index}") for index in range(16)))
    world.target = "v3"
    world.run()

    assert len(world.progress.notices) == 16
    assert {notice.revision for notice in world.progress.notices} == {"v3"}


def test_a_first_deployment_asks_and_tells_nobody() -> None:
    world = World(plan=replace(PLAN, hooks=tuple(map(hook, When))))

    decision = world.run()

    assert (decision.progress.phase, decision.progress.notices) == (Phase.PROMOTED, ())
    assert weights(world) == []


HELD_BY_THE_JUDGE = {
    "down": Evidence(unavailable=True, sentence="the source is down"),
    "nobody's": Evidence(nobody_to_blame=True),
    "no data": Evidence(no_data=True),
    "unmeasured": Evidence(),
    "over": Evidence(over_bound=True),
}


@pytest.mark.parametrize("evidence", HELD_BY_THE_JUDGE.values(), ids=HELD_BY_THE_JUDGE)
def test_what_the_judge_holds_takes_no_time_of_a_hook_that_is_not_asked_meanwhile(evidence: Evidence) -> None:
    world = hooked(hook(When.BEFORE_PROMOTION, OnTrouble.ROLL_BACK))
    world.wait(4 * MINUTE)
    world.evidence = evidence
    assert world.run().progress.reason is not Reason.HOOK_WAITS
    world.wait(60 * MINUTE)
    world.run()

    world.evidence = PASSED
    decision = world.run()

    assert (decision.reason, decision.look_again) == (Reason.HOOK_WAITS, 6 * MINUTE)
    world.wait(6 * MINUTE)
    assert world.turn().reason is Reason.HOOK_REFUSED


def test_stable_that_is_short_of_pods_takes_no_time_of_a_hook() -> None:
    world = hooked(hook(When.BEFORE_RISE, OnTrouble.ROLL_BACK, steps=("half",)))
    stable = world.sides["v1"]
    world.sides["v1"] = replace(stable, available=1)
    assert world.run().progress.reason is Reason.STABLE_UNAVAILABLE
    world.wait(60 * MINUTE)

    world.sides["v1"] = stable

    assert (world.run().reason, world.progress.candidate) == (Reason.HOOK_WAITS, "v2")
