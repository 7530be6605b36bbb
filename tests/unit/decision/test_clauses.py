"""One row for each clause of each ladder: a look at the world in which it, and no other, must speak."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import OnTrouble, Suspend
from tidegate.api.noted import Written
from tidegate.decision import Record, Snapshot, decide
from tidegate.decision.actions import CompareTemplate, PointService, Role, Scale, SetWeight, WriteRoute
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks, Phase, Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Blocked, Evidence

MINUTE = timedelta(minutes=1)
PASSED = Evidence(passed=True)
OFF = Blocked(
    reason=Reason.API_SWITCHED_OFF, sentence="spec.traffic: this operator runs without gateway.networking.k8s.io"
)
GONE = Blocked(reason=Reason.GATEWAY_MISSING, sentence="spec.traffic.gateway.parentRefs[0]: Gateway x is missing")


def step_look(**changes: Any) -> Snapshot:
    """A rollout at its first settled step, waiting for a measurement."""
    return replace(at_first_step().look(), **changes)


def rest_look(**changes: Any) -> Snapshot:
    """Nothing in progress."""
    return replace(deployed().look(), **changes)


def side_look(revision: str, look: Snapshot | None = None, **changes: Any) -> Snapshot:
    """A step at which one side is different."""
    found = look or step_look()
    sides = tuple(replace(side, **changes) if side.revision == revision else side for side in found.sides)
    return replace(found, sides=sides)


def progress_look(look: Snapshot, **changes: Any) -> Snapshot:
    return replace(look, progress=replace(look.progress, **changes))


def route_look(look: Snapshot, **changes: Any) -> Snapshot:
    assert look.route is not None
    return replace(look, route=replace(look.route, **changes))


def plan_look(look: Snapshot, **changes: Any) -> Snapshot:
    return replace(look, plan=replace(look.plan, **changes))


def rolled_back() -> Snapshot:
    """A breach has ended a rollout."""
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    world.wait(PLAN.settle + PLAN.drain)
    world.run()
    assert world.progress.phase is Phase.ROLLED_BACK
    return world.look()


def rolling_back(**changes: Any) -> Snapshot:
    """A breach took the weight away; it is not confirmed yet, and the candidate's pods are there."""
    world = at_first_step(confirms=True)
    world.evidence = BREACH
    world.turn()
    assert world.progress.phase is Phase.ROLLING_BACK
    return replace(world.look(), **changes)


def promoting(**changes: Any) -> Snapshot:
    """The intent to change roles is recorded."""
    world = at_first_step()
    world.evidence = PASSED
    world.turn_until(Phase.PROMOTING)

    return replace(world.look(), **changes)


def roles_changed(**changes: Any) -> Snapshot:
    """The stable Services select the candidate already."""
    look = promoting()
    services = replace(look.services, stable="v2", apex="v2", stable_endpoints=4)
    return replace(look, services=services, **changes)


def first(**changes: Any) -> Snapshot:
    """A first deployment whose pods do not come up."""
    world = World(starts=frozenset())
    for _ in range(3):
        world.turn()

    return replace(world.look(), **changes)


def first_up(**changes: Any) -> Snapshot:
    """A first deployment whose pods are available."""
    return side_look("v1", first(**changes), available=4)


def first_served(*, stable_endpoints: int, **changes: Any) -> Snapshot:
    """A first deployment whose pods are available, with its Services and its route."""
    services = replace(deployed().look().services, stable_endpoints=stable_endpoints)
    return first_up(route=Route(written=Written("v1", 0), **changes), services=services)


def waiting(**changes: Any) -> Snapshot:
    """A candidate prepared, not available yet, without weight."""
    world = deployed(starts=frozenset({"v1"}))
    world.target = "v2"
    world.run()
    return replace(world.look(), **changes)


def raised(**changes: Any) -> Snapshot:
    """The first weight is written and not confirmed."""
    world = deployed()
    world.target, world.confirms, world.evidence = "v2", False, Evidence()
    while not world.look().weight:
        world.turn()

    return replace(world.look(), **changes)


def dwelling(**changes: Any) -> Snapshot:
    """A first step that dwells for an hour."""
    world = deployed(plan=replace(PLAN, steps=(replace(PLAN.steps[0], dwell=timedelta(hours=1)), *PLAN.steps[1:])))
    world.target, world.evidence = "v2", Evidence()
    world.run()
    return replace(world.look(), **changes)


