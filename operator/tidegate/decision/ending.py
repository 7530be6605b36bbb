"""Why a rollout goes back, noted by the very write that takes its weight away: the record of it comes after."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.api.noted import instant_of

from .progress import Progress
from .reasons import Reason
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Ending:
    """Which rollout went back, by when it started, and why."""

    reason: Reason
    started_at: datetime
    sentence: str

    def text(self) -> str:
        """As it is noted."""
        return f"{self.reason.value}/{self.started_at.isoformat()}/{self.sentence}"


def ending_in(text: str) -> Ending | None:
    """What a note tells; None where it tells of no rollback, or a person garbled it."""
    word, _, rest = text.partition("/")
    instant, _, sentence = rest.partition("/")
    reason = next((reason for reason in Reason if reason.value == word and _ends(reason)), None)
    started_at = instant_of(instant)
    return Ending(reason, started_at, sentence) if reason and started_at else None


def _ends(reason: Reason) -> bool:
    return reason.rejects or reason in {Reason.REVERTED, Reason.SUPERSEDED}


def note_of_ending(progress: Progress, reason: Reason, sentence: str) -> str:
    """What the fall of a weight notes of the rollout that it ends."""
    return Ending(reason, progress.started_at, sentence).text() if progress.started_at else ""


def unrecorded(seen: Snapshot) -> Ending | None:
    """How this very rollout was ended, where that is noted on a route or on the candidate, and not recorded."""
    candidate, started_at = seen.progress.candidate, seen.progress.started_at
    routes = (route for route in seen.routes if route.written and route.written.revision == candidate)
    endings = map(ending_in, (seen.candidate.ending, *(route.ending for route in routes)))
    return next((found for found in endings if found and found.started_at == started_at), None)
