"""A user's own route: found as it was, left as it was."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.routers.test_contract import (
    FOREIGN,
    attached,
    destination,
    patched,
    traefik_service,
    users,
    virtual_service,
)
from tidegate.api.names import RELEASE_NAME_LENGTH
from tidegate.routers import (
    TRAEFIK_SERVICE,
    AttachedRoute,
    Backends,
    appliers,
    held_route,
    held_rules,
    holders,
    note_names,
    release_patch,
    rules_owner,
)

ROUTER = attached("HTTPRoute")


def given_back(router: AttachedRoute, found: dict[str, Any]) -> dict[str, Any]:
    """A route as it is when all of ours has left it."""
    restored = patched(found, router.restore_patch(found))
    return patched(restored, release_patch(restored, "tidegate", *note_names(restored, router.release)))


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

    found = held_route("HTTPRoute", during, today.backends, "web")
    assert (found.name, found.split(during).weight) == ("web", 50)
    assert holders(during) == {"web"}
    assert held_rules(during, "web") == {"main"}
    assert given_back(found, during)["spec"] == before["spec"]
    assert given_back(today, during)["spec"] == before["spec"]
    assert given_back(found, moved) == {**moved, "metadata": {**moved["metadata"], "annotations": {}}}


OTHERS = replace(
    ROUTER,
    release="calls",
    rule="calls",
    backends=Backends(stable="calls-stable", candidate="calls-candidate", port=80),
)


def shared_route(kind: str = "HTTPRoute") -> dict[str, Any]:
    """A route with a rule for each of two Releases."""
    found = users(kind, weights=(7, 0))
    refs = [{"name": "calls-candidate", "port": 80, "weight": 0}, {"name": "calls-stable", "port": 80, "weight": 3}]
    found["spec"]["rules"].append({"name": "calls", "backendRefs": refs})
    return found


def shared_virtual_service() -> dict[str, Any]:
    found = virtual_service()
    refs = [destination("calls-candidate"), destination("calls-stable", 100)]
    found["spec"]["http"].append({"name": "calls", "route": refs})
    return found


SHARED = {
    "HTTPRoute": shared_route(),
    "GRPCRoute": shared_route("GRPCRoute"),
    "VirtualService": shared_virtual_service(),
}


def weighed(router: AttachedRoute, found: dict[str, Any], weight: int) -> dict[str, Any]:
    return patched(found, router.weight_patch(found, weight=weight, revision=router.release, raising=weight > 0))


@pytest.mark.parametrize("first", ["web", "calls"])
@pytest.mark.parametrize(("kind", "before"), SHARED.items(), ids=SHARED)
def test_two_releases_on_two_rules_each_restore_their_own(kind: str, before: dict[str, Any], first: str) -> None:
    routers = [replace(ROUTER, kind=kind), replace(OTHERS, kind=kind)]
    one, other = sorted(routers, key=lambda router: router.release != first)
    during = weighed(one, weighed(other, weighed(one, before, 20), 50), 0)
    assert holders(during) == {"web", "calls"}
    assert (one.split(during).written, other.split(during).written) == ((one.release, 0), (other.release, 50))

    half = given_back(one, during)

    assert not one.split(half).touched
    assert (other.split(half).weight, other.split(half).written) == (50, (other.release, 50))
    after = given_back(other, half)
    assert after["spec"] == before["spec"]
    assert not after["metadata"]["annotations"]


def test_our_name_goes_off_the_fields_with_the_last_note_of_ours() -> None:
    route = weighed(OTHERS, weighed(ROUTER, shared_route(), 20), 50)
    route["metadata"] |= {"managedFields": copy.deepcopy(FIELDS), "ours": True}

    half = given_back(ROUTER, route)

    assert half["metadata"]["managedFields"] == FIELDS
    assert not ROUTER.split(half).touched
    assert [entry["manager"] for entry in given_back(OTHERS, half)["metadata"]["managedFields"]] == [
        "kustomize-controller",
        "gateway",
    ]


def test_a_name_that_two_left_behind_at_one_moment_is_taken_off_by_either() -> None:
    route = shared_route()
    route["metadata"]["ours"] = True

    assert ROUTER.split(route).touched
    assert OTHERS.split(route).touched


def test_the_second_release_knows_who_declared_the_rules_before_the_first() -> None:
    first = weighed(ROUTER, shared_route(), 20)
    first["metadata"]["owner"] = "tidegate"
    both = weighed(OTHERS, first, 50)

    both["metadata"]["owner"] = "kustomize-controller"

    assert ROUTER.split(both).by_git
    assert OTHERS.split(both).by_git


def test_the_longest_name_of_a_release_makes_a_name_that_is_taken() -> None:
    names = note_names(shared_route(), "r" * RELEASE_NAME_LENGTH)

    assert all(len(name.partition("/")[2]) <= 63 for name in names)


def noted_as_before(found: dict[str, Any], release: str) -> dict[str, Any]:
    """As a Tidegate wrote it that kept one note for all Releases."""
    note = {"release": release, "destinationRule": None, "owner": "kustomize-controller", "weights": {"main": [7, 0]}}
    found = weighed(ROUTER, found, 20)
    found["metadata"]["annotations"] = {"tidegate.dev/found": json.dumps(note), "tidegate.dev/weight": "v2/20"}
    return found


def test_a_note_of_an_older_tidegate_is_its_releases_and_goes_with_its_own() -> None:
    before = shared_route()
    during = noted_as_before(before, "web")
    assert (ROUTER.split(during).written, ROUTER.split(during).by_git) == (("v2", 20), True)
    assert (OTHERS.split(during).written, OTHERS.split(during).touched) == (None, False)

    later = weighed(OTHERS, weighed(ROUTER, during, 50), 50)

    assert ROUTER.split(later).written == ("web", 50)
    half = given_back(ROUTER, later)
    assert holders(half) == {"calls"}
    assert given_back(OTHERS, half)["spec"] == before["spec"]
    assert not given_back(OTHERS, half)["metadata"]["annotations"]


def unnamed(*weights: tuple[int, int]) -> dict[str, Any]:
    """A route whose rules have no names, one for each path."""
    found = users("HTTPRoute")
    found["spec"]["rules"] = [own_rule(f"/{index}", pair) for index, pair in enumerate(weights)]
    return found


def own_rule(path: str, weights: tuple[int, int]) -> dict[str, Any]:
    refs = [
        {"name": name, "port": 80, "weight": weight}
        for name, weight in zip(("web-stable", "web-candidate"), weights, strict=True)
    ]
    return {"matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": refs}


ANY_RULE = attached("HTTPRoute", None)


def by_path(found: dict[str, Any]) -> dict[str, list[int]]:
    return {
        rule["matches"][0]["path"]["value"]: [ref["weight"] for ref in rule["backendRefs"]]
        for rule in found["spec"]["rules"]
    }


def test_a_rule_without_a_name_is_restored_though_another_came_before_it() -> None:
    during = weighed(ANY_RULE, unnamed((90, 10)), 20)
    during["spec"]["rules"].insert(0, own_rule("/new", (100, 0)))

    after = given_back(ANY_RULE, weighed(ANY_RULE, during, 0))

    assert by_path(after) == {"/new": [100, 0], "/0": [90, 10]}


@pytest.mark.parametrize(("declared", "back"), [((1, 0), [1, 0]), ((80, 20), [100, 0])], ids=["its own", "ours"])
def test_a_rule_that_came_in_mid_rollout_gets_back_what_it_came_with(
    declared: tuple[int, int], back: list[int]
) -> None:
    """Weights of a rollout are nobody's: who copied a rule as it was just then never meant them."""
    during = weighed(ANY_RULE, users("HTTPRoute", weights=(90, 10)), 20)
    during["spec"]["rules"].append({**own_rule("/new", declared), "name": "new"})
    again = weighed(ANY_RULE, weighed(ANY_RULE, during, 20), 50)

    after = given_back(ANY_RULE, again)

    weights = {rule["name"]: [ref.get("weight") for ref in rule["backendRefs"]] for rule in after["spec"]["rules"]}
    assert weights == {"assets": [None], "main": [10, 90], "new": back}
    assert not ANY_RULE.unknown_before(again)