def full(**changes: Any) -> Snapshot:
    """The last step, settled and passing."""
    world = at_first_step()
    world.evidence = PASSED
    while not (world.progress.step == PLAN.last and world.progress.settled_at):
        world.turn()

    return replace(world.look(), **changes)


def later(look: Snapshot, span: timedelta = timedelta(hours=1)) -> Snapshot:
    return replace(look, now=look.now + span)


Row = tuple[Callable[[], Snapshot], Reason, Any]
NOTHING: tuple[Any, ...] = ()

ROWS: dict[str, Row] = {
    # The ladder.
    "a Release being deleted gets no writes, not even for an abort": (
        lambda: step_look(deleting=True, asks=Asks(abort="1")),
        Reason.DELETING,
        NOTHING,
    ),
    "suspend: All mends nothing": (
        lambda: rest_look(suspension=Suspend.ALL, route=None),
        Reason.SUSPENDED,
        NOTHING,
    ),
    "suspend: All stops a rollback that nobody asked for": (
        lambda: rolling_back(suspension=Suspend.ALL),
        Reason.SUSPENDED,
        NOTHING,
    ),
    # Rolling back.
    "a route lost in a rollback comes back with weight 0": (
        lambda: rolling_back(route=None),
        Reason.OBJECTIVE_BREACHED,
        (WriteRoute(weight=0, revision="v2"),),
    ),
    "a rollback waits until weight 0 is confirmed": (
        lambda: route_look(rolling_back(), confirmed=False),
        Reason.OBJECTIVE_BREACHED,
        NOTHING,
    ),
    "a rollback that stable cannot take is named before a gateway that is late": (
        lambda: route_look(side_look("v1", rolling_back(), available=0), weight=20, confirmed=False),
        Reason.ROLLBACK_BLOCKED,
        NOTHING,
    ),
    "a rollback drains before pods go": (
        lambda: plan_look(rolling_back(), drain=MINUTE),
        Reason.OBJECTIVE_BREACHED,
        NOTHING,
    ),
    "a rollback ends by telling the rejected pods to go": (
        lambda: replace(rolling_back(), services=replace(rolling_back().services, candidate="v1")),
        Reason.OBJECTIVE_BREACHED,
        (Scale(revision="v2", replicas=0, rejected=True),),
    ),
    # Promoting.
    "an ask after the point of no return is answered": (
        lambda: promoting(asks=Asks(skip_step="1")),
        Reason.ASKED_IN_VAIN,
        NOTHING,
    ),
    "roles change also where the old stable has no pods left": (
        lambda: replace(promoting(), services=replace(promoting().services, stable_endpoints=0)),
        Reason.PROMOTING,
        (PointService(Role.STABLE, "v2"), PointService(Role.APEX, "v2")),
    ),
    "the weight falls only on endpoints that are there": (
        lambda: replace(roles_changed(), services=replace(roles_changed().services, stable_endpoints=0)),
        Reason.PROMOTING,
        NOTHING,
    ),
    "the weight goes back though the gateway is silent about the last one": (
        lambda: route_look(roles_changed(), confirmed=False),
        Reason.PROMOTING,
        (SetWeight(weight=0, revision="v2"),),
    ),
    "promoted is said only when the route is back": (
        lambda: route_look(roles_changed(), weight=0, written=Written("v2", 0), confirmed=False),
        Reason.PROMOTING,
        NOTHING,
    ),
    # What may not be seen is not touched, whoever asks.
    "an abort moves nothing that is not seen": (
        lambda: step_look(blocked=OFF, route=None, asks=Asks(abort="1")),
        Reason.API_SWITCHED_OFF,
        NOTHING,
    ),
    "a rollback waits to see its route": (
        lambda: rolling_back(blocked=OFF, route=None),
        Reason.API_SWITCHED_OFF,
        NOTHING,
    ),
    "a route that is not seen is not written at rest": (
        lambda: rest_look(blocked=OFF, route=None),
        Reason.API_SWITCHED_OFF,
        NOTHING,
    ),
    "a hand-back waits to see its route": (
        lambda: rest_look(blocked=OFF, route=None, deleting=True, finalizer=True),
        Reason.API_SWITCHED_OFF,
        NOTHING,
    ),
    "what holds nothing up is left when it is deleted": (
        lambda: rest_look(blocked=OFF, route=None, deleting=True),
        Reason.DELETING,
        NOTHING,
    ),
    # The first deployment.
    "an ask in a first deployment is answered": (
        lambda: first(asks=Asks(retry="1")),
        Reason.ASKED_IN_VAIN,
        NOTHING,
    ),
    "a new template replaces a first revision that never served": (
        lambda: first(target="v3"),
        Reason.ROLLOUT_STARTED,
        NOTHING,
    ),
    "a replaced first revision's pods go at once": (
        lambda: progress_look(first(target="v3"), candidate="v3"),
        Reason.PREPARING,
        (Scale(revision="v1", replicas=0),),
    ),
    "a first deployment says what it misses": (lambda: first(blocked=GONE), Reason.GATEWAY_MISSING, NOTHING),
    "a first deployment that cannot start stalls": (
        lambda: side_look("v1", first(), stuck=4, stuck_sentence="container web: CrashLoopBackOff"),
        Reason.CANNOT_START,
        NOTHING,
    ),
    "a first deployment that is late stalls": (lambda: later(first()), Reason.DEADLINE_EXCEEDED, NOTHING),
    "a first deployment serves nothing before its pods": (first, Reason.PREPARING, NOTHING),
    "a first deployment waits for the gateway": (
        lambda: first_served(stable_endpoints=4, confirmed=False),
        Reason.CONFIRMING,
        NOTHING,
    ),
    "a first deployment that is late and cannot start says why": (
        lambda: later(side_look("v1", first(), stuck=4, stuck_sentence="container web: CrashLoopBackOff")),
        Reason.CANNOT_START,
        NOTHING,
    ),
    "a first deployment waits until its Service leads to its pods": (
        lambda: first_served(stable_endpoints=0, confirmed_for=MINUTE),
        Reason.PREPARING,
        NOTHING,
    ),
    "a first deployment's Service is waited for before the gateway is": (
        lambda: first_served(stable_endpoints=0, confirmed=False),
        Reason.PREPARING,
        NOTHING,
    ),
    # A rollout: what ends it.
    "pods that fail after they served roll back": (
        lambda: later(side_look("v2", unhealthy_since=step_look().now), MINUTE),
        Reason.CANDIDATE_UNHEALTHY,
        (SetWeight(weight=0, revision="v2"),),
    ),
    "pods that are late roll back": (lambda: later(waiting()), Reason.DEADLINE_EXCEEDED, NOTHING),
    "pods that are late because none can start say why": (
        lambda: side_look("v2", later(waiting()), total=1, stuck=1, stuck_sentence="container web: CrashLoopBackOff"),
        Reason.CANNOT_START,
        NOTHING,
    ),
    "stable's template reverts": (
        lambda: step_look(target="v1"),
        Reason.REVERTED,
        (SetWeight(weight=0, revision="v2"),),
    ),
    # What holds it.
    "stable without pods: the intent to give all to the candidate comes first": (
        lambda: side_look("v1", available=0),
        Reason.STABLE_UNAVAILABLE,
        NOTHING,
    ),
    "a weight raised by hand is put back and told": (
        lambda: route_look(step_look(), weight=90),
        Reason.RAISED_BY_HAND,
        (SetWeight(weight=20, revision="v2"),),
    ),
    "a breach is held where asked": (
        lambda: plan_look(step_look(evidence=BREACH), on_breach=OnTrouble.HOLD),
        Reason.BREACH_HELD,
        NOTHING,
    ),
    "a weight that outgrew its record goes down": (
        lambda: route_look(step_look(), weight=50, written=Written("v2", 50)),
        Reason.CONFIRMING,
        (SetWeight(weight=20, revision="v2"),),
    ),
    "a lost route is written again with no weight": (
        lambda: step_look(route=None),
        Reason.PREPARING,
        (WriteRoute(weight=0, revision="v2"),),
    ),
    "skip-step goes on": (lambda: step_look(asks=Asks(skip_step="1")), Reason.STEP_ENTERED, NOTHING),
    "skip-step at the last step is answered": (lambda: full(asks=Asks(skip_step="1")), Reason.ASKED_IN_VAIN, NOTHING),
    "retry in a rollout is answered": (lambda: step_look(asks=Asks(retry="1")), Reason.ASKED_IN_VAIN, NOTHING),
    "what is missing holds a rollout": (lambda: step_look(blocked=GONE), Reason.GATEWAY_MISSING, NOTHING),
    "what is mended goes on": (
        lambda: progress_look(step_look(), reason=Reason.GATEWAY_MISSING),
        Reason.MEASURING,
        NOTHING,
    ),
    # What moves it on.
    "no weight before its pods": (waiting, Reason.PREPARING, NOTHING),
    "the candidate's Service is pointed before its endpoints are waited for": (
        lambda: replace(
            progress_look(route_look(step_look(), weight=0, written=Written("v2", 0)), settled_at=None),
            services=replace(step_look().services, candidate="v1", candidate_endpoints=0),
        ),
        Reason.PREPARING,
        (PointService(Role.CANDIDATE, "v2"),),
    ),
    "no weight before its endpoints": (
        lambda: replace(
            progress_look(route_look(step_look(), weight=0, written=Written("v2", 0)), settled_at=None),
            services=replace(step_look().services, candidate_endpoints=0),
        ),
        Reason.PREPARING,
        NOTHING,
    ),
    "no raise while stable lacks pods for its share": (
        lambda: side_look(
            "v1",
            progress_look(route_look(step_look(), weight=0, written=Written("v2", 0)), settled_at=None),
            available=3,
        ),
        Reason.STABLE_UNAVAILABLE,
        NOTHING,
    ),
    "a weight that is not confirmed does not count": (lambda: raised(evidence=PASSED), Reason.CONFIRMING, NOTHING),
    "a source that is down keeps no weight from settling": (
        lambda: route_look(raised(evidence=Evidence(unavailable=True)), confirmed=True, confirmed_for=MINUTE),
        Reason.DWELLING,
        NOTHING,
    ),
    "silence counts while the step dwells": (
        lambda: dwelling(evidence=Evidence(no_data=True)),
        Reason.NO_SIGNAL,
        NOTHING,
    ),
    "a step that dwells waits for its time alone": (dwelling, Reason.DWELLING, NOTHING),
    "a silent gateway is named": (
        lambda: route_look(raised(), silent_for=MINUTE),
        Reason.ROUTER_SILENT,
        NOTHING,
    ),
    "data that is back stops the clock of silence": (
        lambda: progress_look(step_look(evidence=PASSED), no_data_since=step_look().now, reason=Reason.NO_SIGNAL),
        Reason.PROGRESSING,
        NOTHING,
    ),
    "a source that is down is named before missing data": (
        lambda: step_look(evidence=Evidence(unavailable=True, sentence="down")),
        Reason.METRICS_UNAVAILABLE,
        NOTHING,
    ),
    "a step dwells": (
        lambda: plan_look(
            step_look(evidence=PASSED), steps=(Step(name="first", weight=20, dwell=MINUTE), *PLAN.steps[1:])
        ),
        Reason.DWELLING,
        NOTHING,
    ),
    "a pause waits for a person": (
        lambda: plan_look(
            step_look(evidence=PASSED), steps=(Step(name="first", weight=20, pause=True), *PLAN.steps[1:])
        ),
        Reason.PAUSED,
        NOTHING,
    ),
    "stable drains before roles change": (lambda: plan_look(full(), drain=MINUTE), Reason.WATCHING, NOTHING),
    # At rest.
    "weight moved at rest is taken back": (
        lambda: route_look(rest_look(), weight=10),
        Reason.RAISED_BY_HAND,
        (SetWeight(weight=0, revision="v1"),),
    ),
    "a route lost at rest is written again": (
        lambda: rest_look(route=None),
        Reason.PROMOTED,
        (WriteRoute(weight=0, revision="v1"),),
    ),
    "what is missing is named though a Release is suspended": (
        lambda: rest_look(target="v2", suspension=Suspend.ADVANCE, blocked=GONE),
        Reason.GATEWAY_MISSING,
        NOTHING,
    ),
    "a suspended Release starts nothing": (
        lambda: rest_look(target="v2", suspension=Suspend.ADVANCE),
        Reason.SUSPENDED,
        NOTHING,
    ),
    # What is only written otherwise.
    "a new template is compared with stable's before anything starts": (
        lambda: rest_look(target="v2", uncompared=frozenset({"v1"})),
        Reason.PREPARING,
        (CompareTemplate("v1"),),
    ),
    "a newer template is compared with the candidate's before the rollout gives way": (
        lambda: step_look(target="v3", uncompared=frozenset({"v1", "v2"})),
        Reason.PREPARING,
        (CompareTemplate("v2"),),
    ),
    "a revision that was rejected before it got pods is marked": (
        lambda: side_look("v2", rolled_back(), replicas=0, total=0, available=0, rejected=False),
        Reason.OBJECTIVE_BREACHED,
        (Scale(revision="v2", replicas=0, rejected=True),),
    ),
    "a breach asks no comparison first": (
        lambda: step_look(target="v3", uncompared=frozenset({"v1", "v2"}), evidence=BREACH),
        Reason.OBJECTIVE_BREACHED,
        (SetWeight(weight=0, revision="v2"),),
    ),
}


