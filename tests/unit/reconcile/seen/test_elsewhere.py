"""What is ours and not declared any more is found by what the cluster shows."""

import json
from dataclasses import replace

import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.api.names import ANNOTATION_FOUND, ANNOTATION_TAKEN_OVER
from tidegate.clients import Kind
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.elsewhere import (
    held_unreferenced,
    undeclared_routers,
    undeclared_rules,
    unreferenced_sizes,
)
from tidegate.reconcile.world import World
from tidegate.routers import AttachedRoute, Backends, ManagedRoute, Router
from tidegate.watch import Object
from tidegate.workloads import Owner
from tidegate.workloads.deployments import Note, taken_over

OWNER = Owner(name="web", namespace="shop", uid="1")
BACKENDS = Backends(stable="web-stable", candidate="web-candidate", port=80)
MANAGED = ManagedRoute(name="web", gateway={"parentRefs": []}, backends=BACKENDS)
FRONT = AttachedRoute(kind="HTTPRoute", name="front", release="web", backends=BACKENDS)


def owned(name: str) -> Object:
    return made(name, ownerReferences=[OWNER.reference()])


def left(world: World, *declared: Router) -> list[str]:
    """What is ours still beside the routers that are declared."""
    return [f"{found.kind}/{found.name}" for found in undeclared_routers(declared, OWNER, BACKENDS, world)]


def test_a_managed_route_is_left_over_where_another_router_is_declared() -> None:
    world = world_of(kinds.ROUTES, owned("web"))

    assert left(world, FRONT) == ["HTTPRoute/web"]
    assert left(world, MANAGED) == []


def test_a_canary_ingress_is_left_over_where_no_ingress_is_declared() -> None:
    world = world_of(kinds.INGRESSES, owned("web-candidate"))

    assert left(world, MANAGED) == ["Ingress/web-candidate"]


def test_a_route_of_that_name_that_is_someone_elses_or_attached_stays() -> None:
    attached = AttachedRoute(kind="HTTPRoute", name="web", release="web", backends=BACKENDS)

    assert left(world_of(kinds.ROUTES, made("web")), FRONT) == []
    assert left(world_of(kinds.ROUTES, owned("web")), attached) == []


def held(name: str, *rules: str, release: str = "web") -> Object:
    """A user's route with our note."""
    note = {"owner": "git", "weights": {rule: [100, 0] for rule in rules}}
    return made(name, annotations={f"{ANNOTATION_FOUND}.{release}": json.dumps(note)})


def pointed(name: str, release: str = "web") -> Object:
    """A user's DestinationRule with our note."""
    return made(name, annotations={ANNOTATION_FOUND: json.dumps({"release": release, "stable": None})})


@pytest.mark.parametrize("kind", kinds.ATTACHED_KINDS, ids=lambda kind: kind.kind)
def test_a_users_route_of_any_kind_is_found_by_its_note(kind: Kind) -> None:
    world = world_of(kind, held("front", "main"), held("other", "main", release="another"), made("third"))

    assert left(world, MANAGED) == [f"{kind.kind}/front"]
    assert left(world, replace(FRONT, kind=kind.kind)) == []
    assert left(world, replace(FRONT, kind=kind.kind, name="third")) == [f"{kind.kind}/front"]


def test_a_rule_that_is_declared_no_more_is_left_over_too() -> None:
    world = world_of(kinds.ROUTES, held("front", "main"))

    assert left(world, replace(FRONT, rule="main")) == []
    assert left(world, replace(FRONT, rule="other"), replace(FRONT, rule="main")) == []
    assert left(world, replace(FRONT, rule="other")) == ["HTTPRoute/front"]


def test_each_of_two_releases_finds_the_rules_of_its_own() -> None:
    both = held("front", "main")
    both["metadata"]["annotations"] |= held("front", "calls", release="another")["metadata"]["annotations"]
    world = world_of(kinds.ROUTES, both)

    assert set(kinds.by_holder(both)) == {("shop", "web"), ("shop", "another")}
    assert left(world, replace(FRONT, rule="main")) == []
    assert left(world, replace(FRONT, rule="calls")) == ["HTTPRoute/front"]


def test_subsets_that_no_declared_route_leads_to_are_left_over() -> None:
    world = world_of(kinds.DESTINATION_RULES, pointed("front"), pointed("other", release="another"))
    leading = replace(FRONT, kind="VirtualService", destination_rule="front")

    assert [found["metadata"]["name"] for found in undeclared_rules([FRONT], OWNER, world)] == ["front"]
    assert undeclared_rules([FRONT, leading], OWNER, world) == ()


def test_a_deployment_is_held_by_its_note_whatever_is_declared() -> None:
    note: dict[str, str] = taken_over(Note(release="web", replicas=2, paused=False))["metadata"]["annotations"]
    assert ANNOTATION_TAKEN_OVER in note
    world = world_of(kinds.DEPLOYMENTS, made("shop", annotations=note), made("other"))

    unreferenced = held_unreferenced({"template": {}}, OWNER, world)
    assert unreferenced is not None
    assert unreferenced["metadata"]["name"] == "shop"
    assert held_unreferenced({"workloadRef": {"kind": "PodTemplate", "name": "shop"}}, OWNER, world) is unreferenced
    assert held_unreferenced({"workloadRef": {"kind": "Deployment", "name": "shop"}}, OWNER, world) is None
    assert held_unreferenced({}, Owner(name="another", namespace="shop", uid="2"), world) is None


def test_a_size_is_held_for_nobody_once_no_release_refers_to_its_deployment() -> None:
    note: dict[str, str] = taken_over(Note(release="web", replicas=2, paused=False))["metadata"]["annotations"]
    deployments = [
        {**made("shop"), "held": True},
        {**made("free"), "held": False},
        {**made("taken", annotations=note), "held": True},
    ]
    referring = {**made("web"), "spec": json.dumps({"workloadRef": {"kind": "Deployment", "name": "shop"}})}
    world = world_of(kinds.DEPLOYMENTS, *deployments)
    assert unreferenced_sizes("shop", world) == ("shop",)
    assert unreferenced_sizes("other", world) == ()

    world.store(kinds.RELEASES).put(referring)
    assert unreferenced_sizes("shop", world) == ()
