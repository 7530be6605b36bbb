"""A workload that was there before: in which order it is taken, and in which it is given back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import progress_look
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.world import PLAN, START, World, deployed
from tidegate.decision import Phase, Progress, Reason, Snapshot, decide
from tidegate.decision.actions import (
    DetachPods,
    EmptyWorkload,
    Finalize,
    HandServicesOver,
    HoldReplicas,
    PointService,
    PrepareRevision,
    RefillWorkload,
    ReleaseReplicas,
    ReleaseWorkload,
    ResizeWorkload,
    RestoreRoutes,
    RestoreSize,
    ResumeWorkload,
    Role,
    Scale,
    SetWeight,
    TakeOver,
)
from tidegate.decision.progress import Asks, Outcome, Rollout, TakenOver
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Blocked, Side
from tidegate.decision.takeover import size_to_keep
from tidegate.decision.workload import QUIET, Workload

MINUTE = timedelta(minutes=1)


def noted(workload: Workload, **was: Any) -> Workload:
    """The same Deployment with another note of how it was."""
    return replace(workload, was=replace(workload.was, **was))


SERVING = Workload(name="web", replicas=4, available=4, was=TakenOver(name="web"))
TAKEN = replace(SERVING, paused=True, taken_over=True, was=TakenOver(name="web", replicas=4), attached_pods=4)
EMPTY = replace(noted(TAKEN, emptied=1), replicas=0, available=0, held=True)
OURS = replace(EMPTY, paused_by_us=True)
ROUTE = Route(attached=True, confirmed_for=10 * MINUTE)
DRAINING = replace(PLAN, drain=MINUTE)


def at_rest(workload: Workload, **changes: Any) -> Snapshot:
    route = changes.pop("route", ROUTE)
    return replace(deployed().look(), workload=workload, finalizer=True, route=route, **changes)


def actions(look: Snapshot) -> list[Any]:
    return list(decide(look).actions)


def first(workload: Workload, **changes: Any) -> Snapshot:
    world = World(starts=frozenset())
    world.turn()
    return replace(world.look(), workload=workload, **changes)


def test_a_finalizer_comes_before_anything_is_taken() -> None:
    assert actions(first(SERVING)) == [Finalize(keep=True)]
    assert actions(replace(World().look(), workload=SERVING)) == [Finalize(keep=True)]
    assert TakeOver(TakenOver(name="web", replicas=4, proven="v1")) in actions(first(SERVING, finalizer=True))


def test_the_template_that_a_deployment_serves_with_is_kept_before_it_is_paused() -> None:
    look = first(SERVING, finalizer=True)
    taking = [PrepareRevision("v1", 0), TakeOver(TakenOver(name="web", replicas=4, proven="v1"))]

    assert actions(look) == taking
    assert actions(replace(World().look(), workload=SERVING, finalizer=True)) == taking
    # It is there from before, as where a crash came between.
    assert actions(replace(look, sides=(Side(revision="v1"),))) == taking[1:]


@pytest.mark.parametrize(
    "changes",
    [{"known": False}, {"target": "v2"}, {"progress": Progress(stable="v0")}],
    ids=["what is declared is not known", "another one is declared", "the first one was served"],
)
def test_no_template_but_the_one_that_serves_before_the_first_revision_is_kept(changes: dict[str, Any]) -> None:
    resumed = replace(noted(TAKEN, proven="v1"), paused=False)
    look = replace(World().look(), workload=resumed, finalizer=True, **changes)
    look = progress_look(look, taken_over=TakenOver(name="web", replicas=4, proven="v1"))

    assert PrepareRevision not in map(type, actions(look))


def test_a_template_that_is_declared_right_after_the_pause_waits_for_the_one_that_serves() -> None:
    kept = Side(revision="v1")
    paused = replace(World(target="v2").look(), workload=noted(TAKEN, proven="v1"), finalizer=True, sides=(kept,))
    look = progress_look(paused, taken_over=TakenOver(name="web", replicas=4, proven="v1"))

    begun = decide(look).progress
    assert begun.candidate == "v1"
    decision = decide(replace(look, progress=begun))
    assert (decision.actions, decision.progress.candidate) == ((PrepareRevision("v1", 4),), "v1")
    assert decision.progress.sentence.endswith("; declared since: revision v2 goes by steps once v1 is served")
    # Somebody deleted the copy: there is nothing to start.
    assert decide(replace(look, sides=())).progress.candidate == "v2"


def test_nothing_is_taken_while_the_takeover_waits() -> None:
    waiting = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="an autoscaler")

    assert actions(first(SERVING, finalizer=True, blocked=waiting)) == []


def test_the_size_of_a_deployment_that_was_referred_to_by_mistake_is_gits_alone_again() -> None:
    waiting = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="an autoscaler")
    mended = replace(World().look(), workload=SERVING, blocked=waiting, unreferenced=("wbe",))

    assert actions(mended) == [ReleaseReplicas("wbe")]
    assert actions(replace(mended, blocked=Blocked(reason=Reason.REFUSED, sentence="no"))) == []
    assert actions(replace(mended, deleting=True, finalizer=True)) == [ReleaseReplicas("wbe"), Finalize(keep=False)]


PROGRESSIVE = replace(TAKEN, progressively=True)


@pytest.mark.parametrize(("available", "left"), [(1, 3), (3, 1), (4, 1)])
def test_a_deployment_without_room_gives_up_a_pod_for_each_of_ours(available: int, left: int) -> None:
    look = coming_up(PROGRESSIVE, available=available)

    assert actions(look) == [ResizeWorkload(left)]


@pytest.mark.parametrize(("available", "size"), [(0, 4), (4, 1)])
def test_a_deployment_keeps_all_before_ours_are_up_and_its_last_pod_until_they_serve(available: int, size: int) -> None:
    look = coming_up(replace(PROGRESSIVE, replicas=size), available=available)

    assert ResizeWorkload not in map(type, actions(look))


@pytest.mark.parametrize(
    ("available", "size", "back"),
    [(0, 1, 4), (1, 1, 3), (0, 3, 4)],
    ids=["none of ours answers", "one of ours answers", "a hand took one"],
)
def test_a_deployment_grows_again_when_ours_fail_that_took_its_room(available: int, size: int, back: int) -> None:
    look = coming_up(replace(PROGRESSIVE, replicas=size, available=size), available=available)

    assert actions(look) == [ResizeWorkload(back)]
    blocked = Blocked(reason=Reason.GATEWAY_MISSING, sentence="the gateway is missing")
    assert actions(replace(look, blocked=blocked)) == [ResizeWorkload(back)]


def test_a_deployment_that_was_emptied_gets_no_pods_back_but_by_the_hand_back() -> None:
    """It may have been resumed, and declare what nobody proved."""
    emptied = replace(noted(PROGRESSIVE, emptied=1), replicas=0, available=0, paused=False)
    look = coming_up(emptied, available=0)

    assert actions(look) == []
    assert decide(replace(look, target="v2")).progress.candidate == "v2"


def test_pods_that_cannot_start_leave_their_room_to_the_deployments() -> None:
    look = coming_up(replace(PROGRESSIVE, replicas=4, available=1), available=0)
    stuck = replace(look.candidate, total=4, stuck=4, stuck_sentence="container web: CrashLoopBackOff")
    tight = replace(look, sides=(stuck,))

    assert actions(tight) == [Scale(revision="v1", replicas=1)]
    # None comes back before the Deployment is whole, or one of ours answers.
    one = replace(stuck, replicas=1, total=1)
    assert (actions(replace(tight, sides=(one,))), decide(replace(tight, sides=(one,))).reason) == (
        [],
        Reason.CANNOT_START,
    )
    assert actions(replace(tight, sides=(replace(one, available=1, stuck=0),))) == [Scale(revision="v1", replicas=4)]
    assert actions(replace(tight, sides=(one,), workload=PROGRESSIVE)) == [Scale(revision="v1", replicas=4)]


def serving_unproven(look: Snapshot, **changes: Any) -> Snapshot:
    """Another template is declared while the proven one, v1, comes up or waits for its route."""
    return progress_look(replace(look, target="v2", **changes), taken_over=TakenOver(name="web", proven="v1"))


def test_a_template_that_nobody_proved_waits_until_the_proven_one_is_served() -> None:
    look = serving_unproven(coming_up(noted(TAKEN, proven="v1"), available=4), route=None)

    decision = decide(look)

    assert decision.progress.candidate == "v1"
    assert decision.progress.sentence.endswith("; declared since: revision v2 goes by steps once v1 is served")
    again = decide(replace(look, progress=decision.progress, target="v3"))
    assert again.progress.sentence.endswith("; declared since: revision v3 goes by steps once v1 is served")
    assert again.progress.sentence.count("declared since") == 1
    assert "declared since" not in decide(replace(look, progress=decision.progress, target="v1")).progress.sentence


def test_a_template_waits_for_the_proven_one_as_long_as_that_may_start() -> None:
    look = serving_unproven(coming_up(noted(TAKEN, proven="v1"), available=0))
    stuck = replace(look.candidate, total=4, stuck=4, stuck_sentence="no image")
    late = progress_look(look, deadline_from=look.now - 60 * MINUTE)

    assert decide(look).progress.candidate == "v1"
    assert decide(replace(look, sides=(stuck,))).progress.candidate == "v2"
    assert decide(late).progress.candidate == "v2"
    # It served before: its pods come back.
    served = replace(late, services=replace(late.services, stable="v1"))
    assert decide(served).progress.candidate == "v1"
    assert (
        decide(replace(served, services=replace(served.services, portless=frozenset({Role.STABLE})))).progress.candidate
        == "v2"
    )
    # What nobody proved keeps nothing waiting.
    assert decide(progress_look(look, taken_over=TakenOver(name="web", proven="v0"))).progress.candidate == "v2"


def test_a_deployment_serves_whole_again_before_another_first_revision_starts() -> None:
    shrunk = replace(PROGRESSIVE, replicas=1, available=1)
    look = replace(coming_up(shrunk, available=3), target="v2")

    assert actions(look) == [ResizeWorkload(4)]
    back = decide(replace(look, workload=replace(shrunk, replicas=4, available=2)))
    assert (back.actions, back.progress.candidate) == ((), "v1")
    assert decide(replace(look, workload=PROGRESSIVE)).progress.candidate == "v2"


def test_pods_of_a_replaced_first_revision_stay_while_they_are_all_that_answers() -> None:
    look = coming_up(replace(TAKEN, replicas=0, available=0), available=4)
    replaced = progress_look(replace(look, target="v2"), candidate="v2")

    assert Scale(revision="v1", replicas=0) not in actions(replaced)
    assert actions(replace(replaced, workload=TAKEN)) == [Scale(revision="v1", replicas=0)]


def test_a_first_revision_whose_status_was_lost_goes_on_with_its_pods() -> None:
    failing = replace(TAKEN, available=0, attached_pods=4)
    look = replace(coming_up(failing, available=4), route=ROUTE, finalizer=True)

    lost = replace(look, progress=Progress())

    assert actions(lost) == []
    assert decide(lost).progress.candidate == "v1"


def coming_up(workload: Workload, *, available: int) -> Snapshot:
    """The first revision of a taken over Deployment, with so many of its four pods available."""
    world = World(starts=frozenset())
    world.turn()
    world.turn()
    side = replace(world.sides["v1"], available=available)
    return replace(world.look(), workload=workload, finalizer=True, sides=(side,))


def test_a_size_that_git_owns_is_held_before_git_lets_go() -> None:
    owned = replace(SERVING, owned_by="kustomize-controller")
    look = replace(
        World().look(), workload=owned, finalizer=True, blocked=Blocked(reason=Reason.TAKEOVER_WAITS, sentence="Git")
    )

    assert actions(look) == [HoldReplicas(4)]


def test_pods_go_last_and_only_after_the_drain() -> None:
    early = at_rest(TAKEN, plan=DRAINING, route=replace(ROUTE, confirmed_for=timedelta(seconds=10)))

    assert (decide(early).reason, decide(early).look_again) == (Reason.TAKING_OVER, timedelta(seconds=50))
    assert actions(early) == []
    assert actions(at_rest(TAKEN, plan=DRAINING)) == [EmptyWorkload()]


@pytest.mark.parametrize(
    ("record", "workload", "kept"),
    [
        (None, SERVING, 0),
        (TakenOver(name="web", replicas=4), TAKEN, 4),
        (TakenOver(name="web", replicas=4), replace(TAKEN, replicas=6), 6),
        (TakenOver(name="web", replicas=4), None, 4),
        (TakenOver(name="web", replicas=4, emptied=1), EMPTY, 0),
    ],
    ids=["not taken over", "taken over", "scaled up meanwhile", "only the status tells", "emptied"],
)
def test_a_release_is_as_large_as_its_deployment_until_that_is_emptied(
    record: TakenOver | None, workload: Workload | None, kept: int
) -> None:
    assert size_to_keep(record, workload) == kept


def test_an_autoscalers_number_from_beside_the_deployments_pods_goes_with_them() -> None:
    restored, emptied = actions(at_rest(replace(TAKEN, asked_meanwhile=2)))

    assert isinstance(restored, RestoreSize)
    assert (restored.replicas, restored.warns, emptied) == (4, False, EmptyWorkload())


def test_a_deployment_that_grew_beyond_the_release_is_not_emptied() -> None:
    """The pods that somebody added would go with it, and nobody gave them to the Release."""
    waiting = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="it has 6 replicas and the Release 4")
    grown = replace(TAKEN, replicas=6, available=6, outgrown=4)

    assert (actions(at_rest(grown, blocked=waiting)), decide(at_rest(grown, blocked=waiting)).reason) == (
        [],
        Reason.TAKEOVER_WAITS,
    )
    assert EmptyWorkload() not in actions(at_rest(grown))


def test_a_deployment_that_a_hand_emptied_first_counts_as_emptied() -> None:
    decision = decide(at_rest(replace(TAKEN, replicas=0, available=0)))

    assert decision.actions == (EmptyWorkload(),)
    assert decision.progress.taken_over is not None
    assert decision.progress.taken_over.emptied == 1


def test_a_deployment_is_not_emptied_before_there_is_anything_of_ours() -> None:
    route = replace(ROUTE, confirmed_for=60 * MINUTE)
    look = replace(World().look(), workload=replace(TAKEN, attached_pods=0), finalizer=True, route=route)

    assert (actions(look), decide(look).reason) == ([], Reason.ROLLOUT_STARTED)


@pytest.mark.parametrize(
    "changes", [{"route": replace(ROUTE, confirmed=False)}, {"route": None}], ids=["unconfirmed", "no route"]
)
def test_pods_stay_while_the_route_is_not_sure(changes: dict[str, Any]) -> None:
    assert EmptyWorkload() not in actions(at_rest(TAKEN, **changes))


def test_a_deployment_that_someone_unpaused_is_paused_again() -> None:
    assert actions(at_rest(replace(TAKEN, paused=False))) == [TakeOver(TakenOver(name="web", replicas=4))]


def test_a_deployment_that_is_empty_is_not_left_paused() -> None:
    """Whoever waits for a paused one waits for ever."""
    assert actions(at_rest(OURS)) == [ResumeWorkload()]
    assert decide(at_rest(OURS)).progress == at_rest(OURS).progress
    assert actions(at_rest(replace(OURS, paused=False, paused_by_us=False))) == []


@pytest.mark.parametrize(
    "changes",
    [{"total": 1}, {"current": False}, {"was": replace(OURS.was, emptied=0), "replicas": 2, "total": 2}],
    ids=["pods are left", "its controller has not seen it", "it serves"],
)
def test_a_deployment_is_paused_until_its_pods_are_gone(changes: dict[str, Any]) -> None:
    assert ResumeWorkload() not in actions(at_rest(replace(OURS, **changes)))


@pytest.mark.parametrize(
    "changes",
    [{"was": replace(OURS.was, paused=True)}, {"paused_by_us": False}],
    ids=["found paused", "paused by another since"],
)
def test_a_pause_of_others_is_left(changes: dict[str, Any]) -> None:
    assert actions(at_rest(replace(OURS, **changes))) == []


def test_a_deployment_that_was_found_empty_is_not_left_paused_either() -> None:
    assert actions(at_rest(noted(OURS, emptied=0, replicas=0))) == [ResumeWorkload()]


def test_a_deployment_that_a_hand_emptied_too_early_stays_paused() -> None:
    """Where ours fail its pods come back, and with the template that they had."""
    unsure = at_rest(noted(OURS, emptied=0), route=replace(ROUTE, confirmed=False))

    assert actions(unsure) == []


def test_a_rollout_leaves_no_empty_deployment_paused() -> None:
    """An operator from before left it so."""
    look = replace(at_first_step().look(), finalizer=True)

    assert actions(replace(look, workload=OURS)) == [ResumeWorkload()]
    assert actions(replace(look, workload=replace(OURS, paused=False, paused_by_us=False))) == []


def test_a_deployment_that_is_scaled_up_in_mid_rollout_is_paused_and_emptied_at_once() -> None:
    """It is not paused any more: its pods have the candidate's template, and no step holds them back."""
    raised = replace(EMPTY, replicas=1, available=1, total=1, paused=False)
    look = replace(recorded(at_first_step().look()), finalizer=True, route=replace(ROUTE, weight=20, touched=True))

    assert actions(replace(look, workload=raised)) == [TakeOver(TakenOver(name="web", replicas=4, emptied=1))]
    assert actions(replace(look, workload=replace(raised, paused=True, paused_by_us=True))) == [EmptyWorkload(2)]
    drains = replace(look, plan=DRAINING, route=replace(look.routes[0], confirmed_for=timedelta(seconds=10)))
    assert decide(replace(drains, workload=replace(raised, paused=True))).reason is not Reason.TAKING_OVER
    assert actions(replace(look, workload=replace(noted(raised, emptied=2), paused=True))) == []
    # Before it was emptied once, that is for the time at rest.
    assert actions(replace(look, workload=noted(raised, emptied=0))) == []


