"""How far counters rose: whole numbers per pod, in blocks of time over which both sides were scraped.

No rate and no extrapolation: a request is counted once, in one block. What is left out is decided before any value is
looked at. The same samples give the same blocks, in one piece or in many.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from types import MappingProxyType

from .samples import Counter, Sample, Series, Side, Up
from .warm_up import WarmUp, milliseconds

NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PodCounts:
    """What one pod counted for one side in a block; a part that it does not name is 0."""

    side: Side
    pod: str
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBlock:
    """Increments after `since` up to `until`, in milliseconds since 1970, for pods that were scraped at both."""

    since: int
    until: int
    pods: tuple[PodCounts, ...]

    def count(self, side: Side, *, part: str, of: str) -> tuple[int, int]:
        """A side's number `of` requests, and of the `part` of them: without an error series there are no errors.

        A pod that restarted between two scrapes may seem to have served more errors than requests; no more are taken.
        """
        counts = [(found.parts.get(of, 0), found.parts.get(part, 0)) for found in self.pods if found.side is side]
        return sum(all_ for all_, _ in counts), sum(min(some, all_) for all_, some in counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Blocks on a grid that begins at `start`, in milliseconds since 1970, and how they are made.

    A cell is no shorter than the scrape interval, or it has no sample. A side that misses a cell makes the block
    longer, to at most `longest` cells; then it is given up. `requests` is the part that warms a pod; without `warm_up`
    (a gateway's pods, which are older than the rollout) all counts count.
    """

    start: int
    cell: timedelta = timedelta(seconds=15)
    longest: int = 4
    requests: str = "requests"
    warm_up: WarmUp | None = field(default_factory=WarmUp)


@dataclass(slots=True)
class _Line:
    """A counter, its last sample, and how far it rose in the open block."""

    counter: Counter
    last: Sample | None = None
    grown: int = 0


@dataclass(slots=True)
class _Pod:
    """What is known of a scraped target."""

    seen: int
    scraped: int | None = None
    served: int = 0
    # True where the open block holds all that the pod counted in it, and the pod was warm when it began.
    counts: bool = False
    sides: set[Side] = field(default_factory=set)
    lines: list[_Line] = field(default_factory=list)

    def parts(self, side: Side) -> dict[str, int]:
        """How far the pod's counters of a side rose in the open block."""
        parts: dict[str, int] = {}
        for line in self.lines:
            if line.counter.side is side:
                parts[line.counter.part] = parts.get(line.counter.part, 0) + line.grown

        return parts


# Time, whether it is a target's scrape, value, place among the series; so sorted, `up` comes last and of two values for
# one time the smaller is taken.
_Order = tuple[int, bool, float, int]


