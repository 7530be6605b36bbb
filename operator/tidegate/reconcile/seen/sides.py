"""The revisions of a Release as found: a ReplicaSet or a DaemonSet each, and its pods."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tidegate.api.names import (
    ANNOTATION_ENDING,
    ANNOTATION_REJECTED,
    ANNOTATION_STARTED,
    LABEL_BASELINE,
    LABEL_REVISION,
)
from tidegate.api.noted import instant_of
from tidegate.api.release import ReleaseSpec
from tidegate.decision.snapshot import Side
from tidegate.reconcile import kinds
from tidegate.reconcile.configuration.tracking import named_copies
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object
from tidegate.workloads import Owner, pod, summary


def replica_sets_of(owner: Owner, world: World) -> dict[str, Object]:
    """A Release's own ReplicaSets by revision, and those that one of its name left serving; or its DaemonSets."""
    listed = [seen for kind in (kinds.REPLICA_SETS, kinds.DAEMON_SETS) for seen in world.store(kind).of(owner.key)]
    return {revision_of(seen): seen for seen in listed if owner.may_take(seen) and LABEL_BASELINE not in _labels(seen)}


def observe_baselines(owner: Owner, spec: ReleaseSpec, world: World, now: datetime) -> tuple[Side, ...]:
    """The fresh copies of a Release's revisions, each with the revision that it is a copy of."""
    labelled = [(_labels(seen), seen) for seen in world.store(kinds.REPLICA_SETS).of(owner.key) if owner.owns(seen)]
    found = {labels[LABEL_BASELINE]: seen for labels, seen in labelled if LABEL_BASELINE in labels}
    sides = observe_sides(owner, found, spec, world, now) if found else ()
    return tuple(replace(side, revision=_labels(found[side.revision])[LABEL_REVISION]) for side in sides)


def observe_sides(
    owner: Owner, replica_sets: Mapping[str, Object], spec: ReleaseSpec, world: World, now: datetime
) -> tuple[Side, ...]:
    """Every revision's ReplicaSet and pods."""
    pods = [(revision_of(found), pod(found)) for found in world.store(kinds.PODS).of(owner.key)]
    ready_nodes = _ready_nodes((found.node for _, found in pods if found is not None), world)
    sides = []
    for revision, replica_set in replica_sets.items():
        alive = [found for of, found in pods if of == revision and found is not None]
        least = _min_ready_seconds(replica_set, spec)
        facts = summary(alive, now=now, min_ready_seconds=least, ready_nodes=ready_nodes)
        annotations = replica_set["metadata"].get("annotations") or {}
        sides.append(
            Side(
                revision=revision,
                replicas=replica_set["spec"]["replicas"],
                available=staying(replica_set, facts.available),
                total=facts.total,
                stuck=facts.stuck,
                stuck_sentence=facts.stuck_sentence,
                unscheduled=facts.unscheduled,
                refusal=replica_set["refusal"] if facts.total < replica_set["spec"]["replicas"] else "",
                ever_available=facts.ever_available,
                unhealthy_since=facts.unhealthy_since,
                available_in=facts.available_in,
                pinned_for=instant_of(annotations.get(ANNOTATION_STARTED)),
                rejected=annotations.get(ANNOTATION_REJECTED) == "true",
                ending=annotations.get(ANNOTATION_ENDING, ""),
                observed=replica_set["observed"],
                ours=_is_ours(owner, replica_set, world),
            )
        )

    return tuple(sides)


def _min_ready_seconds(replica_set: Object, spec: ReleaseSpec) -> int:
    """What served stays available: a longer one counts from the next revision on."""
    return min(spec.min_ready_seconds, int(replica_set["spec"]["minReadySeconds"]))


def _ready_nodes(names: Iterable[str | None], world: World) -> frozenset[str]:
    """Of these nodes the ready ones: a turn costs what its own pods do, however many nodes a cluster has."""
    nodes = world.store(kinds.NODES)
    return frozenset(name for name in names if name and (found := nodes.get(Key("", name))) and found["ready"])


def staying(replica_set: Object, available: int) -> int:
    """The available pods without those that are about to end: of more than are declared, those beyond.

    A DaemonSet declares no number.
    """
    return available if "desired" in replica_set else min(available, replica_set["spec"]["replicas"])


def _is_ours(owner: Owner, replica_set: Object, world: World) -> bool:
    """False too while a copy that its pods name is nobody's: the watch of those may begin after the first turn."""
    if not owner.owns(replica_set):
        return False

    return all(owner.owns(copy) for _, copy in named_copies(owner, replica_set, world.configs))


def revision_of(found: Object) -> str:
    """The revision that a ReplicaSet, a DaemonSet or a pod belongs to; a baseline's are none of its revision's."""
    labels = _labels(found)
    revision: str = labels.get(LABEL_BASELINE) or labels.get(LABEL_REVISION, "")
    return revision


def _labels(found: Object) -> Object:
    labels: Object = found["metadata"].get("labels") or {}
    return labels