def test_a_deployment_that_is_scaled_up_while_a_hand_holds_the_weight_is_paused_and_emptied_too() -> None:
    raised = replace(EMPTY, replicas=1, available=1, total=1, paused=False)
    look = replace(recorded(at_first_step().look()), finalizer=True, route=replace(ROUTE, weight=5, touched=True))
    held = progress_look(look, lowered_to=5)

    assert decide(held).reason is Reason.LOWERED_BY_HAND
    assert actions(replace(held, workload=raised)) == [TakeOver(TakenOver(name="web", replicas=4, emptied=1))]
    assert actions(replace(held, workload=replace(raised, paused=True, paused_by_us=True))) == [EmptyWorkload(2)]
    assert actions(replace(held, workload=OURS)) == [ResumeWorkload()]
    # What takes a weight away waits for no Deployment.
    risen = replace(held, route=replace(look.routes[0], weight=20), workload=raised)
    assert actions(risen) == [SetWeight(weight=5, revision="v2")]


NOT_ISOLATED = Blocked(
    reason=Reason.NOT_ISOLATED, sentence="Service web would send traffic to the candidate past the gate"
)


def test_what_a_rollout_waits_for_leaves_no_deployment_that_was_scaled_up_unpaused() -> None:
    """Its pods have the template that may not start yet."""
    raised = replace(EMPTY, replicas=2, available=2, total=2, paused=False)
    look = recorded(at_rest(raised, target="v2", blocked=NOT_ISOLATED))
    resting = replace(look, workload=replace(raised, paused=True, paused_by_us=True))

    assert actions(look) == [TakeOver(TakenOver(name="web", replicas=4, emptied=1))]
    assert actions(replace(look, known=False)) == [TakeOver(TakenOver(name="web", replicas=4, emptied=1))]
    assert actions(resting) == [EmptyWorkload(2)]
    mid_rollout = replace(recorded(at_first_step().look()), finalizer=True, blocked=NOT_ISOLATED, workload=raised)
    assert actions(mid_rollout) == [TakeOver(TakenOver(name="web", replicas=4, emptied=1))]
    first = replace(recorded(coming_up(replace(TAKEN, paused=False), available=4)), blocked=NOT_ISOLATED)
    assert actions(first) == [TakeOver(TakenOver(name="web", replicas=4))]
    refused = Blocked(reason=Reason.REFUSED, sentence="no")
    assert actions(replace(look, blocked=refused)) == []


