"""Which nodes a candidate may have, and what its share is a share of."""

from typing import Any

import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.decision import Progress
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.nodes import Nodes, observe_nodes
from tidegate.reconcile.seen.trims import trimmed_daemon_set, trimmed_node
from tidegate.reconcile.seen.workload import Template
from tidegate.watch import Object
from tidegate.workloads import EVERY_NODE, Allotment, Owner, daemon_set

OWNER = Owner(name="web", namespace="shop", uid="1")
ROLLOUT = Progress(stable="v1", candidate="v2")
NARROW = {"nodeSelector": {"half": "first"}}


def node(name: str, **labels: str) -> Object:
    """A node whose hostname is not its name."""
    found = {"metadata": {**made(name, uid=name)["metadata"], "labels": {"kubernetes.io/hostname": f"{name}.lan"}}}
    found["metadata"]["labels"] |= labels
    return trimmed_node(found)


def owned(revision: str, allotment: Allotment, spec: Object, desired: int) -> Object:
    """The DaemonSet of a revision, as its controller counts it."""
    metadata = made(f"web-{revision}", annotations={}, labels={"tidegate.dev/revision": revision}, generation=1)
    template = {"spec": {"containers": [{"name": "web"}], **spec}}
    replica_set = {**metadata, "spec": {"minReadySeconds": 0, "selector": {}, "template": template}}
    counted = {"observedGeneration": 1, "desiredNumberScheduled": desired}
    return trimmed_daemon_set({**daemon_set(replica_set, allotment), "status": counted})


def looked(candidate: Object | None, spec: Object, *, given: int = 0) -> Nodes:
    """Six nodes, the first three labelled so; stable's pods are on all but those that were given away."""
    listed = [node(f"n{place}", **({"half": "first"} if place < 3 else {})) for place in range(6)]
    world = world_of(kinds.NODES, *listed)
    for place in range(6):
        labels = {"tidegate.dev/release": "web", "tidegate.dev/revision": "v2" if place < given else "v1"}
        pod = {**made(f"p{place}", labels=labels), "spec": {"nodeName": f"n{place}"}}
        world.store(kinds.PODS).put(pod)

    hosts = frozenset(f"n{place}.lan" for place in range(given))
    sets = {"v1": owned("v1", Allotment(hosts, but=True), {}, 6 - given)}
    if candidate is not None:
        sets["v2"] = owned("v2", Allotment(hosts), candidate, given)

    declared: dict[str, Any] = {"traffic": {"nodeRatio": {"atOnce": 1}}}
    found = observe_nodes(declared, OWNER, world, progress=ROLLOUT, sets=sets, template=Template(pods={"spec": spec}))
    assert found is not None
    return found


def hosts(*places: int) -> frozenset[str]:
    return frozenset(f"n{place}.lan" for place in places)


@pytest.mark.parametrize(("candidate", "given"), [(None, 0), (NARROW, 0), (NARROW, 2)])
def test_a_candidate_has_a_share_of_the_nodes_that_its_template_allows(candidate: Object | None, given: int) -> None:
    found = looked(candidate, NARROW, given=given)

    assert (found.eligible, found.total) == (hosts(0, 1, 2), 3)
    assert (found.count("v1"), found.count("v2")) == (6 - given, given)


def test_without_a_difference_all_nodes_are_shared_by_their_hostnames() -> None:
    found = looked({}, {}, given=2)

    assert (found.eligible, found.total) == (hosts(*range(6)), 6)
    assert (found.count("v1"), found.count("v2")) == (4, 2)


def test_a_template_that_cannot_be_read_bars_no_node() -> None:
    assert looked(None, {"nodeSelector": "mistyped"}).total == 6


def test_what_no_node_may_have_leaves_none_to_give() -> None:
    found = looked(None, {"nodeSelector": {"mistyped": "y"}})

    assert (found.eligible, found.count("v1")) == (frozenset(), 6)
    assert len(found.occupied) == 6


def test_before_a_rollout_every_node_is_stables() -> None:
    sets = {"v1": owned("v1", EVERY_NODE, {}, 6)}
    found = observe_nodes(
        {"traffic": {"nodeRatio": {}}},
        OWNER,
        world_of(kinds.NODES),
        progress=Progress(stable="v1"),
        sets=sets,
        template=Template(pods=None),
    )

    assert found is not None
    assert (found.total, found.count("v1")) == (6, 6)
