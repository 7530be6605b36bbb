"""Pods that the API server does not take, by quota or by another admission: seen at once, and healed by itself."""

from datetime import timedelta
from typing import Any

from .decision import Decision, hold
from .reasons import Reason
from .snapshot import Side, Snapshot

OVER_QUOTA = "exceeded quota"


def hold_refused(seen: Snapshot, side: Side, look_again: timedelta | None = None, **changes: Any) -> Decision | None:
    """Say what the API server says of a side's missing pods; no clock stands still for it."""
    if not side.refusal:
        return None

    reason = Reason.QUOTA_EXCEEDED if OVER_QUOTA in side.refusal else Reason.POD_REFUSED
    return hold(seen, reason, side.refusal, look_again, **changes)


def because(side: Side) -> str:
    """The refusal as the end of a sentence about missing pods."""
    return f": {side.refusal}" if side.refusal else ""
