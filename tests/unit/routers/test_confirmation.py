"""When a written weight counts."""

from typing import Any

import pytest

from tests.unit.routers.test_contract import generated
from tidegate.routers import confirmation


def status(generation: int, resolved: str = "True") -> dict[str, Any]:
    states = [
        {"type": "Accepted", "status": "True", "observedGeneration": generation},
        {"type": "ResolvedRefs", "status": resolved, "observedGeneration": generation, "reason": "BackendNotFound"},
    ]
    return {"parents": [{"parentRef": {"name": "public", "namespace": "gateways"}, "conditions": states}]}


@pytest.mark.parametrize(
    ("reported", "confirmed"),
    [(status(3), True), (status(2), False), (status(3, "False"), False), ({}, False)],
    ids=["this generation", "an older generation", "refs unresolved", "silence"],
)
def test_a_weight_counts_when_every_parent_reports_its_generation(reported: dict[str, Any], confirmed: bool) -> None:
    assert confirmation("HTTPRoute", {**generated(), "status": reported}).confirmed is confirmed


def test_a_refusal_names_the_route_the_parent_and_the_reason() -> None:
    sentence = confirmation("HTTPRoute", {**generated(), "status": status(3, "False")}).sentence

    name = generated()["metadata"]["name"]
    assert sentence == f"HTTPRoute {name}: parent public: ResolvedRefs is False, BackendNotFound"


@pytest.mark.parametrize("kind", ["VirtualService", "TraefikService", "Ingress"])
def test_a_kind_that_reports_nothing_counts_by_time(kind: str) -> None:
    answer = confirmation(kind, {"metadata": {"generation": 3}, "spec": {}})

    assert answer.confirmed
    assert answer.by_time
    assert "counts by time" in answer.sentence
