"""A route of ours that someone changed is told from one that the API server filled in."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.routers.test_contract import (
    COPYING,
    INGRESS,
    MANAGED,
    MATCHING,
    STICKING,
    canary,
    generated,
    patched,
)
from tidegate.routers import ManagedRoute

ANY_PATH = {"path": {"type": "PathPrefix", "value": "/"}}
ROUTERS = {"plain": MANAGED, "with requests that match": MATCHING, "with copies": COPYING, "with a cookie": STICKING}


def stored(router: ManagedRoute = MANAGED, weight: int = 0) -> dict[str, Any]:
    """A route as the API server keeps it."""
    found = copy.deepcopy(generated(router, weight))
    for parent in found["spec"]["parentRefs"]:
        parent.update(group="gateway.networking.k8s.io", kind="Gateway")

    for rule in found["spec"]["rules"]:
        rule.setdefault("matches", [ANY_PATH])
        rule["matches"] = [{**ANY_PATH, **match} for match in rule["matches"]]
        for ref in rule["backendRefs"]:
            ref.update(group="", kind="Service")

    return found


@pytest.mark.parametrize("weight", [0, 20])
@pytest.mark.parametrize("router", ROUTERS.values(), ids=ROUTERS)
def test_what_the_api_server_fills_in_is_no_change(router: ManagedRoute, weight: int) -> None:
    assert router.split(stored(router, weight)).drift == ""


@pytest.mark.parametrize("router", ROUTERS.values(), ids=ROUTERS)
def test_what_a_patch_takes_back_of_a_step_is_no_change(router: ManagedRoute) -> None:
    found = stored(router, 5)
    found = patched(found, router.weight_patch(found, weight=0, revision="v2", raising=False))

    assert router.split(found).drift == ""
    assert MANAGED.split(found).drift == ""


@pytest.mark.parametrize("router", ROUTERS.values(), ids=ROUTERS)
def test_weights_are_for_others_to_tell(router: ManagedRoute) -> None:
    found = stored(router, 5)
    found["spec"]["rules"][-1]["backendRefs"][1]["weight"] = 70

    assert router.split(found).drift == ""


EDITS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "hostnames": ("spec.hostnames", lambda spec: spec.update(hostnames=["other.example"])),
    "a parent": ("spec.parentRefs[0].name", lambda spec: spec["parentRefs"][0].update(name="absent")),
    "another parent": ("spec.parentRefs", lambda spec: spec["parentRefs"].append({"name": "absent"})),
    "matches": ("spec.rules[0].matches", lambda spec: spec["rules"][0].update(matches=[{"method": "GET"}])),
    "a port": (
        "spec.rules[1].backendRefs[0].port",
        lambda spec: spec["rules"][1]["backendRefs"][0].update(port=81),
    ),
    "a backend": (
        "spec.rules[1].backendRefs[0].name",
        lambda spec: spec["rules"][1]["backendRefs"][0].update(name="other"),
    ),
    "a filter": ("spec.rules[0].filters", lambda spec: spec["rules"][0].update(filters=[{"type": "URLRewrite"}])),
    "a rule less": ("spec.rules", lambda spec: spec["rules"].pop()),
}


@pytest.mark.parametrize(("field", "edit"), EDITS.values(), ids=EDITS)
def test_the_first_field_that_someone_changed_is_named(field: str, edit: Callable[[dict[str, Any]], Any]) -> None:
    found = stored()
    edit(found["spec"])

    assert MANAGED.split(found).drift == field


def test_a_change_of_what_comes_before_the_declared_rules_is_one_too() -> None:
    found = stored(MATCHING)
    found["spec"]["rules"][0]["matches"][0]["headers"][0]["value"] = "no"

    assert MATCHING.split(found).drift == "spec.rules[0].matches[0].headers[0].value"


def test_two_changes_of_one_field_differ_in_form() -> None:
    forms = set()
    for name in ("a.example", "b.example"):
        found = stored()
        found["spec"]["hostnames"] = [name]
        forms.add(MANAGED.split(found).form)

    assert len(forms) == 2


def test_a_canary_ingress_that_someone_changed_is_told_by_its_field() -> None:
    found = copy.deepcopy(canary(weight=20))
    assert INGRESS.split(found).drift == ""
    found["spec"]["ingressClassName"] = "of-the-cluster"
    assert INGRESS.split(found).drift == ""

    found["spec"]["rules"][0]["host"] = "other.example"

    assert INGRESS.split(found).drift == "spec.rules[0].host"
