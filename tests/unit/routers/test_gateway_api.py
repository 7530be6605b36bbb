"""Weights on a managed HTTPRoute."""

import copy
from typing import Any

import pytest

from tidegate.routers.gateway_api import (
    Backends,
    confirmation,
    live_weight,
    route,
    weight_patch,
    written_weight,
)

BACKENDS = Backends(stable="web-stable", candidate="web-candidate", port=80)
GATEWAY: dict[str, Any] = {
    "parentRefs": [{"name": "public", "namespace": "gateways"}],
    "rules": [{"name": "a"}, {"name": "b"}],
}


def found(weight: int = 0) -> dict[str, Any]:
    manifest = route({"name": "web", "namespace": "shop"}, GATEWAY, BACKENDS, weight=weight, revision="v1")
    manifest["metadata"]["generation"] = 3
    return manifest


def patched(target: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """RFC 6902 in the few operations that are used."""
    result = copy.deepcopy(target)
    for operation in patch:
        *parents, last = [part.replace("~1", "/") for part in operation["path"].split("/")[1:]]
        node: Any = result
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        if operation["op"] == "test":
            assert (node[int(last)] if isinstance(node, list) else node[last]) == operation["value"]
        else:
            node[last] = operation["value"]
    return result


@pytest.mark.parametrize("weight", [0, 5, 50, 100])
def test_a_written_weight_reads_back(weight: int) -> None:
    patch = weight_patch(found(), BACKENDS, weight=weight, revision="v2", raising=True)

    after = patched(found(), patch)

    assert live_weight(after, BACKENDS) == weight
    assert written_weight(after) == ("v2", weight)


def test_only_a_raise_tests_the_generation() -> None:
    raising = weight_patch(found(), BACKENDS, weight=5, revision="v2", raising=True)
    falling = weight_patch(found(), BACKENDS, weight=0, revision="v2", raising=False)

    assert raising[0] == {"op": "test", "path": "/metadata/generation", "value": 3}
    assert all(operation["path"] != "/metadata/generation" for operation in falling)


def test_a_patch_spares_its_input() -> None:
    before = found()

    weight_patch(before, BACKENDS, weight=5, revision="v2", raising=True)

    assert before == found()


def test_foreign_backends_have_no_weight_of_ours() -> None:
    foreign = found()
    foreign["spec"]["rules"][1]["backendRefs"][0]["name"] = "other"

    assert live_weight(foreign, BACKENDS) is None


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
    assert confirmation({**found(), "status": reported}).confirmed is confirmed


def test_a_refusal_names_the_parent_and_the_reason() -> None:
    sentence = confirmation({**found(), "status": status(3, "False")}).sentence

    assert "public" in sentence
    assert "BackendNotFound" in sentence
