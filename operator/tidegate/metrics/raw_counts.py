"""Raw counters of many Releases: few questions without a rate, and one answer back as each side's series."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from tidegate.api import DataPlane, format_duration

from .backend import Backend
from .buckets import boundary
from .copies import Scraped, copies, scraped
from .data_planes import COUNTS, Counts, Status
from .matchers import Matchers, selector
from .samples import Buckets, Counter, Labels, Sample, Series, Side, number

REQUESTS, ERRORS, CLIENT_ERRORS, QUICK = "requests", "errors", "client errors", "quick"
# Requests whose status says nothing, with the label that says it behind it.
UNKNOWN = "unknown status "
# As HTTP numbers them, or as a class of these.
HTTP_STATUS = re.compile("[1-5]([0-9]{2}|xx|XX)")
# A native histogram, of which no boundary is chosen yet; and how the name of a classic one ends.
NATIVE, CLASSIC = "native", "_bucket"
SETS_REMEMBERED = 512
# What a look at a thousand Releases counts, and as much again; of labels that are longer, nothing is remembered.
COUNTERS_REMEMBERED = 20_000
LONGEST_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class RawSeries:
    """One series of an answer: its labels, and its samples or those of a native histogram."""

    labels: Mapping[str, str]
    samples: tuple[Sample, ...]
    native: tuple[Buckets, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What is counted, and by whom: errors; or requests by a boundary of the histogram's buckets, or by all of them."""

    plane: DataPlane
    over: timedelta | None = None
    histogram: bool = False

    @property
    def counts(self) -> Counts:
        """The row of the table."""
        return COUNTS[self.plane]

    @property
    def metric(self) -> str:
        """The metric that is asked; of a histogram, the classic one."""
        return self.counts.buckets if self.histogram or self.over is not None else self.counts.counter

    def takes(self, labels: Mapping[str, str]) -> bool:
        """True for a series of the metric that is looked at: where `over` is told, its bucket and the total."""
        only, over = self.counts.only, self.over
        if only is not None and not only.matches(labels):
            return False

        pattern = "" if over is None else f"{boundary(over, self.counts.unit)}|[+]Inf"
        return over is None or re.fullmatch(pattern, labels.get("le", "")) is not None

    @property
    def counted(self) -> str:
        """The metric that is asked, for people."""
        if self.histogram:
            return f"{self.counts.buckets} ({self.plane.value})"

        if self.over is None:
            return f"{self.counts.counter} ({self.plane.value})"

        return f"{self.counts.buckets} with a bucket of {format_duration(self.over)} ({self.plane.value})"


def questions(
    shape: Shape, sides: Sequence[Backend], window: timedelta, *, labels: Iterable[str] = ()
) -> tuple[str, ...]:
    """Range selectors that give the samples of all these sides in a window up to the time that they are asked for.

    `labels`: matchers that hold for all of them.
    """
    by_labels: dict[tuple[str, ...], list[Matchers]] = {}
    for side in sides:
        matchers = shape.counts.backend(side)
        by_labels.setdefault(tuple(matcher.label for matcher in matchers), []).append(matchers)

    metric, what = _asked(shape)
    only = shape.counts.only.matcher if shape.counts.only else ""
    span = format_duration(window)
    return tuple(f"{selector(metric, found, only, what, *labels)}[{span}]" for found in by_labels.values())


def _asked(shape: Shape) -> tuple[str, str]:
    """The metric, and what is asked of it: a native histogram has the name of a classic one, without an ending."""
    counts, over = shape.counts, shape.over
    if shape.histogram:
        return "", f'__name__=~"{shape.metric.removesuffix(CLASSIC)}({CLASSIC})?"'

    return shape.metric, "" if over is None else f'le=~"{boundary(over, counts.unit)}|[+]Inf"'


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
    """Each side's series, as `increments` takes them; what is nobody's is passed over, and so are copies."""
    series = list(answer)
    left_out = _copies(shape, sides, series)
    mine = by_side(shape, sides, (each for each in series if not left_out or scraped(each.labels) not in left_out))
    parts = _all_boundaries if shape.histogram else _errors if shape.over is None else _quick
    return {side: parts(shape, side, series) for side, series in mine.items()}


def scraped_twice(shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]) -> dict[Backend, list[str]]:
    """The jobs that each side's series are left out of, because another one scrapes the same targets."""
    series = list(answer)
    left_out = _copies(shape, sides, series)
    found = by_side(shape, sides, (each for each in series if scraped(each.labels) in left_out))
    scrapes = {side: {scraped(each.labels)[1] for each in mine} for side, mine in found.items()}
    return {side: [" of ".join(filter(None, scrape)) for scrape in sorted(mine)] for side, mine in scrapes.items()}


def _copies(shape: Shape, sides: tuple[Backend, ...], series: Iterable[RawSeries]) -> frozenset[Scraped]:
    own = {matcher.label for side in sides for matcher in shape.counts.backend(side)}
    return copies((each.labels for each in series), own)


