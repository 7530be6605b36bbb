"""What is told and counted where someone's change of an object of ours is put back."""

from tidegate.decision.actions import PointService
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Snapshot
from tidegate.reconcile.seen.drift import count
from tidegate.reconcile.seen.recorded import is_undecided
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.services import differs
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import selected_revision


def drift_of_service(seen: Seen, found: Object, action: PointService) -> str:
    """The field that someone changed on a Service as it was found; empty where what is declared changed, or its role.

    A Service that selects no revision of ours was never pointed there; what is gone was a revision all the same.
    """
    if not seen.owner.owns(found) or is_undecided(seen.stored.found):
        return ""

    selected = selected_revision(found)
    if selected == action.revision:
        return differs(found, seen.owner, action.role.value, seen.spec, seen.ports)

    return "" if _pointed_there(seen.snapshot, selected) else "spec.selector"


def _pointed_there(look: Snapshot, revision: str | None) -> bool:
    """True for a revision that we made, or rolled out: its ReplicaSet may have been deleted since."""
    progress = look.progress
    served = {progress.stable, progress.candidate, *(line.revision for line in progress.history)}
    return revision is not None and (revision in served or look.side(revision).exists)


def tell_put_back(seen: Seen, title: str, field: str, world: World) -> None:
    """Whoever changed what is ours whole learns that it does not last, and others what happened to their traffic."""
    count(world.memory(seen.owner.key), title, field)
    sentence = f"{title}: {field} was changed by someone else and is put back: Tidegate owns it whole"
    world.tell(seen.stored.found, Reason.PUT_BACK, sentence)
