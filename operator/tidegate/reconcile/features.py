"""Whether the gateways of a Release can do what its plan needs."""

from collections.abc import Iterator

from tidegate.api.release import ReleaseSpec
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.routers import GatewayClass, lacking, needs
from tidegate.watch import Key, Object

from . import kinds
from .world import World


def feature_missing(key: Key, declared: Object, spec: ReleaseSpec, world: World) -> Blocked | None:
    """The first feature that a gateway lacks. A class that gains it lets the rollout start by itself."""
    wanted = list(needs(spec)) if declared["traffic"].get("gateway") else []
    for found in classes_of(key, declared, world) if wanted else ():
        for need in wanted:
            if sentence := lacking(need, found):
                return Blocked(Reason.FEATURE_MISSING, sentence)

    return None


def classes_of(key: Key, declared: Object, world: World) -> Iterator[GatewayClass]:
    """The classes of the gateways that a managed route names. A parent of another kind has none that tells."""
    for parent in declared["traffic"]["gateway"].get("parentRefs") or ():
        place = (parent.get("namespace") or key[0], parent["name"])
        gateway = world.store(kinds.GATEWAYS).get(place) if parent.get("kind", "Gateway") == "Gateway" else None
        name = gateway["spec"].get("gatewayClassName", "") if gateway else f"of {parent.get('kind')} {parent['name']}"
        found = world.store(kinds.GATEWAY_CLASSES).get(("", name)) if gateway else None
        if found is None:
            yield GatewayClass(name=name, unread=not world.scope.holds(place[0]))
            continue

        yield GatewayClass(name=name, controller=found["controller"], features=frozenset(found["features"]))
