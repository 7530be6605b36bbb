"""The effects on ReplicaSets: one for each revision."""

from typing import assert_never

import structlog

from tidegate.api.names import ANNOTATION_REJECTED, ANNOTATION_TARGET_PORT
from tidegate.clients import Conflict, Forbidden, Invalid
from tidegate.decision.actions import (
    Adopt,
    CompareTemplate,
    ForgetBaseline,
    ForgetRevision,
    PrepareBaseline,
    PrepareRevision,
    Scale,
)
from tidegate.decision.progress import Progress
from tidegate.decision.start import served_before
from tidegate.decision.status import stamp
from tidegate.reconcile import kinds
from tidegate.reconcile.memory import Compared
from tidegate.reconcile.seen.pin import pin_of_spec
from tidegate.reconcile.seen.ports import note_of
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Pin, PodPort, name_of, pods_of, replica_set

from .baselines import act_on_baselines
from .copies import adopt_copies, keep_copies
from .nodes import act_on_nodes, notes_of
from .ownership import create, ours, take_again

log = structlog.get_logger(__name__)


OnRevisions = PrepareRevision | Scale | Adopt | ForgetRevision | CompareTemplate | PrepareBaseline | ForgetBaseline


async def act_on_revisions(seen: Seen, action: OnRevisions, world: World) -> None:
    """One effect on the ReplicaSet of a revision."""
    match action:
        case PrepareRevision():
            await prepare(seen, action, world)
        case Scale() if seen.routing.nodes is not None:
            await act_on_nodes(seen, seen.routing.nodes, action, declared(seen, action), world)
        case Scale():
            await scale(seen, action, world)
        case Adopt(revision):
            await adopt(seen, revision, world)
        case ForgetRevision(revision):
            await forget(seen, revision, world)
        case CompareTemplate(revision):
            await compare(seen, revision, world)
        case PrepareBaseline() | ForgetBaseline():
            await act_on_baselines(seen, action, world)
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
        pin=Pin(
            plan=pin_of_spec(seen.wanted.declared),
            started=stamp(seen.snapshot.progress.started_at) or "",
            target_port=note_of(seen.ports.at(action.revision)),
        ),
    )


def serves(progress: Progress, revision: str) -> bool:
    """True for what requests reach, or reached before: its pods come back, however its template is written.

    Of any other a misspelt field is refused: a probe that the API server drops would be a gate that is passed silently.
    """
    known = {progress.stable, *served_before(progress)}
    return revision in known or progress.weighted_at is not None


async def note_port(seen: Seen, revision: str, at: PodPort, world: World) -> None:
    """Note that a revision serves at another port from now on: its pods are the same, and the port is declared anew."""
    found = world.find(seen.made_by, seen.owner.namespace, name_of(seen.owner, revision))
    before = (found["metadata"].get("annotations") or {}).get(ANNOTATION_TARGET_PORT) if found else None
    if found is None or before in {None, note_of(at)}:
        return

    body: Object = {"metadata": {"annotations": {ANNOTATION_TARGET_PORT: note_of(at)}}}
    await world.merge(seen.made_by, found, body)


async def prepare(seen: Seen, action: PrepareRevision, world: World) -> None:
    """Create the revision's ReplicaSet, or bring an earlier one back with this rollout's plan."""
    manifest, strict = declared(seen, action), not serves(seen.snapshot.progress, action.revision)
    name = manifest["metadata"]["name"]
    if action.revision == seen.wanted.template.revision:
        await keep_copies(seen, world)

    found = ours(seen, seen.made_by, name, world)
    if found is None and seen.wanted.template.revision not in {"", action.revision}:
        message = f"{name} is gone, and what is declared is another template"
        raise Conflict(409, message, call=f"create {name}")

    if seen.routing.nodes is not None:
        await act_on_nodes(seen, seen.routing.nodes, action, manifest, world, strict=strict)
        return

    if found is None:
        await create(seen, kinds.REPLICA_SETS, manifest, world, strict=strict)
        return

    annotations = {**manifest["metadata"]["annotations"], ANNOTATION_REJECTED: None}
    body = {"metadata": {"annotations": annotations}, "spec": {"replicas": action.replicas}}
    await world.merge(kinds.REPLICA_SETS, found, body)


async def scale(seen: Seen, action: Scale, world: World) -> None:
    """Change the size, and keep on the ReplicaSet that its revision was rejected, and why."""
    body: Object = {"spec": {"replicas": action.replicas}}
    if notes := notes_of(action):
        body["metadata"] = {"annotations": notes}

    found = ours(seen, kinds.REPLICA_SETS, name_of(seen.owner, action.revision), world)
    if found is None:
        return

    # More pods than are needed take nothing from anyone, unless the pods themselves are the share.
    late = action.replicas >= found["spec"]["replicas"] and not seen.snapshot.by_pods
    await world.merge(kinds.REPLICA_SETS, found, body, late=late)


async def adopt(seen: Seen, revision: str, world: World) -> None:
    """The owner and the label change, and nothing that a pod is made of."""
    await adopt_copies(seen, revision, world)
    found = ours(seen, seen.made_by, name_of(seen.owner, revision), world)
    if found is not None:
        await take_again(seen, seen.made_by, found, world)


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete an old, empty ReplicaSet, or DaemonSet."""
    found = world.find(seen.made_by, seen.owner.namespace, name_of(seen.owner, revision))
    if found is not None:
        await world.delete(seen.made_by, found)


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
    memory = world.memory(owner.key)
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
