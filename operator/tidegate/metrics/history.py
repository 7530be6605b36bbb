"""What a side counted before a rollout: a table of targets by blocks, to learn how unlike chance it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from .samples import MILLISECONDS, Sample, Series
from .warm_up import milliseconds

# A scrape of most Prometheus' servers; a rarer one leaves rows empty, which say nothing.
BLOCK = timedelta(seconds=15)
Cell = dict[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """Every block's increments by target and part, each target at the same place in every row; and how long it was."""

    rows: tuple[tuple[Cell, ...], ...] = ()
    seconds: float = 0.0


def history(series: Iterable[Series]) -> History:
    """The table of some counters. What a counter had at its first sample is older; a reset begins at 0."""
    table: dict[int, dict[str, Cell]] = {}
    targets: set[str] = set()
    times: list[int] = []
    for found in series:
        samples = sorted(found.samples, key=_time)
        targets.add(found.counter.pod)
        times += [sample.at for sample in (*samples[:1], *samples[-1:])]
        for place, grown in _increments(samples):
            cell = table.setdefault(place, {}).setdefault(found.counter.pod, {})
            cell[found.counter.part] = cell.get(found.counter.part, 0) + grown

    ordered = sorted(targets)
    rows = tuple(tuple(table[place].get(target, {}) for target in ordered) for place in sorted(table))
    return History(rows, (max(times) - min(times)) / MILLISECONDS if times else 0.0)


def _time(sample: Sample) -> int:
    return sample.at


def _increments(samples: Sequence[Sample]) -> Iterable[tuple[int, int]]:
    """The block of each sample but the first, and how far the counter rose up to it."""
    block = milliseconds(BLOCK)
    for before, sample in pairwise(samples):
        rose = sample.value - before.value
        yield sample.at // block, round(rose if rose >= 0 else sample.value)
