"""Carrying out a decision's actions: a case, a call. Each answer goes straight into the store."""

import asyncio
from typing import assert_never

from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.clients import MANAGER, Conflict, Invalid, Kind
from tidegate.decision.actions import (
    Action,
    ForgetRevision,
    PointService,
    PrepareRevision,
    RestoreRoutes,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.reasons import Reason
from tidegate.decision.status import stamp
from tidegate.routers import AttachedRoute, ManagedRoute, Router, release_patch
from tidegate.watch import Object
from tidegate.workloads import Pin, name_of, replica_set, service, service_name

from . import kinds
from .observe import Seen
from .pinned import text_of
from .world import World


async def act(seen: Seen, action: Action, world: World, *, urgent: bool) -> None:
    """One effect. Running it again changes nothing."""
    match action:
        case PrepareRevision(revision, replicas):
            await prepare(seen, revision, replicas, world)
        case Scale(revision, replicas, rejected):
            await scale(seen, revision, replicas, world, rejected=rejected)
        case PointService():
            await point_service(seen, action, world)
        case WriteRoute(weight, revision):
            await write_route(seen, weight, revision, world, urgent=urgent)
        case SetWeight():
            await set_weights(seen, action, world, urgent=urgent or not action.raising)
        case RestoreRoutes():
            await restore_routes(seen, world)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case _:
            assert_never(action)


async def prepare(seen: Seen, revision: str, replicas: int, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    pin = Pin(plan=text_of(seen.declared), started=stamp(seen.snapshot.progress.started_at) or "")
    name = name_of(seen.owner, revision)
    found = ours(seen, kinds.REPLICA_SETS, name, world)
    if found is None:
        manifest = replica_set(
            seen.owner,
            seen.declared["template"],
            revision,
            replicas=replicas,
            min_ready_seconds=seen.spec.min_ready_seconds,
            pin=pin,
        )
        answer = await created(seen, kinds.REPLICA_SETS, manifest, world)
    else:
        annotations = {ANNOTATION_PLAN: pin.plan, ANNOTATION_STARTED: pin.started, ANNOTATION_REJECTED: None}
        body = {"metadata": {"annotations": annotations}, "spec": {"replicas": replicas}}
        answer = await world.writer.merge(kinds.REPLICA_SETS, found, body)

    world.keep(kinds.REPLICA_SETS, answer)


async def scale(seen: Seen, revision: str, replicas: int, world: World, *, rejected: bool) -> None:
    """Change the size, and keep on the ReplicaSet that its revision was rejected."""
    body: Object = {"spec": {"replicas": replicas}}
    if rejected:
        body["metadata"] = {"annotations": {ANNOTATION_REJECTED: "true"}}

    found = ours(seen, kinds.REPLICA_SETS, name_of(seen.owner, revision), world)
    if found is not None:
        world.keep(kinds.REPLICA_SETS, await world.writer.merge(kinds.REPLICA_SETS, found, body))


async def point_service(seen: Seen, action: PointService, world: World) -> None:
    """Create the Service of a role, or move its selector."""
    ports = seen.spec.service
    manifest = service(seen.owner, action.role.value, action.revision, port=ports.port, target_port=ports.target_port)
    name = service_name(seen.owner, action.role.value)
    found = ours(seen, kinds.SERVICES, name, world)
    if found is None:
        answer = await created(seen, kinds.SERVICES, manifest, world)
    else:
        answer = await world.writer.merge(kinds.SERVICES, found, {"spec": manifest["spec"]})

    world.keep(kinds.SERVICES, answer)


async def write_route(seen: Seen, weight: int, revision: str, world: World, *, urgent: bool) -> None:
    """Write the whole managed route; a foreign one of its name is never overwritten."""
    metadata = {
        "name": seen.owner.name,
        "namespace": seen.owner.namespace,
        "ownerReferences": [seen.owner.reference()],
    }
    for router in seen.routers:
        if not isinstance(router, ManagedRoute):
            continue

        manifest = router.manifest(metadata, weight=weight, revision=revision)
        if ours(seen, kinds.ROUTES, router.name, world) is None:
            answer = await created(seen, kinds.ROUTES, manifest, world)
        else:
            answer = await world.writer.apply(kinds.ROUTES, manifest, urgent=urgent)

        world.keep(kinds.ROUTES, answer)


async def set_weights(seen: Seen, action: SetWeight, world: World, *, urgent: bool) -> None:
    """Both weights of every route at once: one that fails does not keep the others from theirs."""
    writes = (set_weight(seen, router, action, world, urgent=urgent) for router in seen.routers)
    for failure in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def set_weight(seen: Seen, router: Router, action: SetWeight, world: World, *, urgent: bool) -> None:
    """One patch for both weights. Where the route is not as it was seen, it is read again and decided again."""
    kind = kinds.ROUTE_KINDS[router.kind]
    found = world.store(kind).get((seen.owner.namespace, router.name))
    if found is None:
        return

    patch = router.weight_patch(found, weight=action.weight, revision=action.revision, raising=action.raising)
    await patch_route(seen, router, patch, world, urgent=urgent)


async def patch_route(seen: Seen, router: Router, patch: list[Object], world: World, *, urgent: bool) -> Object:
    """Send a patch; where a `test` in it fails, keep what the route is now."""
    kind = kinds.ROUTE_KINDS[router.kind]
    try:
        answer = await world.writer.patch(kind, seen.owner.namespace, router.name, patch, urgent=urgent)
    except Invalid:
        world.keep(kind, await world.kube.call("GET", kind.path(seen.owner.namespace, router.name)))
        raise

    # Keeping trims: what the caller does with the whole answer comes after.
    world.keep(kind, {**answer, "metadata": dict(answer["metadata"])})
    return answer


async def restore_routes(seen: Seen, world: World) -> None:
    """Attached routes as they were found: weights, notes, and then the list of those who own fields."""
    for router in seen.routers:
        found = world.store(kinds.ROUTE_KINDS[router.kind]).get((seen.owner.namespace, router.name))
        if not isinstance(router, AttachedRoute) or found is None:
            continue

        if patch := router.restore_patch(found):
            await patch_route(seen, router, patch, world, urgent=False)

        path = kinds.ROUTE_KINDS[router.kind].path(seen.owner.namespace, router.name)
        whole = await world.kube.call("GET", path)
        if patch := release_patch(whole["metadata"].get("managedFields") or [], MANAGER):
            await patch_route(seen, router, patch, world, urgent=False)


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet."""
    found = world.store(kinds.REPLICA_SETS).get((seen.owner.namespace, name_of(seen.owner, revision)))
    if found is None:
        return

    metadata = found["metadata"]
    await world.writer.delete(kinds.REPLICA_SETS, metadata["namespace"], metadata["name"], metadata["uid"])
    world.store(kinds.REPLICA_SETS).drop(found)


def ours(seen: Seen, kind: Kind, name: str, world: World) -> Object | None:
    """Our own object of that name; none where there is none. Raises where it is someone else's."""
    found = world.store(kind).get((seen.owner.namespace, name))
    if found is not None and not seen.owner.owns(found):
        raise taken(seen, kind, name, world)

    return found


async def created(seen: Seen, kind: Kind, manifest: Object, world: World) -> Object:
    """Create, and tell our own object from a foreign one of the same name."""
    try:
        return await world.writer.create(kind, manifest)
    except Conflict:
        name = manifest["metadata"]["name"]
        answer = await world.kube.call("GET", kind.path(seen.owner.namespace, name))
        if seen.owner.owns(answer):
            return answer

        raise taken(seen, kind, name, world) from None


def taken(seen: Seen, kind: Kind, name: str, world: World) -> Conflict:
    """Someone else's object has the name: it is never touched."""
    sentence = f"{kind.kind} {name} exists and is not Tidegate's: rename or delete it"
    world.refuse((seen.owner.namespace, seen.owner.name), Reason.NAME_TAKEN, sentence)
    return Conflict(409, sentence, call=kind.path(seen.owner.namespace, name))
