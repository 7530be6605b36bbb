"""What the judge makes of an objective's blocks; here of the share of bad requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from tidegate.judge import client_errors
from tidegate.judge.advice import Advice
from tidegate.judge.client_errors import ClientErrors
from tidegate.judge.combined import Ruling
from tidegate.judge.counts import Block, Counts
from tidegate.judge.counts import PodCounts as JudgedPod
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.onset import Onsets
from tidegate.judge.rulings import Passed, Shown, rule, shown
from tidegate.judge.sentences import Circumstances
from tidegate.judge.verdict import Bound
from tidegate.metrics.history import History, history
from tidegate.metrics.increments import CountedBlock, PodCounts
from tidegate.metrics.raw_counts import CLIENT_ERRORS, ERRORS, QUICK, REQUESTS, Shape, unknown_status
from tidegate.metrics.samples import MILLISECONDS, Series, Side

from .rules import Known, Wanted, learned


@dataclass(frozen=True, slots=True)
class Promise:
    """The candidate's confirmed weight, from 0 to 1, and since when it was seen, in milliseconds since 1970."""

    weight: float
    since: int


class Tally(Protocol):
    """All of it may be lost: the same blocks give the same again, to the last bit."""

    @property
    def by_weight(self) -> bool:
        """True where blocks are held against the weight."""

    @property
    def breached(self) -> bool:
        """True once a breach was shown."""

    @property
    def warning(self) -> str:
        """Of steps that are too short; empty where all is well, or nothing is known of it."""

    @property
    def uncountable(self) -> str:
        """Why nothing that was counted is a pass; empty where it may be."""

    @property
    def value(self) -> float | None:
        """What the status shows beside the bound."""

    @property
    def bound(self) -> Bound | None:
        """The bound that is no one's declaration, where there is one."""

    @property
    def advice(self) -> Advice | None:
        """What the same counts tell beside the objective, where they do."""

    def learn(self, series: Sequence[Series]) -> None:
        """Choose the rules by what stable counted in the hour before the first weight."""

    def counted(self, series: Iterable[Series]) -> Iterable[Series]:
        """What of an answer is counted."""

    def judge(self, block: CountedBlock, promise: Promise | None, *, full: bool = False) -> Counts:
        """Judge a block, `full` where the candidate has all the traffic, and tell what it answered in it."""

    def rule(self, name: str, weight: float, baseline: int = 0) -> Ruling:
        """The verdict up to now; `baseline`: how many pods are compared with, where those are not all of stable's."""


@dataclass(slots=True)
class BadRequests:
    """Errors, or requests over one boundary: the candidate's share against stable's, and a bound."""

    shape: Shape
    wanted: Wanted
    by_weight: bool = False
    bound: None = None
    state: ErrorState = field(init=False)
    client_errors: ClientErrors = field(init=False)
    _known: Known = field(init=False)
    _unknown: str = ""
    _onsets: Onsets = field(default_factory=Onsets)
    _shown: Shown | None = None
    _passed: Passed | None = None
    _pods: dict[str, Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Before stable's hour is known, by the rules of a history that is too thin to tell."""
        self._know(History())

    @property
    def rules(self) -> ErrorJudge:
        """The judge's."""
        return self._known.judge

    @property
    def around(self) -> Circumstances:
        """What is known of stable's hour."""
        return self._known.around

    @property
    def warning(self) -> str:
        """Of steps in which twice as many bad requests would not be seen."""
        return self._known.warning

    @property
    def breached(self) -> bool:
        """True once a breach was shown, and not while one pod of several carries it."""
        return self._shown is not None

    @property
    def uncountable(self) -> str:
        """That some requests tell no status: errors may be among them."""
        if not self._unknown:
            return ""

        counter = self.shape.counts.counter
        return f"{self._unknown} of {counter} is no status of HTTP: whether those requests failed is not known"

    @property
    def value(self) -> float | None:
        """The candidate's share."""
        total = self.state.total.candidate + self.state.alone
        return total.share if total.requests else None

    @property
    def advice(self) -> Advice | None:
        """The candidate's greater share of 4xx, once it is shown."""
        return self.client_errors.advice

    @property
    def pods(self) -> Sequence[JudgedPod]:
        """What each of the candidate's pods answered; empty where a gateway counts, which knows none."""
        return [JudgedPod(pod, counts) for pod, counts in self._pods.items()]

    def learn(self, series: Sequence[Series]) -> None:
        """Choose the rules by what stable counted in the hour before the first weight."""
        self._know(history(series))

    def _know(self, past: History) -> None:
        self._known = learned(self.wanted, self.shape, past)
        self.state = self._known.judge.start()
        self.client_errors = client_errors.start(self._known.told)

    def counted(self, series: Iterable[Series]) -> Iterable[Series]:
        """All of it."""
        return series

    def judge(self, block: CountedBlock, promise: Promise | None, *, full: bool = False) -> Counts:
        """Compare both sides; whatever the weight is, it shows in the counts, until the candidate has all of it."""
        del promise
        self._unknown = self._unknown or next(filter(None, (unknown_status(pod.parts) for pod in block.pods)), "")
        counted = Block(*(counts_of(self.shape, block, side) for side in (Side.CANDIDATE, Side.STABLE)))
        before = self.rules.at_full_weight(self.state) if full else self.state
        growth = self.rules.growth(before, counted)
        self.state = self.rules.grown(before, counted, growth)
        if self._shown is None:
            self._onsets = self._onsets.after(growth, before, block.since)

        if not full:
            self._tell(block)

        if self.shape.counts.by_pods:
            for pod, alone in candidates_pods(block):
                counts = counts_of(self.shape, alone, Side.CANDIDATE)
                self._pods[pod.pod] = self._pods.get(pod.pod, Counts()) + counts

        if self.state.passed and self._passed is None:
            self._passed = Passed.now(self.state, block.until)

        if self._shown is None:
            self._shown = shown(self.rules, self.state, self._onsets, self.pods)

        return counted.candidate

    def _tell(self, block: CountedBlock) -> None:
        """Weigh the 4xx; a histogram is not asked for them."""
        if self.shape.over is not None:
            return

        sides = (Counts(*block.count(side, part=CLIENT_ERRORS, of=REQUESTS)) for side in (Side.CANDIDATE, Side.STABLE))
        at = datetime.fromtimestamp(block.until / MILLISECONDS, UTC)
        self.client_errors = client_errors.look(self._known.told, self.client_errors, Block(*sides), at)

    def rule(self, name: str, weight: float, baseline: int = 0) -> Ruling:
        """The verdict up to now, with how long a fault takes to be seen at this weight."""
        around = replace(self.around, weight=weight, baseline=baseline)
        return rule(name, self.rules, self.state, pods=self.pods, around=around, first=self._shown, passed=self._passed)


def counts_of(shape: Shape, block: CountedBlock, side: Side) -> Counts:
    """A side's requests in a block, and the bad ones of them: errors, or those over the boundary."""
    if shape.over is None:
        return Counts(*block.count(side, part=ERRORS, of=REQUESTS))

    requests, quick = block.count(side, part=QUICK, of=REQUESTS)
    return Counts(requests, requests - quick)


def candidates_pods(block: CountedBlock) -> Iterable[tuple[PodCounts, CountedBlock]]:
    """Each pod of the candidate's, and what it alone counted in a block."""
    for found in block.pods:
        if found.side is Side.CANDIDATE:
            yield found, CountedBlock(since=block.since, until=block.until, pods=(found,))
