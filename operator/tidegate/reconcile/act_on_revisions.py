"""The effects on ReplicaSets: one for each revision."""

from typing import assert_never

from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_REJECTED, ANNOTATION_STARTED
from tidegate.decision.actions import ForgetRevision, PrepareRevision, Scale
from tidegate.decision.status import stamp
from tidegate.watch import Object
from tidegate.workloads import Pin, name_of, replica_set

from . import kinds
from .act_on_copies import keep_copies
from .observe import Seen
from .ownership import created, ours
from .pinned import text_of
from .world import World


async def act_on_revisions(seen: Seen, action: PrepareRevision | Scale | ForgetRevision, world: World) -> None:
    """One effect on the ReplicaSet of a revision."""
    match action:
        case PrepareRevision(revision, replicas):
            await prepare(seen, revision, replicas, world)
        case Scale(revision, replicas, rejected):
            await scale(seen, revision, replicas, world, rejected=rejected)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case _:
            assert_never(action)


async def prepare(seen: Seen, revision: str, replicas: int, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    pin = Pin(plan=text_of(seen.declared), started=stamp(seen.snapshot.progress.started_at) or "")
    name = name_of(seen.owner, revision)
    if revision == seen.template.revision:
        await keep_copies(seen, world)

    found = ours(seen, kinds.REPLICA_SETS, name, world)
    if found is None:
        manifest = replica_set(
            seen.owner,
            seen.template.made(),
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
