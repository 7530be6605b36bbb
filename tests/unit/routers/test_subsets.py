"""Two subsets of a user's DestinationRule: pointed one by one, found as they were, left as they were."""

import copy
from typing import Any

import pytest

from tests.unit.routers.test_contract import BACKENDS, patched, virtual_service
from tidegate.routers import (
    SUBSET_NOTES,
    AttachedRoute,
    held_route,
    holders,
    point_patch,
    release_patch,
    restore_subsets_patch,
    subsets,
    unknown_subsets,
)

LABELS = {"tidegate.dev/release": "web", "tidegate.dev/revision": "v1"}
NEWER = {**LABELS, "tidegate.dev/revision": "v2"}


def destination_rule(stable: dict[str, str] | None = None) -> dict[str, Any]:
    """Three subsets, of which one is nobody's but the user's."""
    declared: list[dict[str, Any]] = [
        {"name": "debug", "labels": {"debug": "true"}},
        {"name": "candidate", "labels": {"track": "candidate"}},
        {"name": "stable", "trafficPolicy": {"tls": {"mode": "DISABLE"}}},
    ]
    if stable is not None:
        declared[2]["labels"] = stable

    return {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"host": "web", "subsets": declared}}


def pointed(found: dict[str, Any], role: str, labels: dict[str, str]) -> dict[str, Any]:
    return patched(found, point_patch(found, role, labels))


def test_a_pointed_subset_selects_its_revision_and_no_other_subset_changes() -> None:
    before = destination_rule()

    after = pointed(pointed(before, "stable", LABELS), "candidate", NEWER)

    seen = subsets("web", after)
    assert (seen.stable, seen.candidate, seen.current) == ("v1", "v2", True)
    assert after["spec"]["subsets"][0] == before["spec"]["subsets"][0]
    assert after["spec"]["subsets"][2]["trafficPolicy"] == before["spec"]["subsets"][2]["trafficPolicy"]


def test_a_subset_that_selects_its_revision_is_not_written() -> None:
    after = pointed(destination_rule(), "stable", LABELS)

    assert point_patch(after, "stable", LABELS) == []


@pytest.mark.parametrize("labels", [None, {}, {"track": "stable"}], ids=["no labels", "empty labels", "labels"])
def test_subsets_are_restored_exactly_and_no_note_stays(labels: dict[str, str] | None) -> None:
    before = destination_rule(labels)
    during = pointed(pointed(before, "stable", LABELS), "candidate", LABELS)
    later = pointed(during, "candidate", NEWER)

    restored = patched(later, restore_subsets_patch(later))
    after = patched(restored, release_patch(restored, "tidegate", *SUBSET_NOTES))

    assert after["spec"] == before["spec"]
    assert not after["metadata"]["annotations"]
    assert restore_subsets_patch(after) == []
    assert holders(later) == holders(restored) == {"web"}
    assert not holders(after)


@pytest.mark.parametrize("again", [True, False], ids=["pointed again", "not written since"])
def test_labels_of_ours_are_never_what_subsets_get_back(again: bool) -> None:
    """They select a revision that is gone with its Release."""
    during = pointed(pointed(destination_rule(), "stable", LABELS), "candidate", LABELS)
    during["metadata"] |= {"ours": True, "annotations": {}}
    later = pointed(during, "candidate", NEWER) if again else during

    restored = patched(later, restore_subsets_patch(later))

    assert [subset.get("labels") for subset in restored["spec"]["subsets"]] == [{"debug": "true"}, None, None]
    assert "select all pods of its host" in unknown_subsets("web", later)
    assert not unknown_subsets("web", pointed(destination_rule(), "stable", LABELS))


def test_labels_that_someone_declared_again_are_seen() -> None:
    after = pointed(destination_rule(), "stable", LABELS)
    after["spec"]["subsets"][2]["labels"] = {"track": "stable"}

    seen = subsets("web", after)

    assert (seen.stable, seen.current, seen.held) == (None, False, True)


def test_a_patch_fails_where_the_subsets_moved() -> None:
    found = destination_rule()
    patch = point_patch(found, "stable", LABELS)
    moved = copy.deepcopy(found)
    moved["spec"]["subsets"].reverse()

    with pytest.raises(AssertionError):
        patched(moved, patch)


def test_it_says_what_is_lacking() -> None:
    lacking = destination_rule()
    del lacking["spec"]["subsets"][1]

    lost = subsets("web", None).lacking
    assert lost == "DestinationRule web is missing: create it, with the subsets stable and candidate"
    assert subsets("web", lacking).lacking == "DestinationRule web lacks the subset candidate: declare it"
    assert subsets("web", destination_rule()).lacking == ""
    assert point_patch(lacking, "candidate", LABELS) == []


def by_subsets() -> dict[str, Any]:
    """A VirtualService whose second rule leads to two subsets of `web`."""
    route = virtual_service(hosts="web")
    for ref, subset in zip(route["spec"]["http"][1]["route"], ("candidate", "stable"), strict=True):
        ref["destination"]["subset"] = subset

    return route


def test_a_route_finds_its_two_backends_by_their_subsets() -> None:
    route = by_subsets()
    router = AttachedRoute(
        kind="VirtualService", name="web", release="web", rule="main", backends=BACKENDS, destination_rule="web"
    )

    after = patched(route, router.weight_patch(route, weight=20, revision="v2", raising=True))

    assert [ref["weight"] for ref in after["spec"]["http"][1]["route"]] == [20, 80]
    assert patched(after, router.restore_patch(after))["spec"] == route["spec"]
    held = held_route("VirtualService", after, BACKENDS, "web")
    assert held.split(after).weight == 20
    assert patched(after, held.restore_patch(after))["spec"] == route["spec"]
    assert "both subsets stable and candidate" in router.split(virtual_service()).sentence


@pytest.mark.parametrize("host", ["web", "web.shop", "web.shop.svc.cluster.local"])
def test_subsets_of_another_host_are_another_releases_though_they_have_the_same_names(host: str) -> None:
    route = by_subsets()
    other = copy.deepcopy(route["spec"]["http"][1])
    for ref in other["route"]:
        ref["destination"]["host"] = "cart"
    route["spec"]["http"].append({**other, "name": "cart"})
    router = AttachedRoute(
        kind="VirtualService", name="web", release="web", backends=BACKENDS, destination_rule="web", host=host
    )

    after = patched(route, router.weight_patch(route, weight=20, revision="v2", raising=True))

    assert [ref["weight"] for ref in after["spec"]["http"][1]["route"]] == [20, 80]
    assert after["spec"]["http"][2] == route["spec"]["http"][2]
    held = held_route("VirtualService", after, BACKENDS, "web")
    assert (router.split(after).least, held.split(after).least) == (20, 20)
    assert patched(after, held.restore_patch(after))["spec"] == route["spec"]
