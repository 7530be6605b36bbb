"""What is ours and not declared any more is found by what the cluster shows."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from tidegate.api.names import ANNOTATION_TAKEN_OVER
from tidegate.clients import Kind
from tidegate.reconcile import kinds
from tidegate.reconcile.elsewhere import held_unreferenced, undeclared_routes
from tidegate.reconcile.world import World
from tidegate.routers import AttachedRoute, Backends, ManagedRoute
from tidegate.watch import Object, Store
from tidegate.workloads import Owner
from tidegate.workloads.deployments import Note, taken_over

if TYPE_CHECKING:
    from collections.abc import Iterable

OWNER = Owner(name="web", namespace="shop", uid="1")
BACKENDS = Backends(stable="web-stable", candidate="web-candidate", port=80)
MANAGED = ManagedRoute(name="web", gateway={"parentRefs": []}, backends=BACKENDS)
FRONT = AttachedRoute(kind="HTTPRoute", name="front", backends=BACKENDS)
INDEXES = {watched.kind.key: watched.index for watched in kinds.WATCHED}


@dataclass(slots=True)
class Stores:
    """A world that is nothing but what it holds."""

    stores: dict[str, Store] = field(default_factory=dict)

    def store(self, kind: Kind) -> Store:
        return self.stores.setdefault(kind.key, Store(INDEXES[kind.key]))


def world_of(kind: Kind, *found: Object) -> World:
    world = Stores()
    for item in found:
        world.store(kind).put(item)

    return cast("World", world)


def made(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "shop", "resourceVersion": "1", **metadata}}


def owned(name: str) -> Object:
    return made(name, ownerReferences=[OWNER.reference()])


def names(found: "Iterable[tuple[Kind, Object]]") -> list[str]:
    return [f"{kind.kind}/{route['metadata']['name']}" for kind, route in found]


def test_a_managed_route_is_left_over_where_another_router_is_declared() -> None:
    world = world_of(kinds.ROUTES, owned("web"))

    assert names(undeclared_routes(OWNER, (FRONT,), world)) == ["HTTPRoute/web"]
    assert undeclared_routes(OWNER, (MANAGED,), world) == []


def test_a_canary_ingress_is_left_over_where_no_ingress_is_declared() -> None:
    world = world_of(kinds.INGRESSES, owned("web-candidate"))

    assert names(undeclared_routes(OWNER, (MANAGED,), world)) == ["Ingress/web-candidate"]


def test_a_route_of_that_name_that_is_someone_elses_or_attached_stays() -> None:
    attached = AttachedRoute(kind="HTTPRoute", name="web", backends=BACKENDS)

    assert undeclared_routes(OWNER, (FRONT,), world_of(kinds.ROUTES, made("web"))) == []
    assert undeclared_routes(OWNER, (attached,), world_of(kinds.ROUTES, owned("web"))) == []


def test_a_deployment_is_held_by_its_note_whatever_is_declared() -> None:
    note: dict[str, str] = taken_over(Note("web", 2, paused=False))["metadata"]["annotations"]
    assert ANNOTATION_TAKEN_OVER in note
    world = world_of(kinds.DEPLOYMENTS, made("shop", annotations=note), made("other"))

    held = held_unreferenced({"template": {}}, OWNER, world)
    assert held is not None
    assert held["metadata"]["name"] == "shop"
    assert held_unreferenced({"workloadRef": {"kind": "PodTemplate", "name": "shop"}}, OWNER, world) is held
    assert held_unreferenced({"workloadRef": {"kind": "Deployment", "name": "shop"}}, OWNER, world) is None
    assert held_unreferenced({}, Owner(name="another", namespace="shop", uid="2"), world) is None