class Increments:
    """Takes samples as they come, each once, and gives the blocks that they complete."""

    __slots__ = ("_cell", "_end", "_grid", "_lines", "_opened", "_pods", "_taken", "left_out")

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._cell = milliseconds(grid.cell)
        self._end = grid.start
        self._opened: int | None = None
        self._taken: int | None = None
        self._lines: dict[Counter, _Line] = {}
        self._pods: dict[str, _Pod] = {}
        # Cells in which a side was not scraped, and those whose increments have no beginning after too long a gap.
        self.left_out = 0

    def take(
        self, series: Iterable[Series], *, until: int, ups: Iterable[Up] = (), ready: Mapping[str, int] = NOBODY
    ) -> tuple[CountedBlock, ...]:
        """The blocks that end up to `until`; samples taken before, and those after `until`, are passed over.

        Ask for a time that is past by longer than samples take to arrive: one that comes later is never counted.
        Samples from before the start tell which counters existed. `ready` is when each pod became Ready.
        """
        blocks: list[CountedBlock] = []
        for (at, _, value, _), of in sorted(self._events(series, ups, until)):
            blocks += self._closed(at - 1, ready)
            self._note(of, Sample(at, value))

        blocks += self._closed(until, ready)
        self._taken = until if self._taken is None else max(self._taken, until)
        return tuple(blocks)

    def warming(self) -> tuple[str, ...]:
        """The pods whose counts do not count in the open block."""
        return tuple(sorted(name for name, pod in self._pods.items() if not pod.counts))

    def _events(self, series: Iterable[Series], ups: Iterable[Up], until: int) -> Iterable[tuple[_Order, _Line | str]]:
        """What counts of what is given: stale markers and what no counter can be are gaps."""
        counters = ((self._line(found.counter), found.samples) for found in series)
        given = chain[tuple[_Line | str, tuple[Sample, ...]]](counters, ((up.pod, up.samples) for up in ups))
        taken = -math.inf if self._taken is None else self._taken
        for place, (of, samples) in enumerate(given):
            for sample in samples:
                if taken < sample.at <= until and math.isfinite(sample.value) and sample.value >= 0:
                    yield (sample.at, isinstance(of, str), sample.value, place), of

    def _line(self, counter: Counter) -> _Line:
        return self._lines.get(counter) or self._lines.setdefault(counter, _Line(counter))

    def _note(self, of: _Line | str, sample: Sample) -> None:
        if isinstance(of, str):
            self._note_scrape(of, sample)
        elif of.last is None or of.last.at < sample.at:
            self._note_count(of, sample)

    def _note_scrape(self, name: str, sample: Sample) -> None:
        """A scrape that failed makes its cell one in which the pod was not scraped, whatever came before it."""
        if sample.value > 0:
            self._pods.setdefault(name, _Pod(sample.at)).scraped = sample.at
        elif name in self._pods:
            self._pods[name].scraped = None

    def _note_count(self, line: _Line, sample: Sample) -> None:
        counter = line.counter
        pod = self._pods.get(counter.pod)
        if pod is None:
            # All that a new pod counted is of this rollout, and so of the open block. Another's past is unknown.
            pod = self._pods[counter.pod] = _Pod(sample.at, counts=counter.new and self._grid.warm_up is None)

        if line.last is None:
            pod.lines.append(line)
            pod.sides.add(counter.side)

        grown = self._grown(line, sample)
        line.last, line.grown, pod.scraped = sample, line.grown + grown, sample.at
        if counter.part == self._grid.requests:
            pod.served += grown

    def _grown(self, line: _Line, sample: Sample) -> int:
        """The increment up to a sample. A counter that its pod did not have when it was scraped before began at 0."""
        value, before, start = round(sample.value), line.last, self._grid.start
        if before is None:
            return value

        if before.at <= start and line.counter.side is Side.CANDIDATE and not line.counter.new:
            # What rose across the start may be an earlier candidate's.
            return 0

        last = round(before.value)
        return value - last if value >= last else value

    def _closed(self, until: int, ready: Mapping[str, int]) -> Iterable[CountedBlock]:
        """Close every cell that ends up to a time."""
        while self._end <= until:
            block = self._close(self._end, ready)
            self._end += self._cell
            if block is not None:
                yield block

    def _close(self, end: int, ready: Mapping[str, int]) -> CountedBlock | None:
        absent = [side for side in Side if not self._scraped(side, end)]
        if absent:
            self.left_out += end > self._grid.start
            # Nothing is lost before a side's first series: the block begins where the other one was scraped last.
            if not any(side in pod.sides for side in absent for pod in self._pods.values()):
                self._open(end, ready)
            elif self._opened is not None and end - self._opened >= self._grid.longest * self._cell:
                self._opened = None

            return None

        block = None if self._opened is None else self._block(self._opened, end)
        self.left_out += block is None and end > self._grid.start
        self._open(end, ready)
        return block

    def _scraped(self, side: Side, end: int) -> bool:
        return any(side in pod.sides and self._fresh(pod, end) for pod in self._pods.values())

    def _fresh(self, pod: _Pod, end: int) -> bool:
        """True when the pod was scraped in the cell that ends then."""
        return pod.scraped is not None and pod.scraped > end - self._cell

    def _open(self, end: int, ready: Mapping[str, int]) -> None:
        """Begin a block: what a pod counts until the next end belongs to it if the pod was scraped now."""
        self._opened = end
        for name, pod in self._pods.items():
            pod.counts = self._fresh(pod, end) and self._warm(name, pod, end, ready)
            for line in pod.lines:
                line.grown = 0

    def _warm(self, name: str, pod: _Pod, at: int, ready: Mapping[str, int]) -> bool:
        rule, since = self._grid.warm_up, ready.get(name)
        if rule is None or (since is None and pod.seen <= self._grid.start):
            return True

        return rule.over(at, seen=pod.seen, ready=since, served=pod.served)

    def _block(self, since: int, until: int) -> CountedBlock:
        """The increments of the open block, of pods that were scraped at both its ends."""
        counted = ((name, pod) for name, pod in sorted(self._pods.items()) if pod.counts and self._fresh(pod, until))
        pods = tuple(
            PodCounts(side=side, pod=name, parts=pod.parts(side))
            for name, pod in counted
            for side in Side
            if side in pod.sides
        )
        return CountedBlock(since=since, until=until, pods=pods)
