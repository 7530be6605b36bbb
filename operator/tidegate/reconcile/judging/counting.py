"""What is counted for one objective of one rollout, and over which cells of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.metrics.backend import Backend
from tidegate.metrics.increments import Grid
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.samples import MILLISECONDS

# Samples from before the candidate's first weight tell which counters there were already.
LEAD = timedelta(minutes=2)
PAST = timedelta(hours=1)
# A scrape may be as rare as this, or as four cells.
LONGEST_BLOCK = timedelta(minutes=2)
# So long after its first scrape a pod is warm: Prometheus itself tells that, and after a restart it tells the same.
WARM_UP = timedelta(minutes=1)
# Cells in which nothing is counted, and then it is said.
SILENT_CELLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is counted for one objective, and since when: nothing of it changes while the rollout lasts.

    `stable` is whom the candidate is compared with, `before` whose hour the rules are chosen by: a baseline has none.
    """

    shape: Shape
    candidate: Backend
    stable: Backend
    before: Backend
    weighted_at: datetime
    cell: timedelta

    @property
    def start(self) -> int:
        """The cell of the first weight, in milliseconds since 1970: all Releases share the cells' ends."""
        weighted_at, cell = milliseconds(self.weighted_at), self.cell_length
        return weighted_at // cell * cell

    @property
    def cell_length(self) -> int:
        """In milliseconds."""
        return int(self.cell.total_seconds() * MILLISECONDS)

    @property
    def longest(self) -> int:
        """How long a block may be, in milliseconds."""
        return self.grid.longest * self.cell_length

    @property
    def hour_before(self) -> tuple[int, int]:
        """Stable's past that the rules are chosen by, in milliseconds since 1970."""
        return self.start - int(PAST.total_seconds() * MILLISECONDS), self.start

    @property
    def grid(self) -> Grid:
        """How blocks are made of it."""
        return grid_of(self.shape, self.start, self.cell)


def grid_of(shape: Shape, start: int, cell: timedelta) -> Grid:
    """How blocks are made of what is counted from a start on, in milliseconds since 1970."""
    longest = max(SILENT_CELLS, LONGEST_BLOCK // cell)
    return Grid(
        start=start,
        cell=cell,
        longest=longest,
        warm_up=WARM_UP if shape.counts.by_pods else None,
    )


def looks_per_minute(interval: timedelta) -> int:
    """How many looks the judge takes in a minute, for what it need not know sooner."""
    return max(1, round(timedelta(minutes=1) / interval))


def milliseconds(instant: datetime) -> int:
    """Since 1970."""
    return int(instant.timestamp() * MILLISECONDS)
