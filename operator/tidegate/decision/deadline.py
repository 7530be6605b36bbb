"""The longest time that a step may take. What a person or an outage holds does not count."""

from dataclasses import replace
from datetime import timedelta

from tidegate.api import OnTrouble

from .asks import how_to_promote
from .decision import Decision, hold
from .plan import NO_TIME
from .progress import Progress
from .reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason
from .rollback import roll_back
from .snapshot import Snapshot

# An outage of the metrics rolls no healthy rollout back, not even by a clock.
STANDING = WAITING_FOR_A_PERSON | BLOCKING | {Reason.METRICS_UNAVAILABLE}


def timed(seen: Snapshot, progress: Progress) -> Progress:
    """The next record with the step's clock stopped or running, as its reason says: a restart keeps both."""
    stands = progress.reason in STANDING and _limited(seen, progress)
    if progress.candidate is None or progress.stable is None or stands is (progress.stood_since is not None):
        return progress

    if stands:
        return replace(progress, stood_since=seen.now)

    return replace(progress, stood=progress.stood + seen.since(progress.stood_since), stood_since=None)


def _limited(seen: Snapshot, progress: Progress) -> bool:
    return seen.plan.step(progress.step).deadline is not None


def time_left(seen: Snapshot) -> timedelta | None:
    """What is left for this step; None where nothing is counted."""
    progress, deadline = seen.progress, seen.step.deadline
    if deadline is None or progress.overdue or progress.stood_since or seen.suspended or seen.blocked:
        return None

    return deadline - (seen.since(progress.entered_at) - progress.stood)


def roll_back_a_late_step(seen: Snapshot) -> Decision | None:
    if not _over(seen) or seen.step.on_deadline is OnTrouble.HOLD:
        return None

    return roll_back(seen, Reason.STEP_DEADLINE, f"step {seen.step.name} is not done within its deadline")


def hold_a_late_step(seen: Snapshot) -> Decision | None:
    """`onDeadline: Hold`: the weight stays until a person lets this step take longer."""
    if seen.step.on_deadline is OnTrouble.ROLL_BACK or not (_over(seen) or _held(seen)):
        return None

    return hold(
        seen, Reason.STEP_DEADLINE, f"step {seen.step.name} is not done within its deadline: {how_to_promote(seen)}"
    )


def held_late(seen: Snapshot) -> bool:
    """True where a person may let this step take longer: its time was over when its clock last stopped."""
    progress, deadline = seen.progress, seen.step.deadline
    if deadline is None or progress.overdue or seen.step.on_deadline is OnTrouble.ROLL_BACK:
        return False

    until = progress.stood_since or seen.now
    return until - (progress.entered_at or until) - progress.stood >= deadline


def _over(seen: Snapshot) -> bool:
    left = time_left(seen)
    return left is not None and left <= NO_TIME


def _held(seen: Snapshot) -> bool:
    return seen.progress.reason is Reason.STEP_DEADLINE and not seen.progress.overdue
