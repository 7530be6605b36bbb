"""What a Release holds and declares no more, in mid-rollout or as a Deployment: nothing goes forward beside it."""

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile.seen.elsewhere import held_unreferenced
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World


def held_elsewhere(seen: Seen, world: World) -> Blocked | None:
    """An API server may lack the rules that refuse such a change, as with an older CRD: then nothing goes forward."""
    if (held := held_unreferenced(seen.wanted.declared, seen.owner, world)) is not None:
        name = held["metadata"]["name"]
        sentence = (
            f"spec.workloadRef: Deployment {name} is taken over and not referred to any more: refer to it again,"
            " or delete the Release, which hands it back, and declare another"
        )
        return Blocked(reason=Reason.INVALID_SPEC, sentence=sentence)

    progress = seen.snapshot.progress
    if progress.stable is None or progress.candidate is None:
        return None

    for router in seen.routing.undeclared:
        sentence = (
            f"spec.traffic: {router.kind} {router.name} was declared when the rollout started, and its weight goes back"
            " to stable: declare it again, or abort the rollout"
        )
        return Blocked(reason=Reason.INVALID_SPEC, sentence=sentence)

    return None