def test_a_contest_is_told_beside_what_a_rollout_waits_for() -> None:
    contested = replace(noted(TAKEN, emptied=2), replicas=2)

    decision = decide(recorded(at_rest(contested, target="v2", blocked=NOT_ISOLATED)))

    assert (decision.reason, decision.progress.phase) == (Reason.CONTESTED, Phase.STALLED)
    assert decision.sentence.endswith(f"; {NOT_ISOLATED.sentence}")
    rejected = progress_look(recorded(at_rest(contested, target="v2", blocked=NOT_ISOLATED)), rejected=("v2",))
    assert decide(rejected).reason is not Reason.CONTESTED


def test_there_is_no_third_try() -> None:
    look = at_rest(noted(TAKEN, emptied=2))

    assert actions(look) == []
    assert (decide(look).reason, decide(look).progress.phase) == (Reason.CONTESTED, Phase.PROMOTED)


def test_a_size_that_nobody_declares_any_more_is_emptied_as_for_the_first_time() -> None:
    """What the message asks for was done."""
    let_go = replace(noted(TAKEN, emptied=2), replicas=1, let_go=True)

    decision = decide(at_rest(let_go))

    assert decision.actions == (EmptyWorkload(),)
    assert decision.progress.taken_over is not None
    assert (decision.progress.taken_over.emptied, decision.progress.taken_over.emptied_at) == (1, at_rest(let_go).now)
    mid_rollout = replace(at_first_step().look(), finalizer=True, route=replace(ROUTE, weight=20, touched=True))
    assert actions(replace(recorded(mid_rollout), workload=let_go)) == [EmptyWorkload()]
    git = replace(let_go, let_go=False, owned_by="kustomize-controller")
    assert "again by kustomize-controller after two tries" in decide(at_rest(git)).sentence
    assert "then kubectl scale deployment web --replicas=0" in decide(at_rest(git)).sentence


