"""A settled step that loses what it had: it settles anew, with what is left of its clocks."""

from datetime import datetime
from typing import Any

from .plan import NO_TIME
from .reasons import Reason
from .snapshot import Snapshot


def unsettled(seen: Snapshot) -> dict[str, Any]:
    """What changes in the record: the step has dwelt for as long as it was settled, and its deadline goes on."""
    dwelt = seen.progress.dwelt + seen.since(seen.progress.settled_at)
    return {"settled_at": None, "dwelt": dwelt, "deadline_from": left_from(seen)}


def left_from(seen: Snapshot) -> datetime | None:
    """From when a step's deadline counts, with what was left of it when the step settled: it stood meanwhile."""
    begun, settled_at = seen.progress.deadline_from, seen.progress.settled_at
    if begun is None or settled_at is None:
        return begun

    return seen.now - max(settled_at - begun, NO_TIME)


def lost_from(seen: Snapshot) -> datetime | None:
    """From when the deadline of lost pods counts: a step's losses add up, and no time between them refills it.

    A gateway that was silent meanwhile is nothing that the pods did.
    """
    progress = seen.progress
    if not progress.dwelt or progress.deadline_from is None or progress.reason is Reason.ROUTER_SILENT:
        return seen.now

    return left_from(seen)
