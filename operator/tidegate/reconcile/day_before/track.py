"""One objective of a release that has all the traffic: today's counts beside those of a day before, block by block."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tidegate.judge.advice import Advice, Topic
from tidegate.judge.combined import Ruling
from tidegate.judge.counts import Block, Counts
from tidegate.judge.cusum import Cusum, CusumState
from tidegate.judge.day_before import Watch, WatchState, afterwards, drift, in_the_watch
from tidegate.judge.ratio import Comparison
from tidegate.judge.sentences import not_judged
from tidegate.metrics.backend import Backend
from tidegate.metrics.day_before import paired
from tidegate.metrics.history import History, cell_for, history
from tidegate.metrics.increments import CountedBlock, Grid, Increments
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.samples import MILLISECONDS, Series, Side
from tidegate.reconcile.judging.counting import LEAD, PAST, SILENT_CELLS, grid_of, looks_per_minute
from tidegate.reconcile.judging.rules import bad_of, measured
from tidegate.reconcile.judging.tally import counts_of

# How much of the past one question holds; all tracks share the ends of these windows, and so the questions.
WINDOW = int(timedelta(minutes=30).total_seconds()) * MILLISECONDS
NOT_YET = Comparison()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounting:
    """What is counted, on cells that begin at `start`; `began` is when the rollout did. In milliseconds since 1970."""

    shape: Shape
    sides: tuple[Backend, ...]
    began: int
    start: int
    cell: timedelta

    @property
    def every(self) -> int:
        """How many looks the judge takes in a minute."""
        return looks_per_minute(self.cell)

    @property
    def hour(self) -> tuple[int, int]:
        """The hour before the rollout: how bursty the traffic is, and how unlike two days are."""
        return self.began - int(PAST.total_seconds()) * MILLISECONDS, self.began

    @property
    def first_window(self) -> int:
        """Where the first window begins: what is in it from before the start tells which counters there were."""
        return (self.start - int(LEAD.total_seconds()) * MILLISECONDS) // WINDOW * WINDOW

    @property
    def grid(self) -> Grid:
        """How blocks are made of it."""
        return grid_of(self.shape, self.start, self.cell)


class DayTest(Protocol):
    """What is made of blocks of two days."""

    @property
    def alarmed(self) -> bool:
        """True while a person should know."""

    def learn(self, comparison: Comparison) -> None:
        """Begin, by the rules that the hour before the rollout tells."""

    def judge(self, block: Block, *, since: int, until: int) -> None:
        """One more block."""


@dataclass(slots=True)
class InTheWatch:
    """While stable's pods are kept: a breach goes back to them. `breached_at`: in milliseconds since 1970."""

    rules: Watch
    breached_at: int | None = None
    # What a breach was shown with: its numbers stay.
    shown: WatchState | None = None
    state: WatchState = field(init=False)

    def __post_init__(self) -> None:
        """Before the first look."""
        self.state = self.rules.start()

    @property
    def alarmed(self) -> bool:
        """True once a breach was shown."""
        return self.state.breached > 0

    def learn(self, comparison: Comparison) -> None:
        """Begin, by the rules that the hour before the rollout tells."""
        self.rules = replace(self.rules, comparison=comparison)
        self.state = self.rules.start()

    def judge(self, block: Block, *, since: int, until: int) -> None:
        """One more block."""
        del since
        self.state = self.rules.update(self.state, block)
        if self.alarmed and self.breached_at is None:
            self.breached_at, self.shown = until, self.state


@dataclass(slots=True)
class Afterwards:
    """When stable's pods are gone: there is nothing to go back to at once, so people are told."""

    name: str
    rules: Cusum
    state: CusumState = field(init=False)

    def __post_init__(self) -> None:
        """Before the first look."""
        self.state = self.rules.start()

    @property
    def alarmed(self) -> bool:
        """True until what was alarming is over."""
        return self.state.alarm > 0

    def learn(self, comparison: Comparison) -> None:
        """Begin, by the rules that the hour before the rollout tells."""
        self.rules = Cusum(comparison=comparison, looks=self.rules.looks)
        self.state = self.rules.start()

    def judge(self, block: Block, *, since: int, until: int) -> None:
        """One more block."""
        self.state = self.rules.update(self.state, block, since=since, until=until)

    @property
    def advice(self) -> Advice | None:
        """What is to be said."""
        if not self.alarmed:
            return None

        return Advice(
            topic=Topic.WORSE_THAN_YESTERDAY,
            subject=self.name,
            sentence=afterwards(self.name, self.rules.comparison, self.state),
            since=datetime.fromtimestamp(self.state.alarm / MILLISECONDS, UTC),
        )