def test_a_contest_that_another_ended_at_0_is_forgotten() -> None:
    conceded = at_rest(replace(noted(EMPTY, emptied=2), held=False))

    decision = decide(conceded)

    assert decision.actions == (EmptyWorkload(1),)
    assert decision.progress.taken_over is not None
    assert decision.progress.taken_over.emptied == 1
    assert actions(at_rest(replace(noted(EMPTY, emptied=1), held=False))) == []
    # It has no pods that could drain.
    settling = replace(conceded, plan=DRAINING, route=replace(ROUTE, confirmed_for=timedelta(seconds=10)))
    assert actions(settling) == [EmptyWorkload(1)]


@pytest.mark.parametrize(("later", "tries"), [(QUIET, 1), (QUIET - MINUTE, None)], ids=["long after", "soon after"])
def test_who_scales_it_up_long_after_the_last_try_is_no_one_who_fights(later: timedelta, tries: int | None) -> None:
    raised = replace(noted(TAKEN, emptied=2, emptied_at=START), sized_at=START + later)

    assert actions(at_rest(raised)) == ([EmptyWorkload(tries)] if tries else [])
    assert (decide(at_rest(raised)).reason is Reason.CONTESTED) is (tries is None)


def test_a_pause_keeps_when_it_was_emptied_last() -> None:
    raised = replace(noted(TAKEN, emptied=1, emptied_at=START), paused=False)

    assert actions(recorded(at_rest(raised))) == [
        TakeOver(TakenOver(name="web", replicas=4, emptied=1, emptied_at=START))
    ]


