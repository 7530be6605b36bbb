"""What is kept of an object is what a turn needs, whatever version wrote it, and no more."""

import copy
from functools import partial
from typing import Any

import pytest

from tests.unit.routers.test_contract import INGRESS, attached, canary, traefik_service, users, virtual_service
from tidegate.reconcile.kinds import ROUTE_KINDS, WATCHED
from tidegate.reconcile.seen.route_trims import trimmed_destination_rule, trimmed_gateway_class
from tidegate.routers import AttachedRoute, subsets

TRIMS = {watched.kind.kind: watched.trim for watched in WATCHED}
FOUND: dict[str, tuple[AttachedRoute, dict[str, Any]]] = {
    "HTTPRoute": (attached("HTTPRoute"), users("HTTPRoute")),
    "GRPCRoute": (attached("GRPCRoute"), users("GRPCRoute")),
    "VirtualService": (attached("VirtualService"), virtual_service()),
    "VirtualService for tcp": (attached("VirtualService", None), virtual_service("tcp")),
    "TraefikService": (attached("TraefikService", None), traefik_service()),
}


def whole(found: dict[str, Any]) -> dict[str, Any]:
    """As the API server has it."""
    identity = {"name": "web", "namespace": "shop", "uid": "1", "resourceVersion": "7"}
    return {**found, "metadata": {**found["metadata"], **identity}}


@pytest.mark.parametrize(("router", "found"), FOUND.values(), ids=FOUND)
def test_a_kept_route_gets_the_patch_that_the_whole_one_would_get(router: AttachedRoute, found: dict[str, Any]) -> None:
    write = partial(router.weight_patch, weight=20, revision="v2", raising=True)
    kept = TRIMS[router.kind](copy.deepcopy(whole(found)))

    changes = [operation for operation in write(kept) if operation["path"].endswith("/weight")]

    assert changes == [operation for operation in write(whole(found)) if operation["path"].endswith("/weight")]
    assert changes
    assert router.split(kept).weight == 0


@pytest.mark.parametrize(("router", "found"), FOUND.values(), ids=FOUND)
def test_a_kept_route_is_noted_as_the_whole_one_would_be(router: AttachedRoute, found: dict[str, Any]) -> None:
    kept = TRIMS[router.kind](copy.deepcopy(whole(found)))
    kept["metadata"]["owner"] = found["metadata"]["owner"]

    notes = [router.weight_patch(each, weight=20, revision="v2", raising=True)[-1] for each in (kept, whole(found))]

    assert notes[0]["value"] == notes[1]["value"]


def test_every_kind_of_route_is_watched() -> None:
    assert ROUTE_KINDS.keys() <= TRIMS.keys()


def test_a_kept_destination_rule_tells_what_its_subsets_select() -> None:
    labels = {"tidegate.dev/revision": "v1"}
    names = [{"name": "stable", "labels": labels, "trafficPolicy": {}}, {"name": "candidate"}]
    found = {"metadata": whole({"metadata": {}})["metadata"], "spec": {"host": "web", "subsets": names}}

    kept = trimmed_destination_rule(found)

    assert subsets("web", kept).stable == "v1"
    assert not subsets("web", kept).lacking
    assert kept["spec"] == {"host": "web", "subsets": [{"name": "stable", "labels": labels}, {"name": "candidate"}]}


@pytest.mark.parametrize(
    "features",
    [[{"name": "HTTPRouteWeight"}, {"name": "Gateway"}], ["HTTPRouteWeight", "Gateway"]],
    ids=["objects", "names"],
)
def test_a_gateway_class_keeps_its_controller_and_its_features_by_name(features: list[object]) -> None:
    found = {
        "metadata": {"name": "traefik", "uid": "1", "resourceVersion": "7", "managedFields": [{}]},
        "spec": {"controllerName": "traefik.io/gateway-controller", "description": "long"},
        "status": {"conditions": [{}], "supportedFeatures": features},
    }

    assert trimmed_gateway_class(found) == {
        "metadata": {"name": "traefik", "uid": "1", "resourceVersion": "7", "labels": {}},
        "controller": "traefik.io/gateway-controller",
        "features": ["Gateway", "HTTPRouteWeight"],
    }


def test_a_gateway_class_without_status_supports_nothing() -> None:
    assert trimmed_gateway_class({"metadata": {"name": "new"}, "spec": {"controllerName": "x/y"}})["features"] == []


def test_a_canary_keeps_all_that_tells_whether_it_is_as_it_was_written() -> None:
    found = whole(canary(weight=20))

    assert INGRESS.split(TRIMS["Ingress"](found)) == INGRESS.split(found)
    assert INGRESS.split(found).current
