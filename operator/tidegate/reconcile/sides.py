"""The revisions of a Release as found: a ReplicaSet or a DaemonSet each, and its pods."""

from collections.abc import Mapping
from datetime import datetime

from tidegate.api.names import ANNOTATION_REJECTED, ANNOTATION_STARTED, LABEL_REVISION
from tidegate.api.release import ReleaseSpec
from tidegate.decision.snapshot import Side
from tidegate.watch import Object
from tidegate.workloads import Owner, pod, summary

from . import kinds
from .tracking import named_copies
from .world import World


def replica_sets_of(owner: Owner, world: World) -> dict[str, Object]:
    """A Release's own ReplicaSets by revision, and those that one of its name left serving; or its DaemonSets."""
    listed = [seen for kind in (kinds.REPLICA_SETS, kinds.DAEMON_SETS) for seen in world.store(kind).of(owner.key)]
    return {revision_of(seen): seen for seen in listed if owner.may_take(seen)}


def observe_sides(
    owner: Owner, replica_sets: Mapping[str, Object], spec: ReleaseSpec, world: World, now: datetime
) -> tuple[Side, ...]:
    """Every revision's ReplicaSet and pods."""
    ready_nodes = frozenset(node["metadata"]["name"] for node in world.store(kinds.NODES) if node["ready"])
    pods = [(revision_of(found), pod(found)) for found in world.store(kinds.PODS).of(owner.key)]
    sides = []
    for revision, replica_set in replica_sets.items():
        alive = [found for of, found in pods if of == revision and found is not None]
        # What served stays available: a longer minReadySeconds counts from the next revision on.
        least = min(spec.min_ready_seconds, replica_set["spec"]["minReadySeconds"])
        facts = summary(alive, now=now, min_ready_seconds=least, ready_nodes=ready_nodes)
        annotations = replica_set["metadata"].get("annotations") or {}
        started = annotations.get(ANNOTATION_STARTED)
        sides.append(
            Side(
                revision=revision,
                replicas=replica_set["spec"]["replicas"],
                available=facts.available,
                total=facts.total,
                stuck=facts.stuck,
                stuck_sentence=facts.stuck_sentence,
                refusal=replica_set["refusal"] if facts.total < replica_set["spec"]["replicas"] else "",
                ever_available=facts.ever_available,
                unhealthy_since=facts.unhealthy_since,
                available_in=facts.available_in,
                pinned_for=datetime.fromisoformat(started) if started else None,
                rejected=annotations.get(ANNOTATION_REJECTED) == "true",
                ours=_is_ours(owner, replica_set, world),
            )
        )

    return tuple(sides)


def _is_ours(owner: Owner, replica_set: Object, world: World) -> bool:
    """False too while a copy that its pods name is nobody's: the watch of those may begin after the first turn."""
    if not owner.owns(replica_set):
        return False

    return all(owner.owns(copy) for _, copy in named_copies(owner, replica_set, world.configs))


def revision_of(found: Object) -> str:
    """The revision that a ReplicaSet, a DaemonSet or a pod belongs to."""
    revision: str = (found["metadata"].get("labels") or {}).get(LABEL_REVISION, "")
    return revision
