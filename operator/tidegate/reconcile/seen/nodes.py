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
from tidegate.workloads import NO_NODE, Allotment, Owner, allotment_of, nodes_of

from .shares import ready_pods_of, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """What each revision was given. `eligible` are those on which this Release's pods may be; `total` counts them."""

    eligible: frozenset[str]
    total: int
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
        """How many nodes a revision has."""
        allotment = self.allotment(revision)
        named = len(allotment.nodes & self.eligible)
        return max(self.total - named, 0) if allotment.but else named

    def share(self, progress: Progress, plan: Plan, owner: Owner, world: World) -> Route:
        """The candidate's share of nodes as a route."""
        wanted, ready = self.count(progress.candidate or ""), ready_pods_of(progress, owner, world)
        size = plan.step(progress.step).size(self.total)
        weight = weight_by_pods(progress.desired_weight, ready=ready, wanted=size) if wanted else 0
        found = share(progress, weight, owner, world, gone=wanted > 0 or ready == 0)
        return replace(found, at_once=self.at_once)


def observe_nodes(
    declared: Object, owner: Owner, progress: Progress, sets: Mapping[str, Object], world: World
) -> Nodes | None:
    """The nodes as found; none for a Release that has not one pod a node."""
    ratio = declared["traffic"].get("nodeRatio")
    if ratio is None:
        return None

    allotments = {
        revision: allotment_of(found["metadata"].get("annotations") or {}) for revision, found in sets.items()
    }
    known = frozenset(node["metadata"]["name"] for node in world.store(kinds.NODES))
    pods = world.store(kinds.PODS).of(owner.key)
    on = nodes_of(pods, progress.stable or "") | nodes_of(pods, progress.candidate or "")
    given = allotments.get(progress.candidate or "", NO_NODE)
    eligible = (on | given.nodes) & known
    total = _total(progress, sets, given, eligible)
    return Nodes(eligible=eligible, total=total, allotments=allotments, at_once=ratio.get("atOnce", 1))


def _total(progress: Progress, sets: Mapping[str, Object], given: Allotment, eligible: frozenset[str]) -> int:
    """The nodes that the template allows, as a DaemonSet counts them; until one has counted, those with pods."""
    for revision in (progress.stable, progress.candidate):
        found = sets.get(revision or "")
        desired: int | None = found.get("desired") if found else None
        if found is None or desired is None or not allotment_of(found["metadata"]["annotations"]).but:
            continue

        return desired + (len(given.nodes & eligible) if revision == progress.stable else 0)

    return max(len(eligible), 1)
