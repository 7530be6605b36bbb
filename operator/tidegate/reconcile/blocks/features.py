"""Whether the gateways of a Release can do what its plan needs."""

from tidegate.api.release import ReleaseSpec
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile.world import World
from tidegate.routers import needs, why_unable
from tidegate.watch import Object
from tidegate.workloads import Owner

from .gateway_classes import classes_of


def feature_missing(owner: Owner, declared: Object, spec: ReleaseSpec, world: World) -> Blocked | None:
    """The first feature that a gateway lacks. A class that gains it lets the rollout start by itself."""
    wanted = list(needs(spec)) if declared["traffic"].get("gateway") else []
    for found in classes_of(declared, owner, world) if wanted else ():
        for need in wanted:
            if sentence := why_unable(need, found):
                return Blocked(reason=Reason.FEATURE_MISSING, sentence=sentence)

    return None
