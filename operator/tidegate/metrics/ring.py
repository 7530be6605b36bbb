"""The last hour of a source's counters, in memory: every sample of the last minutes, and fewer from before."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from .answer import Unusable
from .backend import Backend
from .history import BLOCK
from .page import Page
from .raw_counts import RawSeries, Shape
from .samples import Sample, milliseconds
from .sifting import Head, Owner, owner_of

# Stable's hour, and what a first weight may be late by.
KEPT = milliseconds(timedelta(minutes=65))
# Longer than a question of the judge's looks back when it has caught up.
FINE = milliseconds(timedelta(minutes=5))
COARSE = milliseconds(BLOCK)
MOST_SERIES = 20_000


@dataclass(slots=True)
class _Samples:
    """Times and values in rows of their own: sixteen bytes a sample."""

    times: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, at: int, value: float, *, since: int) -> None:
        """Add the newest, and drop what is older than `since`, or of a time to come: the clock was set back."""
        self.drop(at)
        self.times.append(at)
        self.values.append(value)
        if self.times[0] < since:
            old = bisect_left(self.times, since)
            del self.times[:old], self.values[:old]

    def drop(self, since: int) -> None:
        """Drop what is as late as that: times stay in order."""
        if self.times and self.times[-1] >= since:
            first = bisect_left(self.times, since)
            del self.times[first:], self.values[first:]

    def between(self, since: int, until: int) -> Iterable[Sample]:
        """After `since` and up to `until`, as a range selector takes them."""
        first, end = bisect_right(self.times, since), bisect_right(self.times, until)
        return map(Sample, self.times[first:end], self.values[first:end])


@dataclass(slots=True, eq=False)
class _Line:
    """One series. The rarer samples are enough for what stable did before a rollout."""

    labels: Mapping[str, str]
    fine: _Samples = field(default_factory=_Samples)
    coarse: _Samples = field(default_factory=_Samples)

    def add(self, at: int, value: float) -> None:
        self.fine.add(at, value, since=at - FINE)
        self.coarse.drop(at)
        last = self.coarse.times[-1] if self.coarse.times else at - COARSE
        if at // COARSE > last // COARSE:
            self.coarse.add(at, value, since=at - KEPT)

    @property
    def newest(self) -> int:
        """When it was seen last."""
        return self.fine.times[-1]

    def between(self, since: int, until: int) -> tuple[Sample, ...]:
        first = self.fine.times[0]
        return *self.coarse.between(since, min(until, first - 1)), *self.fine.between(max(since, first - 1), until)


@dataclass(frozen=True, slots=True)
class _Key:
    """A series of one process: after a restart, or where several answer at one address, it is another one."""

    head: Head
    born: float | None


class Ring:
    """All series that are kept, by whose they are."""

    __slots__ = ("_by_owner", "_lines", "_most")

    def __init__(self, most: int = MOST_SERIES) -> None:
        self._most = most
        self._lines: dict[_Key, _Line] = {}
        self._by_owner: dict[Owner, list[_Line]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, at: int, page: Page) -> Unusable | None:
        """Take a page as it was at a time in milliseconds since 1970: all of it, or nothing where it is too much."""
        values = {_Key(head, page.born): value for head, value in page.values.items()}
        fresh = [key for key in values if key not in self._lines]
        if len(self) + len(fresh) > self._most:
            return Unusable(f"more than {self._most} series belong to the Releases that it counts for")

        for key in fresh:
            self._lines[key] = _Line(_labels(key))
            self._by_owner.setdefault(key.head.owner, []).append(self._lines[key])

        for key, value in values.items():
            self._lines[key].add(at, value)

        return None

    def raw(self, shape: Shape, sides: Iterable[Backend], *, since: int, until: int) -> list[RawSeries]:
        """What a range selector would give: each side's samples after an instant and up to another."""
        lines = (line for side in sides for line in self._by_owner.get(owner_of(shape, side), ()))
        found = (RawSeries(line.labels, line.between(since, until)) for line in lines if shape.takes(line.labels))
        return [series for series in found if series.samples]

    def forget(self, at: int) -> None:
        """Drop the series that have no sample of the time that is kept."""
        old = [key for key, line in self._lines.items() if line.newest <= at - KEPT]
        for key in old:
            owner, line = key.head.owner, self._lines.pop(key)
            self._by_owner[owner].remove(line)
            if not self._by_owner[owner]:
                del self._by_owner[owner]


def _labels(key: _Key) -> Mapping[str, str]:
    """A gateway's process is a target of its own: what it counted before it was seen is nobody's increment."""
    labels = dict(key.head.labels)
    return labels if key.born is None else {**labels, "instance": f"{labels.get('instance', '')}#{key.born}"}
