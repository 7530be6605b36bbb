"""The GatewayClasses behind a Release's routes, and the controllers that serve those."""

from collections.abc import Iterator

from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.routers import GatewayClass
from tidegate.watch import Object
from tidegate.workloads import Owner

# Kinds that only one product serves.
OWNERS = {"VirtualService": "istio.io/gateway-controller", "TraefikService": "traefik.io/gateway-controller"}


def classes_of(declared: Object, owner: Owner, world: World) -> Iterator[GatewayClass]:
    """The class of each gateway that the routes attach to. A parent of another kind has none that tells."""
    for parent in parents_of(declared, owner, world):
        namespace, is_gateway = parent.get("namespace") or owner.namespace, parent.get("kind", "Gateway") == "Gateway"
        gateway = world.find(kinds.GATEWAYS, namespace, parent["name"]) if is_gateway else None
        name = gateway["spec"].get("gatewayClassName", "") if gateway else f"of {parent.get('kind')} {parent['name']}"
        found = world.find(kinds.GATEWAY_CLASSES, "", name) if gateway else None
        if found is None:
            yield GatewayClass(name=name, unread=not world.scope.holds(namespace))
            continue

        yield GatewayClass(name=name, controller=found["controller"], features=frozenset(found["features"]))


def controllers_of(declared: Object, owner: Owner, world: World) -> list[str]:
    """Who serves the routes.

    A mesh has no Gateway, and some may not be read: there the route's status, or its very kind, names who does.
    """
    by_class = [found.controller for found in classes_of(declared, owner, world) if found.controller]
    by_status = [
        parent["controllerName"]
        for route in routes_of(declared, owner, world)
        for parent in route["status"]["parents"]
        if parent.get("controllerName") and not readable(parent.get("parentRef") or {}, owner.namespace, world)
    ]
    by_kind = [OWNERS[route["kind"]] for route in kinds.attached(declared["traffic"]) if route["kind"] in OWNERS]
    return [*by_class, *by_status, *by_kind]


def readable(parent: Object, namespace: str, world: World) -> bool:
    """True for a Gateway of a namespace that is watched."""
    return parent.get("kind", "Gateway") == "Gateway" and world.scope.holds(parent.get("namespace") or namespace)


def parents_of(declared: Object, owner: Owner, world: World) -> Iterator[Object]:
    """The parents of the managed route as declared, or those of the attached ones as found."""
    if gateway := declared["traffic"].get("gateway"):
        yield from gateway.get("parentRefs") or ()
        return

    for route in routes_of(declared, owner, world):
        yield from route["spec"].get("parentRefs") or ()


def routes_of(declared: Object, owner: Owner, world: World) -> list[Object]:
    """The routes that are there."""
    traffic = declared["traffic"]
    attached = [
        (kinds.ROUTE_KINDS[route["kind"]], route["name"])
        for route in kinds.attached(traffic)
        if route["kind"] not in OWNERS
    ]
    wanted = [(kinds.ROUTES, owner.name)] if traffic.get("gateway") else attached
    found = (world.find(kind, owner.namespace, name) for kind, name in wanted)
    return [route for route in found if route is not None]
