"""Cases in which a plausible rule would harm someone: each was found by an adversary once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import (
    full,
    progress_look,
    promoting,
    roles_changed,
    rolling_back,
    route_look,
    side_look,
    step_look,
)
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import NO_TIME, PLAN, World, deployed
from tidegate.api import OnTrouble, Suspend
from tidegate.api.noted import Written
from tidegate.decision import Phase, Progress, Reason, Snapshot, decide
from tidegate.decision.actions import PointService, PrepareRevision, Role, Scale, SetWeight, WriteRoute
from tidegate.decision.plan import Step, pods_for
from tidegate.decision.progress import Asks
from tidegate.decision.route import Route, together
from tidegate.decision.snapshot import Blocked, Evidence

MINUTE = timedelta(minutes=1)
PAUSED_PLAN = replace(PLAN, steps=(Step(name="first", weight=20, pause=True), *PLAN.steps[1:]))
PASSED = Evidence(passed=True)


def at_a_pause() -> World:
    world = deployed(plan=PAUSED_PLAN)
    world.target = "v2"
    world.run()
    assert world.progress.phase is Phase.PAUSED
    return world


def weights_of(look: Snapshot) -> list[int]:
    return [action.weight for action in decide(look).actions if isinstance(action, SetWeight)]


def test_a_promote_opens_its_step_once_and_not_again_after_a_retry() -> None:
    world = at_a_pause()
    world.asks = Asks(promote="v2/first/1")
    world.turn()
    world.evidence = BREACH
    world.run()
    assert world.progress.phase is Phase.ROLLED_BACK
    world.evidence = PASSED
    world.asks = Asks(promote="v2/first/1", retry="1")

    world.run()

    assert (world.progress.phase, world.progress.step) == (Phase.PAUSED, 0)


def test_a_promote_for_a_later_step_never_opens_it() -> None:
    plan = replace(PLAN, steps=(PAUSED_PLAN.steps[0], Step(name="half", weight=50, pause=True), PLAN.steps[2]))
    world = deployed(plan=plan)
    world.target = "v2"
    world.asks = Asks(promote="v2/half/1")
    world.run()
    world.asks = Asks(promote="v2/first/1")

    world.run()

    assert (world.progress.phase, world.progress.step) == (Phase.PAUSED, 1)


def test_a_release_that_just_grew_goes_back_at_once() -> None:
    world = at_first_step()
    world.replicas = 12
    world.sides["v1"] = replace(world.sides["v1"], replicas=12, total=12, available=4)
    world.evidence = BREACH

    world.turn()

    assert world.route is not None
    assert world.route.weight == 0


def test_pods_that_crash_again_and_again_do_not_put_the_deadline_off() -> None:
    """Of three pods one or two wait for their next start at each look, never all: nothing says that none can start."""
    world = deployed(replicas=12, starts=frozenset({"v1"}))
    world.target = "v2"
    world.run()
    for minute in range(10):
        stuck = 1 + minute % 2
        sentence = "container web: CrashLoopBackOff"
        world.sides["v2"] = replace(world.sides["v2"], stuck=stuck, stuck_sentence=sentence)
        world.run()
        assert world.progress.phase is Phase.PREPARING
        world.wait(MINUTE)

    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.DEADLINE_EXCEEDED)
    assert world.progress.rejected == ("v2",)
    assert world.sides["v2"].replicas == 0
    assert not [action for action in world.done if isinstance(action, SetWeight) and action.weight]


def test_a_candidate_without_pods_keeps_no_share_while_stable_has_one() -> None:
    look = side_look("v1", side_look("v2", rolling_back(), available=0), available=1)

    assert weights_of(route_look(look, weight=60, written=Written("v2", 60))) == [0]


def test_a_route_that_a_hand_garbled_is_written_anew() -> None:
    decision = decide(route_look(at_first_step().look(), weight=None))

    assert decision.reason is not Reason.LOWERED_BY_HAND
    assert "changed by hand" in decision.sentence
    assert [type(action) for action in decision.actions] == [WriteRoute]


def test_an_outage_between_two_silences_is_no_silence() -> None:
    plan = replace(PLAN, on_no_data=OnTrouble.ROLL_BACK, no_data_limit=10 * MINUTE)
    world = at_first_step(plan=plan)
    world.evidence = Evidence(no_data=True, sentence="no series")
    world.run()
    world.evidence = Evidence(unavailable=True, sentence="down")
    world.run()
    world.wait(11 * MINUTE)
    world.evidence = Evidence(no_data=True, sentence="no series")

    world.run()

    assert world.progress.phase is not Phase.ROLLED_BACK


@pytest.mark.parametrize(
    ("changes", "phase"),
    [
        ({"suspension": Suspend.ADVANCE}, Phase.WATCHING),
        ({"blocked": Blocked(reason=Reason.GATEWAY_MISSING, sentence="gone")}, Phase.WATCHING),
        ({"plan": replace(PLAN, steps=(*PLAN.steps[:2], Step(name="full", weight=100, pause=True)))}, None),
        ({}, Phase.PROMOTING),
    ],
    ids=["suspended", "blocked", "an unopened gate", "nothing in the way"],
)
def test_a_newer_template_promotes_nobody_past_a_gate(changes: dict[str, Any], phase: Phase | None) -> None:
    look = replace(full(), target="v3", evidence=PASSED, **changes)

    assert decide(look).progress.phase is (phase or Phase.ROLLING_BACK)


def test_a_time_that_is_over_is_not_looked_at_again_and_again() -> None:
    world = at_first_step(suspension=Suspend.ALL)
    look = side_look("v2", world.look(), unhealthy_since=world.now - 5 * MINUTE)

    assert decide(replace(look, suspension=Suspend.ALL)).look_again is None


def flapping(*, lost: timedelta, whole: timedelta, times: int) -> World:
    """A rollout at a long step, whose candidate loses its pod and gets it again."""
    slow = replace(PLAN, steps=(replace(PLAN.steps[0], dwell=60 * MINUTE), *PLAN.steps[1:]))
    world = deployed(plan=slow, evidence=PASSED)
    world.target = "v2"
    world.run()
    world.wait(MINUTE)
    for _ in range(times):
        pods = world.sides["v2"]
        world.sides["v2"] = replace(pods, available=0)
        world.run()
        world.wait(lost)
        if world.run().progress.candidate is None:
            break
        world.sides["v2"] = pods
        world.run()
        world.wait(whole)

    return world


def test_a_candidate_that_loses_its_pods_again_and_again_does_not_pass() -> None:
    world = flapping(lost=4 * MINUTE, whole=6 * MINUTE, times=3)

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.DEADLINE_EXCEEDED)


def test_losses_within_the_deadline_and_time_between_them_roll_nothing_back() -> None:
    world = flapping(lost=4 * MINUTE, whole=20 * MINUTE, times=2)

    assert (world.progress.candidate, world.progress.step, world.look().weight) == ("v2", 0, 20)
    assert world.progress.dwelt > 19 * MINUTE


def test_a_gateway_that_was_silent_between_two_losses_is_not_the_pods_doing() -> None:
    world = flapping(lost=4 * MINUTE, whole=MINUTE, times=1)
    pods = world.sides["v2"]
    world.sides["v2"] = replace(pods, available=0)
    world.run()
    world.confirms = False
    world.sides["v2"] = pods
    world.run()
    assert world.route is not None
    world.route = replace(world.route, silent_for=20 * MINUTE)
    world.wait(20 * MINUTE)
    assert world.run().reason is Reason.ROUTER_SILENT
    world.confirms, world.route = True, replace(world.route, confirmed=True, silent_for=NO_TIME)
    world.run()

    world.sides["v2"] = replace(pods, available=0)

    assert world.run().progress.candidate == "v2"


def test_an_abort_while_one_makes_way_for_the_next_stops_the_next() -> None:
    world = at_first_step()
    world.target = "v3"
    world.turn()
    assert world.progress.phase is Phase.ROLLING_BACK
    world.asks = Asks(abort="1")

    world.run()

    assert (world.progress.phase, world.progress.stable, world.progress.candidate) == (Phase.ROLLED_BACK, "v1", None)
    assert "v3" in world.progress.rejected


def waiting_for_its_end() -> World:
    world = at_a_pause()
    world.plan, world.target = replace(PAUSED_PLAN, finish_first=True), "v3"
    world.run()
    return world


def suspended_in_the_watch() -> World:
    world = deployed(plan=replace(PLAN, watch=60 * MINUTE), evidence=PASSED)
    world.target = "v2"
    world.run()
    world.suspension, world.target = Suspend.ADVANCE, "v3"
    world.run()
    world.suspension = Suspend.NONE
    return world


@pytest.mark.parametrize("waiting", [waiting_for_its_end, suspended_in_the_watch], ids=["FinishFirst", "suspended"])
def test_an_abort_also_stops_the_revision_that_waits_for_the_end(waiting: Callable[[], World]) -> None:
    world = waiting()
    assert world.progress.candidate == "v2"
    world.asks = Asks(abort="1")
    world.run()

    assert (world.progress.phase, world.progress.reason) == (Phase.ROLLED_BACK, Reason.ABORTED)
    assert (world.progress.stable, set(world.progress.rejected)) == ("v1", {"v2", "v3"})
    assert "v3" in world.progress.sentence

    world.asks, world.plan = replace(world.asks, retry="1"), PLAN
    world.run()
    assert world.progress.stable == "v3"


@pytest.mark.parametrize(
    ("seconds", "reason", "left"), [(29.999, Reason.CONFIRMING, 0.001), (30, Reason.ROUTER_SILENT, None)]
)
def test_a_router_is_silent_after_thirty_seconds_and_is_looked_at_then(
    seconds: float, reason: Reason, left: float | None
) -> None:
    route = Route(
        weight=20, written=Written("v2", 20), confirmed=False, silent_for=timedelta(seconds=seconds), sentence="?"
    )

    decision = decide(replace(step_look(), route=route))

    assert decision.reason is reason
    assert decision.look_again == (None if left is None else timedelta(seconds=left))


@pytest.mark.parametrize("look", [rolling_back, promoting], ids=["rolling back", "promoting"])
def test_a_silent_router_is_told_in_every_phase(look: Callable[[], Snapshot]) -> None:
    found = look()
    services = replace(found.services, stable="v2", apex="v2", stable_endpoints=4)
    silent = Route(
        weight=0, written=Written("v2", 0), confirmed=False, silent_for=MINUTE, sentence="parent public: NotAllowed"
    )
    services = services if found.progress.phase is Phase.PROMOTING else found.services

    decision = decide(replace(found, route=silent, services=services))

    assert decision.reason is Reason.ROUTER_SILENT
    assert "NotAllowed" in decision.sentence
    # One that is wrong beside is what a person can mend; a rollback does not wait for that, and names who is silent.
    lost = decide(replace(found, route=replace(silent, lost=True), services=services))
    waits = Reason.ROUTE_MISSING if found.progress.phase is Phase.PROMOTING else Reason.ROUTER_SILENT
    assert (lost.reason, "NotAllowed" in lost.sentence) == (waits, True)


@pytest.mark.parametrize("suspension", [Suspend.NONE, Suspend.ADVANCE])
def test_weights_that_git_put_back_are_asserted_at_once(suspension: Suspend) -> None:
    look = route_look(at_first_step().look(), weight=0, attached=True, by_git=True, touched=True)

    decision = decide(replace(look, suspension=suspension))

    assert [action for action in decision.actions if isinstance(action, SetWeight)] == [
        SetWeight(weight=20, revision="v2", raising=True)
    ]


def test_an_owner_that_declares_its_weights_at_once_each_time_is_told_and_left_for_a_minute() -> None:
    fought = Blocked(
        reason=Reason.OVERWRITTEN, sentence="platform-operator declares the weights of HTTPRoute web", again=MINUTE
    )
    look = replace(at_first_step().look(), finalizer=True, blocked=fought)
    look = route_look(look, weight=0, attached=True, by_git=True, touched=True, contested=True)

    told = decide(look)

    assert (told.actions, told.reason, told.look_again) == ((), Reason.OVERWRITTEN, MINUTE)
    again = decide(route_look(replace(look, progress=told.progress, blocked=None), contested=False))
    assert again.actions == (SetWeight(weight=20, revision="v2", raising=True),)
    assert again.progress == told.progress, "it goes on, and is no news each minute"


def test_weights_that_git_took_from_pods_that_were_lost_are_not_asserted() -> None:
    look = progress_look(replace(at_first_step().look(), finalizer=True), settled_at=None)
    look = route_look(look, weight=0, attached=True, by_git=True, touched=True)

    assert not weights_of(side_look("v2", look, available=0))


def test_a_weight_that_outgrew_its_step_is_not_asserted_once_stable_is_back() -> None:
    """All was the candidate's while stable had no pods, and Git took it back then: its few pods never had it."""
    look = progress_look(replace(at_first_step().look(), finalizer=True), desired_weight=100)
    look = route_look(look, weight=0, written=Written("v2", 100), attached=True, by_git=True, touched=True)

    decision = decide(look)

    assert (decision.actions, decision.progress.desired_weight) == ((), 20)
    enough = decide(side_look("v2", look, available=look.full_size))
    assert enough.actions == (SetWeight(weight=100, revision="v2", raising=True),)


