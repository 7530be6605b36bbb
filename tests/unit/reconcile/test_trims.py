"""What is kept of an object is what a turn needs, whatever version wrote it."""

import pytest

from tidegate.reconcile.trims import trimmed_gateway_class


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
