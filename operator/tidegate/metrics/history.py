"""What a side counted before a rollout: a table of targets by blocks, to learn how unlike chance it is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median_low

from .continuity import LITTLE, rise
from .samples import MILLISECONDS, Sample, Series, countable, milliseconds

# Of scrapes that are rarer, a row is several of these: targets that are scraped in turn must be in one row.
BLOCK = timedelta(seconds=15)
# Scrapes that are a little rarer than a cell is long miss one now and then, which only makes a block longer.
LEAST_OF_A_CELL = 0.9
Cell = dict[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """Every block's increments by target and part, each target at the same place in every row; and how long it was."""

    rows: tuple[tuple[Cell, ...], ...] = ()
    seconds: float = 0.0


def history(series: Iterable[Series]) -> History:
    """The table of some counters. What a counter had at its first sample is older; a reset begins at 0.

    What no counter can be is a gap.
    """
    series = list(series)
    block = milliseconds(cell_for(BLOCK, series))
    table: dict[int, dict[str, Cell]] = {}
    targets: set[str] = set()
    times: list[int] = []
    for found in series:
        samples = sorted(filter(countable, found.samples), key=_time)
        targets.add(found.counter.pod)
        times += [sample.at for sample in (*samples[:1], *samples[-1:])]
        for place, grown in _increments(samples, block):
            cell = table.setdefault(place, {}).setdefault(found.counter.pod, {})
            cell[found.counter.part] = cell.get(found.counter.part, 0) + grown

    ordered = sorted(targets)
    rows = tuple(tuple(table[place].get(target, {}) for target in ordered) for place in sorted(table))
    return History(rows, (max(times) - min(times)) / MILLISECONDS if times else 0.0)


def cell_for(cell: timedelta, *days: Iterable[Series]) -> timedelta:
    """A whole number of cells in which each of the days has a sample.

    Two sides of one day are scraped together where a gateway counts them, and so at the same times of shorter cells.
    Two days are not: a target that is another one today is scraped at other times.
    """
    longest = max(map(_apart, days), default=0) * LEAST_OF_A_CELL
    return cell * max(1, math.ceil(longest / (cell.total_seconds() * MILLISECONDS)))


def _apart(series: Iterable[Series]) -> int:
    """How far samples are apart, in milliseconds; 0 where that is not known."""
    times = (sorted(sample.at for sample in each.samples) for each in series)
    gaps = [after - before for each in times for before, after in pairwise(each)]
    return median_low(gaps) if gaps else 0


def _time(sample: Sample) -> int:
    return sample.at


def _increments(samples: Sequence[Sample], block: int) -> Iterable[tuple[int, int]]:
    """The block of each sample but the first, and how far the counter rose up to it."""
    for before, sample in pairwise(samples):
        had, now = round(before.value), round(sample.value)
        yield sample.at // block, rise(had, now) if now >= had or now < LITTLE * had else 0