def test_roles_change_to_no_lost_pods_while_git_has_given_stable_its_share_again() -> None:
    look = route_look(side_look("v2", promoting(), available=0), weight=0, attached=True, by_git=True, touched=True)

    decision = decide(replace(look, finalizer=True))

    assert (decision.reason, decision.progress.phase) == (Reason.CANDIDATE_PODS_LOST, Phase.PROMOTING)
    assert not decision.actions
    back = side_look("v2", replace(look, finalizer=True), available=look.full_size)
    assert PointService(Role.STABLE, "v2") in decide(back).actions


def test_lost_pods_of_what_becomes_stable_are_made_again_also_while_git_has_given_stable_its_share() -> None:
    """Waited for before they are made, they would be waited for without end."""
    look = side_look("v2", promoting(), replicas=1, available=0)
    look = route_look(look, weight=0, attached=True, by_git=True, touched=True)

    assert decide(replace(look, finalizer=True)).actions == (Scale(revision="v2", replicas=look.full_size),)


def test_roles_change_to_few_pods_where_stable_has_no_pods_or_no_service_to_serve_its_share() -> None:
    look = route_look(side_look("v2", promoting(), available=1), weight=0)

    assert PointService(Role.STABLE, "v2") in decide(side_look("v1", look, available=0)).actions
    assert look.services.stable == "v1"
    lost = replace(look, services=replace(look.services, stable=None, apex="v2"))
    assert decide(lost).actions == (PointService(Role.STABLE, "v2"),)


