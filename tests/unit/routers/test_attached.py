"""A user's own route: found as it was, left as it was."""

import copy
from typing import Any

import pytest

from tests.unit.routers.test_contract import FOREIGN, attached, patched, traefik_service, users, virtual_service
from tidegate.routers import TRAEFIK_SERVICE, AttachedRoute, release_patch, rules_owner

ROUTER = attached("HTTPRoute")


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

    after = patched(during, router.restore_patch(during))

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

    after = patched(later, ROUTER.restore_patch(later))

    assert after["spec"] == before["spec"]
    assert not after["metadata"]["annotations"]


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
    assert not patched(route, ROUTER.restore_patch(route))["metadata"]["annotations"]


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

    after = patched(route, release_patch(FIELDS, "tidegate"))

    assert [entry["manager"] for entry in after["metadata"]["managedFields"]] == ["kustomize-controller", "gateway"]


def test_a_list_of_none_but_us_is_cleared_by_an_empty_entry() -> None:
    """As the API server wants it: a list without entries is kept as it was."""
    ours = [FIELDS[1], {**FIELDS[1], "subresource": "status"}]

    after = patched({"metadata": {"managedFields": copy.deepcopy(ours)}}, release_patch(ours, "tidegate"))

    assert after["metadata"]["managedFields"] == [{}]
