"""The effects on ReplicaSets: one for each revision."""

from typing import assert_never

import structlog

from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.clients import Conflict, Forbidden, Invalid
from tidegate.decision.actions import CompareTemplate, ForgetRevision, PrepareRevision, Scale
from tidegate.decision.status import stamp
from tidegate.watch import Object
from tidegate.workloads import Pin, name_of, pods_of, replica_set

from . import kinds
from .observe import Seen
from .ownership import created, ours
from .pinned import text_of
from .world import Compared, World

log = structlog.get_logger(__name__)


async def act_on_revisions(
    seen: Seen, action: PrepareRevision | Scale | ForgetRevision | CompareTemplate, world: World
) -> None:
    """One effect on the ReplicaSet of a revision."""
    match action:
        case PrepareRevision(revision, replicas):
            await prepare(seen, revision, replicas, world)
        case Scale(revision, replicas, rejected):
            await scale(seen, revision, replicas, world, rejected=rejected)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case CompareTemplate(revision):
            await compare(seen, revision, world)
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
            seen.template.pods or {},
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


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet."""
    found = world.store(kinds.REPLICA_SETS).get((seen.owner.namespace, name_of(seen.owner, revision)))
    if found is None:
        return

    metadata = found["metadata"]
    await world.writer.delete(kinds.REPLICA_SETS, metadata["namespace"], metadata["name"], metadata["uid"])
    world.store(kinds.REPLICA_SETS).drop(found)


async def compare(seen: Seen, revision: str, world: World) -> None:
    """Remember whether a revision's ReplicaSet would be another one with the declared template: its generation tells.

    A template that is refused is no revision's: that is said when it is to get pods of its own.
    """
    found = ours(seen, kinds.REPLICA_SETS, name_of(seen.owner, revision), world)
    if found is None:
        return

    try:
        same = await _is_of(seen, found, revision, world)
    except (Invalid, Forbidden):
        same = False

    owner, declared = seen.owner, seen.template.declared
    log.info("template compared", namespace=owner.namespace, release=owner.name, declared=declared, same=same)
    memory = world.memory((owner.namespace, owner.name))
    unlike = memory.of_template(declared).unlike
    memory.compared = Compared(declared=declared, same=revision if same else "", unlike=unlike | {revision})


async def _is_of(seen: Seen, found: Object, revision: str, world: World) -> bool:
    metadata, pods = found["metadata"], pods_of(seen.owner, seen.template.pods or {}, revision)
    replaced = {"op": "replace", "path": "/spec/template", "value": pods}
    names = metadata["namespace"], metadata["name"]
    answer = (await world.writer.patch(kinds.REPLICA_SETS, *names, [replaced], dry_run=True))["metadata"]
    if answer["generation"] == metadata["generation"]:
        return True

    if answer["resourceVersion"] != metadata["resourceVersion"]:
        # Someone scaled it meanwhile: that counts as a generation too.
        raise Conflict(409, "the ReplicaSet is newer than what was seen", call=f"comparing {metadata['name']}")

    return False