def test_a_weight_that_git_took_first_is_still_drained_from_our_own_write() -> None:
    look = route_look(at_first_step().look(), weight=0, attached=True, by_git=True, confirmed_for=10 * MINUTE)

    assert weights_of(replace(look, evidence=BREACH)) == [0]


def test_a_share_that_git_gave_stable_in_a_promotion_is_drained_from_our_own_write() -> None:
    """Git gives it to stable a moment before roles change: the old pods had those requests a moment ago."""
    look = route_look(roles_changed(), weight=0, attached=True, by_git=True, confirmed_for=10 * MINUTE)
    assert look.route is not None
    assert look.route.written == Written("v2", 100)

    assert weights_of(look) == [0]
    ours = route_look(look, written=Written("v2", 0))
    assert decide(ours).progress.phase is Phase.PROMOTED


def test_a_new_pod_is_looked_at_when_its_min_ready_seconds_are_over_however_late_the_step_is() -> None:
    """An autoscaler grows a step that settled long ago: what its deadline left is no time any more."""
    look = at_first_step().look()
    look = replace(look, now=look.now + 2 * PLAN.progress_deadline, replicas=2 * look.replicas)
    look = side_look("v1", look, replicas=look.replicas, total=look.replicas, available=look.replicas)
    size = pods_for(20, of=look.replicas)
    grown = side_look("v2", look, replicas=size, total=size, available=size - 1, available_in=MINUTE)

    assert decide(grown).look_again == MINUTE


