"""What every router holds to: the same claims about each of them."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tidegate.routers import AttachedRoute, Backends, Cookie, Exposure, Header, ManagedRoute, Router

BACKENDS = Backends(stable="web-stable", candidate="web-candidate", port=80)
GATEWAY: dict[str, Any] = {
    "parentRefs": [{"name": "public", "namespace": "gateways"}],
    "rules": [{"name": "a"}, {"name": "b"}],
}
MANAGED = ManagedRoute(name="web", gateway=GATEWAY, backends=BACKENDS)
FOREIGN = {"name": "other", "port": 80, "weight": 50}


def exposing(**what: Any) -> ManagedRoute:
    """The managed route of a step that shows the candidate beside its weight."""
    return replace(MANAGED, exposure=Exposure(**what))


TESTERS = ((Header(name="X-Tester", value="yes"),),)
MATCHING = exposing(matches=TESTERS)
COPYING = exposing(mirror=10)
STICKING = exposing(cookie=Cookie(name="tidegate-web", value="v2", seconds=60))


def generated(router: ManagedRoute = MANAGED, weight: int = 0) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop"}
    manifest = router.manifest(metadata, weight=weight, revision="v2", exposed=True)
    manifest["metadata"]["generation"] = 3
    return manifest


def users(kind: str, *extra: dict[str, Any], weights: tuple[int, int] = (100, 0)) -> dict[str, Any]:
    """A route of a user's: another rule first, the backends in the other order."""
    refs = [
        {"name": "web-candidate", "port": 80, "weight": weights[1]},
        *extra,
        {"name": "web-stable", "port": 80, "weight": weights[0]},
    ]
    return {
        "kind": kind,
        "metadata": {"name": "web", "generation": 3, "owner": "kustomize-controller"},
        "spec": {
            "parentRefs": GATEWAY["parentRefs"],
            "rules": [
                {"name": "assets", "backendRefs": [{"name": "assets", "port": 80}]},
                {"name": "main", "filters": [{"type": "RequestMirror"}], "backendRefs": refs},
            ],
        },
    }


def attached(kind: str, rule: str | None = "main") -> AttachedRoute:
    return AttachedRoute(kind=kind, name="web", rule=rule, backends=BACKENDS)


CASES: dict[str, tuple[Router, dict[str, Any]]] = {
    "managed": (MANAGED, generated()),
    "managed, with requests that match": (MATCHING, generated(MATCHING)),
    "managed, with a cookie": (STICKING, generated(STICKING, weight=5)),
    "attached HTTPRoute": (attached("HTTPRoute"), users("HTTPRoute")),
    "attached GRPCRoute": (attached("GRPCRoute"), users("GRPCRoute")),
    "attached without a rule's name": (attached("HTTPRoute", None), users("HTTPRoute")),
    "attached beside a foreign backend": (attached("HTTPRoute"), users("HTTPRoute", FOREIGN, weights=(200, 0))),
}
every_router = pytest.mark.parametrize(("router", "found"), CASES.values(), ids=CASES)


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
        elif operation["op"] == "remove":
            del node[int(last) if isinstance(node, list) else last]
        else:
            node[last] = operation["value"]
    return result


def without_weights(found: dict[str, Any]) -> Any:
    rules = copy.deepcopy(found["spec"]["rules"])
    for rule in rules:
        for ref in rule["backendRefs"]:
            if ref["name"] in {"web-stable", "web-candidate"}:
                del ref["weight"]
    return rules


@every_router
@pytest.mark.parametrize("weight", [0, 5, 50, 100])
def test_a_written_weight_reads_back(router: Router, found: dict[str, Any], weight: int) -> None:
    after = patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=True))

    assert router.split(after).weight == weight
    assert router.split(after).written == ("v2", weight)


@every_router
def test_nothing_but_two_weights_of_a_rule_changes(router: Router, found: dict[str, Any]) -> None:
    after = patched(found, router.weight_patch(found, weight=25, revision="v2", raising=False))

    assert without_weights(after) == without_weights(found)


@every_router
def test_only_a_raise_tests_the_generation(router: Router, found: dict[str, Any]) -> None:
    raising = router.weight_patch(found, weight=5, revision="v2", raising=True)
    falling = router.weight_patch(found, weight=0, revision="v2", raising=False)

    assert raising[0] == {"op": "test", "path": "/metadata/generation", "value": 3}
    assert all(operation["path"] != "/metadata/generation" for operation in falling)


@every_router
def test_a_patch_fails_where_a_backend_moved(router: Router, found: dict[str, Any]) -> None:
    patch = router.weight_patch(found, weight=5, revision="v2", raising=False)
    moved = copy.deepcopy(found)
    moved["spec"]["rules"].reverse()
    for rule in moved["spec"]["rules"]:
        rule["backendRefs"].reverse()

    with pytest.raises((AssertionError, IndexError)):
        patched(moved, patch)


@every_router
def test_a_patch_spares_its_input(router: Router, found: dict[str, Any]) -> None:
    before = copy.deepcopy(found)

    router.weight_patch(found, weight=5, revision="v2", raising=True)

    assert found == before


@every_router
def test_backends_that_are_gone_have_no_weight(router: Router, found: dict[str, Any]) -> None:
    foreign = copy.deepcopy(found)
    for rule in foreign["spec"]["rules"]:
        rule["backendRefs"] = [{"name": "other", "weight": 1}]

    assert router.split(foreign).weight is None