def test_what_runs_again_while_the_route_is_missing_is_told_and_left() -> None:
    """Its pods may be all that is reached."""
    running = replace(noted(TAKEN, emptied=1), replicas=2)
    lost = replace(ROUTE, confirmed=False, lost=True, sentence="HTTPRoute front is missing")

    decision = decide(at_rest(running, route=lost))

    assert (decision.actions, decision.reason) == ((), Reason.ROUTE_MISSING)
    assert decision.sentence.startswith("HTTPRoute front is missing; Deployment web was scaled to 2 again")
    assert decision.progress.phase is Phase.STALLED
    silent = decide(at_rest(running, route=replace(ROUTE, confirmed=False)))
    assert (silent.actions, silent.reason) == ((), Reason.TAKING_OVER)
    assert decide(at_rest(running)).actions == (EmptyWorkload(2),)
    # Empty again, or said in other words already.
    assert decide(at_rest(EMPTY, route=lost)).reason is Reason.PROMOTED
    assert decide(at_rest(noted(running, emptied=2), route=lost)).reason is Reason.CONTESTED


def test_a_contested_deployment_keeps_the_template_that_its_pods_have() -> None:
    """It was not paused any more when it was scaled up the last time."""
    raised = recorded(at_rest(replace(noted(TAKEN, emptied=2), paused=False)))

    assert actions(raised) == [TakeOver(TakenOver(name="web", replicas=4, emptied=2))]
    settled = at_rest(noted(OURS, emptied=2))
    assert actions(settled) == [ResumeWorkload()]


