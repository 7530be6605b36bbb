"""A user's own route: found as it was, left as it was."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.routers.test_contract import FOREIGN, attached, patched, traefik_service, users, virtual_service
from tidegate.routers import (
    NOTES,
    TRAEFIK_SERVICE,
    AttachedRoute,
    held_route,
    held_rules,
    holder,
    release_patch,
    rules_owner,
)

ROUTER = attached("HTTPRoute")


def given_back(router: AttachedRoute, found: dict[str, Any]) -> dict[str, Any]:
    """A route as it is when all of ours has left it."""
    restored = patched(found, router.restore_patch(found))
    return patched(restored, release_patch(restored, "tidegate", *NOTES))


@pytest.mark.parametrize(
    ("router", "before"),
    [
        (attached("VirtualService"), virtual_service()),
        (attached("VirtualService"), virtual_service(weights=(100, 0))),
        (attached("VirtualService", None), virtual_service("tcp", weights=(90, 10))),
        (attached("TraefikService", None), traefik_service(weights=(3, 1))),
    ],
    ids=["a weight that was never declared", "VirtualService", "tcp", "TraefikService"],
)
def test_every_kind_is_restored_exactly(router: AttachedRoute, before: dict[str, Any]) -> None:
    during = patched(before, router.weight_patch(before, weight=5, revision="v2", raising=True))

    after = given_back(router, during)

    assert during["spec"] != before["spec"]
    assert after["spec"] == before["spec"]
    assert not after["metadata"]["annotations"]


@pytest.mark.parametrize("host", ["web-{role}.other", "web-{role}.other.svc.cluster.local", "web-{role}.shop.example"])
def test_a_host_of_elsewhere_is_no_backend_of_ours(host: str) -> None:
    assert attached("VirtualService").split(virtual_service(hosts=host)).weight is None


@pytest.mark.parametrize("elsewhere", [{"namespace": "other"}, {"kind": "TraefikService"}], ids=["namespace", "kind"])
def test_another_object_of_the_same_name_is_no_backend_of_ours(elsewhere: dict[str, str]) -> None:
    found = traefik_service()
    found["spec"]["weighted"]["services"][0] |= elsewhere

    assert attached("TraefikService", None).split(found).weight is None


@pytest.mark.parametrize("weights", [(100, 0), (1, 0), (90, 10), (1000, 7)])
def test_weights_are_restored_exactly_and_no_note_stays(weights: tuple[int, int]) -> None:
    before = users("HTTPRoute", weights=weights)
    during = patched(before, ROUTER.weight_patch(before, weight=5, revision="v2", raising=True))
    later = patched(during, ROUTER.weight_patch(during, weight=0, revision="v2", raising=False))

    after = given_back(ROUTER, later)

    assert after["spec"] == before["spec"]
    assert not after["metadata"]["annotations"]


def test_a_route_is_given_back_by_its_note_whatever_is_declared_today() -> None:
    """Another rule may be declared by then, and the backends may be gone."""
    before = users("HTTPRoute", weights=(90, 10))
    during = patched(before, ROUTER.weight_patch(before, weight=50, revision="v2", raising=True))
    today = attached("HTTPRoute", "assets")
    moved = copy.deepcopy(during)
    moved["spec"]["rules"][1]["backendRefs"] = [{"name": "web", "port": 80}]

    found = held_route("HTTPRoute", during, today.backends)
    assert (found.name, found.split(during).weight, holder(during)) == ("web", 50, "web")
    assert held_rules(during) == {"main"}
    assert given_back(found, during)["spec"] == before["spec"]
    assert given_back(today, during)["spec"] == before["spec"]
    assert given_back(found, moved) == {**moved, "metadata": {**moved["metadata"], "annotations": {}}}


def test_what_another_release_holds_of_a_route_is_not_touched() -> None:
    """Two Releases may attach to two rules of one route."""
    during = patched(users("HTTPRoute"), ROUTER.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))

    assert ROUTER.split(during).touched
    assert not replace(ROUTER, release="api", rule="assets").split(during).touched


@pytest.mark.parametrize("lost", NOTES)
def test_a_route_is_touched_as_long_as_any_note_is_on_it(lost: str) -> None:
    during = patched(users("HTTPRoute"), ROUTER.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))
    del during["metadata"]["annotations"][lost]

    assert ROUTER.split(during).touched


def test_the_note_stays_until_our_name_is_off_the_fields() -> None:
    """A crash between two writes must not leave a name that nobody knows of."""
    during = patched(users("HTTPRoute"), ROUTER.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))

    assert holder(patched(during, ROUTER.restore_patch(during))) == "web"


def test_a_route_that_was_never_touched_needs_no_restoring() -> None:
    assert ROUTER.restore_patch(users("HTTPRoute")) == []


def test_foreign_backends_keep_their_share() -> None:
    before = users("HTTPRoute", FOREIGN, weights=(200, 0))

    after = patched(before, ROUTER.weight_patch(before, weight=25, revision="v2", raising=True))

    weights = [ref["weight"] for ref in after["spec"]["rules"][1]["backendRefs"]]
    assert weights == [50, 50, 150]


def test_a_small_sum_beside_foreign_backends_is_said() -> None:
    sentence = ROUTER.split(users("HTTPRoute", FOREIGN, weights=(9, 0))).sentence

    assert "must sum to at least 100, not 9" in sentence


def test_a_rule_without_both_backends_says_what_to_declare() -> None:
    route = users("HTTPRoute")
    del route["spec"]["rules"][1]["backendRefs"][0]

    assert "declare them with the weights 100 and 0" in ROUTER.split(route).sentence


def test_weights_that_git_declared_again_are_told_from_a_hand() -> None:
    before = users("HTTPRoute")
    during = patched(before, ROUTER.weight_patch(before, weight=5, revision="v2", raising=True))
    by_hand = copy.deepcopy(during)
    by_hand["metadata"]["owner"] = "kubectl-edit"

    assert ROUTER.split(during).by_git
    assert not ROUTER.split(by_hand).by_git


def test_a_garbled_note_is_no_note() -> None:
    route = users("HTTPRoute")
    route["metadata"]["annotations"] = {"tidegate.dev/found": "{", "tidegate.dev/weight": "v2/5"}

    assert not ROUTER.split(route).by_git
    assert not given_back(ROUTER, route)["metadata"]["annotations"]
    assert holder(route) is None


FIELDS = [
    {"manager": "kustomize-controller", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}},
    {"manager": "tidegate", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}},
    {"manager": "gateway", "time": "2026-01-03T00:00:00Z", "fieldsV1": {"f:status": {}}},
]


def test_the_newest_owner_of_the_rules_counts() -> None:
    assert rules_owner(FIELDS[:1]) == "kustomize-controller"
    assert rules_owner(FIELDS) == "tidegate"
    assert rules_owner([]) is None


def test_who_holds_no_more_than_the_rule_around_the_backends_owns_none_of_them() -> None:
    entries = [
        {"manager": manager, "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:weighted": owned}}}
        for manager, owned in (("git", {"f:services": {}}), ("tidegate", {".": {}}))
    ]

    assert rules_owner(entries, TRAEFIK_SERVICE) == "git"


def test_only_our_name_is_taken_off_the_fields() -> None:
    route = {"metadata": {"managedFields": copy.deepcopy(FIELDS)}}

    after = patched(route, release_patch(route, "tidegate"))

    assert [entry["manager"] for entry in after["metadata"]["managedFields"]] == ["kustomize-controller", "gateway"]


def test_a_list_of_none_but_us_is_cleared_by_an_empty_entry() -> None:
    """As the API server wants it: a list without entries is kept as it was."""
    route = {"metadata": {"managedFields": [FIELDS[1], {**FIELDS[1], "subresource": "status"}]}}

    after = patched(copy.deepcopy(route), release_patch(route, "tidegate"))

    assert after["metadata"]["managedFields"] == [{}]
