"""Ready, Reconciling, Stalled: the kstatus table, so that every GitOps tool reads a Release alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tidegate.sentences import MESSAGE_LENGTH, shortened

from .progress import Phase, Progress
from .reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason

SERVED = frozenset({Reason.PROMOTED, Reason.REVERTED})


def conditions(
    progress: Progress,
    before: Sequence[Mapping[str, Any]],
    *,
    generation: int,
    now: datetime,
    overtaken: bool = False,
) -> list[dict[str, Any]]:
    """The list of conditions. `Reconciling` and `Stalled` are there only while true, and never together.

    `overtaken`: another template waits to start, and how the last one ended is no end for who waits for this one.
    """
    states = _states(progress, overtaken=overtaken)
    return [_condition(kind, value, progress, before, generation=generation, now=now) for kind, value in states.items()]


def _states(progress: Progress, *, overtaken: bool) -> dict[str, str]:
    states = _headline(progress, overtaken=overtaken)
    if progress.reason is Reason.NOT_ISOLATED:
        states["Isolated"] = "False"

    return states


def _headline(progress: Progress, *, overtaken: bool) -> dict[str, str]:
    if overtaken and (_served(progress) or _rejected(progress)):
        return {"Ready": "False", "Reconciling": "True"}

    if _served(progress):
        return {"Ready": "True"}

    if _stalled(progress):
        return {"Ready": "False", "Stalled": "True"}

    if progress.reason in WAITING_FOR_A_PERSON:
        return {"Ready": "Unknown", "Reconciling": "True"}

    return {"Ready": "False", "Reconciling": "True"}


def _served(progress: Progress) -> bool:
    """True where what is declared has all the traffic: a rollback to it is no end before the weight is back."""
    return progress.reason in SERVED and progress.phase is not Phase.ROLLING_BACK


def _stalled(progress: Progress) -> bool:
    if progress.reason is Reason.NOT_ISOLATED:
        return False

    return _rejected(progress) or progress.phase is Phase.STALLED or progress.reason in BLOCKING


def _rejected(progress: Progress) -> bool:
    return progress.phase is Phase.ROLLED_BACK and (progress.reason.rejects or progress.reason is Reason.REJECTED)


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
        "message": shortened(progress.sentence, MESSAGE_LENGTH),
        "observedGeneration": generation,
        "lastTransitionTime": kept or now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
