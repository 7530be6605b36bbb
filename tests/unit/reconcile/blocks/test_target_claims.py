"""Of two Releases that would write one thing the older wins, and to see that costs little, whatever they declare."""

from typing import Any

import msgspec
import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.reconcile import kinds
from tidegate.reconcile.blocks.target_claims import claimed
from tidegate.watch import Object

PUBLIC = {"name": "public"}


def routed(name: str, *paths: str, hosts: tuple[str, ...] = ("shop.example",), **spec: Any) -> Object:
    """A Release for these paths of these hosts; its name tells its age."""
    matches = [{"path": {"value": path}} for path in paths]
    gateway = {"parentRefs": [PUBLIC], "hostnames": list(hosts), "rules": [{"matches": matches}] if matches else []}
    metadata = made(name, uid=name, creationTimestamp=f"2026-01-01T00:00:0{name[-1]}Z")
    return {**metadata, "spec": msgspec.json.encode({"traffic": {"gateway": gateway}, **spec})}


def told(found: Object, *others: Object) -> str:
    blocked = claimed(found, world_of(kinds.RELEASES, found, *others))
    return blocked.sentence if blocked else ""


def test_the_older_of_two_on_one_match_wins_and_is_named_with_what_it_claims() -> None:
    old, young = routed("a-1", "/a", "/b"), routed("b-2", "/b", "/c")

    assert told(old, young) == ""
    assert told(young, old) == (
        "spec.traffic: Release shop/a-1 is older and claims Gateway shop/public, host shop.example, path prefix /b:"
        " declare another one here, or delete that Release"
    )


def test_the_oldest_that_shares_a_match_is_named_and_none_that_shares_only_the_place() -> None:
    found = told(routed("d-4", "/a"), routed("a-1", "/x"), routed("b-2", "/a"), routed("c-3", "/a"))

    assert "Release shop/b-2 is older" in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (routed("a-1", "/a"), routed("b-2", "/b")),
        (routed("a-1", "/a"), routed("b-2", "/a", hosts=("other.example",))),
        (routed("a-1"), routed("b-2", "/a")),
    ],
    ids=["other paths", "other hosts", "every request and some"],
)
def test_other_requests_are_no_claim_of_one_another(one: Object, other: Object) -> None:
    assert told(other, one) == told(one, other) == ""


def test_a_workload_is_claimed_whole() -> None:
    reference = {"kind": "Deployment", "name": "web"}

    found = told(routed("b-2", "/b", workloadRef=reference), routed("a-1", "/a", workloadRef=reference))

    assert found.startswith("spec.workloadRef: Release shop/a-1 is older and claims Deployment shop/web:")


def test_a_misshapen_match_claims_nothing_and_hides_no_claim_of_others() -> None:
    gateway = {"parentRefs": [PUBLIC], "hostnames": ["shop.example"], "rules": [{"matches": ["x", {"path": "/b"}]}]}
    bad = {**routed("a-1"), "spec": msgspec.json.encode({"traffic": {"gateway": gateway}})}

    assert "shop/b-2" in told(routed("c-3", "/b"), bad, routed("b-2", "/b"))
    assert told(routed("c-3"), bad) == ""


def test_the_index_of_a_release_has_a_key_for_each_place_and_none_for_each_match() -> None:
    hosts = tuple(f"host-{number}.example" for number in range(16))
    places = {key for key in kinds.claims(routed("a-1", *map(str, range(1024)), hosts=hosts)) if key[0] == kinds.SERVED}

    assert len(places) == 16


def test_the_matches_of_a_release_are_read_once_for_all_turns() -> None:
    world = world_of(kinds.RELEASES, *(routed(f"{name}-{name}", f"/{name}") for name in range(10)))
    (youngest,) = (found for found in world.store(kinds.RELEASES) if found["metadata"]["name"] == "9-9")
    kinds.matches_of.cache_clear()

    for _ in range(3):
        assert claimed(youngest, world) is None

    assert kinds.matches_of.cache_info().misses == 10
