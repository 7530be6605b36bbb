"""Two days side by side: a Release's counts, and those of the same time a day before, as the two sides of blocks.

The counts are of all that the Release served, whichever revision served it: yesterday's stable may be gone long ago.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from .backend import Backend
from .raw_counts import Shape
from .samples import MILLISECONDS, Sample, Series, Side

DAY = timedelta(days=1)
DAY_LENGTH = int(DAY.total_seconds()) * MILLISECONDS


def all_sides(shape: Shape, candidate: Backend, stable: Backend) -> tuple[Backend, ...]:
    """Everything that the Release serves, as metrics name it: two Services, or the pods of any revision."""
    backends = (replace(side, revision="") for side in (candidate, stable))
    return tuple({shape.counts.backend(side): side for side in backends}.values())


def paired(today: Iterable[Series], before: Iterable[Series]) -> Iterator[Series]:
    """Series of two days on one clock, today's: today's are the candidate's and those of the day before stable's.

    A target is another one on another day, or it would seem to be scraped on both when it was on one.
    """
    for each in today:
        yield Series(replace(each.counter, side=Side.CANDIDATE, new=False), each.samples)

    for each in before:
        counter = replace(each.counter, side=Side.STABLE, new=False, pod=f"{each.counter.pod} a day before")
        yield Series(counter, tuple(Sample(sample.at + DAY_LENGTH, sample.value) for sample in each.samples))
