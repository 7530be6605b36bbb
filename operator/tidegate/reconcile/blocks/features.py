"""Whether the gateways of a Release can do what its plan needs."""

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import needs, why_unable

from .gateway_classes import classes_of


def feature_missing(seen: Seen, world: World) -> Blocked | None:
    """The first feature that a gateway lacks. A class that gains it lets the rollout start by itself."""
    declared = seen.wanted.declared
    wanted = list(needs(seen.wanted.pinned.spec)) if declared["traffic"].get("gateway") else []
    for found in classes_of(declared, seen.owner, world) if wanted else ():
        for need in wanted:
            if sentence := why_unable(need, found):
                return Blocked(reason=Reason.FEATURE_MISSING, sentence=sentence)

    return None
