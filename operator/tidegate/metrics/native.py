"""Native histograms as counters up to boundaries: exact counts, or none.

A bucket's count cannot be split. So what is up to a boundary is known where no bucket with requests in it reaches over
the boundary, whichever schema the histogram has, exponential or of custom buckets. What is not known is not counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from math import inf, log2

from .samples import Sample, Series

# The times of requests, in seconds.
SHORTEST, LONGEST = 0.002, 64.0
# Of many boundaries those are kept that every exponential schema from 2 on has: a tail that is half as slow again is
# seen at one of them.
PER_DOUBLING = 4
MOST_BOUNDARIES = 64


def doublings(second: float) -> tuple[float, ...]:
    """Boundaries where nothing is known of a histogram but its unit, of which a second has so many.

    Every exponential schema from 0 on has them. One of custom buckets has not, and is not counted.
    """
    first, last = (round(log2(each * second)) for each in (SHORTEST, LONGEST))
    return tuple(2.0**power for power in range(first, last + 1))


def boundaries_of(found: Iterable[Series]) -> tuple[float, ...]:
    """The boundaries that the buckets of these have, and that none of their buckets ever reaches over."""
    samples = [each for series in found for each in series.native]
    shown = sorted({end for each in samples for end in (*each.lowers, *each.uppers) if 0 < end < inf})
    return tuple(each for each in _few(shown) if all(sample.up_to(each) is not None for sample in samples))


def _few(shown: Sequence[float]) -> Sequence[float]:
    """No more than there may be: those that coarser schemas have too, and of them every so many."""
    if len(shown) <= MOST_BOUNDARIES:
        return shown

    coarse = [each for each in shown if abs(log2(each) * PER_DOUBLING - round(log2(each) * PER_DOUBLING)) < 1e-9]
    kept = coarse or shown
    return kept[:: -(-len(kept) // MOST_BOUNDARIES)]


def each_of(found: Series, boundaries: Iterable[float], *, total: str) -> Iterator[Series]:
    """All requests, and those up to each boundary at the times at which they are known."""
    yield _named(found, total, ((each.at, each.requests) for each in found.native))
    for boundary in boundaries:
        known = ((each.at, each.up_to(boundary)) for each in found.native)
        yield _named(found, repr(boundary), ((at, count) for at, count in known if count is not None))


def while_known(found: Series, boundaries: Sequence[float]) -> Series:
    """The same up to the first time at which one of the boundaries is not known.

    Beyond that it has no use: the next count that is known again would be of an unknown time.
    """
    known = takewhile(lambda each: None not in map(each.up_to, boundaries), found.native)
    return replace(found, native=tuple(known))


def _named(found: Series, part: str, counts: Iterable[tuple[int, float]]) -> Series:
    counter = replace(found.counter, part=part, labels=(*found.counter.labels, ("le", part)))
    return Series(counter, tuple(Sample(at, count) for at, count in counts))
