"""Histograms among counters: which boundaries all of them have, and what of them is counted.

A histogram is all series that differ in nothing but the boundary. It knows no side's totals and no test.
"""

from collections.abc import Collection, Iterable

from .samples import Counter, Series, Side

Histogram = list[Series]


def histograms(series: Iterable[Series]) -> list[Histogram]:
    """The series by histogram."""
    found: dict[tuple[object, ...], Histogram] = {}
    for each in series:
        found.setdefault(_whose(each.counter), []).append(each)

    return list(found.values())


def _whose(counter: Counter) -> tuple[object, ...]:
    return counter.side, counter.pod, tuple(label for label in counter.labels if label[0] != "le")


def shared(found: Iterable[Histogram], total: str) -> frozenset[str]:
    """The parts that all of these have; one without a `total` is passed over, for nothing of it can be counted."""
    parts = [{each.counter.part for each in histogram} for histogram in found]
    whole = [found for found in parts if total in found]
    return frozenset(set.intersection(*whole)) if whole else frozenset()


def only(series: Iterable[Series], parts: Collection[str]) -> list[Series]:
    """These parts of histograms that have all of them. Of another nothing is counted: what it lacks is not slow."""
    kept = ([each for each in found if each.counter.part in parts] for found in histograms(series))
    return [each for found in kept if len({each.counter.part for each in found}) == len(parts) for each in found]


def first_seen(series: Iterable[Series], side: Side, *, start: int, cell: int) -> list[Series]:
    """A side's series of the first cell in which it has any: a replay, which asks for more at once, finds the same.

    Cells begin at `start`; all in milliseconds since 1970.
    """
    mine = [each for each in series if each.counter.side is side and each.samples]
    if not mine:
        return []

    first = min(sample.at for each in mine for sample in each.samples)
    end = start - (start - first) // cell * cell
    return [each for each in mine if any(sample.at <= end for sample in each.samples)]