def test_an_attached_route_is_given_back_once_at_rest() -> None:
    world = deployed()
    look = replace(world.look(), route=Route(attached=True, touched=True))

    assert [type(action).__name__ for action in decide(look).actions] == ["RestoreRoutes"]
    assert not decide(replace(look, finalizer=True, route=Route(attached=True))).actions


def test_an_attached_route_keeps_what_a_lost_rollouts_candidate_alone_answers() -> None:
    look = at_first_step().look()
    assert look.route is not None
    route = replace(look.route, attached=True, touched=True, confirmed=False)
    lost = replace(look, progress=Progress(stable="v1"), route=route, finalizer=True)
    alone = side_look("v1", lost, available=0)
    assert [type(action).__name__ for action in decide(lost).actions] == ["SetWeight"]

    decision = decide(alone)

    assert (decision.actions, decision.progress.candidate) == ((), "v2")


def test_a_users_own_weights_at_rest_are_his() -> None:
    look = replace(deployed().look(), finalizer=True, route=Route(weight=10, attached=True))

    assert not decide(look).actions


def test_several_routes_count_as_the_slowest_of_them() -> None:
    one = Route(weight=50, written=Written("v2", 50), confirmed_for=MINUTE)
    other = Route(
        weight=20, written=Written("v2", 20), confirmed=False, silent_for=MINUTE, sentence="parent mesh: silent"
    )

    both = together([one, other])

    assert both is not None
    assert (both.weight, both.lowest, both.confirmed, both.sentence) == (50, 20, False, "parent mesh: silent")