def test_rules_without_names_that_changed_places_each_get_their_own_weights() -> None:
    during = weighed(ANY_RULE, unnamed((100, 0), (90, 10)), 20)
    during["spec"]["rules"].reverse()

    assert by_path(given_back(ANY_RULE, during)) == {"/1": [90, 10], "/0": [100, 0]}


def test_rules_of_one_name_each_get_their_own_weights() -> None:
    before = virtual_service(weights=(100, 0))
    second = {
        **before["spec"]["http"][1],
        "timeout": "9s",
        "route": virtual_service(weights=(10, 90))["spec"]["http"][1]["route"],
    }
    before["spec"]["http"].append(second)
    router = attached("VirtualService")
    during = weighed(router, before, 20)

    assert given_back(router, during)["spec"] == before["spec"]
    during["spec"]["http"].reverse()
    assert given_back(router, during)["spec"]["http"] == before["spec"]["http"][::-1]


def test_equal_rules_are_restored_in_their_order() -> None:
    before = unnamed((100, 0), (90, 10))
    before["spec"]["rules"][1]["matches"] = before["spec"]["rules"][0]["matches"]

    assert given_back(ANY_RULE, weighed(ANY_RULE, before, 20))["spec"] == before["spec"]


def test_the_only_rule_is_restored_though_it_was_edited() -> None:
    during = weighed(ANY_RULE, unnamed((90, 10)), 20)
    during["spec"]["rules"][0]["filters"] = [{"type": "RequestMirror"}]

    assert by_path(given_back(ANY_RULE, during)) == {"/0": [90, 10]}
    assert not ANY_RULE.unknown_before(during)


