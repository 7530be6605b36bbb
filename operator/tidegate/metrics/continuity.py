"""Is what a target counts now the continuation of what it counted before? All counters of a scrape are looked at.

A process that starts again counts all it has from 0, or has it no more. What falls otherwise is no restart: one of two
servers that scrape the same pod is behind the other, and the store takes samples of both in turn. And series that are
there under other labels than before are not new. To take either for a restart would count all of a counter's life as
one block's.
"""

from collections.abc import Mapping

from .targets import Line, Pod

# A target's counters at one time.
Scrape = Mapping[Line, int]
# What is still as large as this part of what it was did not begin at 0: it fell a little.
LITTLE = 0.5


def broken(pod: Pod, found: Scrape) -> bool:
    """True where nobody can tell how far a target's counters rose since its last scrape."""
    before = [(round(line.last.value), value) for line, value in found.items() if line.last is not None]
    if any(now < had for had, now in before):
        return not restarted(before)

    return any(value and line.last is None and _renamed(pod, line, found) for line, value in found.items())


def restarted(counters: list[tuple[int, int]]) -> bool:
    """True where all that was counted before fell, and by more than half: before and now."""
    fell = all(now < had for had, now in counters if had)
    return fell and sum(now for _, now in counters) < LITTLE * sum(had for had, _ in counters)


def rise(had: int, now: int) -> int:
    """How far a counter rose from one sample to the next, if it is whole: one that fell began at 0."""
    return now - had if now >= had else now


def _renamed(pod: Pod, line: Line, found: Scrape) -> bool:
    """True for a counter that seems to go on where another was until the last scrape, which is there no more."""
    return any(
        other.last is not None
        and other.last.at == pod.scraped
        and other not in found
        and other.counter.side is line.counter.side
        and other.counter.part == line.counter.part
        and round(other.last.value) <= found[line]
        for other in pod.lines
    )
