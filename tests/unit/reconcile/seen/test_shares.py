"""Pods that share one Service: since when those that were told to go are gone, whatever becomes of the Service."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from tests.unit.decision.world import PLAN, deployed
from tests.unit.reconcile.clock import Clock, read_by
from tests.unit.reconcile.stores import Stores, made
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import PointService, Role
from tidegate.decision.plan import NO_TIME
from tidegate.decision.progress import Progress
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Evidence
from tidegate.reconcile import kinds
from tidegate.reconcile.seen import routes, shares
from tidegate.reconcile.seen.shares import observe_share
from tidegate.reconcile.seen.workload import Template
from tidegate.reconcile.world import World
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
DECLARED = {"traffic": {"podRatio": {"service": "front"}}, "replicas": 4}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return read_by(monkeypatch, routes, shares)


def unselected(replicas: int) -> Stores:
    """Labels are declared that the Service does not select, beside a candidate of so many pods that it does."""
    world = Stores()
    world.store(kinds.SERVICES).put({**made("front"), "spec": {"selector": {"app": "web"}}})
    world.store(kinds.REPLICA_SETS).put({**made("web-v2"), "spec": {"replicas": replicas}})
    return world


def without_service(replicas: int) -> Stores:
    """The user's Service is gone."""
    world = unselected(replicas)
    world.store(kinds.SERVICES).drop(made("front", resourceVersion="2"))
    return world


UNFIT = pytest.mark.parametrize("unfit", [unselected, without_service], ids=["labels not selected", "no Service"])


def look(world: Stores, progress: Progress) -> Route:
    other = Template(pods={"metadata": {"labels": {"app": "another"}}, "spec": {}})
    found = observe_share(DECLARED, OWNER, cast("World", world), template=other, progress=progress, plan=PLAN)
    assert found is not None
    return found


@UNFIT
def test_pods_that_were_told_to_go_drain_also_where_the_service_does_not_fit(
    unfit: Callable[[int], Stores], clock: Clock
) -> None:
    world, going = unfit(0), Progress(stable="v1", candidate="v2", phase=Phase.ROLLING_BACK)

    first = look(world, going)
    clock.now += 60

    assert (first.lost, first.confirmed, first.confirmed_for) == (True, False, NO_TIME)
    assert first.sentence.startswith("podRatio.service: Service front ")
    assert look(world, going).confirmed_for == MINUTE


@UNFIT
def test_at_rest_the_clock_runs_too(unfit: Callable[[int], Stores], clock: Clock) -> None:
    """Pods of a revision of the past go by it."""
    world, resting = unfit(0), Progress(stable="v2")
    look(world, resting)
    clock.now += 60

    assert look(world, resting).confirmed_for == MINUTE


@UNFIT
def test_a_rollback_ends_while_the_service_does_not_fit(unfit: Callable[[int], Stores], clock: Clock) -> None:
    around = deployed(by_pods=True, plan=replace(PLAN, drain=MINUTE))
    around.target, around.evidence = "v2", Evidence()
    around.run()
    around.target = "v3"
    around.turn()
    assert (around.progress.phase, around.sides["v2"].replicas) == (Phase.ROLLING_BACK, 0)
    world = unfit(0)
    look(world, around.progress)
    clock.now += 600

    decision = decide(replace(around.look(), route=look(world, around.progress)))

    assert decision.reason is Reason.SUPERSEDED
    assert decision.actions == (PointService(Role.CANDIDATE, "v1"),)
    pointed = replace(around.look().services, candidate="v1")
    ended = decide(replace(around.look(), route=look(world, around.progress), services=pointed))
    assert ended.progress.phase is Phase.ROLLED_BACK
