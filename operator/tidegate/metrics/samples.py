"""Raw samples of counters, as a range selector gives them. It knows no side's totals and no query."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

MILLISECONDS = 1000


class Side(Enum):
    """Whose requests a counter counts."""

    STABLE = "stable"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What one series counts, and where.

    `pod` is the scraped target, a gateway's own pod too. `part` is the judge's word for what is counted: requests,
    errors, a bucket's boundary. `new`: the pod did not exist before the rollout, so neither did its counters.
    """

    side: Side
    pod: str
    part: str
    labels: tuple[tuple[str, str], ...] = ()
    new: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A value at a time, in milliseconds since 1970: integers, so that times compare exactly."""

    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """A counter's samples, in any order."""

    counter: Counter
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Up:
    """Prometheus' own word on a target: whether each scrape of it succeeded."""

    pod: str
    samples: tuple[Sample, ...]


def samples(values: Iterable[tuple[float, str]]) -> tuple[Sample, ...]:
    """A series' `values` as Prometheus writes them in JSON. Raises ValueError for text that is no number."""
    return tuple(Sample(round(at * MILLISECONDS), float(value)) for at, value in values)
