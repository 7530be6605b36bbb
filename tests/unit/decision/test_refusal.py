"""Pods that the API server refuses: told at once, in its words, and no clock stands still for it."""

from dataclasses import replace

from tests.unit.decision.test_clauses import first, later, rest_look, rolling_back, side_look, waiting
from tests.unit.decision.test_decide import at_first_step
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.workload import Restart

QUOTA = 'pods "web-x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=4, limited: pods=4'
NO_NODE = "no node takes the pod: 0/3 nodes are available: 3 Insufficient cpu"
NO_KEY = "container web: CreateContainerConfigError: couldn't find key password in Secret shop/db"
DENIED = 'admission webhook "images" denied the request: unsigned'


def test_a_quota_that_stops_the_candidate_is_said_at_once_and_looked_at_again_by_the_deadline() -> None:
    look = side_look("v2", waiting(), total=0, refusal=QUOTA)
    decision = decide(look)

    assert (decision.reason, decision.sentence) == (Reason.QUOTA_EXCEEDED, QUOTA)
    assert decision.look_again == look.plan.progress_deadline


def test_another_admission_is_not_called_a_quota() -> None:
    assert decide(side_look("v2", waiting(), total=0, refusal=DENIED)).reason is Reason.POD_REFUSED


def test_a_candidate_that_a_quota_stops_is_rolled_back_at_the_deadline_with_the_cause() -> None:
    held = side_look("v2", waiting(), total=0, refusal=QUOTA)
    decision = decide(later(replace(held, progress=decide(held).progress)))

    assert decision.reason is Reason.DEADLINE_EXCEEDED
    assert QUOTA in decision.sentence


def test_a_quota_that_grew_is_forgotten() -> None:
    held = side_look("v2", waiting(), total=0, refusal=QUOTA)
    healed = side_look("v2", replace(held, progress=decide(held).progress), refusal="")

    assert decide(healed).progress.reason is Reason.PROGRESSING


def test_a_first_revision_that_a_quota_stops_stalls_and_heals() -> None:
    held = side_look("v1", first(), total=0, refusal=QUOTA)
    decision = decide(held)
    assert (decision.reason, decision.progress.phase) == (Reason.QUOTA_EXCEEDED, Phase.STALLED)
    assert QUOTA in decide(later(replace(held, progress=decision.progress))).sentence

    healed = side_look("v1", replace(held, progress=decision.progress), refusal="")

    assert decide(healed).progress.phase is Phase.PREPARING


def test_stable_short_of_pods_by_quota_is_not_called_well() -> None:
    held = side_look("v1", rest_look(), available=3, total=3, refusal=QUOTA)
    decision = decide(held)
    assert (decision.reason, decision.progress.phase) == (Reason.QUOTA_EXCEEDED, Phase.PROMOTED)

    healed = replace(rest_look(), progress=decision.progress)

    assert decide(healed).reason is Reason.PROMOTED


def test_a_quota_that_stops_a_restart_is_said() -> None:
    look = side_look("v1", rest_look(restart=Restart(due=("a",), awaited=1)), available=3, total=3, refusal=QUOTA)

    assert (
        decide(replace(look, progress=replace(look.progress, restart_since=look.now))).reason is Reason.QUOTA_EXCEEDED
    )


def test_a_rollback_that_a_quota_blocks_says_so() -> None:
    look = side_look("v1", rolling_back(), available=0, total=0, refusal=QUOTA)
    stuck = replace(look, route=replace(look.route, weight=20) if look.route else None)

    decision = decide(stuck)

    assert decision.reason is Reason.ROLLBACK_BLOCKED
    assert QUOTA in decision.sentence


def test_what_the_scheduler_says_is_told_while_preparing_and_at_the_deadline() -> None:
    held = side_look("v2", waiting(), total=1, unscheduled=NO_NODE)
    decision = decide(held)
    late = decide(later(replace(held, progress=decision.progress)))

    assert (decision.reason, decision.sentence) == (Reason.UNSCHEDULABLE, NO_NODE)
    assert decision.look_again == held.plan.progress_deadline
    assert late.reason is Reason.DEADLINE_EXCEEDED
    assert late.progress.history[0].sentence.endswith(f": {NO_NODE}")


def test_a_node_that_came_is_forgotten_as_a_trouble() -> None:
    held = side_look("v2", waiting(), total=1, unscheduled=NO_NODE)

    healed = side_look("v2", replace(held, progress=decide(held).progress), unscheduled="")

    assert decide(healed).progress.reason is Reason.PROGRESSING


def test_a_first_revision_without_a_node_prepares_and_says_so() -> None:
    decision = decide(side_look("v1", first(), total=1, unscheduled=NO_NODE))

    assert (decision.reason, decision.sentence) == (Reason.UNSCHEDULABLE, NO_NODE)
    assert decision.progress.phase is Phase.PREPARING


def test_pods_that_do_not_start_by_the_deadline_leave_the_kubelets_words_behind() -> None:
    late = decide(later(side_look("v2", waiting(), total=2, stuck=1, stuck_sentence=NO_KEY)))

    assert late.reason is Reason.DEADLINE_EXCEEDED
    assert late.progress.history[0].sentence.endswith(f": {NO_KEY}")


def test_growth_of_a_settled_step_that_cannot_start_is_told_with_its_cause_and_rolls_nothing_back() -> None:
    world = at_first_step(replicas=5)
    world.starts, world.replicas = frozenset({"v1"}), 10
    while world.sides["v2"].replicas < 2:
        world.turn()
    world.sides["v2"] = replace(world.sides["v2"], available=1, ever_available=True, stuck=1, stuck_sentence=NO_KEY)
    assert world.run().progress.reason is Reason.CANNOT_START
    assert NO_KEY in world.progress.sentence
    world.wait(2 * world.plan.progress_deadline)

    assert (world.run().reason, world.progress.candidate, world.look().weight) == (Reason.CANNOT_START, "v2", 20)
    world.sides["v2"] = replace(world.sides["v2"], available=2, stuck=0)
    assert world.run().progress.reason is Reason.PROGRESSING