def test_a_half_written_raise_of_several_routes_is_finished_and_is_nobodys_hand() -> None:
    world = at_first_step()
    world.progress = replace(world.progress, step=1, desired_weight=50, settled_at=None)
    world.sides["v2"] = replace(world.sides["v2"], replicas=2, total=2, available=2)
    routes = (Route(weight=50, written=Written("v2", 50)), Route(weight=20, written=Written("v2", 20)))

    decision = decide(replace(world.look(), route=together(routes), several=routes))

    assert [action for action in decision.actions if isinstance(action, SetWeight)] == [
        SetWeight(weight=50, revision="v2", raising=True)
    ]


def test_what_the_server_refuses_is_said_at_rest() -> None:
    refused = Blocked(reason=Reason.REFUSED, sentence="the API server refuses PATCH …", again=MINUTE)
    look = replace(deployed().look(), blocked=refused)

    decision = decide(route_look(look, current=False))

    assert (decision.reason, decision.progress.phase, decision.look_again) == (Reason.REFUSED, Phase.STALLED, MINUTE)
    assert decide(progress_look(replace(look, blocked=None), phase=Phase.STALLED)).progress.phase is Phase.PROMOTED


def test_under_finish_first_the_newest_waits_until_the_candidate_has_ended() -> None:
    world = at_first_step(plan=replace(PLAN, finish_first=True))
    world.target = "v3"
    world.run()
    assert (world.progress.candidate, world.progress.phase) == ("v2", Phase.PROGRESSING)
    world.evidence = PASSED

    world.run()

    assert [(line.revision, line.outcome.value) for line in world.progress.history[:2]] == [
        ("v3", "Promoted"),
        ("v2", "Promoted"),
    ]


def test_a_revision_every_three_minutes_against_a_longer_ladder_still_promotes_under_finish_first() -> None:
    dwell = 6 * MINUTE
    steps = tuple(replace(step, dwell=dwell) for step in PLAN.steps[:2])
    plan = replace(PLAN, steps=(*steps, PLAN.steps[2]), watch=5 * MINUTE, finish_first=True)
    world = deployed(plan=plan, starts=frozenset({f"r{place}" for place in range(20)} | {"v1"}))
    for place in range(20):
        world.target = f"r{place}"
        world.run()
        world.wait(3 * MINUTE)

    assert any(line.outcome.value == "Promoted" and line.revision != "v1" for line in world.progress.history)


def test_a_release_whose_rollouts_never_end_says_that_it_starves() -> None:
    world = at_first_step(starts=frozenset({"v1", "v2", "v3", "v4", "v5"}))
    seen = []
    for target in ("v3", "v4", "v5"):
        world.target = target
        seen += [world.turn().reason for _ in range(12)]

    assert Reason.STARVED in seen
    assert seen.count(Reason.STARVED) == 1


