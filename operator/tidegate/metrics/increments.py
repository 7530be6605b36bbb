"""How far counters rose: whole numbers per pod, in blocks of time over which all that counts was scraped.

No rate and no extrapolation: a request is counted once, in one block. A block ends when every target that counts in it
was scraped anew, however rarely that is; one that misses its own time is not waited for. What is left out is decided
before any value is looked at, but for a target whose counters do what no counters of one process do (`continuity`). The
same samples give the same blocks, in one piece or in many.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from .continuity import Course, Scrape, course, gone, rise
from .samples import Counter, Sample, Series, Side, countable, milliseconds
from .targets import Line, Pod, Target, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PodCounts:
    """What one pod counted for one side in a block; a part that it does not name is 0."""

    side: Side
    pod: str
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBlock:
    """Increments after `since` up to `until`, in milliseconds since 1970, for pods that were scraped at both.

    Each pod's begin at its last scrape up to `since`; `oldest` is the first of these.
    """

    since: int
    until: int
    pods: tuple[PodCounts, ...]
    oldest: int | None = None

    @property
    def begins(self) -> int:
        """When the first of what is counted may have been served."""
        return self.since if self.oldest is None else self.oldest

    def count(self, side: Side, *, part: str, of: str) -> tuple[int, int]:
        """A side's number `of` requests, and of the `part` of them: without an error series there are no errors.

        A pod that restarted between two scrapes may seem to have served more errors than requests; no more are taken.
        """
        counts = [(found.parts.get(of, 0), found.parts.get(part, 0)) for found in self.pods if found.side is side]
        return sum(all_ for all_, _ in counts), sum(min(some, all_) for all_, some in counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Blocks on a grid that begins at `start`, in milliseconds since 1970, and how they are made.

    Scrapes may be rarer than cells. A block is as many cells long as it takes to scrape all that counts, `longest` at
    most; a side that is not scraped in them is given up. A pod that is first seen after the start counts `warm_up`
    later; without one (a gateway's pods, which are older than the rollout) all counts count.
    """

    start: int
    cell: timedelta = timedelta(seconds=15)
    longest: int = 4
    warm_up: timedelta | None = timedelta(minutes=1)


# Time, value, place among the series; so sorted, of two values for one time the smaller is taken.
_Order = tuple[int, float, int]
_Event = tuple[_Order, Line]


