"""Ours or someone else's: what is made, and what is never touched."""

from tidegate.clients import Conflict, Kind
from tidegate.decision.reasons import Reason
from tidegate.watch import Object

from .observe import Seen
from .world import World


def taken(seen: Seen, kind: Kind, name: str, world: World) -> Conflict:
    """Someone else's object has the name: it is never touched."""
    sentence = f"{kind.kind} {name} exists and is not Tidegate's: rename or delete it"
    world.refuse((seen.owner.namespace, seen.owner.name), Reason.NAME_TAKEN, sentence)
    return Conflict(409, sentence, call=kind.path(seen.owner.namespace, name))


def ours(seen: Seen, kind: Kind, name: str, world: World) -> Object | None:
    """What is ours of that name, or nobody's and once ours. Raises where it is someone else's."""
    found = world.store(kind).get((seen.owner.namespace, name))
    if found is not None and not seen.owner.may_take(found):
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
