"""The effects on DaemonSets: a node leaves one revision's DaemonSet before it joins the other's."""

from tidegate.api.names import ANNOTATION_ENDING, ANNOTATION_NODES, ANNOTATION_REJECTED
from tidegate.decision.actions import PrepareRevision, Scale
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.nodes import Nodes
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Allotment, allotted, chosen, daemon_set, moves, name_of

from .ownership import create, ours


async def act_on_nodes(
    seen: Seen, nodes: Nodes, action: PrepareRevision | Scale, manifest: Object, world: World, *, strict: bool = False
) -> None:
    """Give a revision so many nodes. `manifest` is the ReplicaSet that it would have been, with its notes.

    `strict`: a field of it that is not known fails.
    """
    progress = seen.snapshot.progress
    kept = nodes.allotment(action.revision).nodes
    mine = chosen(kept, nodes.eligible, action.replicas, release=seen.owner.name)
    order = moves(action.revision, action.replicas, stable=progress.stable, candidate=progress.candidate, nodes=mine)
    for revision, allotment in order:
        whole = manifest if revision == action.revision and isinstance(action, PrepareRevision) else None
        told = notes_of(action) if isinstance(action, Scale) and revision == action.revision else {}
        await _give(seen, revision, allotment, whole, world, told=told, strict=strict)


def notes_of(action: Scale) -> dict[str, str]:
    """What is kept beside a size: that the revision was rejected, and how its rollout ended."""
    rejected = {ANNOTATION_REJECTED: "true"} if action.rejected else {}
    return {**rejected, ANNOTATION_ENDING: action.ending} if action.ending else rejected


async def _give(
    seen: Seen,
    revision: str,
    allotment: Allotment,
    manifest: Object | None,
    world: World,
    *,
    told: Object,
    strict: bool,
) -> None:
    """Create the DaemonSet of a revision with its nodes, or change them."""
    kind, name = kinds.DAEMON_SETS, name_of(seen.owner, revision)
    found = ours(seen, kind, name, world)
    if found is None and manifest is None:
        return

    if found is None:
        await create(seen, kind, daemon_set(manifest or {}, allotment), world, strict=strict)
        return

    annotations = found["metadata"].get("annotations") or {}
    body = allotted(annotations, allotment)
    notes = {**manifest["metadata"]["annotations"], ANNOTATION_REJECTED: None} if manifest else told
    if not notes and annotations.get(ANNOTATION_NODES) == allotment.text():
        return

    body["metadata"]["annotations"].update(notes)
    await world.merge(kind, found, body)
