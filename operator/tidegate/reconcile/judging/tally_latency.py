"""What the judge makes of a latency objective's blocks: whole histograms, compared over boundaries of both versions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from tidegate.judge.combined import Ruling
from tidegate.judge.counts import Counts, PodCounts
from tidegate.judge.latency import Tails
from tidegate.judge.onset import Onset
from tidegate.judge.sentences import Circumstances
from tidegate.judge.slowness import (
    LatencyJudge,
    LatencyState,
    SlowOnset,
    SlowShown,
    after,
    at_slowest,
    rule_latency,
    slow_shown,
)
from tidegate.judge.verdict import Bound, Verdict
from tidegate.metrics.histograms import first_seen, histograms, only, shared
from tidegate.metrics.increments import CountedBlock
from tidegate.metrics.native import doublings, while_known
from tidegate.metrics.raw_counts import REQUESTS, boundary_part
from tidegate.metrics.samples import Counter, Series, Side

from .counting import Counting
from .rules import Wanted
from .slower import NOTHING_KNOWN, Hour, chosen_of, hour_of, judge_of, read_by, slower
from .tally import Promise, candidates_pods


@dataclass(slots=True)
class Latency:
    """The tests are chosen when the candidate's histograms are seen first: by their boundaries, not by their counts."""

    counting: Counting
    wanted: Wanted
    by_weight: bool = False
    uncountable: str = ""
    warning: str = ""
    advice: None = None
    rules: LatencyJudge | None = None
    state: LatencyState | None = None
    _hour: Hour = NOTHING_KNOWN
    _parts: tuple[str, ...] = ()
    _pods: dict[str, Tails] = field(default_factory=dict)
    _unknown: set[Counter] = field(default_factory=set)
    # What a breach was shown with: its numbers stay.
    _shown: SlowShown | None = None
    _onset: SlowOnset = field(default_factory=Onset)
    _passed_at: int | None = None

    @property
    def breached(self) -> bool:
        """True once a breach was shown, and not while one pod of several carries it."""
        return self._shown is not None

    @property
    def value(self) -> float | None:
        """How many times as many of the candidate's requests are slow as of stable's, where that says most."""
        if not self.rules or not self.state or not self._parts:
            return None

        block = at_slowest(self.rules, self.state)
        return block.candidate.share / block.stable.share if block.stable.bad else None

    @property
    def bound(self) -> Bound | None:
        """How many times are tolerated."""
        return Bound(greatest=Decimal(f"{self.rules.comparison.tolerance:.4g}")) if self.rules else None

    def learn(self, series: Sequence[Series]) -> None:
        """Keep stable's histogram of the hour before the first weight."""
        self._hour = hour_of(series)

    def counted(self, series: Iterable[Series]) -> Iterable[Series]:
        """The chosen boundaries, of histograms that have all of them; everything until they are chosen."""
        answer = list(series)
        if self.rules is None:
            self._choose(read_by(answer, self._by_now))

        if self.rules is None:
            return read_by(answer, self._by_now)

        chosen = tuple(map(float, self._parts))
        return only(read_by(self._exact(answer, chosen), chosen), {REQUESTS, *self._parts})

    def _exact(self, series: Iterable[Series], chosen: Sequence[float]) -> Iterator[Series]:
        """Without native histograms from the time on at which a bucket reaches over a chosen boundary."""
        for each in series:
            if each.counter in self._unknown:
                continue

            known = while_known(each, chosen)
            if len(known.native) < len(each.native):
                self._unknown.add(each.counter)

            yield known

    @property
    def _by_now(self) -> tuple[float, ...]:
        """What native histograms are read by until boundaries are chosen."""
        second = timedelta(seconds=1) / self.counting.shape.counts.unit
        return self._hour.native if self._hour.histogram.requests else doublings(second)

    def _choose(self, series: Sequence[Series]) -> None:
        grid = {"start": self.counting.start, "cell": self.counting.cell_length}
        mine = histograms(first_seen(series, Side.CANDIDATE, **grid))
        known = shared(mine, REQUESTS)
        if not known:
            return

        chosen = chosen_of(self._hour, known)
        self._parts = tuple(map(boundary_part, chosen))
        self.rules = judge_of(self.wanted, self.counting.shape, self._hour, chosen)
        self.state = self.rules.start()

    def judge(self, block: CountedBlock, promise: Promise | None, *, full: bool = False) -> Counts:
        """Compare both sides at every boundary, until the candidate has all the traffic: then its verdict stays."""
        del promise
        mine, others = (self._tails(block, side) for side in (Side.CANDIDATE, Side.STABLE))
        if self.rules and self.state:
            before, growth = self.state, self.rules.comparison.growth(mine, others)
            if self._shown is None and not full:
                self._onset = after(self._onset, growth, before, block.since)

            self.state = self.rules.grown(self.state._replace(full=full), mine, others, growth)
            self._passed_at = block.until if self.state.passed > before.passed else self._passed_at

        if self.counting.shape.counts.by_pods and not full:
            for pod, alone in candidates_pods(block):
                tails = self._tails(alone, Side.CANDIDATE)
                self._pods[pod.pod] = self._pods[pod.pod] + tails if pod.pod in self._pods else tails

        self._freeze()
        return Counts(mine.requests)

    def _freeze(self) -> None:
        """Keep what a breach is shown with, from the first look on at which no single pod carries it."""
        if self._shown is None and self.rules and self.state and self.state.breached:
            pods = self._pods_at_slowest(self.rules, self.state)
            self._shown = slow_shown(self.rules, self.state, self._onset, pods)

    def _tails(self, block: CountedBlock, side: Side) -> Tails:
        requests, _ = block.count(side, part=REQUESTS, of=REQUESTS)
        return Tails(requests, tuple(slower(*block.count(side, part=part, of=REQUESTS)).bad for part in self._parts))

    def rule(self, name: str, weight: float, baseline: int = 0) -> Ruling:
        """The verdict up to now."""
        del weight
        if not self.rules or not self.state:
            sentence = f"{name}: inconclusive. not looked at yet."
            return Ruling(name=name, verdict=Verdict.INCONCLUSIVE, sentence=sentence, part=self.wanted.part)

        pods = self._pods_at_slowest(self.rules, self.state)
        return rule_latency(
            name,
            self.rules,
            self.state,
            pods=pods,
            around=Circumstances(baseline=baseline),
            first=self._shown,
            passed_at=self._passed_at,
        )

    def _pods_at_slowest(self, rules: LatencyJudge, state: LatencyState) -> list[PodCounts]:
        place = rules.comparison.slowest(state.slower) if self._parts else 0
        pods = self._pods.items() if self._parts else ()
        return [PodCounts(pod, Counts(tails.requests, tails.slower[place])) for pod, tails in pods]
