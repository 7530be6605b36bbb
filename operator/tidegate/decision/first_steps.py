"""`firstRollout: Steps`: the first revision's pods rise by the steps. There is no stable, so no weight and no judge."""

from .decision import Decision, hold
from .plan import NO_TIME
from .reasons import Reason
from .snapshot import Snapshot
from .step import dwelling_sentence
from .steps import next_step, pause


def first_size(seen: Snapshot) -> int:
    """The first revision's pods: all at once, or as many as its step has."""
    return min(seen.step.size(seen.replicas), seen.replicas) if seen.plan.first_by_steps else seen.replicas


def walk_first_steps(seen: Snapshot) -> Decision | None:
    """With this step's pods available: its dwell, its pause, and on to the next."""
    if not seen.plan.first_by_steps:
        return None

    if seen.suspended and seen.progress.step < seen.plan.last:
        return hold(seen, Reason.SUSPENDED, "suspended: no step forward")

    return _dwell(seen) or pause(seen) or next_step(seen)


def _dwell(seen: Snapshot) -> Decision | None:
    """The step's own time: the watch at full weight is for traffic, and there is none yet."""
    if seen.progress.straight or not seen.step.dwell:
        return None

    settled_at = seen.progress.settled_at or seen.now
    left = seen.step.dwell - seen.since(settled_at)
    if left <= NO_TIME:
        return None

    return hold(seen, Reason.DWELLING, dwelling_sentence(seen, left), left, settled_at=settled_at)
