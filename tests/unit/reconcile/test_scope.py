"""What is listed and watched, by namespaces and switches."""

from tidegate.reconcile import kinds
from tidegate.reconcile.scope import OPTIONAL_GROUPS, Scope


def test_without_namespaces_each_kind_is_one_stream() -> None:
    assert Scope().places() == tuple((watched, None) for watched in kinds.WATCHED)


def test_with_namespaces_each_has_a_stream_of_its_own_and_cluster_kinds_have_one() -> None:
    places = Scope(namespaces=("a", "b")).places()

    by_kind = {kind: [place for watched, place in places if watched.kind is kind] for kind in (kinds.PODS, kinds.NODES)}
    assert by_kind == {kinds.PODS: ["a", "b"], kinds.NODES: [None]}
    assert {place for watched, place in places if watched.kind.namespaced} == {"a", "b"}


def test_a_group_that_is_switched_off_is_not_watched() -> None:
    for group in OPTIONAL_GROUPS:
        places = Scope(without=frozenset({group})).places()

        assert group not in {watched.kind.group for watched, _ in places}


def test_what_every_release_needs_cannot_be_switched_off() -> None:
    assert "gateway.networking.k8s.io" in OPTIONAL_GROUPS
    assert not OPTIONAL_GROUPS & {"", "apps", "tidegate.dev", "discovery.k8s.io"}