def by_side(shape: Shape, sides: tuple[Backend, ...], series: Iterable[RawSeries]) -> dict[Backend, list[RawSeries]]:
    """Each side's series; what is nobody's is passed over."""
    roster = _roster(shape, sides)
    mine: dict[Backend, list[RawSeries]] = {}
    for found in series:
        side = roster.of(found.labels)
        if side is not None:
            mine.setdefault(side, []).append(found)

    return mine


def _errors(shape: Shape, side: Backend, found: Iterable[RawSeries]) -> list[Series]:
    """Every request, and again those that are errors of the server or the client."""
    statuses, counter = shape.counts.statuses, _counters(shape, side)
    return [Series(counter(each, part), each.samples) for each in found for part in parts_of(statuses, each.labels)]


def parts_of(statuses: Iterable[Status], labels: Mapping[str, str]) -> tuple[str, ...]:
    """What the answers of a series count as, by the first label with a status; nothing where it has no such label."""
    unknown = ""
    for status in statuses:
        value = labels.get(status.label, "")
        if not value and not status.but:
            continue

        if status.fails(value):
            return REQUESTS, ERRORS

        if HTTP_STATUS.fullmatch(value):
            return (REQUESTS, CLIENT_ERRORS) if re.fullmatch(status.client_errors, value) else (REQUESTS,)

        unknown = unknown or f'{UNKNOWN}{status.label}="{value}"'

    return (REQUESTS, unknown) if unknown else ()


def unknown_status(parts: Mapping[str, int]) -> str:
    """The label of what was counted and says no status; empty where all that was counted says one."""
    return min(
        (part.removeprefix(UNKNOWN) for part, count in parts.items() if part.startswith(UNKNOWN) and count), default=""
    )


def _quick(shape: Shape, side: Backend, found: Iterable[RawSeries]) -> list[Series]:
    """Every request, and those up to the boundary: of a histogram without that bucket nothing is counted at all."""
    counter, histograms = _counters(shape, side), dict[Labels, dict[str, RawSeries]]()
    for each in found:
        others = tuple(sorted((name, value) for name, value in each.labels.items() if name != "le"))
        part = REQUESTS if math.isinf(_upper(each)) else QUICK
        histograms.setdefault(others, {})[part] = each

    return [
        Series(counter(each, part), each.samples)
        for parts in histograms.values()
        if len(parts) == 2
        for part, each in parts.items()
    ]


def _all_boundaries(shape: Shape, side: Backend, found: Sequence[RawSeries]) -> list[Series]:
    """Every request, and those up to each boundary. A `le` that is no number is no boundary.

    Where a histogram is there as both, the classic one is counted, and not both.
    """
    counter, native = _counters(shape, side), [each for each in found if each.native]
    twice = {_histogram(each) for each in found if not each.native} if native else set()
    return [Series(counter(each, part), each.samples) for each in found if (part := boundary_part(_upper(each)))] + [
        Series(counter(each, NATIVE), (), each.native) for each in native if _histogram(each) not in twice
    ]


def _histogram(found: RawSeries) -> Labels:
    return tuple(sorted((name, value) for name, value in found.labels.items() if name not in {"le", "__name__"}))


def boundary_part(upper: float) -> str:
    """The part up to a bucket's boundary, in the histogram's own unit: servers write 5 as 5 or as 5.0.

    Empty for what is no number.
    """
    if math.isnan(upper):
        return ""

    return REQUESTS if math.isinf(upper) else repr(upper)


def _upper(found: RawSeries) -> float:
    try:
        return number(found.labels.get("le", ""))
    except ValueError:
        return math.nan


def _counters(shape: Shape, side: Backend) -> Callable[[RawSeries, str], Counter]:
    """What a part of a series of this side's is.

    Pods of the candidate's and of a baseline are new; a gateway's counters may be an earlier candidate's too.
    """
    by_pods = shape.counts.by_pods
    new = by_pods and (side.fresh or side.side is Side.CANDIDATE)

    def counter(found: RawSeries, part: str) -> Counter:
        long = sum(len(name) + len(value) for name, value in found.labels.items()) > LONGEST_REMEMBERED
        made = _counter.__wrapped__ if long else _counter
        return made(side.side, part, tuple(found.labels.items()), by_pods=by_pods, new=new)

    return counter


@lru_cache(maxsize=COUNTERS_REMEMBERED)
def _counter(side: Side, part: str, found: Labels, *, by_pods: bool, new: bool) -> Counter:
    """The same object at each look, which its samples are kept under: to find them its labels are not compared."""
    labels = dict(found)
    target = labels.get("pod", "") if by_pods else f"{labels.get('job', '')}/{labels.get('instance', '')}"
    return Counter(side=side, pod=target, part=part, labels=tuple(sorted(found)), new=new)
