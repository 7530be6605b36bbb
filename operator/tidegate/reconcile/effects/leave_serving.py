"""What outlives its Release: stable's ReplicaSet, the Services and the managed route become nobody's."""

from tidegate.api.names import (
    ANNOTATION_ENDING,
    ANNOTATION_EXPOSED,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_SHAPE,
    ANNOTATION_STARTED,
    ANNOTATION_TARGET_PORT,
    ANNOTATION_WEIGHT,
    LABEL_HANDED_OVER,
)
from tidegate.clients import Kind
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import OPT_OUT
from tidegate.watch import Object
from tidegate.workloads import SUFFIXES, name_of, service_name

from .copies import copies_of

NOTES = (
    ANNOTATION_ENDING,
    ANNOTATION_EXPOSED,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_STARTED,
    ANNOTATION_SHAPE,
    ANNOTATION_TARGET_PORT,
    ANNOTATION_WEIGHT,
    *OPT_OUT,
)


async def leave_serving(seen: Seen, revision: str, world: World) -> None:
    """Pods first, Services last: cut at any point, what still has an owner is found again by its Service."""
    for kind, name in what_serves(seen, revision):
        await leave(seen, kind, name, world)

    for kind, copy in copies_of(seen, revision, world):
        if seen.owner.owns(copy):
            await world.merge(kind, copy, orphaned(seen.owner.name))


async def leave(seen: Seen, kind: Kind, name: str, world: World) -> None:
    """Make one object of ours nobody's."""
    found = world.find(kind, seen.owner.namespace, name)
    if found is not None and seen.owner.owns(found):
        await world.merge(kind, found, orphaned(seen.owner.name))


def what_serves(seen: Seen, revision: str) -> list[tuple[Kind, str]]:
    """Everything that a request needs."""
    services = [(kinds.SERVICES, service_name(seen.owner, role)) for role in SUFFIXES]
    return [(seen.made_by, name_of(seen.owner, revision)), (kinds.ROUTES, seen.owner.name), *services]


def orphaned(release: str) -> Object:
    """Nobody's, without a note of ours, and labelled so that a Release of that name may take it again."""
    notes = dict.fromkeys(NOTES)
    return {"metadata": {"ownerReferences": None, "labels": {LABEL_HANDED_OVER: release}, "annotations": notes}}
