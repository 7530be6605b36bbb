"""Carrying out a decision's actions: a case, a call. Each answer goes straight into the store."""

from tidegate.api.names import FINALIZER
from tidegate.decision.actions import (
    Action,
    Adopt,
    CompareTemplate,
    EvictPod,
    Finalize,
    ForgetCopy,
    ForgetRevision,
    LeaveServing,
    PointService,
    PrepareRevision,
    ReleaseReplicas,
    RemoveRoutes,
    RestoreRoutes,
    RestoreSubsets,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.watch import Object
from tidegate.workloads import service, service_name

from . import kinds
from .act_on_copies import forget_copy
from .act_on_pods import evict
from .act_on_revisions import act_on_revisions
from .act_on_routes import act_on_routes
from .act_on_subsets import point_subsets, restore_subsets
from .act_on_workload import act_on_workload, release_replicas
from .leave_serving import leave_serving
from .observe import Seen
from .ownership import created, ours
from .world import World


async def act(seen: Seen, action: Action, world: World, *, urgent: bool) -> None:
    """One effect. Running it again changes nothing."""
    match action:
        case PrepareRevision() | Scale() | Adopt() | ForgetRevision() | CompareTemplate():
            await act_on_revisions(seen, action, world)
        case ForgetCopy():
            await forget_copy(seen, action, world)
        case PointService():
            await point_service(seen, action, world)
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
        case Finalize(keep):
            await finalize(seen, world, keep=keep)
        case _:
            await act_on_workload(seen, action, world)


async def point_service(seen: Seen, action: PointService, world: World) -> None:
    """Create the Service of a role, or move its selector. Subsets go first: only a Service tells that it is done."""
    await point_subsets(seen, action.role, action.revision, world)
    ports = seen.spec.service
    manifest = service(seen.owner, action.role.value, action.revision, port=ports.port, target_port=ports.target_port)
    name = service_name(seen.owner, action.role.value)
    found = ours(seen, kinds.SERVICES, name, world)
    if found is None:
        answer = await created(seen, kinds.SERVICES, manifest, world)
    else:
        answer = await world.writer.merge(kinds.SERVICES, found, pointed(seen, found, manifest))

    world.keep(kinds.SERVICES, answer)


def pointed(seen: Seen, found: Object, manifest: Object) -> Object:
    """The change of a Service's selector and ports; one that was handed over once is taken again, whole."""
    if seen.owner.owns(found):
        return {"spec": manifest["spec"]}

    labels = {**dict.fromkeys(found["metadata"].get("labels") or {}), **manifest["metadata"]["labels"]}
    selector = {**dict.fromkeys(found["spec"].get("selector") or {}), **manifest["spec"]["selector"]}
    references = manifest["metadata"]["ownerReferences"]
    return {
        "metadata": {"labels": labels, "ownerReferences": references},
        "spec": {**manifest["spec"], "selector": selector},
    }


async def finalize(seen: Seen, world: World, *, keep: bool) -> None:
    """Put our finalizer on the Release, or take it off; others keep theirs."""
    metadata = seen.stored.found["metadata"]
    others = [name for name in metadata.get("finalizers") or () if name != FINALIZER]
    finalizers = [*others, FINALIZER] if keep else others
    body: Object = {"metadata": {"resourceVersion": metadata["resourceVersion"], "finalizers": finalizers}}
    answer = await world.writer.merge(kinds.RELEASES, seen.stored.found, body)
    if seen.snapshot.deleting and not finalizers:
        # It is gone with this write: kept, it would be a ghost that claims its routes for ever.
        world.store(kinds.RELEASES).drop(answer)
        return

    world.keep(kinds.RELEASES, answer)
