"""Two Releases on one rule of a user's route, however each of them finds it."""

from collections.abc import Iterator

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.routes import routers_of
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import AttachedRoute, Backends
from tidegate.watch import Object
from tidegate.workloads import Owner, service_name


def age(found: Object) -> tuple[str, str]:
    """By which of two Releases the older wins."""
    return found["metadata"]["creationTimestamp"], found["metadata"]["uid"]


def rule_claimed(seen: Seen, world: World) -> Blocked | None:
    """An older Release would write a rule that this one would: rules of their own may well be of one route."""
    for router in seen.routing.routers:
        if not isinstance(router, AttachedRoute):
            continue

        where = f"{router.kind} {seen.owner.namespace}/{router.name}"
        for rival in world.store(kinds.RELEASES).of(("route", where)):
            if age(rival) < age(seen.stored.found) and _share_a_rule(router, rival, world):
                name = f"{rival['metadata']['namespace']}/{rival['metadata']['name']}"
                return Blocked(
                    reason=Reason.TARGET_CLAIMED,
                    sentence=f"spec.traffic: Release {name} is older and claims a rule of {where} that this one would"
                    " write: declare another one here, or delete that Release",
                )

    return None


def _share_a_rule(router: AttachedRoute, rival: Object, world: World) -> bool:
    route = world.find(kinds.ROUTE_KINDS[router.kind], rival["metadata"]["namespace"], router.name)
    ours = router.claims(route)
    return any(ours & theirs.claims(route) for theirs in _on(router, rival, world))


def _on(router: AttachedRoute, rival: Object, world: World) -> Iterator[AttachedRoute]:
    """The routers of another Release on the same route."""
    metadata, spec = rival["metadata"], kinds.spec_of(rival)
    owner = Owner(name=metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"])
    stable, candidate = (service_name(owner, role) for role in ("stable", "candidate"))
    backends = Backends(stable=stable, candidate=candidate, port=spec["service"]["port"])
    for found in routers_of(spec["traffic"], owner, backends, world):
        if isinstance(found, AttachedRoute) and (found.kind, found.name) == (router.kind, router.name):
            yield found
