"""The rules of a comparison of whole histograms: chosen by stable's hour, over the boundaries that both sides have."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from tidegate.decision.plan import pods_for
from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import Spread, spread
from tidegate.judge.histogram import GREATEST_TAIL, Histogram, blind, choose, classic, weights
from tidegate.judge.latency import LatencyComparison
from tidegate.judge.ratio import TOLERANCE
from tidegate.judge.slowness import LatencyJudge
from tidegate.metrics.histograms import histograms, shared
from tidegate.metrics.history import History, history
from tidegate.metrics.native import boundaries_of, each_of
from tidegate.metrics.raw_counts import REQUESTS, Shape, boundary_part
from tidegate.metrics.samples import Series

from .rules import Wanted, edge_of

UNLIKE_CHANCE_UNKNOWN = Spread()


@dataclass(frozen=True, slots=True)
class Hour:
    """Stable's histogram of an hour, and how unlike chance the slow requests beyond its boundaries were.

    `native`: the boundaries that its native histograms are read by.
    """

    histogram: Histogram
    spreads: Mapping[float, Spread]
    native: tuple[float, ...] = ()


NOTHING_KNOWN = Hour(classic({inf: 0}), {})


def hour_of(series: Sequence[Series]) -> Hour:
    """What stable counted, by the boundaries that all its histograms have."""
    native = boundaries_of(series)
    counted = read_by(series, native)
    parts = shared(histograms(counted), REQUESTS)
    boundaries = sorted(float(part) for part in parts if part != REQUESTS)
    past = history(each for each in counted if each.counter.part in parts)
    found = _histogram(past, boundaries)
    if not found.requests:
        return NOTHING_KNOWN

    telling = [each for each in boundaries if found.slower_than(each) <= GREATEST_TAIL * found.requests]
    return Hour(found, {each: spread(_rows(past, each)) for each in telling}, native)


def read_by(series: Iterable[Series], boundaries: Sequence[float]) -> list[Series]:
    """With native histograms as counters up to boundaries, at the times at which they are known."""
    return [part for each in series for part in (each_of(each, boundaries, total=REQUESTS) if each.native else (each,))]


def _histogram(past: History, boundaries: Iterable[float]) -> Histogram:
    """A target that restarted may seem to have more quick requests than requests: no more are taken."""
    total = sum(cell.get(REQUESTS, 0) for row in past.rows for cell in row)
    buckets, below = {inf: total}, 0
    for boundary in boundaries:
        part = boundary_part(boundary)
        below = min(total, max(below, sum(cell.get(part, 0) for row in past.rows for cell in row)))
        buckets[boundary] = below

    return classic(buckets)


def _rows(past: History, boundary: float) -> list[list[Counts]]:
    part = boundary_part(boundary)
    return [[slower(cell.get(REQUESTS, 0), cell.get(part, 0)) for cell in row] for row in past.rows]


def slower(requests: int, quick: int) -> Counts:
    """Requests, and those of them beyond a boundary up to which some were quick."""
    return Counts(requests, max(0, requests - quick))


def chosen_of(hour: Hour, known: Collection[str]) -> tuple[float, ...]:
    """The boundaries to judge by that both versions have: `known` are the parts of the candidate's histograms.

    Where nothing is known of stable's past, all of them.
    """
    mine = [float(part) for part in known if part != REQUESTS]
    if not hour.histogram.requests:
        return blind(mine)

    return choose(hour.histogram, classic({**dict.fromkeys(mine, 0), inf: 0}))


def judge_of(wanted: Wanted, shape: Shape, hour: Hour, chosen: Sequence[float]) -> LatencyJudge:
    """The tests over these boundaries, in the histogram's own unit. Of an unknown past bursts are taken as usual."""
    bets = weights(hour.histogram, chosen) if hour.histogram.requests else tuple(1 / len(chosen) for _ in chosen)
    spreads = [hour.spreads.get(boundary, UNLIKE_CHANCE_UNKNOWN) for boundary in chosen]
    tolerance = _tolerance(wanted, spreads) if shape.counts.by_pods else TOLERANCE
    comparison = LatencyComparison(
        boundary_weights=bets,
        dispersions=tuple(found.dispersion for found in spreads),
        tolerance=tolerance,
        bad_ratio=max(2.0, 1.3 * tolerance),
        every=wanted.every,
        edge=edge_of(shape),
    )
    seconds = shape.counts.unit.total_seconds()
    return LatencyJudge(boundaries=tuple(each * seconds for each in chosen), comparison=comparison, part=wanted.part)


def _tolerance(wanted: Wanted, spreads: Iterable[Spread]) -> float:
    """Like pods may look as unlike at any boundary as at the one at which they are most unlike."""
    return max(
        (found.tolerance(pods_for(wanted.weight, of=found.seen), found.seen) for found in spreads), default=TOLERANCE
    )
