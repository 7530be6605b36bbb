"""One objective's requests, counted block by block from raw samples, and what the judge makes of them so far."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.judge.counts import Block, Counts
from tidegate.judge.counts import PodCounts as JudgedPod
from tidegate.judge.errors import ErrorJudge, ErrorState
from tidegate.judge.sentences import Circumstances
from tidegate.metrics.backend import Backend
from tidegate.metrics.history import History, history
from tidegate.metrics.increments import CountedBlock, Grid, Increments
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, Shape
from tidegate.metrics.samples import MILLISECONDS, Series, Side
from tidegate.metrics.warm_up import WarmUp

from .rules import Known, Wanted, learned

# Samples from before the candidate's first weight tell which counters there were already.
LEAD = timedelta(minutes=2)
PAST = timedelta(hours=1)
# A scrape may be as rare as this.
LONGEST_BLOCK = timedelta(minutes=2)
# So long after its first scrape a pod is warm: Prometheus itself tells that, and after a restart it tells the same.
WARM_UP = WarmUp(most=timedelta(minutes=1))
# Cells in which nothing is counted, and then it is said.
SILENT_CELLS = 4
# Of which revision, begun when, since when it has traffic, and who counts.
Rollout = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is counted for one objective, and since when: nothing of it changes while the rollout lasts."""

    shape: Shape
    candidate: Backend
    stable: Backend
    weighted_at: datetime
    cell: timedelta

    @property
    def start(self) -> int:
        """The cell of the first weight, in milliseconds since 1970: all Releases share the cells' ends."""
        weighted_at, cell = milliseconds(self.weighted_at), int(self.cell.total_seconds() * MILLISECONDS)
        return weighted_at // cell * cell

    @property
    def hour_before(self) -> tuple[int, int]:
        """Stable's past that the rules are chosen by, in milliseconds since 1970."""
        return self.start - int(PAST.total_seconds() * MILLISECONDS), self.start

    @property
    def grid(self) -> Grid:
        """How blocks are made of it."""
        longest = max(SILENT_CELLS, LONGEST_BLOCK // self.cell)
        warm_up = WARM_UP if self.shape.counts.by_pods else None
        return Grid(start=self.start, cell=self.cell, longest=longest, requests=REQUESTS, warm_up=warm_up)


def milliseconds(instant: datetime) -> int:
    """Since 1970."""
    return int(instant.timestamp() * MILLISECONDS)


@dataclass(slots=True)
class Track:
    """All of it may be lost: the same samples give the same state again, to the last bit."""

    counting: Counting
    wanted: Wanted
    knows: bool = False
    failed: str = ""
    caught_up: bool = False
    resumed: int | None = None
    taken: int = field(init=False)
    state: ErrorState = field(init=False)
    _known: Known = field(init=False)
    _last: int = field(init=False)
    _increments: Increments = field(init=False)
    _pods: dict[str, Counts] = field(default_factory=dict)
    _begins: list[int] = field(default_factory=list)
    _served: list[Counts] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is counted yet."""
        self.taken = self.counting.start - int(LEAD.total_seconds() * MILLISECONDS)
        self._last = self.counting.start
        self._know(History())
        self._increments = Increments(self.counting.grid)

    @property
    def pods(self) -> Sequence[JudgedPod]:
        """What each of the candidate's pods answered; empty where a gateway counts, which knows none."""
        return [JudgedPod(pod, counts) for pod, counts in self._pods.items()]

    @property
    def rules(self) -> ErrorJudge:
        """The judge's; before stable's hour is known, those of a history that is too thin to tell."""
        return self._known.judge

    @property
    def around(self) -> Circumstances:
        """What is known of stable's hour."""
        return self._known.around

    @property
    def warning(self) -> str:
        """Of steps that are too short; empty where all is well, or stable's hour is not known."""
        return self._known.warning

    def resume(self, at: int) -> None:
        """Nothing is known of what came before an instant: silence counts from there, and people are told.

        A page may be read for the first time just when the first weight is set: then nothing is missing.
        """
        late = self.counting.start + int(2 * self.counting.cell.total_seconds() * MILLISECONDS)
        if at > late and self.resumed is None:
            self.resumed = at
            self._last = max(self._last, at)

    def learn(self, series: Iterable[Series]) -> None:
        """Choose the rules by what stable counted in the hour before the first weight."""
        self._know(history(series))
        self.knows = True

    def _know(self, past: History) -> None:
        self._known = learned(self.wanted, self.counting.shape, past)
        self.state = self._known.judge.start()

    def take(self, series: Iterable[Series], *, until: int) -> None:
        """Judge every block that ends up to a time, by the samples up to then."""
        for block in self._increments.take(series, until=until):
            self._judge(block)

        self.taken, self.failed = until, ""

    def _judge(self, block: CountedBlock) -> None:
        counted = Block(self._counts(block, Side.CANDIDATE), self._counts(block, Side.STABLE))
        self.state = self._known.judge.update(self.state, counted)
        self._last = block.until
        self._begins.append(block.since)
        self._served.append(counted.candidate)
        if self.counting.shape.counts.by_pods:
            self._count_pods(block)

    def _counts(self, block: CountedBlock, side: Side) -> Counts:
        if self.counting.shape.over is None:
            return Counts(*block.count(side, part=ERRORS, of=REQUESTS))

        requests, quick = block.count(side, part=QUICK, of=REQUESTS)
        return Counts(requests, requests - quick)

    def _count_pods(self, block: CountedBlock) -> None:
        for found in block.pods:
            if found.side is Side.CANDIDATE:
                alone = CountedBlock(since=block.since, until=block.until, pods=(found,))
                counts = self._counts(alone, Side.CANDIDATE)
                self._pods[found.pod] = self._pods.get(found.pod, Counts()) + counts

    def seen_since(self, instant: datetime) -> Counts | None:
        """What the candidate answered in whole blocks since an instant; None before the first."""
        first = bisect_left(self._begins, milliseconds(instant))
        # An earlier step is over: nobody asks for its blocks again.
        del self._begins[:first], self._served[:first]
        return sum(self._served, Counts()) if self._begins else None

    def silent(self, entered_at: datetime | None) -> bool:
        """True when nothing was counted for some cells, though the source answered; a new step has its own time."""
        since = max(self._last, milliseconds(entered_at) if entered_at else 0)
        return self.taken - since > SILENT_CELLS * int(self.counting.cell.total_seconds() * MILLISECONDS)


@dataclass(slots=True)
class Tracks:
    """The counted objectives of one rollout by their names. `breached`: what they once showed together stays shown."""

    rollout: Rollout
    by_name: Mapping[str, Track]
    lacking: str = ""
    breached: bool = False
