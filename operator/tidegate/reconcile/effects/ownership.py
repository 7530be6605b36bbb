"""Ours or someone else's: what is made, and what is never touched."""

from typing import Protocol

from tidegate.api.names import LABEL_HANDED_OVER
from tidegate.clients import MANAGER, Conflict, Invalid, Kind
from tidegate.decision.reasons import Reason
from tidegate.reconcile.world import World
from tidegate.routers import release_patch
from tidegate.watch import Object
from tidegate.workloads import Owner


class Owned(Protocol):
    """Whatever tells for which Release something is made."""

    @property
    def owner(self) -> Owner: ...


def taken_sentence(kind: str, name: str) -> str:
    """What is said of someone else's object that has a name of ours."""
    return (
        f"metadata.name: {kind} {name} exists and is not Tidegate's: rename or delete it, or name the Release otherwise"
    )


def taken(seen: Owned, kind: Kind, name: str, world: World) -> Conflict:
    """Someone else's object has the name: it is never touched."""
    sentence = taken_sentence(kind.kind, name)
    world.refuse(seen.owner.key, Reason.NAME_TAKEN, sentence)
    return Conflict(409, sentence, call=kind.path(seen.owner.namespace, name))


def ours(seen: Owned, kind: Kind, name: str, world: World) -> Object | None:
    """What is ours of that name, or nobody's and once ours. Raises where it is someone else's."""
    found = world.find(kind, seen.owner.namespace, name)
    if found is not None and not seen.owner.may_take(found):
        raise taken(seen, kind, name, world)

    return found


async def create(
    seen: Owned, kind: Kind, manifest: Object, world: World, *, urgent: bool = False, strict: bool = False
) -> None:
    """Create, and tell our own object from a foreign one of the same name. `strict`: no field of it is dropped."""
    try:
        await world.create(kind, manifest, urgent=urgent, strict=strict)
    except Conflict:
        name = manifest["metadata"]["name"]
        answer = await world.kube.call("GET", kind.path(seen.owner.namespace, name))
        if not seen.owner.owns(answer):
            raise taken(seen, kind, name, world) from None

        world.keep(kind, answer)


async def take_again(seen: Owned, kind: Kind, found: Object, world: World) -> None:
    """Own what a deleted Release of this name left."""
    await world.merge(kind, found, taken_again(seen))


def taken_again(seen: Owned) -> Object:
    """The change of what was left behind: ours, and nobody else's to take."""
    return {"metadata": {"ownerReferences": [seen.owner.reference()], "labels": {LABEL_HANDED_OVER: None}}}


async def patched(
    seen: Owned, kind: Kind, found: Object, patch: list[Object], world: World, *, urgent: bool = False
) -> None:
    """Patch an object; where a `test` in the patch fails, keep what the object is now.

    One that is as it was seen fails no test: then what the patch writes is refused, and that is said.
    """
    try:
        await world.patch(kind, found, patch, urgent=urgent)
    except Invalid as error:
        now = await world.kube.call("GET", kind.path(found["metadata"]["namespace"], found["metadata"]["name"]))
        if found["metadata"]["resourceVersion"] == now["metadata"]["resourceVersion"]:
            world.refused_by(seen.owner.key, error)

        world.keep(kind, now)
        raise


async def disown(kind: Kind, found: Object, world: World, *notes: str) -> None:
    """Take our notes off a user's object as it is now, and our name off the list of those who own fields of it."""
    namespace, name = found["metadata"]["namespace"], found["metadata"]["name"]
    whole = await world.kube.call("GET", kind.path(namespace, name))
    patch = release_patch(whole, MANAGER, *notes)
    if not patch:
        return

    try:
        await world.patch(kind, found, patch)
    except Invalid as error:
        # The list changed since it was read: a race, and nothing that anyone must mend.
        raise Conflict(409, f"{name} was changed meanwhile", call=f"disowning {name}") from error
