"""The effects on copies of configuration: made before the ReplicaSet that names them, gone before the last one is."""

from typing import assert_never

from tidegate.clients import Conflict, Kind
from tidegate.decision.actions import ForgetCopy, RemakeCopy
from tidegate.reconcile import kinds
from tidegate.reconcile.configuration.standing import Place
from tidegate.reconcile.configuration.tracking import named_copies
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import copy_name, copy_of, name_of

from .ownership import Owned, create, taken, taken_again


async def act_on_copies(seen: Seen, action: RemakeCopy | ForgetCopy, world: World) -> None:
    """One effect on a copy."""
    match action:
        case RemakeCopy(kind=kind, original=original, content=content):
            await keep_copy(seen, (kind, seen.owner.namespace, original), content, world)
        case ForgetCopy():
            await forget_copy(seen, action, world)
        case _:
            assert_never(action)


async def keep_copies(seen: Seen, world: World) -> None:
    """Every copy that the declared pods name is there."""
    for place, content in seen.wanted.template.tracking.contents.items():
        await keep_copy(seen, place, content, world)


async def keep_copy(seen: Owned, place: Place, content: str, world: World) -> None:
    """Copy what is there now; what changed since it was decided on is decided on again."""
    kind, original = kinds.CONFIG_KINDS[place[0]], place[2]
    name = copy_name(seen.owner.name, original, content)
    known = world.find(kind, seen.owner.namespace, name)
    if known is not None and seen.owner.owns(known):
        return

    if known is not None and not seen.owner.may_take(known):
        raise taken(seen, kind, name, world)

    if known is not None:
        await adopt_copy(seen, kind, known, world)
        return

    found, newest = await world.configs.content(place)
    if newest != content:
        sentence = f"{kind.kind} {original} changed while it was copied"
        raise Conflict(409, sentence, call=kind.path(seen.owner.namespace, original))

    await create(seen, kind, copy_of(seen.owner, kind.kind, found, content), world)


async def adopt_copies(seen: Seen, revision: str, world: World) -> None:
    """Own again the copies that a revision's pods name."""
    for kind, copy in copies_of(seen, revision, world):
        if not seen.owner.owns(copy):
            await adopt_copy(seen, kind, copy, world)


async def adopt_copy(seen: Owned, kind: Kind, copy: Object, world: World) -> None:
    """Own again a copy that a deleted Release of this name left. It is immutable, so it holds what its name says."""
    await world.merge(kind, copy, taken_again(seen))


def copies_of(seen: Seen, revision: str, world: World) -> list[tuple[Kind, Object]]:
    """The copies that a revision's pods name."""
    found = world.find(seen.made_by, seen.owner.namespace, name_of(seen.owner, revision))
    return named_copies(seen.owner, found, world.configs) if found else []


async def forget_copy(seen: Seen, action: ForgetCopy, world: World) -> None:
    """Delete a copy that nothing names."""
    kind = kinds.CONFIG_KINDS[action.kind]
    found = world.find(kind, seen.owner.namespace, action.name)
    if found is not None:
        await world.delete(kind, found)
