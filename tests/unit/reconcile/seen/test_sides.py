"""Whose a revision is, by its ReplicaSet and by the copies that its pods name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tidegate.api.names import LABEL_BASELINE, LABEL_HANDED_OVER, LABEL_RELEASE, LABEL_REVISION
from tidegate.api.release import ReleaseSpec
from tidegate.clients import Credentials, Http, Kube
from tidegate.decision.snapshot import Side
from tidegate.reconcile import kinds
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.seen.sides import observe_baselines, observe_sides, replica_sets_of
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Store
from tidegate.workloads import Owner

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNER = Owner(name="web", namespace="shop", uid="1")
SPEC = ReleaseSpec.model_validate(
    {
        "replicas": 2,
        "template": {"spec": {"containers": []}},
        "service": {"port": 80},
        "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
        "steps": [{"name": "first", "weight": 20, "dwell": "1s"}],
    }
)


def made(name: str, *, owned: bool, **labels: str) -> dict[str, Any]:
    """An object of the Release, or one that an earlier Release of its name left behind."""
    labels = {LABEL_RELEASE: "web", LABEL_HANDED_OVER: "web"} | labels
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "1", "labels": labels}
    return {"metadata": metadata | ({"ownerReferences": [OWNER.reference()]} if owned else {})}


async def empty_world() -> World:
    """What an operator knows before its first watch."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope())
    await kube.close()
    await http.close()
    return world


def only_side(world: World, spec: ReleaseSpec = SPEC) -> Side:
    (side,) = observe_sides(OWNER, replica_sets_of(OWNER, world), spec, world, NOW)
    return side


async def ours(*, replica_set: bool, copies: dict[str, bool]) -> bool:
    """A revision whose pods name the copy `web-used`; which copies there are, and whether they are owned."""
    world = await empty_world()
    found = made("web-a", owned=replica_set, **{LABEL_REVISION: "a"})
    found |= {
        "spec": {"replicas": 2, "minReadySeconds": 0},
        "uses": [("ConfigMap", "web-used")],
        "refusal": "",
        "observed": True,
    }
    world.store(kinds.REPLICA_SETS).put(found)
    for name, owned in copies.items():
        world.keep(kinds.CONFIG_MAPS, made(name, owned=owned))

    return only_side(world).ours


async def available(*, made_with: int, declared: int) -> int:
    """How many of a revision's pods, ready for a minute, count with two values of `minReadySeconds`."""
    world = await empty_world()
    replica_set = made("web-a", owned=True, **{LABEL_REVISION: "a"})
    replica_set |= {"spec": {"replicas": 1, "minReadySeconds": made_with}, "uses": [], "refusal": "", "observed": True}
    world.store(kinds.REPLICA_SETS).put(replica_set)
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:59:00Z"}
    pod = made("web-a-1", owned=False, **{LABEL_REVISION: "a"}) | {"status": {"conditions": [ready]}}
    world.store(kinds.PODS).put(pod)
    return only_side(world, SPEC.model_copy(update={"min_ready_seconds": declared})).available


async def test_pods_beyond_the_declared_number_are_about_to_end_and_do_not_count() -> None:
    world = await empty_world()
    replica_set = made("web-a", owned=True, **{LABEL_REVISION: "a"})
    replica_set |= {"spec": {"replicas": 1, "minReadySeconds": 0}, "uses": [], "refusal": "", "observed": False}
    world.store(kinds.REPLICA_SETS).put(replica_set)
    for name in ("web-a-1", "web-a-2"):
        ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        world.store(kinds.PODS).put(made(name, owned=False, **{LABEL_REVISION: "a"}) | ready)

    side = only_side(world)

    assert (side.total, side.available, side.observed) == (2, 1, False)


async def test_a_revision_is_ours_with_its_replica_set_and_the_copies_that_its_pods_name() -> None:
    assert await ours(replica_set=True, copies={})
    assert await ours(replica_set=True, copies={"web-used": True, "web-unused": False})
    assert not await ours(replica_set=False, copies={})


async def test_a_copy_that_is_seen_after_its_replica_set_was_taken_is_taken_too() -> None:
    assert not await ours(replica_set=True, copies={"web-used": False})


async def test_a_longer_min_ready_seconds_takes_no_pod_away_and_a_shorter_counts_at_once() -> None:
    assert await available(made_with=0, declared=3600) == 1
    assert await available(made_with=3600, declared=0) == 1
    assert await available(made_with=3600, declared=3600) == 0


class NeverListed(Store):
    """Nodes that may be asked for by name alone."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        raise AssertionError("all nodes were looked at")


async def test_a_turn_asks_for_the_nodes_of_its_own_pods_alone_and_one_that_is_lost_excuses_its_pod() -> None:
    world = await empty_world()
    nodes = world.stores[kinds.NODES.key] = NeverListed()
    replica_set = made("web-a", owned=True, **{LABEL_REVISION: "a"})
    replica_set |= {"spec": {"replicas": 1, "minReadySeconds": 0}, "uses": [], "refusal": "", "observed": True}
    world.store(kinds.REPLICA_SETS).put(replica_set)
    failed = {"type": "Ready", "status": "False", "lastTransitionTime": "2025-12-31T23:59:00Z"}
    metadata = made("web-a-1", owned=False, **{LABEL_REVISION: "a"})["metadata"]
    status = {"conditions": [failed], "containerStatuses": [{"restartCount": 1}]}
    created = {"creationTimestamp": "2025-12-31T23:00:00Z"}
    world.store(kinds.PODS).put({"metadata": metadata | created, "spec": {"nodeName": "one"}, "status": status})

    nodes.put({"metadata": {"name": "one", "resourceVersion": "1"}, "ready": True})
    assert only_side(world).unhealthy_since is not None

    nodes.put({"metadata": {"name": "one", "resourceVersion": "2"}, "ready": False})
    assert only_side(world).unhealthy_since is None


async def test_a_baselines_pods_are_none_of_stables_and_it_is_no_revision_of_its_own() -> None:
    world = await empty_world()
    copied = {LABEL_REVISION: "a", LABEL_BASELINE: "b"}
    for name, labels in (("web-a", {LABEL_REVISION: "a"}), ("web-b", copied)):
        size = {"spec": {"replicas": 2, "minReadySeconds": 0}, "uses": [], "refusal": "", "observed": True}
        world.store(kinds.REPLICA_SETS).put(made(name, owned=True, **labels) | size)

    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    world.store(kinds.PODS).put(made("web-a-1", owned=False, **{LABEL_REVISION: "a"}) | ready)
    for name in ("web-b-1", "web-b-2"):
        world.store(kinds.PODS).put(made(name, owned=False, **copied) | ready)

    (baseline,) = observe_baselines(OWNER, SPEC, world, NOW)

    assert (only_side(world).revision, only_side(world).available) == ("a", 1)
    assert (baseline.revision, baseline.available) == ("a", 2)
