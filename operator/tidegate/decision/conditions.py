"""Ready, Reconciling, Stalled: the kstatus table, so that every GitOps tool reads a Release alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .progress import Phase, Progress
from .reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason

SERVED = frozenset({Reason.PROMOTED, Reason.REVERTED})
MESSAGE_LIMIT = 1024


def conditions(
    progress: Progress, before: Sequence[Mapping[str, Any]], *, generation: int, now: datetime
) -> list[dict[str, Any]]:
    """The list of conditions. `Reconciling` and `Stalled` are there only while true, and never together."""
    states = _states(progress)
    return [_condition(kind, value, progress, before, generation=generation, now=now) for kind, value in states.items()]


def _states(progress: Progress) -> dict[str, str]:
    states = _headline(progress)
    if progress.reason is Reason.NOT_ISOLATED:
        states["Isolated"] = "False"

    return states


def _headline(progress: Progress) -> dict[str, str]:
    if progress.reason in SERVED:
        return {"Ready": "True"}

    if _stalled(progress):
        return {"Ready": "False", "Stalled": "True"}

    if progress.reason in WAITING_FOR_A_PERSON:
        return {"Ready": "Unknown", "Reconciling": "True"}

    return {"Ready": "False", "Reconciling": "True"}


def _stalled(progress: Progress) -> bool:
    if progress.reason is Reason.NOT_ISOLATED:
        return False

    rejected = progress.phase is Phase.ROLLED_BACK and (progress.reason.rejects or progress.reason is Reason.REJECTED)
    return rejected or progress.phase is Phase.STALLED or progress.reason in BLOCKING


def _condition(
    kind: str,
    value: str,
    progress: Progress,
    before: Sequence[Mapping[str, Any]],
    *,
    generation: int,
    now: datetime,
) -> dict[str, Any]:
    """One condition; its time changes only when its value does."""
    old = next((found for found in before if found.get("type") == kind), {})
    kept = old.get("lastTransitionTime") if old.get("status") == value else None
    return {
        "type": kind,
        "status": value,
        "reason": progress.reason.value,
        "message": progress.sentence[:MESSAGE_LIMIT],
        "observedGeneration": generation,
        "lastTransitionTime": kept or now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
