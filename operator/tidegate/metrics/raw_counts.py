"""Raw counters of many Releases: few questions without a rate, and one answer back as each side's series."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from tidegate.api import DataPlane, format_duration

from .backend import Backend
from .buckets import boundary
from .data_planes import COUNTS, Counts, Status
from .matchers import Matchers, selector
from .samples import Counter, Sample, Series, Side

REQUESTS, ERRORS, QUICK = "requests", "errors", "quick"
SETS_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class RawSeries:
    """One series of an answer: its labels and its samples."""

    labels: Mapping[str, str]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is counted, and by whom: errors, or requests that took longer than a boundary of the histogram's buckets."""

    plane: DataPlane
    over: timedelta | None = None

    @property
    def counts(self) -> Counts:
        """The row of the table."""
        return COUNTS[self.plane]

    @property
    def metric(self) -> str:
        """The metric that is asked."""
        return self.counts.counter if self.over is None else self.counts.buckets

    def takes(self, labels: Mapping[str, str]) -> bool:
        """True for a series of the metric that is looked at: of a histogram, the bucket of `over` and the total."""
        only, over = self.counts.only, self.over
        if only is not None and not only.matches(labels):
            return False

        pattern = "" if over is None else f"{boundary(over, self.counts.unit)}|[+]Inf"
        return over is None or re.fullmatch(pattern, labels.get("le", "")) is not None

    @property
    def counted(self) -> str:
        """The metric that is asked, for people."""
        if self.over is None:
            return f"{self.counts.counter} ({self.plane.value})"

        return f"{self.counts.buckets} with a bucket of {format_duration(self.over)} ({self.plane.value})"


def questions(shape: Shape, sides: Sequence[Backend], window: timedelta) -> tuple[str, ...]:
    """Range selectors that give the samples of all these sides in a window up to the time that they are asked for."""
    by_labels: dict[tuple[str, ...], list[Matchers]] = {}
    for side in sides:
        matchers = shape.counts.backend(side)
        by_labels.setdefault(tuple(matcher.label for matcher in matchers), []).append(matchers)

    counts, over = shape.counts, shape.over
    metric = shape.metric
    only = counts.only.matcher if counts.only else ""
    buckets = "" if over is None else f'le=~"{boundary(over, counts.unit)}|[+]Inf"'
    span = format_duration(window)
    return tuple(f"{selector(metric, found, only, buckets)}[{span}]" for found in by_labels.values())


class Roster:
    """Whose each series is. What was found once is remembered: series keep their labels."""

    __slots__ = ("_found", "_labels", "_sides")

    def __init__(self, shape: Shape, sides: Sequence[Backend]) -> None:
        self._sides = [(side, shape.counts.backend(side)) for side in sides]
        self._labels = sorted({matcher.label for _, matchers in self._sides for matcher in matchers})
        self._found: dict[tuple[str, ...], Backend | None] = {}

    def of(self, labels: Mapping[str, str]) -> Backend | None:
        """The side; None for nobody's series, and for one that may be several sides': a wrong count is worse."""
        key = tuple(labels.get(label, "") for label in self._labels)
        if key not in self._found:
            found = [side for side, matchers in self._sides if all(each.matches(labels) for each in matchers)]
            self._found[key] = found[0] if len(found) == 1 else None

        return self._found[key]


@lru_cache(maxsize=SETS_REMEMBERED)
def _roster(shape: Shape, sides: tuple[Backend, ...]) -> Roster:
    return Roster(shape, sides)


def read(shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]) -> dict[Backend, list[Series]]:
    """Each side's series, as `increments` takes them; what is nobody's is passed over."""
    roster = _roster(shape, sides)
    mine: dict[Backend, list[RawSeries]] = {}
    for found in answer:
        side = roster.of(found.labels)
        if side is not None:
            mine.setdefault(side, []).append(found)

    parts = _errors if shape.over is None else _quick
    return {side: parts(shape, side, series) for side, series in mine.items()}


def _errors(shape: Shape, side: Backend, found: Iterable[RawSeries]) -> list[Series]:
    """Every request, and again those that are errors."""
    series: list[Series] = []
    for each in found:
        failed = is_error(shape.counts.statuses, each.labels)
        if failed is None:
            continue

        requests = Series(_counter(shape, side, each, REQUESTS), each.samples)
        series.append(requests)
        if failed:
            series.append(replace(requests, counter=replace(requests.counter, part=ERRORS)))

    return series


def is_error(statuses: Iterable[Status], labels: Mapping[str, str]) -> bool | None:
    """Whether the answers of a series are errors; None where it tells no status."""
    for status in statuses:
        value = labels.get(status.label, "")
        if value or status.but:
            return (re.fullmatch(status.errors, value) is not None) is not status.but

    return None


def _quick(shape: Shape, side: Backend, found: Iterable[RawSeries]) -> list[Series]:
    """Every request, and those up to the boundary: of a histogram without that bucket nothing is counted at all."""
    histograms: dict[tuple[tuple[str, str], ...], dict[str, RawSeries]] = {}
    for each in found:
        others = tuple(sorted((name, value) for name, value in each.labels.items() if name != "le"))
        part = REQUESTS if math.isinf(_upper(each)) else QUICK
        histograms.setdefault(others, {})[part] = each

    return [
        Series(_counter(shape, side, each, part), each.samples)
        for parts in histograms.values()
        if len(parts) == 2
        for part, each in parts.items()
    ]


def _upper(found: RawSeries) -> float:
    try:
        return float(found.labels.get("le", ""))
    except ValueError:
        return math.nan


def _counter(shape: Shape, side: Backend, found: RawSeries, part: str) -> Counter:
    """A pod of the candidate's is new with it; a gateway's counters may be an earlier candidate's too."""
    labels = found.labels
    target = labels.get("pod", "") if shape.counts.by_pods else f"{labels.get('job', '')}/{labels.get('instance', '')}"
    return Counter(
        side=side.side,
        pod=target,
        part=part,
        labels=tuple(sorted(labels.items())),
        new=shape.counts.by_pods and side.side is Side.CANDIDATE,
    )