@pytest.mark.parametrize(
    "another",
    [{"pause_owned_by": "kustomize-controller"}, {"resumer": "deployer"}],
    ids=["declares", "does again and again"],
)
def test_a_deployment_that_another_declares_not_to_be_paused_is_not_paused_against_that(another: Any) -> None:
    """Its pods get each template in the same apply, whoever pauses it in between: that would be no end of writes."""
    resumed = replace(TAKEN, paused=False, **another)
    waiting = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="kustomize-controller declares its spec.paused")
    unserved = replace(coming_up(resumed, available=4), blocked=waiting)

    assert (actions(unserved), decide(unserved).reason) == ([], Reason.TAKEOVER_WAITS)
    # Empty it needs no pause.
    assert actions(at_rest(resumed, blocked=waiting)) == [EmptyWorkload()]
    contested = recorded(at_rest(noted(resumed, emptied=2)))
    assert (actions(contested), decide(contested).reason) == ([], Reason.CONTESTED)
    assert "take replicas and paused out of what declares it" in decide(contested).sentence


def test_a_contest_stops_no_rollout() -> None:
    assert decide(at_rest(noted(TAKEN, emptied=2), target="v2")).reason is Reason.ROLLOUT_STARTED


def recorded(look: Snapshot) -> Snapshot:
    """The status tells that the Deployment was taken over."""
    return progress_look(look, taken_over=TakenOver(name="web", replicas=4, emptied=1))


def deleted(look: Snapshot, **changes: Any) -> Snapshot:
    return replace(look, deleting=True, finalizer=True, **changes)


def handing_back(workload: Workload, **changes: Any) -> Snapshot:
    return deleted(at_rest(workload), plan=DRAINING, **changes)


def handed_over(workload: Workload, since: timedelta) -> Snapshot:
    look = handing_back(workload)
    progress = replace(look.progress, handed_over_at=look.now - since)
    return replace(look, services=replace(look.services, stable=None, candidate=None, apex=None), progress=progress)


def test_the_deployment_serves_before_the_services_follow() -> None:
    assert actions(handing_back(EMPTY)) == [RefillWorkload(4)]
    assert decide(handing_back(replace(TAKEN, paused=False, available=3))).reason is Reason.HANDING_BACK
    assert actions(handing_back(replace(TAKEN, paused=False, current=False))) == []
    full = handing_back(replace(TAKEN, paused=False))
    assert (actions(full), decide(full).progress.handed_over_at) == ([], full.now)
    assert actions(progress_look(full, handed_over_at=full.now)) == [HandServicesOver()]


def rejecting(**changes: Any) -> Snapshot:
    """A deleted Release whose Deployment declares v2, which was aborted before."""
    line = Rollout(
        revision="v2", outcome=Outcome.ROLLED_BACK, reason=Reason.ABORTED, sentence="by a person", started_at=START
    )
    return progress_look(handing_back(EMPTY, target="v2", **changes), rejected=("v2",), history=(line,))


def test_a_deployment_that_git_pauses_while_it_is_handed_back_is_done_once_it_serves() -> None:
    paused = replace(TAKEN, pause_owned_by="kustomize-controller")

    assert actions(handing_back(replace(paused, available=3))) == [RefillWorkload(4)]
    assert actions(handing_back(replace(paused, current=False))) == [RefillWorkload(4)]
    assert decide(handing_back(paused)).progress.handed_over_at is not None
    assert actions(handing_back(TAKEN)) == [RefillWorkload(4)]


def test_a_template_that_was_rolled_back_is_not_handed_back_without_a_word() -> None:
    decision = decide(rejecting())

    assert (decision.actions, decision.reason) == ((), Reason.HAND_BACK_WAITS)
    assert Reason.HAND_BACK_WAITS.warns
    assert "Deployment web declares revision v2, which stays out (Aborted: by a person)" in decision.sentence
    assert "tidegate.dev/retry: <nonce>" in decision.sentence
    overruled = progress_look(handing_back(EMPTY, target="v2"), overruled="v2")
    assert decide(overruled).reason is Reason.HAND_BACK_WAITS


def test_stable_keeps_its_size_while_a_hand_back_waits() -> None:
    assert actions(rejecting(replicas=6)) == [Scale(revision="v1", replicas=6)]


def test_a_hand_back_takes_no_pods_from_a_deployment_whose_size_nobody_remembers() -> None:
    """Its note and the status were lost while its pods were all that served."""
    forgotten = coming_up(replace(noted(TAKEN, replicas=0), paused_by_us=True), available=0)

    assert actions(deleted(forgotten)) == [RefillWorkload(4)]