def test_an_autoscaler_that_shrinks_in_mid_rollout_shrinks_no_candidate() -> None:
    world = at_first_step(replicas=10)
    before = world.sides["v2"].replicas
    world.replicas = 4

    world.run()

    assert world.sides["v2"].replicas == before == 2
    assert world.sides["v1"].replicas == 10


def test_a_candidate_has_at_least_the_autoscalers_least() -> None:
    look = replace(at_first_step(replicas=10).look(), least_size=3)

    assert [action for action in decide(look).actions if isinstance(action, Scale)] == [
        Scale(revision="v2", replicas=3)
    ]


def test_a_release_that_grows_in_mid_step_loses_no_share() -> None:
    grown = replace(at_first_step().look(), replicas=40)

    assert weights_of(side_look("v2", grown, replicas=8, total=8, available=1)) == []
    assert weights_of(side_look("v2", grown, replicas=8, total=8, available=0)) == [0]


def test_a_release_that_grows_at_a_pause_has_the_pods_for_its_share_and_waits_on() -> None:
    world = at_a_pause()
    world.replicas = 12

    world.run()

    assert world.progress.phase is Phase.PAUSED
    assert [world.sides[revision].replicas for revision in ("v1", "v2")] == [12, 3]
    assert world.look().weight == 20


def test_a_release_that_shrinks_at_a_pause_keeps_its_pods_until_the_candidate_is_stable() -> None:
    world = at_a_pause()
    world.replicas = 2
    world.run()
    assert [world.sides[revision].replicas for revision in ("v1", "v2")] == [4, 1]

    world.asks = Asks(promote="v2/first/1")
    world.run()

    assert world.done[-2:] == [Scale(revision="v2", replicas=2), Scale(revision="v1", replicas=0)]


@pytest.mark.parametrize(("replicas", "first"), [(10, 2), (2, 1)], ids=["more", "fewer"])
def test_a_size_that_comes_with_the_template_is_stables_before_the_candidate_has_a_pod(
    replicas: int, first: int
) -> None:
    world = deployed()
    world.target, world.replicas = "v2", replicas

    world.run()

    assert world.done[:2] == [Scale(revision="v1", replicas=replicas), PrepareRevision("v2", first)]
    assert (world.progress.phase, world.sides["v2"].replicas) == (Phase.PROMOTED, replicas)


def failing(left: int, *, stuck: int = 0, **changes: Any) -> World:
    """Stable has lost pods, and they do not come back; a template that mends it is declared."""
    world = deployed(**changes)
    world.starts -= {"v1"}
    world.sides["v1"] = replace(world.sides["v1"], available=left, stuck=stuck, ever_available=not stuck)
    world.target = "v2"
    world.run()
    return world


@pytest.mark.parametrize("stuck", [0, 4])
def test_a_template_that_mends_a_stable_without_any_pods_gets_the_traffic(stuck: int) -> None:
    world = failing(0, stuck=stuck)

    assert world.look().weight == 100
    assert world.sides["v2"].available == 4


@pytest.mark.parametrize(
    "starting",
    [{}, {"stuck": 3}, {"ever_available": True, "available_in": MINUTE}],
    ids=["none yet", "some cannot", "ready, and not for long enough"],
)
def test_a_candidate_gets_nothing_while_stables_pods_only_start(starting: dict[str, Any]) -> None:
    """Scaled up from 0, whichever revision starts faster is no proof of it; what never comes is not waited for."""
    world = scaled_to_nothing(plan=PAUSED_PLAN)
    world.starts -= {"v1"}
    world.replicas = 4
    world.turn()
    world.sides["v1"] = replace(world.sides["v1"], **starting)
    late = world.run().look_again
    assert (world.progress.reason, world.look().weight) == (Reason.STABLE_UNAVAILABLE, 0)
    assert late is not None
    assert late <= PAUSED_PLAN.progress_deadline

    world.wait(late)
    world.run()

    assert world.look().weight == 100


