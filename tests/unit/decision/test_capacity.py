"""`capacity: Shrink`: stable has what its share needs, and grows before traffic comes back."""

from dataclasses import replace
from datetime import timedelta

from tests.unit.decision.test_clauses import MINUTE, route_look, side_look
from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import PLAN, World, deployed
from tidegate.api import Suspend
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import Scale, SetWeight
from tidegate.decision.plan import Step
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Evidence, Side

SHRINKING = replace(
    PLAN, shrink=True, steps=(Step(name="half", weight=50, pause=True), Step(name="full", weight=100, pause=True))
)


def at_half() -> World:
    """Half of the traffic is the candidate's, and stable gave half of its pods up."""
    world = deployed(plan=SHRINKING)
    world.target = "v2"
    world.run()
    assert world.progress.phase is Phase.PAUSED
    return world


def test_stable_shrinks_when_a_step_has_settled_and_not_before() -> None:
    world = deployed(plan=SHRINKING)
    world.target = "v2"
    while world.progress.settled_at is None:
        assert world.sides["v1"].replicas == 4
        world.turn()

    world.run()

    assert (world.sides["v1"].replicas, world.sides["v2"].replicas) == (2, 2)


DRAINING = replace(SHRINKING, drain=MINUTE)


def settled_at_full(confirmed_for: timedelta, *, confirmed: bool = True) -> Snapshot:
    """All of the traffic is the candidate's for so long, and stable has all of its pods."""
    world = at_half()
    world.asks = replace(world.asks, promote="v2/half/1")
    world.run()
    look = replace(side_look("v1", world.look(), replicas=4, total=4, available=4), plan=DRAINING)
    return route_look(look, confirmed=confirmed, confirmed_for=confirmed_for)


def test_what_the_candidate_carries_goes_from_stable_once_its_last_requests_are_done() -> None:
    early = decide(settled_at_full(MINUTE / 4))

    assert (early.actions, early.look_again) == ((), MINUTE * 3 / 4)
    assert decide(settled_at_full(MINUTE)).actions == (Scale(revision="v1", replicas=1),)


def test_a_settled_step_that_shrank_is_looked_at_again_when_its_dwell_is_over() -> None:
    """What it had to wait for is over for good: that takes no other time away."""
    look = settled_at_full(10 * MINUTE)
    dwelling = replace(look, plan=replace(DRAINING, watch=5 * MINUTE), sides=shrunk(look))
    assert decide(dwelling).look_again == 5 * MINUTE

    failing = side_look("v2", dwelling, unhealthy_since=look.now)
    assert decide(failing).look_again == look.plan.unhealthy_after


def shrunk(look: Snapshot) -> tuple[Side, ...]:
    """Stable has the one pod that stays."""
    return side_look("v1", look, replicas=1, total=1, available=1).sides


def test_between_two_steps_stable_gives_up_its_share_as_soon_as_the_gateway_serves_the_weight() -> None:
    """It has a share of the traffic still: to wait longer would have all pods twice where steps are short."""
    look = replace(at_half().look(), plan=replace(DRAINING, settle=MINUTE / 6))
    look = side_look("v1", look, replicas=4, total=4, available=4)

    assert decide(route_look(look, confirmed_for=MINUTE / 6)).actions == (Scale(revision="v1", replicas=2),)
    early = decide(route_look(look, confirmed_for=MINUTE / 12))
    assert (early.actions, early.look_again) == ((), MINUTE / 12)


def test_stable_keeps_its_pods_while_the_gateway_may_still_send_them_all_requests() -> None:
    """Git or a hand gave stable everything for a while: the weight that is put back is not confirmed at once."""
    assert decide(settled_at_full(10 * MINUTE, confirmed=False)).actions == ()


def test_one_pod_of_stable_stays_at_full_weight() -> None:
    world = at_half()
    world.asks = replace(world.asks, promote="v2/half/1")

    world.run()

    assert (world.progress.step, world.sides["v1"].replicas) == (1, 1)


