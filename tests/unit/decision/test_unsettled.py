"""A step that loses what it had settles anew, and a healthy candidate is not rolled back for the time before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.decision.world import World, deployed
from tidegate.api import OnTrouble, When
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import PrepareRevision
from tidegate.decision.plan import Hook, Plan, Step
from tidegate.decision.route import Route

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONG = Plan(steps=(Step(name="first", weight=20, dwell=6 * HOUR), Step(name="full", weight=100)))
HELD = Step(name="half", weight=50, deadline=5 * MINUTE, on_deadline=OnTrouble.HOLD)


def dwelling(plan: Plan) -> World:
    """In the middle of the first step, whose pods have been there for two hours."""
    world = deployed(plan=plan, replicas=4)
    world.target = "v2"
    world.run()
    world.wait(2 * HOUR)
    world.turn()
    assert world.progress.settled_at is not None
    return world


def test_a_candidate_stays_when_stable_is_back_from_an_outage_with_its_baseline_a_moment_behind() -> None:
    world = dwelling(replace(LONG, fresh=True))
    for sides in (world.sides, world.baselines):
        sides["v1"] = replace(sides["v1"], available=0)

    world.run()
    world.wait(MINUTE)
    world.sides["v1"] = replace(world.sides["v1"], available=4)
    world.run()

    assert (world.progress.candidate, world.progress.rejected) == ("v2", ())


def test_a_candidate_that_lacks_a_pod_stays_when_its_route_is_declared_again() -> None:
    world = dwelling(LONG)
    declared = world.route
    look = replace(world.look(), route=Route(weight=0, confirmed=True, confirmed_for=HOUR), undeclared=declared)
    world.progress = decide(look).progress
    assert declared is not None
    world.route = replace(declared, weight=0)
    world.wait(MINUTE)
    world.sides["v2"] = replace(world.sides["v2"], available=0, ever_available=True)

    world.turn()

    assert (world.progress.phase, world.progress.rejected) == (Phase.PROGRESSING, ())


def test_pods_that_never_come_up_go_back_also_where_the_step_is_held_late_for_a_person() -> None:
    steps = (Step(name="first", weight=20), HELD, Step(name="full", weight=100))
    world = deployed(plan=Plan(steps=steps), replicas=4)
    world.target = "v2"
    told: list[Reason] = []
    for _ in range(60):
        if world.progress.step == 1 and world.progress.phase is Phase.PROGRESSING:
            world.sides["v2"] = replace(world.sides["v2"], available=1, refusal="exceeded quota: pods")

        world.turn()
        told += [world.progress.reason] if told[-1:] != [world.progress.reason] else []
        world.wait(MINUTE / 2)
        if world.progress.phase is Phase.ROLLING_BACK:
            break

    assert told[-3:] == [Reason.QUOTA_EXCEEDED, Reason.STEP_DEADLINE, Reason.DEADLINE_EXCEEDED]


def test_pods_that_serve_keep_their_number_when_their_note_is_lost_at_a_gate() -> None:
    gate = Hook(name="load", when=When.BEFORE_RISE, steps=("half",))
    steps = (Step(name="first", weight=20), Step(name="half", weight=50), Step(name="full", weight=100))
    world = deployed(plan=Plan(steps=steps, hooks=(gate,)), replicas=10, by_pods=True)
    world.target = "v2"
    world.run()
    assert world.progress.reason is Reason.HOOK_WAITS
    before = world.sides["v2"].replicas
    world.sides["v2"] = replace(world.sides["v2"], pinned_for=None)

    decision = world.turn()

    assert decision.actions == (PrepareRevision("v2", before),)
    assert before > 0


def test_a_release_that_is_deleted_while_roles_change_waits_for_no_lost_route() -> None:
    world = deployed(replicas=4)
    world.target = "v2"
    for _ in range(200):
        world.turn()
        world.wait(20 * SECOND)
        if world.progress.phase is Phase.PROMOTING:
            break

    gone: Any = {"weight": 0, "written": None, "lost": True, "touched": False, "confirmed": False}
    world.route = replace(world.route or Route(), attached=True, sentence="HTTPRoute web is missing", **gone)
    for _ in range(20):
        decision = decide(replace(world.look(), deleting=True, finalizer=True))
        for action in decision.actions:
            world.carry_out(action)

        world.progress = decision.progress
        world.wait(MINUTE)

    assert world.progress.stable == "v2"


def test_a_late_step_that_is_held_for_a_person_is_not_timed_for_pods_that_it_asks_for_no_more() -> None:
    steps = (Step(name="first", weight=20), HELD, Step(name="full", weight=100))
    world = deployed(plan=Plan(steps=steps), replicas=10)
    world.target = "v2"
    for _ in range(40):
        # Half of the traffic waits for stable.
        short = world.progress.step == 1
        world.sides["v1"] = replace(world.sides["v1"], available=4 if short else 10)
        world.turn()
        world.wait(MINUTE / 4)

    assert world.progress.reason is Reason.STEP_DEADLINE
    world.replicas = 12
    world.sides["v1"] = replace(world.sides["v1"], available=10)
    for _ in range(80):
        world.turn()
        world.wait(MINUTE / 4)

    assert (world.progress.reason, world.sides["v2"].available) == (Reason.STEP_DEADLINE, 5)