def test_a_candidate_that_started_before_stable_did_goes_by_the_steps_once_both_are_there() -> None:
    world = scaled_to_nothing(plan=PAUSED_PLAN)
    world.starts -= {"v1"}
    world.replicas = 4
    world.run()
    world.sides["v1"] = replace(world.sides["v1"], available=4, ever_available=True)
    world.run()

    assert (world.progress.phase, world.look().weight) == (Phase.PAUSED, 20)


def test_no_weight_rises_while_stable_lacks_some_of_its_pods_until_a_person_says_so() -> None:
    world = failing(1)
    assert (world.progress.reason, world.look().weight) == (Reason.STABLE_UNAVAILABLE, 0)

    world.asks = Asks(promote_full="1")
    world.run()

    assert (world.progress.phase, world.progress.stable) == (Phase.PROMOTED, "v2")


def test_a_preview_that_some_requests_reach_gets_no_others_though_stable_lost_its_pods() -> None:
    preview = Step(name="preview", weight=0, pause=True, match=True)
    world = deployed(plan=replace(PLAN, steps=(preview, *PLAN.steps)))
    world.target = "v2"
    world.run()
    assert world.look().exposed
    world.starts -= {"v1"}
    world.sides["v1"] = replace(world.sides["v1"], available=0, ever_available=True)
    world.run()
    assert (world.progress.reason, world.look().weight) == (Reason.STABLE_UNAVAILABLE, 0)

    world.sides["v1"] = replace(world.sides["v1"], available=4)
    world.run()

    assert (world.progress.phase, world.progress.reason, world.look().weight) == (Phase.PAUSED, Reason.PAUSED, 0)


def test_a_preview_stays_one_though_stable_has_no_pods_until_a_person_says_so() -> None:
    preview = Step(name="preview", weight=0, pause=True)
    world = failing(0, plan=replace(PLAN, steps=(preview, *PLAN.steps)))
    assert (world.progress.reason, world.look().weight) == (Reason.STABLE_UNAVAILABLE, 0)
    assert "promote-full" in world.progress.sentence

    world.asks = Asks(promote_full="1")
    world.run()

    assert (world.progress.phase, world.progress.stable) == (Phase.PROMOTED, "v2")


def scaled_to_nothing(**changes: Any) -> World:
    """A Release at 0 whose next template is declared."""
    world = deployed(**changes)
    world.replicas = 0
    world.run()
    world.target = "v2"
    world.run()
    return world


@pytest.mark.parametrize("judged", [True, False])
def test_a_template_that_is_declared_at_no_replicas_is_not_promoted_without_a_pod(judged: bool) -> None:
    world = scaled_to_nothing(plan=replace(PAUSED_PLAN, judged=judged))
    assert (world.progress.stable, world.progress.reason) == ("v1", Reason.SCALED_TO_ZERO)
    assert "v2" not in world.sides
    world.wait(60 * MINUTE)

    world.replicas = 4
    world.run()

    assert world.progress.phase is Phase.PAUSED
    assert [world.sides[revision].available for revision in ("v1", "v2")] == [4, 1]


def test_a_revert_at_no_replicas_is_done_before_the_pods_that_it_leaves_come_up_again() -> None:
    world = deployed()
    world.target = "v2"
    world.run()
    world.replicas = 0
    world.run()
    world.target = "v1"
    world.run()
    assert (world.progress.stable, world.progress.phase) == ("v1", Phase.PROMOTED)

    world.replicas = 4
    world.run()

    assert [world.sides[revision].replicas for revision in ("v1", "v2")] == [4, 0]


@pytest.mark.parametrize("waits", [Reason.SCALED_TO_ZERO, Reason.SUSPENDED])
def test_a_release_that_waits_is_not_stalled_any_more_once_what_was_missing_is_there(waits: Reason) -> None:
    """Flux and Helm take `Stalled` for a failure."""
    world = deployed(replicas=0 if waits is Reason.SCALED_TO_ZERO else 4)
    world.target, world.blocked = "v2", Blocked(reason=Reason.CONFIG_MISSING, sentence="ConfigMap settings is missing")
    world.suspension = Suspend.ADVANCE if waits is Reason.SUSPENDED else Suspend.NONE
    assert world.run().progress.phase is Phase.STALLED

    world.blocked = None
    world.run()

    assert (world.progress.reason, world.progress.phase) == (waits, Phase.PENDING)


