"""The effects on ReplicaSets: one for each revision."""

from typing import assert_never

import structlog

from tidegate.api.names import ANNOTATION_REJECTED
from tidegate.clients import Conflict, Forbidden, Invalid
from tidegate.decision.actions import Adopt, CompareTemplate, ForgetRevision, PrepareRevision, Scale
from tidegate.decision.status import stamp
from tidegate.watch import Object
from tidegate.workloads import Pin, name_of, pods_of, replica_set

from . import kinds
from .act_on_copies import adopt_copies, keep_copies
from .act_on_nodes import act_on_nodes
from .memory import Compared
from .observe import Seen
from .ownership import created, ours, take_again
from .pinned import text_of
from .world import World

log = structlog.get_logger(__name__)


OnRevisions = PrepareRevision | Scale | Adopt | ForgetRevision | CompareTemplate


async def act_on_revisions(seen: Seen, action: OnRevisions, world: World) -> None:
    """One effect on the ReplicaSet of a revision."""
    match action:
        case PrepareRevision():
            await prepare(seen, action, world)
        case Scale() if seen.routing.nodes is not None:
            await act_on_nodes(seen, seen.routing.nodes, action, declared(seen, action), world)
        case Scale(revision, replicas, rejected):
            await scale(seen, revision, replicas, world, rejected=rejected)
        case Adopt(revision):
            await adopt(seen, revision, world)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case CompareTemplate(revision):
            await compare(seen, revision, world)
        case _:
            assert_never(action)


def declared(seen: Seen, action: PrepareRevision | Scale) -> Object:
    """The ReplicaSet of a revision, with this rollout's plan pinned on it."""
    return replica_set(
        seen.owner,
        seen.wanted.template.with_copies(),
        action.revision,
        replicas=action.replicas,
        min_ready_seconds=seen.spec.min_ready_seconds,
        pin=Pin(plan=text_of(seen.wanted.declared), started=stamp(seen.snapshot.progress.started_at) or ""),
    )


async def prepare(seen: Seen, action: PrepareRevision, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    manifest = declared(seen, action)
    name = manifest["metadata"]["name"]
    if action.revision == seen.wanted.template.revision:
        await keep_copies(seen, world)

    found = ours(seen, seen.made_by, name, world)
    if found is None and seen.wanted.template.revision not in {"", action.revision}:
        message = f"{name} is gone, and what is declared is another template"
        raise Conflict(409, message, call=f"create {name}")

    if seen.routing.nodes is not None:
        await act_on_nodes(seen, seen.routing.nodes, action, manifest, world)
        return

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
    await adopt_copies(seen, revision, world)
    found = ours(seen, seen.made_by, name_of(seen.owner, revision), world)
    if found is not None:
        await take_again(seen, seen.made_by, found, world)


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet, or DaemonSet."""
    kind = seen.made_by
    found = world.store(kind).get((seen.owner.namespace, name_of(seen.owner, revision)))
    if found is None:
        return

    metadata = found["metadata"]
    await world.writer.delete(kind, metadata["namespace"], metadata["name"], metadata["uid"])
    world.store(kind).drop(found)


async def compare(seen: Seen, revision: str, world: World) -> None:
    """Remember whether a revision's ReplicaSet would be another one with the declared template: its generation tells.

    A template that is refused is no revision's: that is said when it is to get pods of its own.
    """
    found = ours(seen, kinds.REPLICA_SETS, name_of(seen.owner, revision), world)
    try:
        same = found is not None and await _is_of(seen, found, revision, world)
    except (Invalid, Forbidden):
        same = False

    owner, template = seen.owner, seen.wanted.template.declared
    log.info("template compared", namespace=owner.namespace, release=owner.name, declared=template, same=same)
    memory = world.memory((owner.namespace, owner.name))
    unlike = memory.of_template(template).unlike
    memory.compared = Compared(declared=template, same=revision if same else "", unlike=unlike | {revision})


async def _is_of(seen: Seen, found: Object, revision: str, world: World) -> bool:
    metadata, pods = found["metadata"], pods_of(seen.owner, seen.wanted.template.with_copies(), revision)
    replaced = {"op": "replace", "path": "/spec/template", "value": pods}
    names = metadata["namespace"], metadata["name"]
    answer = (await world.writer.patch(kinds.REPLICA_SETS, *names, [replaced], dry_run=True))["metadata"]
    if answer["generation"] == metadata["generation"]:
        return True

    if answer["resourceVersion"] != metadata["resourceVersion"]:
        # Someone scaled it meanwhile: that counts as a generation too.
        raise Conflict(409, "the ReplicaSet is newer than what was seen", call=f"comparing {metadata['name']}")

    return False
