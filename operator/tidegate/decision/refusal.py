"""Pods that nobody takes, the API server or a node, or that do not start: seen at once, and healed by itself."""

from datetime import timedelta
from typing import Any

from .decision import Decision, hold
from .reasons import Reason
from .snapshot import Side, Snapshot
from .step import settled

OVER_QUOTA = "exceeded quota"


def hold_refused(seen: Snapshot, side: Side, look_again: timedelta | None = None, **changes: Any) -> Decision | None:
    """Say what the API server says of a side's missing pods; no clock stands still for it."""
    if not side.refusal:
        return None

    reason = Reason.QUOTA_EXCEEDED if OVER_QUOTA in side.refusal else Reason.POD_REFUSED
    return hold(seen, reason, side.refusal, look_again, **changes)


def hold_unscheduled(
    seen: Snapshot, side: Side, look_again: timedelta | None = None, **changes: Any
) -> Decision | None:
    """Say what the scheduler says of a pod without a node; no clock stands still for it either."""
    return hold(seen, Reason.UNSCHEDULABLE, side.unscheduled, look_again, **changes) if side.unscheduled else None


def hold_growth(seen: Snapshot, side: Side) -> Decision | None:
    """Say what a kubelet says of pods that a settled step grew by: those it had serve their share as before.

    So nothing goes back: the candidate was judged with them, and a cluster may be short just when a Release must grow.
    """
    if not settled(seen) or not side.stuck:
        return None

    sentence = f"its weight stays, and not all of the candidate's pods start{because_late(side)}"
    return hold(seen, Reason.CANNOT_START, sentence)


def because(side: Side) -> str:
    """Who does not take a side's missing pods, as the end of a sentence."""
    why = side.refusal or side.unscheduled
    return f": {why}" if why else ""


def because_late(side: Side) -> str:
    """The same at an end, where what a kubelet says of pods that do not start counts too: it changes with each try."""
    why = side.stuck_sentence if side.stuck else ""
    return because(side) or (f": {why}" if why else "")
