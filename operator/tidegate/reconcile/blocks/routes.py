"""Routes that cannot take the weights: not read, not ours, not there, or fought over."""

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import CREATE_IT, Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.ownership import taken_sentence
from tidegate.reconcile.seen import drift
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.services import service_title
from tidegate.reconcile.world import World
from tidegate.routers import Whole


def switched_off(seen: Seen, world: World) -> Blocked | None:
    """The operator was told to do without the API of a route."""
    for router in seen.routing.routers:
        kind = kinds.ROUTE_KINDS[router.kind]
        if not world.scope.watches(kind):
            sentence = f"spec.traffic: this operator runs without {kind.group}, so no {kind.kind} is read or written"
            return Blocked(reason=Reason.API_SWITCHED_OFF, sentence=sentence)

    return None


def route_taken(seen: Seen, world: World) -> Blocked | None:
    """A foreign route has the name of the one that is ours to write."""
    for router in seen.routing.routers:
        route = world.find(kinds.ROUTE_KINDS[router.kind], seen.owner.namespace, router.name)
        if isinstance(router, Whole) and route is not None and not seen.owner.may_take(route):
            return Blocked(reason=Reason.NAME_TAKEN, sentence=taken_sentence(router.kind, router.name))

    return None


def overwritten(seen: Seen, world: World) -> Blocked | None:
    """What is put back again and again is no ground to move traffic on. At rest a user's route is its owner's alone."""
    services, route = seen.snapshot.services, seen.snapshot.route
    stale = {service_title(seen.owner, role.value) for role in services.stale & services.contested}
    routes = {f"{router.kind} {router.name}" for router in seen.routing.routers if route and route.contested}
    memory = world.memory(seen.owner.key)
    weights = drift.weights_overwritten(memory) if seen.snapshot.progress.candidate else None
    return drift.overwritten(memory, frozenset(stale | routes)) or weights


def gateway_missing(seen: Seen, world: World) -> Blocked | None:
    """A Gateway that the managed route names as a parent is not there."""
    gateway = seen.wanted.declared["traffic"].get("gateway") or {}
    for index, parent in enumerate(gateway.get("parentRefs") or ()):
        namespace, name = parent.get("namespace") or seen.owner.namespace, parent["name"]
        # One that may not be read may well be there: the route's own status tells.
        readable = parent.get("kind", "Gateway") == "Gateway" and world.scope.holds(namespace)
        if readable and world.find(kinds.GATEWAYS, namespace, name) is None:
            field = f"spec.traffic.gateway.parentRefs[{index}]"
            return Blocked(
                reason=Reason.GATEWAY_MISSING, sentence=f"{field}: Gateway {namespace}/{name} is missing: {CREATE_IT}"
            )

    return None


def route_missing(seen: Seen, _world: World) -> Blocked | None:
    """A user's route has no place for the weights. The first revision comes up without: its Services go first."""
    look = seen.snapshot
    lost = next((route for route in look.routes if route.lost), None)
    if lost is None or look.progress.stable is None:
        return None

    return Blocked(reason=Reason.ROUTE_MISSING, sentence=f"spec.traffic: {lost.sentence}")