@pytest.mark.parametrize(("look", "reason", "actions"), ROWS.values(), ids=ROWS.keys())
def test_the_clause_speaks(look: Callable[[], Snapshot], reason: Reason, actions: Any) -> None:
    decision = decide(look())

    assert (decision.reason, decision.actions) == (reason, actions)


def test_pods_that_are_awaited_are_looked_at_again_by_the_deadline() -> None:
    look = waiting()

    assert decide(look).look_again == look.plan.progress_deadline


def test_a_held_breach_rolls_back_at_its_limit() -> None:
    look = plan_look(step_look(evidence=BREACH), on_breach=OnTrouble.HOLD)
    held = replace(look, progress=decide(look).progress)

    assert decide(held).reason is Reason.BREACH_HELD
    assert decide(later(held)).reason is Reason.OBJECTIVE_BREACHED


SHOWN = Evidence(breach=True, shown="errors: breach. 9 of 30", sentence="errors: breach. 9 of 30")


def test_what_a_held_breach_was_shown_with_is_recorded_where_counts_showed_it() -> None:
    look = plan_look(step_look(evidence=SHOWN), on_breach=OnTrouble.HOLD)
    held = decide(look).progress
    asked = decide(replace(look, evidence=BREACH)).progress
    again = decide(replace(look, progress=held, evidence=BREACH)).progress

    assert [found.breach_shown for found in (held, asked, again)] == [SHOWN.shown, None, SHOWN.shown]


