"""What the cluster shows of ours that is not declared any more: read from what is there, not from today's spec."""

from collections.abc import Iterable, Iterator

from tidegate.clients import Kind
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.routers import (
    AttachedRoute,
    Backends,
    CanaryIngress,
    ManagedRoute,
    Router,
    held_route,
    held_rules,
    holders,
)
from tidegate.watch import Object
from tidegate.workloads import Owner


def undeclared_routers(
    declared: tuple[Router, ...], owner: Owner, backends: Backends, world: World
) -> tuple[Router, ...]:
    """The routers before today's: routes that Tidegate made, and a user's own that carry its note still."""
    whole = _undeclared_whole(declared, owner, backends, world)
    return (*whole, *_undeclared_attached(declared, owner, backends, world))


def _undeclared_whole(declared: Iterable[Router], owner: Owner, backends: Backends, world: World) -> Iterator[Router]:
    """Those that Tidegate made. They are never written again, so what was declared of them is not needed."""
    named = {(router.kind, router.name) for router in declared}
    managed = ManagedRoute(name=owner.name, gateway={}, backends=backends)
    canary = CanaryIngress(name=backends.candidate, beside="", users=None, backends=backends)
    for router in (managed, canary):
        found = world.find(kinds.ROUTE_KINDS[router.kind], owner.namespace, router.name)
        if found is not None and owner.owns(found) and (router.kind, router.name) not in named:
            yield router


def _undeclared_attached(
    declared: Iterable[Router], owner: Owner, backends: Backends, world: World
) -> Iterator[Router]:
    """A user's own, found by the note on them; also one of which another rule is declared now."""
    attached = [router for router in declared if isinstance(router, AttachedRoute)]
    for kind in kinds.ATTACHED_KINDS:
        for found in world.store(kind).of(owner.key):
            if owner.name in holders(found) and not _covered(kind, found, owner, attached):
                yield held_route(kind.kind, found, backends, owner.name)


def _covered(kind: Kind, found: Object, owner: Owner, attached: Iterable[AttachedRoute]) -> bool:
    """True where every rule that has weights of ours is declared."""
    name = found["metadata"]["name"]
    rules = {router.rule for router in attached if (router.kind, router.name) == (kind.kind, name)}
    return None in rules or (bool(rules) and held_rules(found, owner.name) <= rules)


def undeclared_rules(declared: Iterable[Router], owner: Owner, world: World) -> tuple[Object, ...]:
    """DestinationRules with our note, by which no declared route finds its subsets any more."""
    named = {router.destination_rule for router in declared if isinstance(router, AttachedRoute)}
    held = world.store(kinds.DESTINATION_RULES).of(owner.key)
    return tuple(found for found in held if found["metadata"]["name"] not in named)


def held_unreferenced(declared: Object, owner: Owner, world: World) -> Object | None:
    """A Deployment with our note that it is taken over, to which the Release refers no more."""
    reference = declared.get("workloadRef") or {}
    referred = reference.get("name") if reference.get("kind") == kinds.DEPLOYMENTS.kind else None
    held = world.store(kinds.DEPLOYMENTS).of(owner.key)
    return next((found for found in held if found["metadata"]["name"] != referred), None)


def unreferenced_sizes(namespace: str, world: World) -> tuple[str, ...]:
    """Deployments whose size Tidegate owns beside Git, to take them over, and to which no Release refers any more."""
    releases = world.store(kinds.RELEASES)
    return tuple(
        found["metadata"]["name"]
        for found in world.store(kinds.DEPLOYMENTS).of((namespace, ""))
        if not releases.holds(kinds.by_name("workload", kinds.DEPLOYMENTS, found))
    )
