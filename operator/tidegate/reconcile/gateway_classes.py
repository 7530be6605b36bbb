"""The GatewayClasses behind a Release's routes, and the controllers that serve those."""

from collections.abc import Iterator

from tidegate.watch import Object
from tidegate.workloads import Owner

from . import kinds
from .world import World

# Kinds that only one product serves.
OWNERS = {"VirtualService": "istio.io/gateway-controller", "TraefikService": "traefik.io/gateway-controller"}


def gateway_classes_of(declared: Object, owner: Owner, world: World) -> list[Object]:
    """What is kept of the GatewayClasses of the Gateways that the routes attach to."""
    names = {
        gateway["spec"].get("gatewayClassName")
        for parent in parents_of(declared, owner, world)
        if parent.get("kind", "Gateway") == "Gateway"
        if (gateway := world.store(kinds.GATEWAYS).get((parent.get("namespace") or owner.namespace, parent["name"])))
    }
    found = (world.store(kinds.GATEWAY_CLASSES).get(("", name)) for name in sorted(filter(None, names)))
    return [kept for kept in found if kept is not None]


def controllers_of(declared: Object, owner: Owner, world: World) -> list[str]:
    """Who serves the routes.

    A mesh has no Gateway, and some may not be read: there the route's status, or its very kind, names who does.
    """
    by_class = [kept["controller"] for kept in gateway_classes_of(declared, owner, world)]
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
    found = (world.store(kind).get((owner.namespace, name)) for kind, name in wanted)
    return [route for route in found if route is not None]
