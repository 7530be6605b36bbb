"""The longest time that a step may take. What a person or an outage holds does not count."""

from dataclasses import replace
from datetime import timedelta

from tidegate.api import OnInconclusive, OnTrouble

from .asks.naming import how_to_promote
from .decision import Decision, hold
from .plan import NO_TIME
from .progress import Progress
from .reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason
from .rollback import roll_back
from .snapshot import Snapshot
from .step import settled
from .stop import STOPPING

# An outage of the metrics rolls no healthy rollout back, not even by a clock.
STANDING = WAITING_FOR_A_PERSON | BLOCKING | {Reason.METRICS_UNAVAILABLE, Reason.NOBODY_TO_BLAME, Reason.INCONCLUSIVE}
# What may come over a step that is held late, and is over again: none of it is the person's word.
HELD_OVER = STOPPING | {Reason.LOWERED_BY_HAND, Reason.CONTESTED}


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
    """A step whose time is over: `onDeadline` says what then, and `onInconclusive` where only a verdict is missing."""
    if not _over(seen):
        return None

    if awaits_a_verdict(seen):
        return _roll_back_undecided(seen)

    if seen.step.on_deadline is OnTrouble.HOLD:
        return None

    return roll_back(seen, Reason.STEP_DEADLINE, f"step {seen.step.name} is not done within its deadline")


def _roll_back_undecided(seen: Snapshot) -> Decision | None:
    if seen.plan.on_inconclusive is not OnInconclusive.ROLL_BACK:
        return None

    sentence = f"step {seen.step.name} is undecided at its deadline: {seen.evidence.sentence}"
    return roll_back(seen, Reason.STEP_DEADLINE, sentence)


def awaits_a_verdict(seen: Snapshot) -> bool:
    """True where a step is settled, has dwelt and was judged, and nothing but a verdict is missing."""
    dwelt = seen.progress.dwelt + seen.since(seen.progress.settled_at)
    return seen.evidence.undecided and settled(seen) and dwelt >= seen.plan.dwell(seen.step)


def late_and_undecided(seen: Snapshot) -> bool:
    """True for a step whose time was over with only a verdict missing: `onInconclusive` says what then."""
    return awaits_a_verdict(seen) and _ran_out(seen)


def goes_on_undecided(seen: Snapshot) -> bool:
    """`onInconclusive: Promote`: as if the verdict had been a good one; never while the share is over its bound."""
    if seen.evidence.over_bound:
        return False

    return seen.plan.on_inconclusive is OnInconclusive.PROMOTE and late_and_undecided(seen)


def how_to_go_on(seen: Snapshot) -> str:
    """What a person may do who will not wait for the verdict."""
    ask = "skip-step" if seen.progress.step < seen.plan.last else "promote-full"
    return f"More requests may decide it, or a person: tidegate.dev/{ask}: <nonce>"


def hold_a_late_step(seen: Snapshot) -> Decision | None:
    """`onDeadline: Hold`: the weight stays until a person lets this step take longer."""
    if seen.step.on_deadline is OnTrouble.ROLL_BACK or awaits_a_verdict(seen) or not (_over(seen) or _held(seen)):
        return None

    return hold(
        seen, Reason.STEP_DEADLINE, f"step {seen.step.name} is not done within its deadline: {how_to_promote(seen)}"
    )


def held_late(seen: Snapshot) -> bool:
    """True where a person may let this step take longer: its time was over when its clock last stopped."""
    return seen.step.on_deadline is OnTrouble.HOLD and _ran_out(seen)


def _ran_out(seen: Snapshot) -> bool:
    """True when a step's time was over when its clock last stopped, or is over now."""
    progress, deadline = seen.progress, seen.step.deadline
    if deadline is None or progress.overdue:
        return False

    until = progress.stood_since or seen.now
    return until - (progress.entered_at or until) - progress.stood >= deadline


def _over(seen: Snapshot) -> bool:
    left = time_left(seen)
    return left is not None and left <= NO_TIME


def _held(seen: Snapshot) -> bool:
    if seen.progress.reason is Reason.STEP_DEADLINE:
        return not seen.progress.overdue

    return seen.progress.reason in HELD_OVER and _ran_out(seen)
