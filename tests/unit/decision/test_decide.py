"""The ladder, by tables: what is seen, and what is decided first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import OnTrouble, Suspend
from tidegate.api.noted import Written
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import PointService, PrepareRevision, Role, Scale, SetWeight
from tidegate.decision.conditions import conditions
from tidegate.decision.progress import Asks
from tidegate.decision.route import together
from tidegate.decision.snapshot import Blocked, Evidence

BREACH = Evidence(breach=True, sentence="errors 20 % > 1 %")


def weights(world: World) -> list[int]:
    return [action.weight for action in world.done if isinstance(action, SetWeight)]


def at_first_step(**changes: object) -> World:
    """A rollout that waits, with its first weight settled, for a measurement."""
    world = deployed(**changes)
    world.target = "v2"
    world.evidence = Evidence()
    world.run()
    return world


def test_the_first_revision_becomes_stable_without_steps() -> None:
    world = World()

    decision = world.run()

    assert (decision.progress.phase, decision.progress.stable) == (Phase.PROMOTED, "v1")
    assert weights(world) == []


def test_a_good_revision_walks_every_step_and_changes_roles() -> None:
    world = deployed()
    world.target = "v2"

    decision = world.run()

    assert (decision.progress.phase, decision.progress.stable) == (Phase.PROMOTED, "v2")
    assert weights(world) == [20, 50, 100, 0]
    assert world.sides["v1"].replicas == 0
    assert world.sides["v2"].replicas == 4


def test_a_weight_is_raised_only_after_its_intent_is_recorded_and_its_pods_are_available() -> None:
    world = deployed()
    world.target = "v2"

    for _ in range(40):
        decision = world.turn()
        for action in decision.actions:
            if isinstance(action, SetWeight) and action.raising:
                assert world.progress.desired_weight == action.weight
                assert world.sides["v2"].available * 100 >= action.weight * world.replicas - 99

    assert world.progress.stable == "v2"


@pytest.mark.parametrize(
    ("judged", "dwell", "sentence"),
    [
        (True, timedelta(minutes=5), "step first: weight 20, at least until 00:05:00 UTC"),
        (False, timedelta(minutes=5), "step first: weight 20, at least until 00:05:00 UTC; nothing is judged"),
        (True, timedelta(hours=25), "step first: weight 20, at least until 2026-01-02 01:00:00 UTC"),
    ],
)
def test_a_step_says_how_long_it_lasts_at_least_and_whether_anything_judges_it(
    judged: bool, dwell: timedelta, sentence: str
) -> None:
    steps = (replace(PLAN.steps[0], dwell=dwell), *PLAN.steps[1:])
    world = deployed(plan=replace(PLAN, judged=judged, steps=steps))
    world.target = "v2"

    world.run()
    at_once = world.progress.sentence
    world.now += timedelta(minutes=1)
    world.run()

    assert [at_once, world.progress.sentence] == [sentence, sentence]


def test_promote_full_says_no_hour_until_which_anything_lasts() -> None:
    world = deployed(plan=replace(PLAN, watch=timedelta(minutes=5)))
    world.target = "v2"
    world.turn_until(Phase.PROGRESSING)
    world.asks = Asks(promote_full="1")

    told = [world.turn().sentence for _ in range(9)]

    assert "step full: weight 100" in told
    assert not [sentence for sentence in told if "until" in sentence]


def test_a_breach_takes_the_weight_away_in_the_same_turn_and_rejects_the_revision() -> None:
    world = at_first_step()
    world.evidence = BREACH

    decision = world.turn()

    assert decision.actions[0] == SetWeight(weight=0, revision="v2")
    assert decision.reason is Reason.OBJECTIVE_BREACHED
    assert world.run().progress.phase is Phase.ROLLED_BACK
    assert world.progress.rejected == ("v2",)
    assert world.sides["v2"].replicas == 0


def test_pods_go_only_after_no_service_selects_them() -> None:
    world = at_first_step()
    world.evidence = BREACH

    world.run()

    order = [
        type(action)
        for action in world.done
        if action in {PointService(Role.CANDIDATE, "v1"), Scale(revision="v2", replicas=0, rejected=True)}
    ]
    assert order == [PointService, Scale]


def test_a_rejected_revision_without_pods_is_marked_before_the_rollback_ends() -> None:
    """Where a person suspends all, nothing could mark it any more, and a lost status would let it in."""
    world = at_first_step()
    world.evidence = BREACH
    world.turn_until(Phase.ROLLING_BACK)
    world.sides["v2"] = replace(world.sides["v2"], replicas=0, available=0, total=0)

    world.turn_until(Phase.ROLLED_BACK)

    assert world.sides["v2"].rejected


def test_a_rejected_revision_starts_again_only_by_retry() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    world.evidence = Evidence(passed=True)

    assert world.run().progress.candidate is None

    world.asks = Asks(retry="1")
    assert world.run().progress.stable == "v2"


@pytest.mark.parametrize(
    "evidence", [Evidence(no_data=True), Evidence(unavailable=True)], ids=["no data", "source down"]
)
def test_silence_of_the_metrics_is_neither_a_pass_nor_a_breach(evidence: Evidence) -> None:
    world = at_first_step()
    world.evidence = evidence

    decision = world.run()

    assert decision.reason in {Reason.NO_SIGNAL, Reason.METRICS_UNAVAILABLE}
    assert world.route is not None
    assert world.route.weight == 20


def test_no_data_beyond_its_limit_rolls_back_only_where_asked() -> None:
    world = at_first_step(plan=replace(PLAN, on_no_data=OnTrouble.ROLL_BACK))
    world.evidence = Evidence(no_data=True)
    world.run()

    world.wait(timedelta(minutes=11))

    assert world.turn().reason is Reason.NO_SIGNAL_LIMIT


def test_abort_wins_under_suspend_all_and_to_its_end() -> None:
    world = at_first_step()
    world.suspension = Suspend.ALL
    world.asks = Asks(abort="1")

    world.run()

    assert world.progress.phase is Phase.ROLLED_BACK
    assert world.route is not None
    assert world.route.weight == 0


def test_an_abort_under_suspend_all_is_told_with_the_suspension_and_alone_after_it() -> None:
    world = at_first_step()
    world.suspension = Suspend.ALL
    world.asks = Asks(abort="1")

    suspended = world.run()
    states = {found["type"]: found["status"] for found in conditions(world.progress, (), generation=1, now=world.now)}
    world.suspension = Suspend.NONE

    assert suspended.reason is Reason.ABORTED
    assert suspended.sentence == "aborted by a person; suspended: only the status is written"
    assert states == {"Ready": "False", "Stalled": "True"}
    assert (world.run().reason, world.progress.sentence) == (Reason.ABORTED, "aborted by a person")


def test_a_template_declared_under_suspend_all_is_suspended_whatever_was_rejected_before() -> None:
    world = at_first_step()
    world.suspension = Suspend.ALL
    world.asks = Asks(abort="1")
    world.run()

    world.target = "v3"

    assert world.run().reason is Reason.SUSPENDED


def test_a_word_that_is_no_level_of_suspension_is_named_with_those_there_are() -> None:
    world = at_first_step(suspension=Suspend.ALL)
    assert world.run().sentence == "suspended: only the status is written"
    world.asks = Asks(suspend="Garbage")

    sentence = world.run().sentence

    assert "tidegate.dev/suspend is 'Garbage', which is none of None, Advance, All" in sentence


def test_abort_with_nothing_in_progress_is_a_no_op() -> None:
    world = deployed()
    world.asks = Asks(abort="1")

    world.run()

    assert world.done == []
    assert world.progress.handled.abort == "1"


def test_stables_template_is_a_fast_rollback_that_rejects_nothing() -> None:
    world = at_first_step()
    world.target = "v1"

    decision = world.run()

    assert decision.progress.reason is Reason.REVERTED
    assert world.progress.rejected == ()


def test_a_third_revision_starts_from_zero_against_the_same_stable() -> None:
    world = at_first_step()
    world.target = "v3"
    world.evidence = Evidence(passed=True)

    world.run()

    assert world.progress.stable == "v3"
    assert weights(world) == [20, 0, 20, 50, 100, 0]


def test_a_candidate_that_cannot_start_is_rolled_back_before_any_weight() -> None:
    world = deployed(starts=frozenset({"v1"}))
    world.target = "v2"
    world.run()
    world.sides["v2"] = replace(world.sides["v2"], stuck=1, stuck_sentence="CrashLoopBackOff")

    decision = world.run()

    assert decision.progress.reason is Reason.CANNOT_START
    assert weights(world) == []


def test_lost_pods_take_their_share_of_the_weight_with_them() -> None:
    world = at_first_step(replicas=10)
    world.sides["v2"] = replace(world.sides["v2"], available=1)

    world.run()

    assert weights(world)[-1] == 10

    world.sides["v2"] = replace(world.sides["v2"], available=2)
    world.run()
    assert weights(world)[-1] == 20


def test_a_weight_lowered_by_hand_is_obeyed_until_promote() -> None:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=5)

    assert world.run().reason is Reason.LOWERED_BY_HAND

    world.asks = Asks(promote="v2/first/1")
    world.run()
    assert world.route.weight == 20


@pytest.mark.parametrize("raised", [10, 20, 90], ids=["below the step's", "to the step's", "over the step's"])
def test_a_weight_lowered_by_hand_rises_by_no_hand_before_promote(raised: int) -> None:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=5)
    world.run()
    world.route = replace(world.route, weight=raised)

    assert world.turn().reason is Reason.RAISED_BY_HAND

    assert world.route.weight == 5
    assert world.run().reason is Reason.LOWERED_BY_HAND
    world.asks = Asks(promote="v2/first/1")
    world.run()
    assert world.route.weight == 20


def test_a_weight_lowered_by_hand_again_is_held_there() -> None:
    world = at_first_step()
    assert world.route is not None
    for weight in (5, 2):
        world.route = replace(world.route, weight=weight)
        world.run()
        assert world.progress.lowered_to == weight

    world.route = replace(world.route, weight=4)
    world.run()
    assert world.route.weight == 2


def test_a_lowered_weight_stays_where_git_declares_its_own_again() -> None:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=5)
    world.run()
    world.route = replace(world.route, weight=0, by_git=True)

    assert world.run().reason is Reason.LOWERED_BY_HAND
    assert world.route.weight == 0


def test_a_weight_lowered_by_hand_rises_by_promote_full() -> None:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=5)
    world.run()

    world.asks = Asks(promote_full="1")
    world.run()

    assert world.progress.stable == "v2"


def test_what_a_hand_lowered_while_pods_were_lost_stays_lowered_when_they_are_back() -> None:
    world = at_first_step(replicas=10)
    assert world.route is not None
    world.route = replace(world.route, weight=15)
    world.sides["v2"] = replace(world.sides["v2"], available=1)
    world.run()
    world.sides["v2"] = replace(world.sides["v2"], available=2)

    world.run()

    assert (world.progress.lowered_to, world.route.weight) == (15, 10)


def test_what_a_hand_lowered_while_stable_was_away_goes_back_only_to_pods_that_carry_it() -> None:
    world = at_first_step(replicas=10)
    assert world.route is not None
    world.route = replace(world.route, weight=5)
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.run()
    assert world.route.weight == 100

    world.sides["v1"] = replace(world.sides["v1"], available=1)
    assert world.run().reason is Reason.STABLE_UNAVAILABLE
    assert world.route.weight == 90
    world.sides["v1"] = replace(world.sides["v1"], available=10)
    # Nobody raised it.
    assert world.turn().reason is Reason.LOWERED_BY_HAND
    assert world.route.weight == 5


def test_a_route_that_a_hand_lowered_takes_the_others_along_and_nobody_is_said_to_have_raised_them() -> None:
    look = at_first_step().look()
    assert look.route is not None
    lower = replace(look.route, weight=5, least=5)
    several = replace(look, route=together((look.route, lower)), several=(look.route, lower))
    noted = decide(several)
    assert noted.progress.lowered_to == 5

    decision = decide(replace(several, progress=noted.progress))

    assert (decision.actions, decision.reason) == ((SetWeight(weight=5, revision="v2"),), Reason.LOWERED_BY_HAND)


def test_a_step_dwells_anew_at_the_weight_that_a_hand_lowered_meanwhile() -> None:
    world = at_first_step(
        plan=replace(PLAN, steps=(replace(PLAN.steps[0], dwell=timedelta(minutes=10)), PLAN.steps[2]))
    )
    assert world.route is not None
    world.route = replace(world.route, weight=1)
    world.run()
    world.wait(timedelta(hours=1))
    world.evidence = Evidence(passed=True)
    world.asks = Asks(promote="v2/first/1")

    world.run()
    assert (world.route.weight, world.progress.step) == (20, 0)
    world.wait(timedelta(minutes=10))
    world.run()
    assert world.progress.stable == "v2"


def test_a_candidate_lowered_by_hand_in_the_watch_is_not_promoted_by_a_newer_template() -> None:
    world = deployed(plan=replace(PLAN, watch=timedelta(hours=1)))
    world.target = "v2"
    assert world.run().progress.phase is Phase.WATCHING
    assert world.route is not None
    world.route = replace(world.route, weight=50)
    world.run()
    world.route = replace(world.route, weight=100)
    world.target = "v3"

    assert world.turn().reason is Reason.SUPERSEDED


def test_a_weight_raised_by_hand_is_put_back() -> None:
    world = at_first_step()
    assert world.route is not None
    world.route = replace(world.route, weight=90)

    world.run()

    assert weights(world)[-1] == 20


def test_a_rollback_gives_stable_only_what_it_can_carry() -> None:
    world = at_first_step()
    world.sides["v1"] = replace(world.sides["v1"], available=1)
    assert world.route is not None
    world.route = replace(world.route, weight=90, written=Written("v2", 90))
    world.evidence = BREACH

    assert world.run().reason is Reason.ROLLBACK_BLOCKED
    assert world.route.weight == 75


def test_what_is_missing_stalls_and_heals() -> None:
    world = deployed()
    world.target = "v2"
    world.blocked = Blocked(
        reason=Reason.METRIC_SOURCE_MISSING, sentence="spec.metricSource: ClusterMetricSource default is missing"
    )

    assert world.run().progress.phase is Phase.STALLED
    assert not any(isinstance(action, PrepareRevision) for action in world.done)

    world.blocked = None
    assert world.run().progress.stable == "v2"


def test_promote_full_goes_straight_to_full_weight() -> None:
    world = at_first_step()
    world.asks = Asks(promote_full="1")

    world.run()

    assert weights(world) == [20, 100, 0]


def test_suspend_advance_still_rolls_back() -> None:
    world = at_first_step()
    world.suspension = Suspend.ADVANCE
    assert world.run().reason is Reason.SUSPENDED
    world.evidence = BREACH

    assert world.turn().reason is Reason.OBJECTIVE_BREACHED