def test_a_deployment_that_is_resumed_already_is_handed_back_as_one_that_is_paused() -> None:
    assert actions(handing_back(replace(EMPTY, paused=False))) == [RefillWorkload(4)]


def test_another_template_is_handed_back_at_once() -> None:
    assert actions(replace(rejecting(), target="v1")) == [RefillWorkload(4)]
    assert actions(replace(rejecting(), target="v3")) == [RefillWorkload(4)]


def test_a_person_takes_a_template_back_that_was_rolled_back() -> None:
    asked = rejecting(asks=Asks(retry="1"))

    decision = decide(asked)

    assert (decision.reason, decision.progress.rejected, decision.progress.handled.retry) == (
        Reason.HANDING_BACK,
        (),
        "1",
    )
    assert actions(replace(asked, progress=decision.progress)) == [RefillWorkload(4)]


def test_a_hand_back_waits_for_nobody_where_nothing_of_ours_can_serve() -> None:
    assert actions(replace(rejecting(), sides=())) == [RefillWorkload(4)]
    assert actions(replace(rejecting(), workload=None))[-1:] == [Finalize(keep=False)]


def test_a_service_that_a_hand_deleted_is_there_again_before_it_is_handed_over() -> None:
    look = handing_back(replace(TAKEN, paused=False))
    lost = replace(look, services=replace(look.services, stable=None))

    assert actions(lost) == [PointService(Role.STABLE, "v1")]
    assert actions(progress_look(lost, handed_over_at=lost.now)) == [PointService(Role.STABLE, "v1")]


def test_a_lost_service_is_there_again_also_where_stables_pods_are_gone() -> None:
    look = handing_back(replace(TAKEN, paused=False))
    others = tuple(side for side in look.sides if side.revision != look.stable.revision)

    lost = replace(look, sides=others, services=replace(look.services, stable=None))

    assert actions(lost) == [PointService(Role.STABLE, "v1")]


@pytest.mark.parametrize(
    "noteless", [EMPTY, replace(EMPTY, paused_by_us=True), replace(EMPTY, replicas=1, paused=False)]
)
def test_a_deployment_whose_note_is_lost_serves_before_the_services_follow(noteless: Workload) -> None:
    lost = replace(noteless, taken_over=False)

    assert actions(recorded(handing_back(lost))) == [RefillWorkload(4)]
    full = recorded(handing_back(replace(lost, replicas=4, available=4, paused=False)))
    assert actions(progress_look(full, handed_over_at=full.now)) == [HandServicesOver()]


@pytest.mark.parametrize(
    ("changes", "owed"),
    [({}, True), ({"held": False}, False), ({"owned_by": "Git"}, False), ({"replicas": 2}, False)],
    ids=["0 is ours alone", "0 is another's", "Git declares 0", "it is not at 0"],
)
def test_where_note_and_record_are_lost_a_size_of_0_that_is_ours_tells_of_the_takeover(
    changes: dict[str, Any], owed: bool
) -> None:
    resumed = replace(SERVING, replicas=0, available=0, held=True, attached_pods=4)

    assert (RefillWorkload(4) in actions(handing_back(replace(resumed, **changes)))) is owed


@pytest.mark.parametrize("paused", [True, False], ids=["paused by the team", "not paused"])
def test_a_deployment_that_was_never_taken_over_is_left_alone(paused: bool) -> None:
    """The template was declared inline before, and the takeover waits."""
    look = handing_back(replace(SERVING, replicas=2, available=0, paused=paused, attached_pods=4))

    assert actions(look) == [Finalize(keep=False)]


def test_a_takeover_that_waits_beside_what_is_served_says_so() -> None:
    waiting = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="an autoscaler")
    look = at_rest(SERVING, blocked=waiting)

    assert (actions(look), decide(look).reason) == ([], Reason.TAKEOVER_WAITS)
    owned = replace(look, workload=replace(SERVING, owned_by="kubectl apply"))
    assert actions(owned) == [HoldReplicas(4)]


def test_a_lost_note_is_made_again_as_it_was_recorded() -> None:
    lost = replace(noted(EMPTY, paused=True), taken_over=False, replicas=2, paused=False)

    assert actions(recorded(at_rest(lost))) == [TakeOver(TakenOver(name="web", replicas=4, paused=True, emptied=1))]


def test_a_note_that_nobody_recorded_is_made_again_with_the_size_of_the_release() -> None:
    lost = replace(noted(EMPTY, replicas=0), taken_over=False, paused_by_us=True)

    assert actions(at_rest(lost)) == [TakeOver(TakenOver(name="web", replicas=4))]


def test_a_deployment_that_is_replaced_again_and_again_is_contested() -> None:
    replaced = replace(noted(SERVING, replicas=4, emptied=2), owned_by="kubectl")
    look = recorded(at_rest(replaced))

    assert (actions(look), decide(look).reason) == ([], Reason.CONTESTED)
    assert "replaced again by kubectl after two tries" in decide(look).sentence