def test_what_waits_for_replicas_is_stopped_by_an_abort_and_started_by_a_retry_once_there_are_some() -> None:
    world = scaled_to_nothing(plan=PAUSED_PLAN)
    world.asks = Asks(abort="1")
    world.run()
    assert (world.progress.phase, world.progress.rejected) == (Phase.ROLLED_BACK, ("v2",))
    world.asks = Asks(abort="1", retry="1")
    answer = world.turn()
    assert (answer.reason, answer.progress.rejected) == (Reason.ASKED_IN_VAIN, ("v2",))
    assert "ask again once it has replicas" in answer.sentence

    world.replicas, world.asks = 4, Asks(abort="1", retry="2")
    world.run()

    assert world.progress.phase is Phase.PAUSED


def test_stables_service_is_there_before_a_weight_leads_to_it() -> None:
    look = at_first_step().look()
    lost = replace(look, evidence=BREACH, services=replace(look.services, stable=None))

    actions = decide(lost).actions

    assert actions[:2] == (PointService(Role.STABLE, "v1"), SetWeight(weight=0, revision="v2"))


def test_stables_service_that_is_lost_while_going_back_comes_again() -> None:
    look = route_look(rolling_back(), weight=0, written=Written("v2", 0), confirmed=False)

    decision = decide(replace(look, services=replace(look.services, stable=None)))

    assert decision.actions == (PointService(Role.STABLE, "v1"),)


def test_a_lost_candidate_comes_back_after_the_point_of_no_return() -> None:
    look = promoting()
    gone = replace(look, sides=tuple(side for side in look.sides if side.revision != "v2"))

    assert decide(gone).actions == (PrepareRevision("v2", 4),)
    turned = replace(gone.services, stable="v2")
    other = decide(replace(gone, target="v3", services=turned))
    assert (other.reason, other.actions) == (Reason.ROLLBACK_BLOCKED, ())
    assert "declare its template again" in other.sentence


def test_a_candidate_that_is_gone_for_good_before_any_role_changed_gives_way_to_stable() -> None:
    look = promoting()
    gone = replace(look, target="v3", sides=tuple(side for side in look.sides if side.revision != "v2"))

    decision = decide(gone)

    assert (decision.reason, decision.progress.phase) == (Reason.CANNOT_START, Phase.ROLLING_BACK)
    assert SetWeight(weight=0, revision="v2") in decision.actions
    nobody = side_look("v1", gone, available=0)
    assert decide(nobody).reason is Reason.ROLLBACK_BLOCKED


def test_a_candidate_that_becomes_stable_grows_with_the_release() -> None:
    assert decide(replace(promoting(), replicas=9)).actions == (Scale(revision="v2", replicas=9),)


@pytest.mark.parametrize(
    "changes",
    [
        {"suspension": Suspend.ADVANCE},
        {"blocked": Blocked(reason=Reason.METRIC_SOURCE_MISSING, sentence="gone")},
        {"evidence": BREACH, "plan": replace(PLAN, on_breach=OnTrouble.HOLD)},
    ],
    ids=["suspended", "blocked", "a breach is held"],
)
def test_a_candidate_grows_with_what_it_carries_whatever_holds_the_rollout(changes: dict[str, Any]) -> None:
    look = replace(at_first_step().look(), replicas=20, **changes)

    assert Scale(revision="v2", replicas=4) in decide(look).actions


def test_a_candidate_that_carries_everything_gets_the_pods_for_it() -> None:
    world = at_first_step()
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.starts = frozenset({"v2"})

    world.run()

    assert world.route is not None
    assert (world.route.weight, world.sides["v2"].replicas) == (100, 4)


def test_going_back_says_that_stables_replica_set_is_gone() -> None:
    look = route_look(rolling_back(), weight=20, written=Written("v2", 20))
    gone = replace(look, target="v2", sides=tuple(side for side in look.sides if side.revision != "v1"))

    assert "declare its template again" in decide(gone).sentence
