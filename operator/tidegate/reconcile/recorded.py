"""The recorded state of a Release: from its status, or rebuilt from what is live where that is lost."""

from collections.abc import Mapping

from tidegate.api.names import ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.decision.progress import Progress
from tidegate.decision.status import progress_of
from tidegate.watch import Object
from tidegate.workloads import Owner, selected_revision, service_name

from . import asks, kinds
from .world import World


def recorded(found: Object, owner: Owner, world: World, replica_sets: Mapping[str, Object]) -> Progress:
    """The recorded state; a lost status is rebuilt from what is live, and old asks are not obeyed."""
    status = found.get("status") or {}
    if status.get("phase"):
        return progress_of(status)

    service = world.store(kinds.SERVICES).get((owner.namespace, service_name(owner, "stable")))
    selected = selected_revision(service) if service and owner.may_take(service) else None
    stable = selected or _longest_served(replica_sets)
    rejected = tuple(
        revision
        for revision, seen in replica_sets.items()
        if (seen["metadata"].get("annotations") or {}).get(ANNOTATION_REJECTED) == "true"
    )
    return Progress(stable=stable if stable in replica_sets else None, rejected=rejected, handled=asks.of(found))


def _longest_served(replica_sets: Mapping[str, Object]) -> str | None:
    """Where the stable Service is lost too: of the revisions that have pods, the one whose rollout is oldest."""
    serving = [
        (str((seen["metadata"].get("annotations") or {}).get(ANNOTATION_STARTED)), revision)
        for revision, seen in replica_sets.items()
        if seen["spec"]["replicas"] and (seen["metadata"].get("annotations") or {}).get(ANNOTATION_REJECTED) != "true"
    ]
    return min(serving)[1] if serving else None
