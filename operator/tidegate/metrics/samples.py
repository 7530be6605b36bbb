"""Raw samples of counters, as a range selector gives them. It knows no side's totals and no query."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from itertools import accumulate

import msgspec

MILLISECONDS = 1000
# No counter gets there, and squares of what is less can be reckoned with.
UNCOUNTED = 2.0**63
Labels = tuple[tuple[str, str], ...]


class Side(Enum):
    """Whose requests a counter counts."""

    STABLE = "stable"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What one series counts, and where.

    `pod` is the scraped target, a gateway's own pod too. `part` is the judge's word for what is counted: requests,
    errors, a bucket's boundary. `new`: the pod did not exist before the rollout, so neither did its counters. Its hash
    is asked for at every look, and made once.
    """

    side: Side
    pod: str
    part: str
    labels: Labels = ()
    new: bool = False
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Make the hash."""
        object.__setattr__(self, "_hash", hash((self.side, self.pod, self.part, self.labels)))

    def __hash__(self) -> int:
        """The same for equal ones."""
        return self._hash


class Sample(msgspec.Struct, frozen=True, gc=False):
    """A value at a time, in milliseconds since 1970: integers, so that times compare exactly.

    An answer has a million of them: as a dataclass each would take twice as long to make.
    """

    at: int
    value: float


def countable(sample: Sample) -> bool:
    """False for what no counter can be: NaN, infinite, below 0, or beyond all that was ever counted."""
    return 0 <= sample.value < UNCOUNTED


@dataclass(frozen=True, slots=True)
class Buckets:
    """A native histogram at a time: all requests, and those in the buckets that have some, in the order of their ends.

    `cumulative` are the requests in each bucket and in those before it.
    """

    at: int
    requests: float
    lowers: tuple[float, ...]
    uppers: tuple[float, ...]
    cumulative: tuple[float, ...]

    def up_to(self, boundary: float) -> float | None:
        """The requests up to a boundary; None where a bucket reaches over it."""
        place = bisect_right(self.uppers, boundary)
        if place < len(self.uppers) and self.lowers[place] < boundary:
            return None

        return self.cumulative[place - 1] if place else 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """A counter's samples, in any order; or those of a native histogram, whose boundaries are not chosen yet."""

    counter: Counter
    samples: tuple[Sample, ...]
    native: tuple[Buckets, ...] = ()


# As a server writes them: no `1_000`, no space around, no digits but these.
NUMBER = re.compile(
    r"[+-]?(?:[0-9]+[.]?[0-9]*(?:[eE][+-]?[0-9]+)?|[.][0-9]+(?:[eE][+-]?[0-9]+)?|[Ii]nf(?:inity)?|[Nn]a[Nn])"
)


def number(text: str) -> float:
    """The number that a text is. Raises ValueError, with what it is instead, for what no server writes as one."""
    # Most are whole: this is most of what an answer of a million samples costs.
    if not (text.isascii() and text.isdigit()) and NUMBER.fullmatch(text) is None:
        raise ValueError(instead_of_a_number(text))

    return float(text)


def instead_of_a_number(text: str) -> str:
    """What a text is, without a word of it: who declares a source may read less than the operator reaches."""
    return f"a text of {len(text)} characters" if text else "an empty text"


def samples(values: Iterable[tuple[float, str]]) -> tuple[Sample, ...]:
    """A series' `values` as Prometheus writes them in JSON. Raises ValueError for text that is no number."""
    return tuple(Sample(round(at * MILLISECONDS), number(value)) for at, value in values)


def buckets(at: float, count: str, found: Sequence[tuple[int, str, str, str]]) -> Buckets:
    """A native histogram as Prometheus writes it in JSON. Raises ValueError for text that is no number."""
    ordered = sorted((number(upper), number(lower), number(inside)) for _, lower, upper, inside in found)
    return Buckets(
        at=round(at * MILLISECONDS),
        requests=number(count),
        lowers=tuple(lower for _, lower, _ in ordered),
        uppers=tuple(upper for upper, _, _ in ordered),
        cumulative=tuple(accumulate(inside for _, _, inside in ordered)),
    )


def milliseconds(span: timedelta) -> int:
    """Whole ones."""
    return round(span.total_seconds() * MILLISECONDS)
