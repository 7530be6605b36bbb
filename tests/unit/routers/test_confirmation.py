"""When a written weight counts."""

from typing import Any

import pytest

from tests.unit.routers.test_contract import generated
from tidegate.routers import confirmation

PUBLIC = {"name": "public", "namespace": "gateways"}


def status(generation: int, resolved: str = "True") -> dict[str, Any]:
    return {"parents": [report(PUBLIC, generation, resolved)]}


def report(parent: dict[str, str], generation: int | None, resolved: str = "True") -> dict[str, Any]:
    """What a controller says of one parent."""
    states = [
        {"type": "Accepted", "status": "True", "observedGeneration": generation},
        {"type": "ResolvedRefs", "status": resolved, "observedGeneration": generation, "reason": "BackendNotFound"},
    ]
    return {"parentRef": parent, "conditions": states}


@pytest.mark.parametrize(
    ("reported", "confirmed"),
    [(status(3), True), (status(2), False), (status(3, "False"), False), ({}, False)],
    ids=["this generation", "an older generation", "refs unresolved", "silence"],
)
def test_a_weight_counts_when_every_parent_reports_its_generation(reported: dict[str, Any], confirmed: bool) -> None:
    assert confirmation("HTTPRoute", {**generated(), "status": reported}).confirmed is confirmed


def test_a_gateway_that_confirms_does_not_speak_for_a_mesh_of_its_name() -> None:
    """A Gateway `checkout` and the Service `checkout`, of which a mesh reports the group in its own way."""
    gateway = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "checkout", "namespace": "shop"}
    mesh = {"group": "core", "kind": "Service", "name": "checkout", "namespace": "shop"}
    parents = [{"name": "checkout"}, {"group": "", "kind": "Service", "name": "checkout"}]
    route = {**generated(), "spec": {"parentRefs": parents}}

    behind = confirmation("HTTPRoute", {**route, "status": {"parents": [report(gateway, 3), report(mesh, 2)]}})
    abreast = confirmation("HTTPRoute", {**route, "status": {"parents": [report(gateway, 3), report(mesh, 3)]}})

    assert (behind.confirmed, abreast.confirmed) == (False, True)
    assert behind.sentence == "HTTPRoute web: parent Service checkout has not reported the written generation"


def test_a_refusal_names_the_route_the_parent_and_the_reason() -> None:
    sentence = confirmation("HTTPRoute", {**generated(), "status": status(3, "False")}).sentence

    name = generated()["metadata"]["name"]
    assert sentence == f"HTTPRoute {name}: parent public: ResolvedRefs is False, BackendNotFound"


def test_a_parent_that_reports_no_generation_is_named_with_the_field_that_lets_time_confirm() -> None:
    """As Linkerd's, whose conditions have none."""
    answer = confirmation("HTTPRoute", {**generated(), "status": {"parents": [report(PUBLIC, None)]}})

    assert not answer.confirmed
    assert answer.sentence == (
        "HTTPRoute web: parent public accepts the route, and never reports which generation:"
        " set traffic.confirm to Settle"
    )


@pytest.mark.parametrize("kind", ["VirtualService", "TraefikService", "Ingress"])
def test_a_kind_that_reports_nothing_counts_by_time(kind: str) -> None:
    answer = confirmation(kind, {"metadata": {"generation": 3}, "spec": {}})

    assert answer.confirmed
    assert answer.by_time
    assert "counts by time" in answer.sentence