@pytest.mark.parametrize(
    "found",
    [
        plan_look(step_look(evidence=BREACH), on_breach=OnTrouble.HOLD),
        step_look(evidence=Evidence(no_data=True)),
    ],
    ids=["a held breach", "silence"],
)
def test_a_restart_gives_what_was_so_before_no_new_time(found: Snapshot) -> None:
    before = decide(found).progress
    restarted = replace(found, progress=before, evidence=Evidence(heard=False))

    assert clocks(decide(restarted).progress) == clocks(before)
    assert clocks(decide(replace(restarted, evidence=Evidence())).progress) == (None, None)


def clocks(progress: Progress) -> tuple[datetime | None, datetime | None]:
    return progress.no_data_since, progress.breach_held_since


def test_all_traffic_goes_to_the_only_side_once_that_is_recorded() -> None:
    look = side_look("v1", available=0)
    recorded = replace(look, progress=decide(look).progress)

    assert SetWeight(weight=100, revision="v2", raising=True) in decide(recorded).actions


def test_a_weight_that_outgrew_its_step_goes_back_when_stable_is_back() -> None:
    look = progress_look(step_look(), desired_weight=100)

    assert decide(look).progress.desired_weight == 20


def test_what_is_learned_is_decided_on_before_anything_is_recorded() -> None:
    look = rest_look(target="v2", uncompared=frozenset({"v1"}))

    assert decide(look).record is Record.AFTER_NEXT_LOOK
    assert decide(look).progress == look.progress
    assert decide(replace(look, uncompared=frozenset())).progress.candidate == "v2"


def test_a_rollout_that_finishes_first_is_compared_with_nothing() -> None:
    look = step_look(target="v3", uncompared=frozenset({"v2"}))

    assert decide(plan_look(look, finish_first=True)).record is not Record.AFTER_NEXT_LOOK
