"""Stable's pods one at a time, because a person asked; never beside a rollout, and never two at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_clauses import first, promoting, rest_look, step_look
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.world import World, as_recorded
from tidegate.api import Suspend
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import EvictPod
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Side
from tidegate.decision.status import status_of
from tidegate.decision.workload import Restart

BUDGET = "Cannot evict pod as it would violate the pod's disruption budget."


def restarting(look: Snapshot | None = None, **changes: Any) -> Snapshot:
    found = look or rest_look()
    return replace(found, progress=replace(found.progress, restart_since=found.now), restart=Restart(**changes))


def test_an_ask_is_recorded_with_its_instant_before_any_pod_goes() -> None:
    look = rest_look(asks=Asks(restart="1"), restart=Restart(due=("a",)))
    decision = decide(look)

    assert (decision.reason, decision.actions) == (Reason.RESTART_STARTED, ())
    assert (decision.progress.restart_since, decision.progress.handled.restart) == (look.now, "1")


def test_one_pod_goes_at_a_time() -> None:
    assert decide(restarting(due=("a", "b"))).actions == (EvictPod("a"),)


def test_the_next_pod_goes_when_the_last_ones_place_is_taken() -> None:
    look = restarting(due=("b",), awaited=1)

    assert decide(look).actions == ()
    assert "not available yet" in decide(look).sentence


def test_a_disruption_budget_is_waited_for_and_told() -> None:
    decision = decide(restarting(due=("a",), refusal=BUDGET, again=timedelta(seconds=10)))

    assert (decision.reason, decision.actions) == (Reason.RESTART_WAITS, ())
    assert (decision.look_again, BUDGET in decision.sentence) == (timedelta(seconds=10), True)


def of_one(*, available: int = 1, **changes: Any) -> Snapshot:
    look = rest_look(replicas=1)
    sides = (Side(revision="v1", replicas=1, total=1, available=available),)
    return restarting(replace(look, sides=sides, **changes), due=("a",))


def test_a_pod_that_serves_alone_is_not_evicted_and_told_why() -> None:
    look = of_one()
    decision = decide(look)

    assert (decision.reason, decision.actions) == (Reason.RESTART_WAITS, ())
    assert "one pod alone" in decision.sentence
    status = status_of(look, decision, generation=1, before={}, objectives=[], selector="")
    assert "scale to 2" in status["restart"]["message"]


def test_a_pod_alone_that_serves_nobody_may_go() -> None:
    assert decide(of_one(available=0)).actions == (EvictPod("a"),)


def test_a_nodes_only_pod_may_go() -> None:
    assert decide(of_one(route=Route(by_pods=True, at_once=1))).actions == (EvictPod("a"),)


def test_a_restart_ends_once_no_old_pod_is_left_and_none_is_awaited() -> None:
    decision = decide(restarting())

    assert (decision.reason, decision.progress.restart_since) == (Reason.RESTARTED, None)


def test_a_restart_leaves_what_the_status_says_as_it_is() -> None:
    look = restarting(due=("a",))

    progress = decide(look).progress
    assert (progress.phase, progress.reason) == (Phase.PROMOTED, Reason.PROMOTED)


@pytest.mark.parametrize(
    "look",
    [
        restarting(step_look(), due=("a",)),
        restarting(promoting(), due=("a",)),
        restarting(rest_look(target="v2"), due=("a",)),
        restarting(rest_look(suspension=Suspend.ALL), due=("a",)),
        restarting(rest_look(replicas=2), due=("a",)),
    ],
    ids=["a rollout", "a promotion", "a template that starts next", "suspend: All", "a change of size"],
)
def test_no_pod_is_evicted_beside(look: Snapshot) -> None:
    assert not any(isinstance(action, EvictPod) for action in decide(look).actions)


def test_a_restart_that_was_asked_for_in_a_rollout_goes_on_at_its_end() -> None:
    world = at_first_step()
    world.asks = Asks(restart="1")
    asked_at = world.now
    decision = world.turn()
    assert (decision.reason, decision.actions) == (Reason.RESTART_STARTED, ())

    world.evidence = replace(world.evidence, passed=True)
    while world.progress.candidate is not None:
        world.turn()

    assert (world.progress.stable, world.progress.restart_since) == ("v2", asked_at)


@pytest.mark.parametrize("look", [promoting(), step_look(), rest_look()], ids=["promoting", "in a step", "at rest"])
def test_an_ask_is_recorded_when_it_comes_wherever_it_comes(look: Snapshot) -> None:
    decision = decide(replace(look, asks=Asks(restart="1")))

    assert (decision.reason, decision.progress.restart_since) == (Reason.RESTART_STARTED, look.now)
    assert decision.progress.phase is look.progress.phase


def test_a_restart_in_a_first_deployment_is_in_vain() -> None:
    assert decide(first(asks=Asks(restart="1"))).reason is Reason.ASKED_IN_VAIN


def test_a_restart_of_what_serves_goes_on_where_git_declares_what_was_rejected() -> None:
    world = at_first_step()
    world.asks = Asks(abort="1")
    world.run()

    assert decide(restarting(world.look(), due=("a",))).actions == (EvictPod("a"),)


def test_a_restart_before_anything_is_served_is_in_vain() -> None:
    world = World(starts=frozenset(), asks=Asks(restart="1"))
    decision = world.turn()

    assert decision.reason is Reason.ASKED_IN_VAIN
    assert world.progress.restart_since is None


def test_a_restart_is_read_back_from_the_status() -> None:
    look = restarting(due=("a", "b"), awaited=1)
    status = status_of(look, as_recorded(look.progress), generation=1, before={}, objectives=[], selector="")

    assert (status["restart"]["left"], "1 new" in status["restart"]["message"]) == (2, True)
    assert progress_of(status).restart_since == look.now
