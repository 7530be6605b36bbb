"""The effects on ReplicaSets: one for each revision."""

from typing import assert_never

from tidegate.api.names import ANNOTATION_REJECTED
from tidegate.clients import Conflict
from tidegate.decision.actions import Adopt, ForgetRevision, PrepareRevision, Scale
from tidegate.decision.status import stamp
from tidegate.watch import Object
from tidegate.workloads import Pin, name_of, replica_set

from . import kinds
from .act_on_copies import keep_copies
from .act_on_nodes import act_on_nodes
from .observe import Seen
from .ownership import created, ours, take_again
from .pinned import text_of
from .world import World


async def act_on_revisions(seen: Seen, action: PrepareRevision | Scale | Adopt | ForgetRevision, world: World) -> None:
    """One effect on the ReplicaSet of a revision."""
    match action:
        case PrepareRevision() | Scale() if seen.nodes is not None:
            await act_on_nodes(seen, seen.nodes, action, declared(seen, action), world)
        case PrepareRevision():
            await prepare(seen, action, world)
        case Scale(revision, replicas, rejected):
            await scale(seen, revision, replicas, world, rejected=rejected)
        case Adopt(revision):
            await adopt(seen, revision, world)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case _:
            assert_never(action)


def declared(seen: Seen, action: PrepareRevision | Scale) -> Object:
    """The ReplicaSet of a revision, with this rollout's plan pinned on it."""
    return replica_set(
        seen.owner,
        seen.template.made(),
        action.revision,
        replicas=action.replicas,
        min_ready_seconds=seen.spec.min_ready_seconds,
        pin=Pin(plan=text_of(seen.declared), started=stamp(seen.snapshot.progress.started_at) or ""),
    )


async def prepare(seen: Seen, action: PrepareRevision, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    manifest = declared(seen, action)
    name = manifest["metadata"]["name"]
    if action.revision == seen.template.revision:
        await keep_copies(seen, world)

    found = ours(seen, kinds.REPLICA_SETS, name, world)
    if found is None and seen.template.revision not in {"", action.revision}:
        message = f"{name} is gone, and what is declared is another template"
        raise Conflict(409, message, call=f"create {name}")

    if found is None:
        answer = await created(seen, kinds.REPLICA_SETS, manifest, world)
    else:
        annotations = {**manifest["metadata"]["annotations"], ANNOTATION_REJECTED: None}
        body = {"metadata": {"annotations": annotations}, "spec": {"replicas": action.replicas}}
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


async def adopt(seen: Seen, revision: str, world: World) -> None:
    """The owner and the label change, and nothing that a pod is made of."""
    found = ours(seen, kinds.REPLICA_SETS, name_of(seen.owner, revision), world)
    if found is not None:
        await take_again(seen, kinds.REPLICA_SETS, found, world)


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet, or DaemonSet."""
    kind = kinds.REPLICA_SETS if seen.nodes is None else kinds.DAEMON_SETS
    found = world.store(kind).get((seen.owner.namespace, name_of(seen.owner, revision)))
    if found is None:
        return

    metadata = found["metadata"]
    await world.writer.delete(kind, metadata["namespace"], metadata["name"], metadata["uid"])
    world.store(kind).drop(found)
