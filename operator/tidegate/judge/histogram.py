"""Latency histograms as counts over boundaries: classic buckets and native ones alike. No quantile is interpolated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, log2

# A boundary that fewer of stable's requests are over tells too little, one that more are over is no slowness.
LEAST_TAIL = 5e-4
GREATEST_TAIL = 0.5
# Neighbours that split nearly the same requests are one question asked twice.
APART = 1.4
# Of tails so far apart there are no more than these between the least and the greatest.
MOST = 21


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many requests each bucket holds, by its upper boundary in seconds; native ones have a `schema` besides."""

    counts: Mapping[float, int]
    schema: int | None = None

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def knows(self, boundary: float) -> bool:
        """True for a boundary between two buckets. A native bucket that is not there is empty, not unknown."""
        if boundary in self.counts:
            return True

        schema = self.schema
        return schema is not None and boundary > 0 and upper(schema, round(log2(boundary) * 2.0**schema)) == boundary

    def slower_than(self, boundary: float) -> int:
        """The requests over a boundary. Raises KeyError for one that is none: nothing is guessed."""
        if not self.knows(boundary):
            raise KeyError(boundary)

        return sum(count for upper, count in self.counts.items() if upper > boundary)


def classic(buckets: Mapping[float, int]) -> Histogram:
    """From `le` to the increment of its cumulative counter. Raises ValueError where a greater `le` counts less."""
    counts, below = {}, 0
    for upper in sorted(buckets):
        counts[upper] = buckets[upper] - below
        below = buckets[upper]

    if any(count < 0 for count in counts.values()) or inf not in counts:
        message = "buckets must be cumulative and end in +Inf"
        raise ValueError(message)

    return Histogram(counts)


def native(schema: int, buckets: Mapping[int, int], *, zero: int = 0) -> Histogram:
    """From a native histogram's buckets by index, schemas -4 to 8; `zero` counts what is too small to have one.

    Raises ValueError for another schema: custom buckets (-53) are read as classic ones.
    """
    if not -4 <= schema <= 8:
        message = f"schema {schema} has no exponential buckets: read it as a classic histogram"
        raise ValueError(message)

    return Histogram({0.0: zero, **{upper(schema, index): count for index, count in buckets.items()}}, schema)


def upper(schema: int, index: int) -> float:
    """A bucket's upper boundary: 2 to the power of index / 2^schema, the same number in every schema that has it."""
    return float(2.0 ** (index * 2.0**-schema))


def weights(stable: Histogram, boundaries: Sequence[float]) -> tuple[float, ...]:
    """How much to bet at each boundary: most at the rarest, where one slow request says most. They add up to 1."""
    requests = max(1, stable.requests)
    tails = [max(LEAST_TAIL, stable.slower_than(boundary) / requests) for boundary in boundaries]
    rarity = [log(1 / tail) for tail in tails]
    return tuple(each / sum(rarity) for each in rarity)


def choose(stable: Histogram, candidate: Histogram) -> tuple[float, ...]:
    """The boundaries to judge by, known to both versions: chosen on stable's hour, before the first look.

    Where stable is faster than all of them, the least; where it is slower than all, none.
    """
    requests = stable.requests
    known = sorted(each for each in {*stable.counts, *candidate.counts} if 0 < each < inf)
    shared = [boundary for boundary in known if stable.knows(boundary) and candidate.knows(boundary)]
    tails = [(boundary, stable.slower_than(boundary) / requests) for boundary in shared] if requests else []
    slow = [(boundary, tail) for boundary, tail in tails if tail <= GREATEST_TAIL]
    chosen: list[float] = []
    last = inf
    for boundary, tail in slow:
        if tail >= LEAST_TAIL and tail * APART <= last:
            chosen.append(boundary)
            last = tail

    return tuple(chosen or [boundary for boundary, _ in slow[:1]])


def blind(boundaries: Sequence[float]) -> tuple[float, ...]:
    """The boundaries to judge by where nothing is known of stable's past: all, or so many evenly among them."""
    ordered = sorted(boundaries)
    return tuple(ordered[place * len(ordered) // MOST] for place in range(MOST)) if len(ordered) > MOST else (*ordered,)