class Increments:
    """Takes samples as they come, each once, and gives the blocks that they complete."""

    __slots__ = ("_cell", "_end", "_grid", "_lines", "_opened", "_pods", "_taken", "alone_from", "left_out")

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._cell = milliseconds(grid.cell)
        self._end = grid.start
        self._opened: int | None = None
        self._taken: int | None = None
        self._lines: dict[Counter, Line] = {}
        self._pods: dict[Target, Pod] = {}
        # Cells in which a side was not scraped, and those whose increments have no beginning after too long a gap.
        self.left_out = 0
        # From then on the candidate has all the traffic: a gateway's new pod never has a series of stable's.
        self.alone_from: int | None = None

    @property
    def apart(self) -> int:
        """How far scrapes are apart, in milliseconds, of the target that is scraped most rarely; 0 before it is known.

        A target that was not scraped for as long as two blocks may be is gone.
        """
        since = self._end - 2 * self._grid.longest * self._cell
        return max((pod.apart for pod in self._pods.values() if pod.scraped > since), default=0)

    def take(self, series: Iterable[Series], *, until: int) -> tuple[CountedBlock, ...]:
        """The blocks that end up to `until`; samples taken before, and those after `until`, are passed over.

        Ask for a time that is past by longer than samples take to arrive: one that comes later is never counted.
        Samples from before the start tell which counters existed.
        """
        blocks: list[CountedBlock] = []
        for at, events in groupby(sorted(self._events(series, until)), key=_time):
            blocks += self._closed(at - 1)
            self._note(at, events)

        blocks += self._closed(until)
        self._taken = until if self._taken is None else max(self._taken, until)
        return tuple(blocks)

    def _events(self, series: Iterable[Series], until: int) -> Iterable[_Event]:
        """What counts of what is given: stale markers and what no counter can be are gaps."""
        taken = -math.inf if self._taken is None else self._taken
        for place, found in enumerate(series):
            line = self._line(found.counter)
            for sample in found.samples:
                if taken < sample.at <= until and countable(sample):
                    yield (sample.at, sample.value, place), line

    def _line(self, counter: Counter) -> Line:
        return self._lines.get(counter) or self._lines.setdefault(counter, Line(counter, target_of(counter)))

    def _note(self, at: int, events: Iterable[_Event]) -> None:
        """What was scraped at a time, target by target; of two values of a counter the first."""
        scraped: dict[Target, dict[Line, int]] = {}
        for (_, value, _), line in events:
            if line.last is None or line.last.at < at:
                scraped.setdefault(line.target, {}).setdefault(line, round(value))

        for target, found in scraped.items():
            self._note_counts(target, at, found)

    def _note_counts(self, target: Target, at: int, found: Scrape) -> None:
        known, counter = self._pods.get(target), next(iter(found)).counter
        pod = known or self._met(target, at, counter)
        did = course(pod, found)
        if did is Course.UNKNOWN:
            # What the pod counts begins anew with the next block.
            pod.counts = False

        again = did is Course.AGAIN
        for line in gone(pod, found) if again else ():
            # When it is back it has counted since then.
            line.last = Sample(at, 0.0)

        rose = sum(self._note_count(pod, line, Sample(at, value), again=again) for line, value in found.items())
        if did is not Course.UNKNOWN and (known is not None or counter.new):
            pod.rose = max(rose, pod.rose * 3 // 4)

    def _met(self, target: Target, at: int, counter: Counter) -> Pod:
        """A pod that is seen for the first time.

        All that a new pod counted is of this rollout, and so of the open block. Another's past is unknown.
        """
        warm = self._grid.warm_up is None
        pod = self._pods[target] = Pod(counter.pod, at, at, counts=counter.new and warm, warm=warm)
        return pod

    def _note_count(self, pod: Pod, line: Line, sample: Sample, *, again: bool) -> int:
        """How far it rose, which is noted."""
        if line.last is None:
            pod.lines.append(line)
            pod.sides.add(line.counter.side)
        else:
            pod.note_apart(sample.at, sample.at - line.last.at)

        grown = self._grown(line, sample, again=again)
        line.last, line.grown, pod.scraped = sample, line.grown + grown, sample.at
        return grown

    def _grown(self, line: Line, sample: Sample, *, again: bool) -> int:
        """The increment up to a sample. A counter that its pod did not have when it was scraped before began at 0."""
        value, before, start = round(sample.value), line.last, self._grid.start
        if before is None:
            return value

        if before.at <= start and line.counter.side is Side.CANDIDATE and not line.counter.new:
            # What rose across the start may be an earlier candidate's.
            return 0

        return value if again else rise(round(before.value), value)

    def _closed(self, until: int) -> Iterable[CountedBlock]:
        """Close every cell that ends up to a time."""
        while self._end <= until:
            block = self._close(self._end)
            self._end += self._cell
            if block is not None:
                yield block

    def _close(self, end: int) -> CountedBlock | None:
        arrived = [pod.sides for pod in self._arrived(end)]
        absent = [side for side in self._needed(end) if not any(side in sides for sides in arrived)]
        if not absent and not self._awaited(end):
            block = None if self._opened is None else self._block(self._opened, end)
            self.left_out += block is None and end > self._grid.start
            self._open(end)
            return block

        self.left_out += end > self._grid.start
        # Nothing is lost before a side's first series: the block begins where the other one was scraped last.
        if absent and not any(side in pod.sides for side in absent for pod in self._pods.values()):
            self._open(end)
        elif self._opened is not None and end - self._opened >= self._grid.longest * self._cell:
            self._opened = None

        return None

    def _needed(self, end: int) -> Iterable[Side]:
        """The sides without which no block ends: at full weight the candidate's alone."""
        return Side if self.alone_from is None or end <= self.alone_from else (Side.CANDIDATE,)

    def _arrived(self, end: int) -> Iterable[Pod]:
        """The pods that were scraped since the open block began, and did not miss a scrape since."""
        return (pod for pod in self._pods.values() if self._new(pod) and self._current(pod, end))

    def _awaited(self, end: int) -> bool:
        """True while a pod that counts was not scraped in the open block yet, and its time is still to come."""
        if self._opened is None:
            return False

        counts = (pod for pod in self._pods.values() if pod.counts and not pod.sides.isdisjoint(self._needed(end)))
        return any(self._current(pod, end) and not self._new(pod) for pod in counts)

    def _new(self, pod: Pod) -> bool:
        return self._opened is None or pod.scraped > self._opened

    def _current(self, pod: Pod, end: int) -> bool:
        """True when the pod has missed no scrape, as rarely as it is scraped; once in a cell, where that is not known.

        Scrapes are a little late now and then: by a twentieth of what they are apart.
        """
        reach = max(self._cell, pod.apart + pod.apart // 20)
        return pod.scraped > end - min(reach, self._grid.longest * self._cell)

    def _open(self, end: int) -> None:
        """Begin a block: what a pod counts from its last scrape on belongs to it, if it missed none before that."""
        self._opened = end
        for pod in self._pods.values():
            pod.warm = self._warm(pod, end)
            pod.counts, pod.begun = pod.warm and self._current(pod, end), pod.scraped
            for line in pod.lines:
                line.grown = 0

    def _warm(self, pod: Pod, at: int) -> bool:
        rule = self._grid.warm_up
        return rule is None or pod.seen <= self._grid.start or at >= pod.seen + milliseconds(rule)

    def _block(self, since: int, until: int) -> CountedBlock | None:
        """The increments of the open block, of pods that were scraped at both its ends; None where a side has none.

        A side that is not warm yet has none either, but then it is known why: the block is there.
        """
        arrived = [self._pods[target] for target in sorted(self._pods) if self._new(self._pods[target])]
        counted = [pod for pod in arrived if pod.counts and self._current(pod, until)]
        for side in self._needed(until):
            mine = [pod for pod in arrived if side in pod.sides]
            if all(pod.warm for pod in mine) and not any(side in pod.sides for pod in counted):
                return None

        pods = tuple(
            PodCounts(side=side, pod=pod.name, parts=pod.parts(side))
            for pod in counted
            for side in Side
            if side in pod.sides
        )
        begins = [pod.begun for pod in counted if pod.begun is not None]
        return CountedBlock(since=since, until=until, pods=pods, oldest=min(begins, default=None))


def _time(event: _Event) -> int:
    return event[0][0]
