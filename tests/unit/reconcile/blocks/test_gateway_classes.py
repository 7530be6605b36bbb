"""Who serves a route is found where it can be read: by the Gateway's class, or by what the route's status says."""

import math

import pytest

from tidegate.clients import Credentials, Http, Kube
from tidegate.reconcile import kinds
from tidegate.reconcile.blocks.gateway_classes import classes_of, controllers_of
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Object
from tidegate.workloads import Owner

WEB = Owner(name="web", namespace="shop", uid="1")
PARENT = {"name": "public", "namespace": "gateways"}
DECLARED: Object = {"traffic": {"gateway": {"parentRefs": [PARENT]}}}


async def world(scope: Scope, *, gateway: bool) -> World:
    """A route that Traefik reports on, and its Gateway where that may be read."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    found = World(kube, http, http, lambda: math.inf, Telemetry(), reporter="test", scope=scope)
    await kube.close()
    await http.close()
    identity = {"name": "web", "namespace": "shop", "uid": "2", "resourceVersion": "1"}
    reported = {"parentRef": PARENT, "controllerName": "traefik.io/gateway-controller", "conditions": []}
    found.store(kinds.ROUTES).put({"metadata": identity, "spec": {}, "status": {"parents": [reported]}})
    if gateway:
        metadata = {**PARENT, "uid": "3", "resourceVersion": "1"}
        found.store(kinds.GATEWAYS).put({"metadata": metadata, "spec": {"gatewayClassName": "traefik"}})
        kept = {"metadata": {"name": "traefik", "uid": "4", "resourceVersion": "1"}, "controller": "x/y"}
        found.store(kinds.GATEWAY_CLASSES).put({**kept, "features": []})

    return found


@pytest.mark.parametrize(
    ("scope", "gateway", "controllers"),
    [
        (Scope(), True, ["x/y"]),
        (Scope(), False, []),
        (Scope(namespaces=("shop",)), False, ["traefik.io/gateway-controller"]),
    ],
    ids=["by its class", "a missing Gateway is nobody's", "by the route's status, where its Gateway is not read"],
)
async def test_a_controller_is_named_by_whoever_may_be_read(
    scope: Scope, gateway: bool, controllers: list[str]
) -> None:
    assert controllers_of(DECLARED, WEB, await world(scope, gateway=gateway)) == controllers


async def test_a_class_that_may_not_be_read_is_not_called_missing() -> None:
    seen = await world(Scope(namespaces=("shop",)), gateway=False)

    (found,) = classes_of(DECLARED, WEB, seen)

    assert "does not watch" in found.told()
    assert "missing" not in found.told()