@dataclass(slots=True)
class DayTrack:
    """All of it may be lost: the same samples give the same state again, to the last bit."""

    counting: DayCounting
    test: DayTest
    knows: bool = False
    failed: str = ""
    caught_up: bool = False
    looks: int = 0
    taken: int = field(init=False)
    # In longer cells where samples are farther apart than looks should be.
    _blocks: DayCounting = field(init=False)
    _increments: Increments = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is counted yet."""
        self.taken = self.counting.first_window
        self._blocks = self.counting
        self._increments = Increments(self.counting.grid)

    def learn(self, today: Sequence[Series], before: Sequence[Series]) -> None:
        """Choose the rules and the blocks by the hour before the rollout, and by the same hour of the day before."""
        self._blocks = replace(self.counting, cell=cell_for(self.counting.cell, today, before))
        self._increments = Increments(self._blocks.grid)
        self.test.learn(comparison_of(self._blocks, history(today), history(before)))
        self.knows = True

    def take(self, today: Iterable[Series], before: Iterable[Series], *, until: int) -> None:
        """Judge every block that ends up to a time. A day before without counts makes no block."""
        for block in self._increments.take(paired(today, before), until=until):
            self.looks += 1
            self.test.judge(self._counts(block), since=block.since, until=block.until)

        self.taken, self.failed = until, ""

    def _counts(self, block: CountedBlock) -> Block:
        today, before = (counts_of(self.counting.shape, block, side) for side in (Side.CANDIDATE, Side.STABLE))
        return Block(today, before)

    @property
    def behind(self) -> bool:
        """True while there are counts that may be known and are not looked at yet."""
        return not self.caught_up and not self.failed

    @property
    def lacks(self) -> str:
        """Why nothing is compared, where that is so; empty before it is known."""
        if self.failed or not self.caught_up or self.looks:
            return self.failed

        cells = (self.taken - self.counting.start) // int(self._blocks.cell.total_seconds() * MILLISECONDS)
        return "there are no counts of that time" if cells > SILENT_CELLS else ""


@dataclass(slots=True)
class Days:
    """The objectives of one Release that are compared with the day before. `period`: since when, and in which part."""

    period: tuple[str, ...]
    until: int | None
    by_name: Mapping[str, DayTrack]

    @property
    def alarmed(self) -> frozenset[str]:
        """The objectives that a person should know of."""
        return frozenset(name for name, track in self.by_name.items() if track.test.alarmed)

    @property
    def caught_up(self) -> bool:
        """True when all is known that there is to know by now."""
        return all(track.caught_up for track in self.by_name.values())

    @property
    def advice(self) -> list[Advice]:
        """What is to be said of them now."""
        tests = [track.test for track in self.by_name.values()]
        return [found for test in tests if isinstance(test, Afterwards) and (found := test.advice)]


def comparison_of(counting: DayCounting, today: History, before: History) -> Comparison:
    """The rules: bursts and pods as in a comparison with stable, and what stable itself was worse than a day before."""
    shape = counting.shape
    rows = [[bad_of(shape, cell) for cell in row] for row in today.rows]
    found = measured(rows, shape)
    hour = Block(total(shape, today), total(shape, before))
    tolerance = found.tolerance(found.seen, found.seen) * drift(hour)
    return Comparison(tolerance=tolerance, dispersion=found.dispersion, thin=found.thin, every=counting.every)


def total(shape: Shape, past: History) -> Counts:
    """All that was counted."""
    return sum((bad_of(shape, cell) for row in past.rows for cell in row), Counts())


def with_the_day_before(ruling: Ruling, track: DayTrack | None) -> Ruling:
    """An objective's verdict with what the same time of the day before adds to it, or why it adds nothing."""
    if track is None or not isinstance(track.test, InTheWatch):
        return ruling

    if track.lacks and not track.test.alarmed:
        what = f"The bound alone judges, and not the same time a day before: {track.lacks}."
        return replace(ruling, sentence=not_judged(ruling.sentence, what))

    return in_the_watch(ruling, track.test.rules, track.test.shown or track.test.state)