def test_a_deployment_that_was_paused_serves_before_it_is_paused_again() -> None:
    found_paused = replace(noted(TAKEN, paused=True), attached_pods=0)

    assert actions(handing_back(found_paused)) == [RefillWorkload(4)]
    gone = handed_over(replace(found_paused, paused=False), since=2 * MINUTE)
    assert actions(gone) == [ReleaseWorkload(paused=True), Finalize(keep=False)]
    # A turn died before the Release could go.
    again = replace(gone, workload=replace(found_paused, taken_over=False, paused_by_us=True, held=True))
    assert actions(recorded(again)) == [ReleaseWorkload(paused=True), Finalize(keep=False)]


def test_the_deployment_is_refilled_without_the_router_where_stable_is_gone_for_good() -> None:
    look = deleted(at_first_step().look(), workload=EMPTY, target="v2")
    others = tuple(side for side in look.sides if side.revision != look.stable.revision)
    silent = replace(look, sides=others, route=replace(ROUTE, weight=50, touched=True, confirmed=False))

    assert actions(silent) == [RefillWorkload(4)]


def test_our_pods_leave_the_services_and_drain_before_they_go() -> None:
    full = replace(TAKEN, paused=False)

    assert actions(handed_over(full, since=MINUTE)) == [DetachPods()]
    assert actions(handed_over(replace(full, attached_pods=0), since=timedelta(seconds=20))) == []
    assert decide(handed_over(replace(full, attached_pods=0), since=timedelta(seconds=20))).look_again == timedelta(
        seconds=40
    )


def test_a_release_without_pods_drains_none() -> None:
    look = deleted(first(replace(TAKEN, paused=False, attached_pods=0)), plan=DRAINING, sides=())

    assert actions(look) == [ReleaseWorkload(), Finalize(keep=False)]


def test_pods_drain_from_now_where_a_crash_lost_the_instant() -> None:
    look = deleted(coming_up(replace(TAKEN, paused=False, attached_pods=0), available=4), plan=DRAINING)

    assert (decide(look).look_again, decide(look).progress.handed_over_at) == (MINUTE, look.now)


def test_the_routes_are_as_they_were_before_the_release_goes() -> None:
    gone = handed_over(replace(TAKEN, paused=False, attached_pods=0), since=2 * MINUTE)

    assert actions(replace(gone, route=replace(ROUTE, touched=True))) == [RestoreRoutes()]
    assert actions(gone) == [ReleaseWorkload(), Finalize(keep=False)]
    assert decide(gone).reason is Reason.HANDED_BACK


LET_GO = replace(SERVING, attached_pods=4)


def test_pods_that_answer_stay_while_those_of_a_deployment_that_was_let_go_fail() -> None:
    """A turn died before the Release could go."""
    failing = handed_over(replace(LET_GO, available=0), since=2 * MINUTE)

    assert (actions(failing), decide(failing).reason) == ([], Reason.HANDING_BACK)
    assert "0 of 4 pods are available" in decide(failing).sentence
    assert actions(replace(failing, sides=())) == [DetachPods()]
    assert actions(handed_over(replace(LET_GO, attached_pods=0, available=0), since=2 * MINUTE))[-1:] == [
        Finalize(keep=False)
    ]


def test_pods_that_came_after_the_deployment_was_let_go_drain_too() -> None:
    new = handed_over(LET_GO, since=2 * MINUTE)

    assert actions(new) == [DetachPods()]
    assert decide(new).progress.handed_over_at == new.now


def test_a_rollout_goes_back_before_anything_is_handed_over() -> None:
    look = at_first_step().look()

    assert [action for action in actions(deleted(look, workload=EMPTY)) if isinstance(action, SetWeight)] == [
        SetWeight(weight=0, revision="v2")
    ]


def test_what_a_rollout_handed_over_is_not_taken_back() -> None:
    gone = handed_over(replace(TAKEN, paused=False), since=MINUTE)
    progress = replace(at_first_step().look().progress, handed_over_at=gone.progress.handed_over_at, desired_weight=0)

    assert actions(replace(gone, progress=progress)) == [DetachPods()]


def test_what_was_never_taken_is_just_let_go() -> None:
    assert actions(deleted(first(SERVING))) == [Finalize(keep=False)]
    assert actions(deleted(World().look())) == [Finalize(keep=False)]


def test_a_release_without_a_finalizer_gets_no_write() -> None:
    assert decide(replace(at_first_step().look(), deleting=True)).actions == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"replicas": 0, "available": 0, "current": False}, ""),
        ({"paused": True}, ""),
        ({"paused": True, "current": False}, "paused with a template that is not rolled out"),
        ({"available": 1}, "1 of 2 pods are available"),
        ({"current": False}, "2 of 2 pods are available, not all with its newest template"),
    ],
)
def test_a_deployment_is_unfinished_until_all_its_pods_are_available_with_its_newest_template(
    changes: dict[str, Any], words: str
) -> None:
    found = replace(Workload(name="web", replicas=2, available=2), **changes).unfinished

    assert bool(found) is bool(words)
    assert words in found