def test_edited_rules_of_equal_weights_are_restored() -> None:
    during = weighed(ANY_RULE, unnamed((7, 0), (7, 0)), 20)
    for rule in during["spec"]["rules"]:
        rule["filters"] = [{"type": "RequestMirror"}]

    assert by_path(given_back(ANY_RULE, during)) == {"/0": [7, 0], "/1": [7, 0]}
    assert not ANY_RULE.unknown_before(during)


@pytest.mark.parametrize("weights", [((100, 0), (90, 10)), ((90, 10),)], ids=["of other weights", "beside a new one"])
def test_edited_rules_that_nobody_can_tell_apart_give_all_to_stable_and_say_so(weights: tuple[tuple[int, int]]) -> None:
    during = weighed(ANY_RULE, unnamed(*weights), 20)
    during["spec"]["rules"] = [own_rule("/a", (80, 20)), own_rule("/b", (80, 20))]

    assert by_path(given_back(ANY_RULE, during)) == {"/a": [100, 0], "/b": [100, 0]}
    assert "2 of its rules changed" in ANY_RULE.unknown_before(during)
    assert "web-stable gets all" in ANY_RULE.unknown_before(during)


def test_a_rule_of_another_name_is_never_given_what_a_rule_that_is_gone_had() -> None:
    before = users("HTTPRoute", weights=(90, 10))
    other = {**own_rule("/other", (50, 50)), "name": "other"}
    before["spec"]["rules"].append(other)
    during = weighed(ROUTER, before, 20)
    del during["spec"]["rules"][1]

    assert given_back(ROUTER, during)["spec"] == during["spec"]


def test_no_rule_is_written_where_the_rules_changed_since_they_were_seen() -> None:
    during = weighed(ANY_RULE, unnamed((100, 0), (90, 10)), 20)
    late = ANY_RULE.restore_patch(during)
    during["spec"]["rules"].reverse()
    during["metadata"]["generation"] += 1

    with pytest.raises(AssertionError):
        patched(during, late)


def with_old_note(found: dict[str, Any], weights: dict[str, list[int]]) -> dict[str, Any]:
    """As a Tidegate noted it that knew a rule without a name by its index."""
    note = {"destinationRule": None, "host": None, "owner": "kustomize-controller", "weights": weights}
    found["metadata"]["annotations"]["tidegate.dev/found.web"] = json.dumps(note)
    return found


@pytest.mark.parametrize(
    ("pairs", "weights", "unknown"),
    [
        ([(90, 10)], [[90, 10]], False),
        ([(7, 0), (7, 0)], [[7, 0], [7, 0]], False),
        ([(100, 0), (90, 10)], [[100, 0], [100, 0]], True),
    ],
    ids=["one rule", "equal weights", "other weights"],
)
def test_an_old_note_restores_what_cannot_be_a_wrong_split(
    pairs: list[tuple[int, int]], weights: list[list[int]], unknown: bool
) -> None:
    old = {f"rules/{index}": list(pair) for index, pair in enumerate(pairs)}
    during = with_old_note(weighed(ANY_RULE, unnamed(*pairs), 20), old)

    assert list(by_path(given_back(ANY_RULE, during)).values()) == weights
    assert bool(ANY_RULE.unknown_before(during)) is unknown


def test_an_old_note_of_rules_of_one_name_gives_all_to_stable() -> None:
    """It kept the weights of the last of them alone."""
    before = virtual_service(weights=(100, 0))
    before["spec"]["http"].append({**virtual_service(weights=(10, 90))["spec"]["http"][1], "timeout": "9s"})
    router = attached("VirtualService")
    during = with_old_note(weighed(router, before, 20), {"main": [10, 90]})

    rules = given_back(router, during)["spec"]["http"][1:]

    assert [[ref["weight"] for ref in rule["route"]] for rule in rules] == [[0, 100], [0, 100]]
    assert router.unknown_before(during)


