"""Carrying out a decision's actions: a case, a call. Each answer goes straight into the store."""

from typing import assert_never

from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.clients import Conflict, Invalid, Kind
from tidegate.decision.actions import (
    Action,
    ForgetRevision,
    PointService,
    PrepareRevision,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.status import stamp
from tidegate.routers import gateway_api
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
            await set_weight(seen, action, world, urgent=urgent or not action.raising)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case _:
            assert_never(action)


async def prepare(seen: Seen, revision: str, replicas: int, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    pin = Pin(plan=text_of(seen.declared), started=stamp(seen.snapshot.progress.started_at) or "")
    name = name_of(seen.owner, revision)
    if world.store(kinds.REPLICA_SETS).get((seen.owner.namespace, name)) is None:
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
        answer = await world.writer.merge(kinds.REPLICA_SETS, seen.owner.namespace, name, body)

    world.keep(kinds.REPLICA_SETS, answer)


async def scale(seen: Seen, revision: str, replicas: int, world: World, *, rejected: bool) -> None:
    """Change the size, and keep on the ReplicaSet that its revision was rejected."""
    body: Object = {"spec": {"replicas": replicas}}
    if rejected:
        body["metadata"] = {"annotations": {ANNOTATION_REJECTED: "true"}}

    name = name_of(seen.owner, revision)
    answer = await world.writer.merge(kinds.REPLICA_SETS, seen.owner.namespace, name, body)
    world.keep(kinds.REPLICA_SETS, answer)


async def point_service(seen: Seen, action: PointService, world: World) -> None:
    """Create the Service of a role, or move its selector."""
    ports = seen.spec.service
    manifest = service(seen.owner, action.role.value, action.revision, port=ports.port, target_port=ports.target_port)
    name = service_name(seen.owner, action.role.value)
    if world.store(kinds.SERVICES).get((seen.owner.namespace, name)) is None:
        answer = await created(seen, kinds.SERVICES, manifest, world)
    else:
        answer = await world.writer.merge(kinds.SERVICES, seen.owner.namespace, name, {"spec": manifest["spec"]})

    world.keep(kinds.SERVICES, answer)


async def write_route(seen: Seen, weight: int, revision: str, world: World, *, urgent: bool) -> None:
    """Write the whole managed route; a foreign one of its name is never overwritten."""
    metadata = {
        "name": seen.owner.name,
        "namespace": seen.owner.namespace,
        "ownerReferences": [seen.owner.reference()],
    }
    gateway = seen.declared["traffic"]["gateway"]
    manifest = gateway_api.route(metadata, gateway, seen.backends, weight=weight, revision=revision)
    if world.store(kinds.ROUTES).get((seen.owner.namespace, seen.owner.name)) is None:
        answer = await created(seen, kinds.ROUTES, manifest, world)
    else:
        answer = await world.writer.apply(kinds.ROUTES, manifest, urgent=urgent)

    world.keep(kinds.ROUTES, answer)


async def set_weight(seen: Seen, action: SetWeight, world: World, *, urgent: bool) -> None:
    """One patch for both weights. Where the route is not as it was seen, it is read again and decided again."""
    found = world.store(kinds.ROUTES).get((seen.owner.namespace, seen.owner.name))
    if found is None:
        return

    patch = gateway_api.weight_patch(
        found, seen.backends, weight=action.weight, revision=action.revision, raising=action.raising
    )
    try:
        answer = await world.writer.patch(kinds.ROUTES, seen.owner.namespace, seen.owner.name, patch, urgent=urgent)
    except Invalid:
        path = kinds.ROUTES.path(seen.owner.namespace, seen.owner.name)
        world.keep(kinds.ROUTES, await world.kube.call("GET", path))
        raise

    world.keep(kinds.ROUTES, answer)


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet."""
    found = world.store(kinds.REPLICA_SETS).get((seen.owner.namespace, name_of(seen.owner, revision)))
    if found is None:
        return

    metadata = found["metadata"]
    await world.writer.delete(kinds.REPLICA_SETS, metadata["namespace"], metadata["name"], metadata["uid"])
    world.store(kinds.REPLICA_SETS).drop(found)


async def created(seen: Seen, kind: Kind, manifest: Object, world: World) -> Object:
    """Create, and tell our own object from a foreign one of the same name."""
    try:
        return await world.writer.create(kind, manifest)
    except Conflict:
        name = manifest["metadata"]["name"]
        answer = await world.kube.call("GET", kind.path(seen.owner.namespace, name))
        if seen.owner.owns(answer):
            return answer

        sentence = f"{kind.kind} {name} exists and is not Tidegate's: rename or delete it"
        world.memory((seen.owner.namespace, seen.owner.name)).name_taken = sentence
        raise
