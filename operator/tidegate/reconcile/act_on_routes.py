"""The effects on routes: whole ones of ours, two weights of a user's."""

import asyncio
from typing import assert_never

from tidegate.api.names import ANNOTATION_EXPOSED
from tidegate.clients import Invalid
from tidegate.decision import Reason
from tidegate.decision.actions import RestoreRoutes, SetWeight, WriteRoute
from tidegate.routers import AttachedRoute, ManagedRoute, Router
from tidegate.watch import Object

from . import kinds
from .observe import Seen
from .ownership import created, disown, ours, take_again
from .world import World


async def act_on_routes(
    seen: Seen, action: WriteRoute | SetWeight | RestoreRoutes, world: World, *, urgent: bool
) -> None:
    """One effect on every route of a Release."""
    match action:
        case WriteRoute():
            await write_route(seen, action, world, urgent=urgent)
        case SetWeight():
            await set_weights(seen, action, world, urgent=urgent or not action.raising)
        case RestoreRoutes():
            await restore_routes(seen, world)
        case _:
            assert_never(action)


async def write_route(seen: Seen, action: WriteRoute, world: World, *, urgent: bool) -> None:
    """Write the whole managed route; a foreign one of its name is never overwritten."""
    metadata = {
        "name": seen.owner.name,
        "namespace": seen.owner.namespace,
        "ownerReferences": [seen.owner.reference()],
    }
    for router in seen.routers:
        if not isinstance(router, ManagedRoute):
            continue

        found = ours(seen, kinds.ROUTES, router.name, world)
        if found is not None and not seen.owner.owns(found):
            await take_again(seen, kinds.ROUTES, found, world)

        noted = found is not None and ANNOTATION_EXPOSED in (found["metadata"].get("annotations") or {})
        manifest = router.manifest(
            metadata, weight=action.weight, revision=action.revision, exposed=action.exposed, noted=noted
        )
        if found is None:
            answer = await created(seen, kinds.ROUTES, manifest, world)
        else:
            answer = await world.writer.apply(kinds.ROUTES, manifest, urgent=urgent)

        world.keep(kinds.ROUTES, answer)


async def set_weights(seen: Seen, action: SetWeight, world: World, *, urgent: bool) -> None:
    """Both weights of every route at once: one that fails does not keep the others from theirs."""
    writes = (set_weight(seen, router, action, world, urgent=urgent) for router in seen.routers)
    for failure in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def set_weight(seen: Seen, router: Router, action: SetWeight, world: World, *, urgent: bool) -> None:
    """One patch for both weights. Where the route is not as it was seen, it is read again and decided again."""
    kind = kinds.ROUTE_KINDS[router.kind]
    found = world.store(kind).get((seen.owner.namespace, router.name))
    if found is None:
        return

    patch = router.weight_patch(
        found, weight=action.weight, revision=action.revision, raising=action.raising, keep=action.keep
    )
    await patch_route(seen, router, patch, world, urgent=urgent)


async def patch_route(seen: Seen, router: Router, patch: list[Object], world: World, *, urgent: bool) -> None:
    """Send a patch; where a `test` in it fails, keep what the route is now.

    A route that is as it was seen fails no test: then what the patch writes is refused, and that is said.
    """
    kind = kinds.ROUTE_KINDS[router.kind]
    before = world.store(kind).get((seen.owner.namespace, router.name))
    try:
        world.keep(kind, await world.writer.patch(kind, seen.owner.namespace, router.name, patch, urgent=urgent))
    except Invalid as error:
        now = await world.kube.call("GET", kind.path(seen.owner.namespace, router.name))
        if before is not None and before["metadata"]["resourceVersion"] == now["metadata"]["resourceVersion"]:
            world.refuse((seen.owner.namespace, seen.owner.name), Reason.REFUSED, error.told[:512])

        world.keep(kind, now)
        raise


async def restore_routes(seen: Seen, world: World) -> None:
    """Attached routes as they were found: weights, notes, and then the list of those who own fields."""
    for router in seen.routers:
        found = world.store(kinds.ROUTE_KINDS[router.kind]).get((seen.owner.namespace, router.name))
        if not isinstance(router, AttachedRoute) or found is None:
            continue

        if patch := router.restore_patch(found):
            await patch_route(seen, router, patch, world, urgent=False)

        await disown(kinds.ROUTE_KINDS[router.kind], found, world)
