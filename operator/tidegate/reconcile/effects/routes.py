"""The effects on routes: whole ones of ours, two weights of a user's."""

import asyncio
from typing import assert_never

from tidegate.api.names import ANNOTATION_EXPOSED, LABEL_RELEASE
from tidegate.clients import Kind
from tidegate.decision.actions import RemoveRoutes, RestoreRoutes, SetWeight, WriteRoute
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.drift import asserted_again
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import AttachedRoute, CanaryIngress, Router, Split, Whole, note_names, whole_spec
from tidegate.watch import Object

from .drift import tell_put_back
from .ownership import create, disown, ours, patched, take_again


async def act_on_routes(
    seen: Seen, action: WriteRoute | SetWeight | RestoreRoutes | RemoveRoutes, world: World, *, urgent: bool
) -> None:
    """One effect on every route of a Release."""
    match action:
        case WriteRoute():
            await write_routes(seen, action, world, urgent=urgent)
        case SetWeight():
            await set_weights(seen, action, world, urgent=urgent)
        case RestoreRoutes():
            await restore_routes(seen, _meant(seen, action), world)
        case RemoveRoutes():
            await remove_routes(seen, world)
        case _:
            assert_never(action)


def _meant(seen: Seen, action: SetWeight | RestoreRoutes) -> tuple[Router, ...]:
    return seen.routing.undeclared if action.undeclared else seen.routing.routers


async def write_routes(seen: Seen, action: WriteRoute, world: World, *, urgent: bool) -> None:
    """Write the routes that Tidegate owns."""
    for router in seen.routing.routers:
        if isinstance(router, Whole):
            await write_route(seen, router, action, world, urgent=urgent)


async def write_route(seen: Seen, router: Whole, action: WriteRoute, world: World, *, urgent: bool) -> None:
    """Write the whole route; a foreign one of its name is never overwritten."""
    kind = kinds.ROUTE_KINDS[router.kind]
    metadata = {
        "name": router.name,
        "namespace": seen.owner.namespace,
        "labels": {LABEL_RELEASE: seen.owner.name},
        "ownerReferences": [seen.owner.reference()],
    }
    found = ours(seen, kind, router.name, world)
    if found is not None and not seen.owner.owns(found):
        await take_again(seen, kind, found, world)

    before = router.split(found) if found is not None else None
    noted = found is not None and ANNOTATION_EXPOSED in (found["metadata"].get("annotations") or {})
    manifest = router.manifest(
        metadata, weight=action.weight, revision=action.revision, exposed=action.exposed, noted=noted
    )
    if found is None:
        # Before anything is served nobody waits for it: a misspelt field is refused instead of dropped.
        strict = seen.snapshot.progress.stable is None
        await create(seen, kind, manifest, world, urgent=urgent, strict=strict)
    else:
        await world.merge(kind, found, rewritten(found, manifest), urgent=urgent)

    note_its_form(seen, router, before, world)


def rewritten(found: Object, manifest: Object) -> Object:
    """The change to the whole route: what we do not write of its spec, nobody does."""
    metadata = {name: manifest["metadata"][name] for name in ("labels", "annotations", "ownerReferences")}
    return {"metadata": metadata, "spec": {**dict.fromkeys(whole_spec(found)), **manifest["spec"]}}


def note_its_form(seen: Seen, router: Whole, before: Split | None, world: World) -> None:
    """Someone's change is told. What the API server makes of a route is its own affair, and remembered as such."""
    found = world.find(kinds.ROUTE_KINDS[router.kind], seen.owner.namespace, router.name)
    after = router.split(found) if found is not None else None
    world.memory(seen.owner.key).router(f"{router.kind}/{router.name}").form = after.form if after else ""
    if before is not None and after is not None and before.drift and before.form != after.form:
        tell_put_back(seen, f"{router.kind} {router.name}", before.drift, world)


async def set_weights(seen: Seen, action: SetWeight, world: World, *, urgent: bool) -> None:
    """Both weights of every route at once: one that fails does not keep the others from theirs."""
    writes = (set_weight(seen, router, action, world, urgent=urgent) for router in _meant(seen, action))
    for failure in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def set_weight(seen: Seen, router: Router, action: SetWeight, world: World, *, urgent: bool) -> None:
    """One patch for both weights. Where the route is not as it was seen, it is read again and decided again."""
    kind = kinds.ROUTE_KINDS[router.kind]
    found = world.find(kind, seen.owner.namespace, router.name)
    if found is None and isinstance(router, CanaryIngress) and action.weight:
        # It is there only while a rollout runs: the first weight brings it.
        await write_route(
            seen, router, WriteRoute(weight=action.weight, revision=action.revision), world, urgent=urgent
        )

    if found is None:
        return

    patch = router.weight_patch(
        found,
        weight=action.weight,
        revision=action.revision,
        raising=action.raising,
        keep=action.keep,
        ending=action.ending,
    )
    await patched(seen, kind, found, patch, world, urgent=urgent)
    if action.raising and (owner := declared_since(router.split(found), found, action)):
        asserted_again(world.memory(seen.owner.key).router(f"{router.kind}/{router.name}"), owner)


def declared_since(before: Split, found: Object, action: SetWeight) -> str:
    """Who declared other weights since we wrote these; empty where nobody but a person did."""
    lowered = before.by_git and before.written == (action.revision, action.weight) and _least(before) < action.weight
    return str(found["metadata"].get("owner") or "another") if lowered else ""


def _least(before: Split) -> int:
    return (before.weight or 0) if before.least is None else before.least


async def restore_routes(seen: Seen, routers: tuple[Router, ...], world: World) -> None:
    """A user's routes as they were found, and no canary beside them."""
    for router in routers:
        found = world.find(kinds.ROUTE_KINDS[router.kind], seen.owner.namespace, router.name)
        if found is not None and isinstance(router, AttachedRoute) and router.split(found).touched:
            await restore_route(seen, router, found, world)

        if found is not None and isinstance(router, CanaryIngress):
            await take_away(seen, kinds.INGRESSES, found, world)


async def restore_route(seen: Seen, router: AttachedRoute, found: Object, world: World) -> None:
    """Weights, then in one the notes and the list of those who own fields: a crash between leaves the notes."""
    kind = kinds.ROUTE_KINDS[router.kind]
    if patch := router.restore_patch(found):
        await patched(seen, kind, found, patch, world)

    if sentence := router.unknown_before(found):
        world.tell(seen.stored.found, Reason.WEIGHTS_UNKNOWN, sentence)

    await disown(kind, found, world, *note_names(found, router.release))


async def remove_routes(seen: Seen, world: World) -> None:
    """The routes that Tidegate made and nobody declares any more."""
    for router in seen.routing.undeclared:
        kind = kinds.ROUTE_KINDS[router.kind]
        found = world.find(kind, seen.owner.namespace, router.name)
        if found is not None and isinstance(router, Whole):
            await take_away(seen, kind, found, world)


async def take_away(seen: Seen, kind: Kind, found: Object, world: World) -> None:
    """Delete a route that is our own, and nobody else's."""
    if seen.owner.owns(found):
        await world.delete(kind, found)
