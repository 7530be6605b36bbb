"""What the cluster shows of ours that is not declared any more: read from what is there, not from today's spec."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tidegate.clients import Kind
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.routers import Router
from tidegate.watch import Object
from tidegate.workloads import Owner, service_name

from . import kinds
from .world import World

if TYPE_CHECKING:
    from .observe import Seen


def undeclared_routes(owner: Owner, routers: Iterable[Router], world: World) -> list[tuple[Kind, Object]]:
    """Whole routes of ours that no declared router is."""
    named = {(router.kind, router.name) for router in routers}
    places = ((kinds.ROUTES, owner.name), (kinds.INGRESSES, service_name(owner, "candidate")))
    found = ((kind, world.store(kind).get((owner.namespace, name))) for kind, name in places)
    return [
        (kind, route)
        for kind, route in found
        if route is not None and owner.owns(route) and (kind.kind, route["metadata"]["name"]) not in named
    ]


def held_unreferenced(declared: Object, owner: Owner, world: World) -> Object | None:
    """A Deployment with our note that it is taken over, to which the Release refers no more."""
    reference = declared.get("workloadRef") or {}
    referred = reference.get("name") if reference.get("kind") == kinds.DEPLOYMENTS.kind else None
    held = world.store(kinds.DEPLOYMENTS).of((owner.namespace, owner.name))
    return next((found for found in held if found["metadata"]["name"] != referred), None)


def held_elsewhere(seen: "Seen", world: World) -> Blocked | None:
    """An API server may lack the rules that refuse such a change, as with an older CRD: then nothing goes forward."""
    if (held := held_unreferenced(seen.wanted.declared, seen.owner, world)) is not None:
        name = held["metadata"]["name"]
        sentence = (
            f"spec.workloadRef: Deployment {name} is taken over and not referred to any more: refer to it again,"
            " or delete the Release, which hands it back, and declare another"
        )
        return Blocked(Reason.INVALID_SPEC, sentence)

    progress = seen.snapshot.progress
    if progress.stable is None or progress.candidate is None:
        return None

    for kind, route in undeclared_routes(seen.owner, seen.routing.routers, world):
        sentence = (
            f"spec.traffic: {kind.kind} {route['metadata']['name']} was declared when the rollout started and may still"
            " send traffic to the candidate: declare it again, or abort the rollout"
        )
        return Blocked(Reason.INVALID_SPEC, sentence)

    return None
