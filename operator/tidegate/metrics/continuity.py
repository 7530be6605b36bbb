"""Is what a target counts now the continuation of what it counted before? All counters of one scrape are looked at.

A process that starts again counts all it has from 0, or has it no more. What falls otherwise is no restart: one of two
servers that scrape the same pod is behind the other, and the store takes samples of both in turn. And series that are
there under other labels than before are not new. To take either for a restart would count all of a counter's life as
one block's.
"""

from collections.abc import Mapping
from enum import Enum

from .samples import Sample
from .targets import Line, Pod

# A target's counters at one time: those of one scrape, for a target with several has them at other times.
Scrape = Mapping[Line, int]
# What is still as large as this part of what it was did not begin at 0: it fell a little.
LITTLE = 0.5
# Or a life no longer than what its target surely counted in this many scrapes: taken for a block's it does little harm.
YOUNG = 2


class Course(Enum):
    """What a target's counters did since its last scrape. `UNKNOWN`: nobody can tell how far they rose."""

    ON = "went on"
    AGAIN = "began again"
    UNKNOWN = "unknown"


def course(pod: Pod, found: Scrape) -> Course:
    """What the counters of a scrape did."""
    went_on = going_on(found)
    if any(value < round(last.value) for last, value in went_on):
        return Course.AGAIN if restarted(pod, went_on) else Course.UNKNOWN

    born = [line for line, value in found.items() if value and line.last is None]
    # Another process of the pod that has just begun, or a first request of a kind.
    if sum(found[line] for line in born) <= YOUNG * pod.rose:
        return Course.ON

    together = {last.at for last, _ in went_on}
    return Course.UNKNOWN if any(_renamed(pod, line, found, together) for line in born) else Course.ON


def gone(pod: Pod, found: Scrape) -> list[Line]:
    """The counters that were in the scrape before with those that are there now, and are not now."""
    together = {last.at for last, _ in going_on(found)}
    return [line for line in pod.lines if line.last is not None and line.last.at in together and line not in found]


def going_on(found: Scrape) -> list[tuple[Sample, int]]:
    """The last samples and the values of those that were in the scrape before: another was away, and is born again."""
    known = [(line.last, value) for line, value in found.items() if line.last is not None]
    latest = max((last.at for last, _ in known), default=0)
    return [(last, value) for last, value in known if last.at == latest]


def restarted(pod: Pod, went_on: list[tuple[Sample, int]]) -> bool:
    """True where together they fell by more than half, or to no more than what they count in a scrape or two."""
    had, now = sum(round(last.value) for last, _ in went_on), sum(value for _, value in went_on)
    return now < LITTLE * had or now <= YOUNG * pod.rose


def rise(had: int, now: int) -> int:
    """How far a counter rose from one sample to the next, if it is whole: one that fell began at 0."""
    return now - had if now >= had else now


def _renamed(pod: Pod, line: Line, found: Scrape, together: set[int]) -> bool:
    """True for a counter that seems to go on where another was until the last scrape, which is there no more.

    `together`: when those were scraped last that went on; without any nobody knows whose scrape this is.
    """
    return any(
        other.last is not None
        and other not in found
        and (other.last.at in together or not together)
        and other.counter.side is line.counter.side
        and other.counter.part == line.counter.part
        and 0 < round(other.last.value) <= found[line]
        for other in pod.lines
    )
