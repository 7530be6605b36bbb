"""What outlives its Release: stable's ReplicaSet, the Services and the managed route become nobody's."""

from tidegate.api.names import (
    ANNOTATION_EXPOSED,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_SHAPE,
    ANNOTATION_STARTED,
    ANNOTATION_WEIGHT,
    LABEL_HANDED_OVER,
)
from tidegate.clients import Kind
from tidegate.routers import OPT_OUT
from tidegate.watch import Object
from tidegate.workloads import SUFFIXES, name_of, service_name

from . import kinds
from .act_on_copies import copies_of
from .observe import Seen
from .world import World

NOTES = (
    ANNOTATION_EXPOSED,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_STARTED,
    ANNOTATION_SHAPE,
    ANNOTATION_WEIGHT,
    *OPT_OUT,
)


async def leave_serving(seen: Seen, revision: str, world: World) -> None:
    """Pods first, Services last: cut at any point, what still has an owner is found again by its Service."""
    for kind, name in what_serves(seen, revision):
        found = world.store(kind).get((seen.owner.namespace, name))
        if found is not None and seen.owner.owns(found):
            world.keep(kind, await world.writer.merge(kind, found, orphaned(seen.owner.name)))

    for kind, copy in copies_of(seen, revision, world):
        if seen.owner.owns(copy):
            world.configs.keep(kind, await world.writer.merge(kind, copy, orphaned(seen.owner.name)))


def what_serves(seen: Seen, revision: str) -> list[tuple[Kind, str]]:
    """Everything that a request needs."""
    services = [(kinds.SERVICES, service_name(seen.owner, role)) for role in SUFFIXES]
    return [(seen.made_by, name_of(seen.owner, revision)), (kinds.ROUTES, seen.owner.name), *services]


def orphaned(release: str) -> Object:
    """Nobody's, without a note of ours, and labelled so that a Release of that name may take it again."""
    notes = dict.fromkeys(NOTES)
    return {"metadata": {"ownerReferences": None, "labels": {LABEL_HANDED_OVER: release}, "annotations": notes}}