def test_notes_that_came_since_a_look_are_not_overwritten() -> None:
    before = shared_route()
    late = OTHERS.weight_patch(before, weight=0, revision="v2", raising=False)

    with pytest.raises(AssertionError):
        patched(weighed(ROUTER, before, 20), late)


@pytest.mark.parametrize("lost", ["tidegate.dev/weight.web", "tidegate.dev/found.web"])
def test_a_route_is_touched_as_long_as_any_note_is_on_it(lost: str) -> None:
    during = patched(users("HTTPRoute"), ROUTER.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))
    del during["metadata"]["annotations"][lost]

    assert ROUTER.split(during).touched


def test_the_note_stays_until_our_name_is_off_the_fields() -> None:
    """A crash between two writes must not leave a name that nobody knows of."""
    during = patched(users("HTTPRoute"), ROUTER.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))

    assert holders(patched(during, ROUTER.restore_patch(during))) == {"web"}


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


def owned(found: dict[str, Any], owner: str | None, *appliers: str) -> dict[str, Any]:
    """The same route as these own its rules, `owner` the last."""
    return {**found, "metadata": {**found["metadata"], "owner": owner, "appliers": list(appliers)}}


def test_each_of_two_who_apply_the_same_route_is_git() -> None:
    both = ("argocd-controller", "kustomize-controller")
    during = weighed(ROUTER, owned(users("HTTPRoute"), both[1], *both), 20)

    assert [ROUTER.split(owned(during, name, name)).by_git for name in both] == [True, True]
    assert not ROUTER.split(owned(during, "kubectl-edit")).by_git
    assert not ROUTER.split(owned(during, "kubectl", "kubectl")).by_git


def test_the_second_release_knows_of_both_who_applied_the_rules_before_the_first() -> None:
    first = weighed(ROUTER, owned(shared_route(), "git", "git", "other"), 20)
    both = weighed(OTHERS, owned(first, "tidegate"), 50)

    assert OTHERS.split(owned(both, "other", "other")).by_git


def test_where_nobody_owned_the_rules_who_applies_them_is_git_and_who_updates_them_a_hand() -> None:
    during = weighed(ROUTER, owned(users("HTTPRoute"), None), 20)

    assert ROUTER.split(owned(during, "kustomize-controller", "kustomize-controller")).by_git
    assert not ROUTER.split(owned(during, "kubectl-edit")).by_git


def test_a_garbled_note_is_no_note() -> None:
    route = users("HTTPRoute")
    route["metadata"]["annotations"] = {"tidegate.dev/found": "{", "tidegate.dev/weight": "v2/5"}

    assert not ROUTER.split(route).by_git
    assert not given_back(ROUTER, route)["metadata"]["annotations"]
    assert holders(route) == frozenset()


FIELDS = [
    {"manager": "kustomize-controller", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}},
    {"manager": "tidegate", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}},
    {"manager": "gateway", "time": "2026-01-03T00:00:00Z", "fieldsV1": {"f:status": {}}},
]


def test_the_newest_owner_of_the_rules_counts() -> None:
    assert rules_owner(FIELDS[:1]) == "kustomize-controller"
    assert rules_owner(FIELDS) == "tidegate"
    assert rules_owner([]) is None


def test_who_applies_a_part_of_the_spec_is_told_from_who_updates_it_or_applies_labels() -> None:
    rules: dict[str, Any] = {"f:spec": {"f:rules": {}, "f:hostnames": {}}}
    entries = [
        {"manager": "kustomize-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:hostnames": {}}}},
        {"manager": "argocd-controller", "operation": "Apply", "fieldsV1": rules},
        {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": rules},
        # By this a person put the route there once, and lowers a weight in an incident.
        {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:hostnames": {}}}},
        {"manager": "labels", "operation": "Apply", "fieldsV1": {"f:metadata": {}}},
    ]

    assert appliers(entries) == ["argocd-controller", "kustomize-controller"]


def test_who_holds_no_more_than_the_rule_around_the_backends_owns_none_of_them() -> None:
    owners: dict[str, Any] = {"git": {"f:services": {}}, "tidegate": {".": {}}}
    entries = [
        {"manager": manager, "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:weighted": owned}}}
        for manager, owned in owners.items()
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
