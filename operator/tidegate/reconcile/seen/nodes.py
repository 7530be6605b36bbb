"""One pod a node: which nodes a Release has, which of them are the candidate's, and the share that makes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tidegate.decision.plan import Plan, weight_by_pods
from tidegate.decision.progress import Progress
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Side
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import HOSTNAME, NO_NODE, Allotment, Owner, Placement, allotment_of, nodes_of, placement_of

from .shares import ready_pods_of, share
from .workload import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """What each revision was given, by the nodes' hostnames, which Kubernetes' own requirements on nodes go by.

    `occupied`: the nodes on which this Release's pods are, or are about to be. `eligible` are those of them that a
    candidate may have; `total` counts what it would have in the end. `kept` are stable's until then: the candidate's
    template does not allow them.
    """

    occupied: tuple[Object, ...]
    eligible: frozenset[str]
    total: int
    kept: int
    allotments: Mapping[str, Allotment]
    at_once: int

    def sized(self, sides: tuple[Side, ...]) -> tuple[Side, ...]:
        """Each side with the nodes it has for a size."""
        return tuple(
            replace(
                side,
                replicas=self.count(side.revision),
                whole=self.allotment(side.revision).whole,
                joins=self.allotment(side.revision).but,
            )
            for side in sides
        )

    def allotment(self, revision: str) -> Allotment:
        """The nodes of a revision."""
        return self.allotments.get(revision, NO_NODE)

    def count(self, revision: str) -> int:
        """How many nodes a revision has. All but those that the candidate was given are stable's, and what it keeps."""
        allotment = self.allotment(revision)
        named = len(allotment.nodes & self.eligible)
        return max(self.total + self.kept - named, 0) if allotment.but else named

    def share(self, progress: Progress, plan: Plan, owner: Owner, world: World) -> Route:
        """The candidate's share of nodes as a route."""
        wanted, ready = self.count(progress.candidate or ""), ready_pods_of(progress, owner, world)
        size = plan.step(progress.step).size(self.total)
        weight = weight_by_pods(progress.desired_weight, ready=ready, wanted=size) if wanted else 0
        found = share(progress, weight, owner, world, gone=wanted > 0 or ready == 0)
        return replace(found, at_once=self.at_once)


def observe_nodes(
    declared: Object,
    owner: Owner,
    world: World,
    *,
    progress: Progress,
    sets: Mapping[str, Object],
    template: Template,
) -> Nodes | None:
    """The nodes as found; none for a Release that has not one pod a node."""
    ratio = declared["traffic"].get("nodeRatio")
    if ratio is None:
        return None

    allotments = {
        revision: allotment_of(found["metadata"].get("annotations") or {}) for revision, found in sets.items()
    }
    known = {host: node for node in world.store(kinds.NODES) if (host := node["labels"].get(HOSTNAME))}
    pods = world.store(kinds.PODS).of(owner.key)
    names = nodes_of(pods, progress.stable or "") | nodes_of(pods, progress.candidate or "")
    given = allotments.get(progress.candidate or "", NO_NODE)
    occupied = {host: node for host, node in known.items() if node["metadata"]["name"] in names or host in given.nodes}
    barred = _barred(progress, sets, template, known)
    every = max(_total(progress, sets, given, frozenset(occupied)), 1)
    total = max(every - len(barred), 1)
    return Nodes(
        occupied=tuple(occupied.values()),
        eligible=frozenset(occupied) - barred,
        total=total,
        kept=every - total,
        allotments=allotments,
        at_once=ratio.get("atOnce", 1),
    )


def _barred(
    progress: Progress, sets: Mapping[str, Object], template: Template, known: Mapping[str, Object]
) -> frozenset[str]:
    """The nodes that stable's template allows and the candidate's does not: they are not taken for nobody."""
    stable, candidate = sets.get(progress.stable or ""), sets.get(progress.candidate or "")
    if progress.candidate is None or stable is None or not allotment_of(stable["metadata"]["annotations"]).but:
        return frozenset()

    ours: Placement | None = stable.get("placement")
    its: Placement | None = candidate.get("placement") if candidate else declared_placement(template)
    if ours is None or its is None or ours == its:
        return frozenset()

    return frozenset(host for host, node in known.items() if ours.allows(node) and not its.allows(node))


def declared_placement(template: Template) -> Placement | None:
    """Which nodes the declared template allows; None where nobody can tell."""
    return placement_of(template.pods.get("spec") or {}) if template.pods is not None else None


def _total(progress: Progress, sets: Mapping[str, Object], given: Allotment, occupied: frozenset[str]) -> int:
    """The nodes that the template allows, as a DaemonSet counts them; until one has counted, those with pods."""
    for revision in (progress.stable, progress.candidate):
        found = sets.get(revision or "")
        desired: int | None = found.get("desired") if found else None
        if found is None or desired is None or not allotment_of(found["metadata"]["annotations"]).but:
            continue

        return desired + (len(given.nodes & occupied) if revision == progress.stable else 0)

    return len(occupied)
