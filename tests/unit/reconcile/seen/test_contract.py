"""What all that splits traffic holds to once it is read as a Route: a router's object, pods behind a Service, nodes.

Pods and nodes are no `Router`s: their share is made by sizes, and no object holds a weight that could be patched. What
the routers' own contract says of patches, notes and backends has no meaning there.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from tests.unit.reconcile.seen.test_nodes import node, owned
from tests.unit.reconcile.stores import Stores, made
from tests.unit.routers.test_contract import CASES as ROUTERS
from tests.unit.routers.test_contract import backends_of, patched
from tidegate.decision import Progress
from tidegate.decision.plan import NO_TIME, Plan, Step
from tidegate.decision.route import Route
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.nodes import observe_nodes
from tidegate.reconcile.seen.routes import observe_route
from tidegate.reconcile.seen.shares import observe_share
from tidegate.reconcile.seen.workload import Template
from tidegate.reconcile.world import World
from tidegate.routers import Router
from tidegate.watch import Object
from tidegate.workloads import Allotment, Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
LABELS = {"app": "web"}
TEMPLATE = Template(pods={"metadata": {"labels": LABELS}, "spec": {}})
SIZE = 10
Read = Callable[[Stores, int], Route | None]
# A world where the candidate has a weight; what reads it there; and what then takes away that it can be known.
Case = tuple[Callable[[int], Stores], Read, Callable[[Stores], None]]


def by_router(router: Router, found: Object) -> Case:
    def at(weight: int) -> Stores:
        route = patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=True))
        named = {"name": router.name, "namespace": "shop", "ownerReferences": [OWNER.reference()]}
        route["metadata"] |= {"resourceVersion": "1", **named}
        world = Stores()
        world.store(kinds.ROUTE_KINDS[router.kind]).put(route)
        return world

    def read(world: Stores, _weight: int) -> Route | None:
        return observe_route(router, OWNER, cast("World", world), by_time=True)

    def spoil(world: Stores) -> None:
        (route,) = world.store(kinds.ROUTE_KINDS[router.kind])
        for backend in backends_of(route["spec"]):
            backend.get("destination", backend).update({"name": "other", "host": "other"})

    return at, read, spoil


def ready_pods(world: Stores, count: int) -> None:
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    labels = {"tidegate.dev/release": "web", "tidegate.dev/revision": "v2"}
    for place in range(count):
        world.store(kinds.PODS).put(
            {**made(f"p{place}", labels=labels), "spec": {"nodeName": f"n{place}"}, "status": status}
        )


def rollout(weight: int) -> tuple[Progress, Plan]:
    progress = Progress(stable="v1", candidate="v2", desired_weight=weight, full_size=SIZE)
    return progress, Plan(steps=(Step(name="step", weight=weight),))


def by_pods() -> Case:
    def at(weight: int) -> Stores:
        world, count = Stores(), Step(name="step", weight=weight).size_by_pods(SIZE) if weight else 0
        world.store(kinds.SERVICES).put({**made("front"), "spec": {"selector": LABELS}})
        world.store(kinds.REPLICA_SETS).put({**made("web-v2"), "spec": {"replicas": count}})
        ready_pods(world, count)
        return world

    def read(world: Stores, weight: int) -> Route | None:
        declared = {"traffic": {"podRatio": {"service": "front"}}, "replicas": SIZE}
        progress, plan = rollout(weight)
        return observe_share(declared, OWNER, cast("World", world), template=TEMPLATE, progress=progress, plan=plan)

    def spoil(world: Stores) -> None:
        world.store(kinds.SERVICES).drop(made("front", resourceVersion="2"))

    return at, read, spoil


def by_nodes() -> Case:
    def at(weight: int) -> Stores:
        world, count = Stores(), SIZE * weight // 100
        for place in range(SIZE):
            world.store(kinds.NODES).put(node(f"n{place}"))

        hosts = frozenset(f"n{place}.lan" for place in range(count))
        world.store(kinds.DAEMON_SETS).put(owned("v1", Allotment(hosts, but=True), {}, SIZE - count))
        world.store(kinds.DAEMON_SETS).put(owned("v2", Allotment(hosts), {}, count))
        ready_pods(world, count)
        return world

    def read(world: Stores, weight: int) -> Route | None:
        sets = {found["metadata"]["labels"]["tidegate.dev/revision"]: found for found in world.store(kinds.DAEMON_SETS)}
        progress, plan = rollout(weight)
        found = observe_nodes(
            {"traffic": {"nodeRatio": {}}},
            OWNER,
            cast("World", world),
            progress=progress,
            sets=sets,
            template=TEMPLATE,
        )
        return found.share(progress, plan, OWNER, cast("World", world)) if found is not None else None

    def spoil(world: Stores) -> None:
        world.store(kinds.DAEMON_SETS).drop({**made("web-v2", resourceVersion="2")})

    return at, read, spoil


CASES = {name: by_router(*case) for name, case in ROUTERS.items()} | {"pods": by_pods(), "nodes": by_nodes()}
every_split = pytest.mark.parametrize(("at", "read", "spoil"), CASES.values(), ids=CASES)


@every_split
@pytest.mark.parametrize("weight", [0, 20, 50, 100])
def test_the_share_that_is_read_is_the_one_that_was_set(
    at: Callable[[int], Stores], read: Read, spoil: object, weight: int
) -> None:
    found = read(at(weight), weight)

    assert found is not None
    assert (found.weight, found.lost) == (weight, False)


@every_split
def test_the_share_that_is_read_is_what_there_is_and_not_what_the_status_records(
    at: Callable[[int], Stores], read: Read, spoil: object
) -> None:
    found = read(at(20), 50)

    assert found is not None
    assert 0 < found.lowest <= (found.weight or 0) < 50


@every_split
def test_a_read_changes_nothing_and_says_the_same_again(at: Callable[[int], Stores], read: Read, spoil: object) -> None:
    world = at(20)
    before = copy.deepcopy(objects(world))

    first, second = read(world, 20), read(world, 20)

    assert first is not None
    assert second is not None
    assert objects(world) == before
    assert timeless(first) == timeless(second)


@every_split
def test_what_cannot_be_known_is_never_a_share_of_0_that_counts(
    at: Callable[[int], Stores], read: Read, spoil: Callable[[Stores], None]
) -> None:
    world = at(20)
    read(world, 20)
    spoil(world)

    found = read(world, 20)

    assert found is not None
    assert (found.weight, found.confirmed) != (0, True)


def objects(world: Stores) -> dict[str, list[Object]]:
    return {kind: list(store) for kind, store in world.stores.items() if len(store)}


def timeless(found: Route) -> Route:
    return replace(found, confirmed_for=NO_TIME, silent_for=NO_TIME)