def test_traffic_comes_back_as_fast_as_stables_pods_do() -> None:
    world = at_half()
    world.starts = frozenset({"v2"})
    world.evidence = BREACH
    available = world.sides["v1"].available

    first = world.turn()
    world.sides["v1"] = replace(world.sides["v1"], available=3)
    second = world.turn()
    world.sides["v1"] = replace(world.sides["v1"], available=4)
    third = world.turn()

    assert available == 2
    assert first.actions == (Scale(revision="v1", replicas=4),)
    assert second.actions == (SetWeight(weight=25, revision="v2"),)
    assert third.actions == (SetWeight(weight=0, revision="v2"),)


def test_a_candidate_without_pods_keeps_no_share_though_stable_is_small() -> None:
    world = at_half()
    world.evidence = BREACH
    look = side_look("v2", world.look(), available=0)

    assert SetWeight(weight=0, revision="v2") in decide(look).actions


def test_waiting_for_stable_to_grow_is_no_alarm_unless_its_pods_are_stuck() -> None:
    world = at_half()
    world.starts = frozenset({"v2"})
    world.evidence = BREACH
    world.turn()
    world.sides["v1"] = replace(world.sides["v1"], available=2)

    assert decide(world.look()).reason is Reason.OBJECTIVE_BREACHED
    stuck = side_look("v1", world.look(), stuck=2)
    assert decide(stuck).reason is Reason.ROLLBACK_BLOCKED


def test_no_traffic_comes_back_to_pods_that_shrinking_may_still_end() -> None:
    world = at_half()
    world.evidence = BREACH
    # Their end is declared, and not seen yet: four are counted, and two of them will go.
    world.sides["v1"] = replace(world.sides["v1"], available=4, observed=False)

    world.turn()
    world.turn()

    assert world.route is not None
    assert world.route.weight == 50
    world.sides["v1"] = replace(world.sides["v1"], available=4, observed=True)
    world.run()
    assert world.route.weight == 0


def test_a_weight_lowered_by_hand_grows_stable() -> None:
    world = at_half()
    assert world.route is not None
    world.evidence = Evidence(passed=True)
    world.route = replace(world.route, weight=10)

    assert world.turn().reason is Reason.LOWERED_BY_HAND

    assert decide(world.look()).actions == (Scale(revision="v1", replicas=4),)
    world.turn()
    assert decide(world.look()).reason is Reason.LOWERED_BY_HAND


def test_a_weight_that_a_hand_raises_over_what_it_lowered_grows_stable_before_it_goes_back() -> None:
    world = at_half()
    assert world.route is not None
    world.route = replace(world.route, weight=10)
    world.turn()
    world.route = replace(world.route, weight=50)

    assert decide(world.look()).actions == (Scale(revision="v1", replicas=4),)
    world.run()
    assert world.route.weight == 10


def test_stable_comes_back_to_its_share_after_it_was_away() -> None:
    world = at_half()
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.starts = frozenset({"v2"})
    world.run()
    assert world.route is not None
    assert world.route.weight == 100
    kept = world.sides["v1"].replicas
    world.sides["v1"] = replace(world.sides["v1"], available=kept)
    world.starts = frozenset({"v1", "v2"})

    world.run()

    assert (kept, world.route.weight) == (2, 50)


def test_an_abort_takes_the_rest_of_the_traffic_from_a_rollback_that_is_suspended() -> None:
    world = at_half()
    world.starts, world.evidence = frozenset({"v2"}), BREACH
    world.turn()
    world.suspension = Suspend.ALL
    world.run()
    world.sides["v1"] = replace(world.sides["v1"], available=4)
    assert world.run().reason is Reason.SUSPENDED
    assert world.look().weight == 50

    world.asks = Asks(abort="1")
    world.run()

    assert (world.progress.phase, world.look().weight) == (Phase.ROLLED_BACK, 0)
    assert (world.progress.history[0].reason, world.progress.rejected) == (Reason.ABORTED, ("v2",))
    assert BREACH.sentence in world.progress.sentence


def test_an_abort_under_suspension_stops_what_goes_back_and_what_would_start_next() -> None:
    world = at_half()
    world.starts, world.target = frozenset({"v2"}), "v3"
    world.turn()
    assert world.progress.history[0].reason is Reason.SUPERSEDED
    world.suspension = Suspend.ALL

    world.asks = Asks(abort="1")
    world.sides["v1"] = replace(world.sides["v1"], available=4)
    world.run()

    assert (world.progress.phase, world.look().weight) == (Phase.ROLLED_BACK, 0)
    assert set(world.progress.rejected) == {"v2", "v3"}
