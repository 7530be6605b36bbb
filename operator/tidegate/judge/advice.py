"""What nobody declared and a person should know, in lines of both sides' facts: nothing is done by them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tidegate.sentences import shortened

MOST_LINES, LONGEST_SENTENCE = 10, 256
NAMED_PODS = 2


class Topic(Enum):
    """What a line is about."""

    RESTARTS = "Restarts"
    OUT_OF_MEMORY = "OutOfMemory"
    CLIENT_ERRORS = "ClientErrors"
    NEW_ERROR = "NewError"
    THROTTLED = "Throttled"
    MEMORY_GROWS = "MemoryGrows"
    UNUSUAL = "Unusual"
    WORSE_THAN_YESTERDAY = "WorseThanYesterday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line. `subject` tells several of one topic apart."""

    topic: Topic
    sentence: str
    since: datetime
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """A pod on which something was seen: how often, and since when."""

    pod: str
    times: int
    since: datetime


@dataclass(frozen=True, slots=True)
class PodsOf:
    """The pods of a side, and those of them on which something was seen."""

    total: int
    affected: Sequence[Affected] = ()

    @property
    def share(self) -> float:
        """The affected among all; 0 where there are none."""
        return len(self.affected) / self.total if self.total else 0.0

    @property
    def counted(self) -> str:
        """As people read it."""
        return f"{len(self.affected)} of {self.total}"


def restarts(candidate: PodsOf, stable: PodsOf) -> Advice | None:
    """Containers that were started again, on a greater part of the candidate's pods than of stable's."""
    if not candidate.affected or candidate.share <= stable.share:
        return None

    times = sum(found.times for found in candidate.affected)
    often = "once" if times == 1 else f"{times:,} times"
    said = f"{candidate.counted} candidate pods restarted, {often} in all; {stable.counted} of stable's did"
    return Advice(topic=Topic.RESTARTS, sentence=on_pods(said, candidate.affected), since=earliest(candidate.affected))


def out_of_memory(candidate: PodsOf, stable: PodsOf) -> Advice | None:
    """Containers that were killed for want of memory, on a greater part of the candidate's pods than of stable's."""
    if not candidate.affected or candidate.share <= stable.share:
        return None

    said = f"containers of {candidate.counted} candidate pods were killed out of memory; {stable.counted} of stable's"
    return Advice(
        topic=Topic.OUT_OF_MEMORY, sentence=on_pods(said, candidate.affected), since=earliest(candidate.affected)
    )


def on_pods(said: str, affected: Iterable[Affected]) -> str:
    """A sentence with the pods that it is about, as many as there is room for."""
    names = sorted(found.pod for found in affected)
    more = f" and {len(names) - NAMED_PODS} more" if len(names) > NAMED_PODS else ""
    return shortened(f"{said}: {', '.join(names[:NAMED_PODS])}{more}", LONGEST_SENTENCE)


def earliest(affected: Iterable[Affected]) -> datetime:
    """Since when it is so at least."""
    return min(found.since for found in affected)
