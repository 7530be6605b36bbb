"""One objective's requests, counted block by block from raw samples, and what the judge makes of them so far."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.judge.counts import Counts
from tidegate.metrics.increments import CountedBlock, Increments
from tidegate.metrics.samples import MILLISECONDS, Series
from tidegate.metrics.skew import beside
from tidegate.reconcile.day_before.track import DayTrack

from .arrivals import LATEST, SOON, Late, Stored
from .counting import LEAD, SILENT_CELLS, Counting, milliseconds
from .tally import Promise, Tally

SAMPLES_WERE_MISSING = (
    f"samples are stored more than {LATEST.total_seconds():.0f} s after their time, or the store gives now one and now"
    " the other server of a pair"
)
# Of which revision, begun when, since when it has traffic, and who counts.
Rollout = tuple[str, str, str, str]


@dataclass(slots=True)
class Track:
    """All of it may be lost: the same samples give the same state again, to the last bit.

    But for what was promised of the weight: a promise is of what was seen, and after a restart it begins anew.
    `breached_at` is the end of the block that showed a breach, in milliseconds since 1970.
    """

    counting: Counting
    tally: Tally
    knows: bool = False
    failed: str = ""
    caught_up: bool = False
    resumed: int | None = None
    # What is counted stays, also where a sample came late: a breach of the rollout was shown, by whichever objective.
    stays: bool = False
    # What is wrong with the source's clock; empty where nothing is.
    clock: str = ""
    breached_at: int | None = None
    taken: int = field(init=False)
    # How long samples were waited for when they were asked for last; and the last of them that was late.
    waited: timedelta = SOON
    late: Late | None = None
    _last: int = field(init=False)
    _increments: Increments = field(init=False)
    _stored: Stored = field(init=False)
    promised: Promise | None = None
    # Since when the candidate has all the traffic, in milliseconds since 1970.
    full_at: int | None = None
    day: DayTrack | None = None
    _begins: list[int] = field(default_factory=list)
    _served: list[Counts] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is counted yet."""
        self.taken = self.counting.start - int(LEAD.total_seconds() * MILLISECONDS)
        self._last = self.counting.start
        self._increments = Increments(self.counting.grid)
        self._stored = Stored(self.taken)

    @property
    def current(self) -> bool:
        """True when all is counted that there is to count by now, of the day before too where it is compared."""
        return self.caught_up and not (self.day is not None and self.day.behind)

    def resume(self, at: int) -> None:
        """Nothing is known of what came before an instant: silence counts from there, and people are told.

        A page may be read for the first time just when the first weight is set: then nothing is missing.
        """
        late = self.counting.start + 2 * self.counting.cell_length
        if at > late and self.resumed is None:
            self.resumed = at
            self._last = max(self._last, at)

    def learn(self, series: Sequence[Series]) -> None:
        """Choose the rules by what stable counted in the hour before the first weight."""
        self.tally.learn(series)
        self.knows = True

    def promise(self, weight: float | None, at: int) -> None:
        """Keep that a weight is confirmed and has settled, from 0 to 1, since it was first seen so; None where not."""
        if weight is None:
            self.promised = None
        elif self.promised is None or self.promised.weight != weight:
            self.promised = Promise(weight, at)

    def at_full_weight(self, since: int) -> None:
        """The candidate has all the traffic: no block waits for stable, and none is compared with it."""
        self.full_at = self._increments.alone_from = since

    def take(self, series: Iterable[Series], *, until: int, wait: timedelta = SOON) -> None:
        """Judge every block that ends up to a time, by the samples up to then, and notice those that came late.

        What was taken before is passed over, and may be among the series. `wait`: how old the newest are at least. By
        an answer that tells of late ones nothing more is judged: all is counted again, and a breach would stay.
        """
        answer = list(series)
        late = self._late(answer, until)
        if late is None or late.never_waited_for or self.stays or self.tally.breached:
            self._judge_all(self._increments.take(self.tally.counted(answer), until=until))

        self.taken, self.failed, self.waited, self.late = until, "", wait, late or self.late

    def _late(self, answer: Sequence[Series], until: int) -> Late | None:
        late = self._stored.late_by(answer, taken=self.taken, until=until)
        return None if late is None else Late(self.waited + timedelta(milliseconds=late), self.waited)

    def _judge_all(self, blocks: Iterable[CountedBlock]) -> None:
        for block in blocks:
            self._judge(block)
            if self.tally.breached and self.breached_at is None:
                self.breached_at = block.until

    def _judge(self, block: CountedBlock) -> None:
        self._last = block.until
        self._begins.append(block.since)
        full = self.full_at is not None and block.since >= self.full_at
        self._served.append(self.tally.judge(block, self.promised, full=full))

    def seen_since(self, instant: datetime) -> Counts | None:
        """What the candidate answered in whole blocks since an instant; None before the first."""
        first = bisect_left(self._begins, milliseconds(instant))
        # An earlier step is over: nobody asks for its blocks again.
        del self._begins[:first], self._served[:first]
        return sum(self._served, Counts()) if self._begins else None

    def silent(self, entered_at: datetime | None) -> bool:
        """True when nothing was counted for some cells, though the source answered; a new step has its own time."""
        since = max(self._last, milliseconds(entered_at) if entered_at else 0)
        scrapes = 2 * min(self._increments.apart, self.counting.longest)
        return self.taken - since > max(SILENT_CELLS * self.counting.cell_length, scrapes)

    @property
    def why_silent(self) -> str:
        """What someone must know who sees that requests are served."""
        return beside(self._why_silent, self.clock)

    @property
    def _why_silent(self) -> str:
        nothing, apart = f"nothing is counted for both sides by {self.counting.shape.counted}", self._increments.apart
        if self.late is not None and self.late.by >= LATEST:
            return f"{nothing}: {SAMPLES_WERE_MISSING}"

        if apart <= self.counting.longest:
            return nothing

        often = f"{apart / MILLISECONDS:.0f} s, and must be at least every {self.counting.longest // MILLISECONDS} s"
        return f"{nothing}: some of it is scraped every {often}"


@dataclass(slots=True)
class Tracks:
    """The counted objectives of one rollout by their names.

    `breached`: what one or all of them once showed stays shown, in the `words` of then.
    """

    rollout: Rollout
    by_name: Mapping[str, Track]
    lacking: str = ""
    breached: bool = False
    words: str = ""

    @property
    def by_weight(self) -> bool:
        """True where an objective holds counts against the weight."""
        return any(track.tally.by_weight for track in self.by_name.values())

    @property
    def shown(self) -> bool:
        """True once a breach was shown, by one or by all together, or was before a restart."""
        return self.breached or any(track.tally.breached for track in self.by_name.values())

    def at_full_weight(self, since: datetime) -> None:
        """The candidate has all the traffic since then: from the first whole cell on."""
        for track in self.by_name.values():
            cell = track.counting.cell_length
            track.at_full_weight(-(-milliseconds(since) // cell) * cell)

    def promise(self, weight: float | None, at: int) -> None:
        """Keep what the weight promises, and since when; None where it is not confirmed, or moves."""
        for track in self.by_name.values():
            track.promise(weight, at)
