"""Carrying out a decision's actions: a case, a call. Each answer goes straight into the store."""

from tidegate.decision.actions import (
    Action,
    EvictPod,
    Finalize,
    ForgetCopy,
    LeaveServing,
    PointService,
    ReleaseReplicas,
    RemakeCopy,
    RemoveRoutes,
    RestoreRoutes,
    RestoreSize,
    RestoreSubsets,
    SetWeight,
    WriteRoute,
)
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.services import service_title
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import service, service_name

from .copies import act_on_copies
from .drift import drift_of_service, tell_put_back
from .leave_serving import leave_serving
from .ownership import create, ours
from .pods import evict
from .release import act_on_release
from .revisions import OnRevisions, act_on_revisions, note_port
from .routes import act_on_routes
from .subsets import point_subsets, restore_subsets
from .workload import act_on_workload, release_replicas


async def act(seen: Seen, action: Action, world: World, *, urgent: bool) -> None:
    """One effect. Running it again changes nothing."""
    match action:
        case _ if isinstance(action, OnRevisions):
            await act_on_revisions(seen, action, world)
        case RemakeCopy() | ForgetCopy():
            await act_on_copies(seen, action, world)
        case PointService():
            await point_service(seen, action, world, urgent=urgent)
        case RestoreSubsets():
            await restore_subsets(seen, action, world)
        case WriteRoute() | SetWeight() | RestoreRoutes() | RemoveRoutes():
            await act_on_routes(seen, action, world, urgent=urgent)
        case EvictPod(name):
            await evict(seen, name, world)
        case ReleaseReplicas(name):
            await release_replicas(seen, name, world)
        case LeaveServing(revision):
            await leave_serving(seen, revision, world)
        case Finalize() | RestoreSize():
            await act_on_release(seen, action, world)
        case _:
            await act_on_workload(seen, action, world)


async def point_service(seen: Seen, action: PointService, world: World, *, urgent: bool) -> None:
    """Create the Service of a role, or move its selector. Subsets go first: only a Service tells that it is done."""
    if action.revision:
        await point_subsets(seen, action.role, action.revision, world, urgent=urgent)

    port, at = seen.spec.service.port, seen.ports.at(action.revision)
    manifest = service(seen.owner, action.role.value, action.revision, port=port, at=at)
    name = service_name(seen.owner, action.role.value)
    found = ours(seen, kinds.SERVICES, name, world)
    if found is None:
        await create(seen, kinds.SERVICES, manifest, world, urgent=urgent)
    else:
        change = pointed(seen, found, manifest)
        # A rollback does not wait for one that hangs: this may not land after what it writes.
        change = change if urgent else at_version(found, change)
        await world.merge(kinds.SERVICES, found, change, urgent=urgent)

    if found is not None and (field := drift_of_service(seen, found, action)):
        tell_put_back(seen, service_title(seen.owner, action.role.value), field, world)

    await note_port(seen, action.revision, at, world)


def at_version(found: Object, change: Object) -> Object:
    """The same change, of exactly what was seen: Conflict where another came between."""
    version = found["metadata"]["resourceVersion"]
    return {**change, "metadata": {**change.get("metadata", {}), "resourceVersion": version}}


def pointed(seen: Seen, found: Object, manifest: Object) -> Object:
    """The change of a Service's selector and ports, whole; one that was handed over once is taken again."""
    selector = {**dict.fromkeys(found["spec"].get("selector") or {}), **manifest["spec"]["selector"]}
    spec = {**manifest["spec"], "selector": selector}
    if seen.owner.owns(found):
        return {"spec": spec}

    labels = {**dict.fromkeys(found["metadata"].get("labels") or {}), **manifest["metadata"]["labels"]}
    references = manifest["metadata"]["ownerReferences"]
    return {"metadata": {"labels": labels, "ownerReferences": references}, "spec": spec}
