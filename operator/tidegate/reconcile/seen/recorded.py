"""The recorded state of a Release: from its status, or rebuilt from what is live where that is lost."""

from collections.abc import Iterator, Mapping

from tidegate.api.names import ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.decision.lost_status import Kept, recollect
from tidegate.decision.progress import Progress
from tidegate.decision.recorded import progress_of
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import SUFFIXES, Owner, pod, selected_revision, service_name

from . import asks
from .sides import revision_of


def is_undecided(found: Object) -> bool:
    """True for a generation that no status tells of yet."""
    return bool((found.get("status") or {}).get("observedGeneration") != found["metadata"]["generation"])


def recorded(found: Object, owner: Owner, world: World, replica_sets: Mapping[str, Object]) -> Progress:
    """The recorded state; a lost status is rebuilt from what is live, and old asks are not obeyed.

    Where nothing is recorded but that the Release waits, what is live may have become ours since.
    """
    status = found.get("status") or {}
    progress = progress_of(status) if status.get("phase") else Progress(handled=asks.of(found))
    if progress.stable or progress.candidate:
        return progress

    selected = _selected(owner, world, "stable") or _selected(owner, world, "apex")
    given = "deletionTimestamp" in found["metadata"] and _given_away(owner, world)
    handed_over_at = world.now() if given else None
    kept, deployment = _kept(owner, world, replica_sets), referenced_deployment(kinds.spec_of(found))
    return recollect(progress, kept, selected=selected, handed_over_at=handed_over_at, deployment=deployment)


def referenced_deployment(declared: Object) -> str:
    """The name of the Deployment that declares the pods; empty where they are declared otherwise."""
    reference: dict[str, str] = declared.get("workloadRef") or {}
    return reference["name"] if reference.get("kind") == kinds.DEPLOYMENTS.kind else ""


def _selected(owner: Owner, world: World, role: str) -> str | None:
    """The revision behind our Service of a role; a user's Service tells nothing."""
    service = world.find(kinds.SERVICES, owner.namespace, service_name(owner, role))
    return selected_revision(service) if service and owner.may_take(service) else None


def _given_away(owner: Owner, world: World) -> bool:
    """True where a Service that was ours selects the pods of the Deployment that was taken over."""
    found = (world.find(kinds.SERVICES, owner.namespace, service_name(owner, role)) for role in SUFFIXES)
    return any(
        owner.may_take(service) and not owner.owns(service) and selected_revision(service) is None
        for service in found
        if service is not None
    )


def _kept(owner: Owner, world: World, replica_sets: Mapping[str, Object]) -> Iterator[Kept]:
    pods = world.store(kinds.PODS).of(owner.key)
    served = {revision_of(found) for found in pods if (facts := pod(found)) and facts.served}
    for revision, seen in replica_sets.items():
        annotations = seen["metadata"].get("annotations") or {}
        yield Kept(
            revision=revision,
            served=bool(seen["spec"]["replicas"]) and revision in served,
            started=annotations.get(ANNOTATION_STARTED, ""),
            rejected=annotations.get(ANNOTATION_REJECTED) == "true",
        )
