"""Two Releases on one workload, one Service, or the same requests of one parent: the older wins."""

from collections.abc import Iterable

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Bucket, Object

from .rule_claims import age

WORKLOADS = tuple(f"{kind} " for kind in kinds.WORKLOAD_KINDS)
REMEDY = "declare another one here, or delete that Release"


def target_claimed(seen: Seen, world: World) -> Blocked | None:
    """An older Release claims what this one would write."""
    return claimed(seen.stored.found, world)


def claimed(found: Object, world: World) -> Blocked | None:
    """The oldest that claims the first thing that is another's."""
    for claim in kinds.claims(found):
        rival, what = _rival(found, claim, world)
        if rival is not None:
            name = f"{rival['metadata']['namespace']}/{rival['metadata']['name']}"
            field = "spec.workloadRef" if what.startswith(WORKLOADS) else "spec.traffic"
            sentence = f"{field}: Release {name} is older and claims {what}: {REMEDY}"
            return Blocked(reason=Reason.TARGET_CLAIMED, sentence=sentence)

    return None


def _rival(found: Object, claim: Bucket, world: World) -> tuple[Object | None, str]:
    """Who is older and claims the same, and what that is; at a place that both serve, the same requests too."""
    use, where = claim
    if use not in {"claim", kinds.SERVED}:
        return None, ""

    rivals: Iterable[Object] = world.store(kinds.RELEASES).of(claim)
    ours = kinds.matches_of(found["spec"])
    if use == kinds.SERVED:
        # A thousand may share a host, and each has a turn: what most of them fail comes first.
        rivals = (each for each in rivals if not ours.isdisjoint(kinds.matches_of(each["spec"])))

    oldest = min((each for each in rivals if age(each) < age(found)), key=age, default=None)
    if oldest is None or use != kinds.SERVED:
        return oldest, where

    return oldest, f"{where}, {min(ours & kinds.matches_of(oldest['spec']))}"
