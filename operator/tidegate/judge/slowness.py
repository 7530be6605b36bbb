"""An objective on latency: no slower than stable, at any of the chosen boundaries.

At full weight there is nobody to compare with, and no bound: what was shown until then stays the verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Self

from . import sentences
from .combined import Ruling, limit
from .counts import EMPTY, Block, PodCounts
from .errors import SILENT
from .evidence import Evidence
from .latency import LatencyComparison, TailBlock, Tails
from .onset import Onset, Start
from .plan import BETA
from .pods import excess
from .ratio import NO_WORSE, WORSE
from .rulings import WORDS, WordedVerdict
from .sentences import NOTHING_KNOWN, Circumstances
from .verdict import Verdict

# At each boundary one bet tells since when requests are slow: on twice as many as are tolerated.
DOUBLED = WORSE.index(2.0)
SlowOnset = Onset[TailBlock]


class LatencyState(NamedTuple):
    """All that is known after some looks, of as many boundaries as `total` has; at `full` weight nothing is added."""

    total: TailBlock
    minute: TailBlock
    slower: Evidence
    as_fast: Evidence
    looks: int = 0
    silent: int = 0
    breached: int = 0
    passed: int = 0
    full: bool = False

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        head = (len(self.total.candidate.slower), self.looks, self.silent, self.breached, self.passed, self.full)
        blocks = (self.total, self.minute)
        sides = [side for block in blocks for side in (block.candidate, block.stable)]
        counts = [count for side in sides for count in (side.requests, *side.slower)]
        return (*map(float, (*head, *counts)), *self.slower.as_floats(), *self.as_fast.as_floats())

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        rest = iter(floats)
        boundaries, looks, silent, breached, passed, full = map(int, islice(rest, 6))
        sides = [[int(number) for number in islice(rest, 1 + boundaries)] for _ in range(4)]
        total, others, minute, others_minute = (Tails(side[0], tuple(side[1:])) for side in sides)
        return cls(
            total=TailBlock(total, others),
            minute=TailBlock(minute, others_minute),
            slower=Evidence.from_floats(tuple(islice(rest, 2 + len(WORSE) * boundaries))),
            as_fast=Evidence.from_floats(tuple(islice(rest, 2 + len(NO_WORSE) * boundaries))),
            looks=looks,
            silent=silent,
            breached=breached,
            passed=passed,
            full=bool(full),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyJudge:
    """The rules of one latency objective: its part of α, and the boundaries in seconds, fixed before the first look."""

    boundaries: tuple[float, ...]
    comparison: LatencyComparison
    part: float = 1.0
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        object.__setattr__(self, "limit", limit(self.part))

    def start(self) -> LatencyState:
        """Before the first look."""
        slower, as_fast = self.comparison.start(), self.comparison.start_pass()
        return LatencyState(total=self.nothing, minute=self.nothing, slower=slower, as_fast=as_fast)

    @property
    def nothing(self) -> TailBlock:
        """No request of either side."""
        none = Tails(0, (0,) * len(self.boundaries))
        return TailBlock(none, none)

    def update(self, state: LatencyState, candidate: Tails, stable: Tails) -> LatencyState:
        """After one more block."""
        return self.grown(state, candidate, stable, self.comparison.growth(candidate, stable))

    def grown(self, state: LatencyState, candidate: Tails, stable: Tails, growth: Sequence[float]) -> LatencyState:
        """After one more block, by its growth. At full weight it is only seen whether the candidate is asked at all."""
        if not self.boundaries:
            return state

        if state.full:
            return state._replace(silent=0 if candidate.requests else state.silent + 1)

        return self.compared(state, TailBlock(candidate, stable), growth)

    def compared(self, state: LatencyState, block: TailBlock, growth: Sequence[float]) -> LatencyState:
        """With one more block of both, and the look noted that shows a breach or a pass for the first time."""
        looks = state.looks + 1
        minute = state.minute + block
        ends_minute = looks % self.comparison.every == 0
        slower = self.comparison.grown(state.slower, growth)
        as_fast = self.after_minute(state.as_fast, minute) if ends_minute else state.as_fast
        breaches = not state.breached and slower.value >= self.limit
        passes = not state.passed and ends_minute and self.comparison.passing(as_fast) >= 1 / BETA
        # Not `_replace`, which is slower.
        return LatencyState(
            total=state.total + block,
            minute=self.nothing if ends_minute else minute,
            slower=slower,
            as_fast=as_fast,
            looks=looks,
            silent=0 if block.candidate.requests and block.stable.requests else state.silent + 1,
            breached=looks if breaches else state.breached,
            passed=looks if passes else state.passed,
        )

    def after_minute(self, as_fast: Evidence, minute: TailBlock) -> Evidence:
        """The evidence that the candidate is as fast, after one more minute."""
        return self.comparison.update_pass(as_fast, minute.candidate, minute.stable)


@dataclass(frozen=True, slots=True)
class SlowShown:
    """What a breach was shown with: its numbers stay.

    `since`: in milliseconds since 1970, where requests became slow later than with the first block; `counted` is of
    both sides from then on, at the boundary that says most.
    """

    state: LatencyState
    pods: tuple[PodCounts, ...] = ()
    since: int | None = None
    counted: Block = EMPTY


def after(onset: SlowOnset, growth: Sequence[float], before: LatencyState, since: int) -> SlowOnset:
    """Since when requests are slow at each boundary, after one more block, by its growth; `before` is without it."""
    return onset.after(growth[DOUBLED :: len(WORSE)], Start(since, before.total))


def slow_shown(
    judge: LatencyJudge, state: LatencyState, onset: SlowOnset, pods: Sequence[PodCounts]
) -> SlowShown | None:
    """What a breach is shown with, once it is; None also while one pod of several carries it."""
    if not state.breached or _verdict(judge, SlowShown(state, tuple(pods)))[0] is not Verdict.BREACH:
        return None

    place = judge.comparison.slowest(state.slower)
    late = onset.of(slice(place, place + 1)).late
    if late is None:
        return SlowShown(state, tuple(pods))

    total, before = state.total.at(place), late.before.at(place)
    return SlowShown(state, tuple(pods), late.since, total - before)


def rule_latency(
    name: str,
    judge: LatencyJudge,
    state: LatencyState,
    *,
    pods: Sequence[PodCounts] = (),
    around: Circumstances = NOTHING_KNOWN,
    first: SlowShown | None = None,
    passed_at: int | None = None,
) -> Ruling:
    """One latency objective's verdict after its last look; the sentence is of the boundary that says most.

    `pods` are the candidate's at that boundary, since the rollout began. Where one of several carries the excess it
    holds: a node or a pod is no release. `first`: what a breach was shown with, which stays, whatever a single pod does
    afterwards. `passed_at`: in milliseconds since 1970.
    """
    passed = "" if passed_at is None else f"at {sentences.clock(passed_at)} "
    now = first or SlowShown(state, tuple(pods))
    verdict, words = _verdict(judge, now, around, passed)
    return Ruling(
        name=name,
        verdict=verdict,
        sentence=sentences.of_verdict(name, WORDS[verdict], *words),
        evidence=0.0 if verdict is Verdict.HOLD else _evidence(judge, now.state),
        part=judge.part,
    )


def _verdict(
    judge: LatencyJudge, now: SlowShown, around: Circumstances = NOTHING_KNOWN, passed: str = ""
) -> WordedVerdict:
    state = now.state
    if not judge.boundaries:
        return Verdict.NO_DATA, ("no boundary of the histogram that both versions have tells slow requests from fast",)

    if state.breached:
        return _breached(judge, now, around)

    seen, alone = _seen(judge, SlowShown(state), around), sentences.alone() if state.full else ""
    if state.silent > SILENT:
        side = "the candidate" if state.full else "a side"
        return Verdict.NO_DATA, (f"{side} had no request in the last {state.silent} looks",)

    if state.passed:
        bad = f"less than {judge.comparison.bad_ratio:.3g} times as many slow requests at every boundary"
        return Verdict.PASS, (seen, f"shown {passed}to have {bad}", alone)

    return Verdict.INCONCLUSIVE, (seen, alone, sentences.speaks(state.slower.value, judge.limit))


def _breached(judge: LatencyJudge, now: SlowShown, around: Circumstances) -> WordedVerdict:
    state = now.state
    seen, carrying = _seen(judge, now, around), excess(now.pods, at_slowest(judge, state).stable)
    if carrying is not None and carrying.alone:
        return Verdict.HOLD, (seen, sentences.carried(carrying))

    return Verdict.BREACH, (
        seen,
        f"tolerated: {judge.comparison.tolerance:.3g} times as many",
        sentences.speaks(_evidence(judge, state), judge.limit),
        sentences.carried(carrying),
        sentences.false_alarm(judge.limit),
    )


def _evidence(judge: LatencyJudge, state: LatencyState) -> float:
    """What there is; of a breach its limit at least, which was reached once."""
    return max(state.slower.value, judge.limit) if state.breached else state.slower.value


def at_slowest(judge: LatencyJudge, state: LatencyState) -> Block:
    """The requests of both sides, and those over the boundary that speaks most against the candidate."""
    return state.total.at(judge.comparison.slowest(state.slower))


def _seen(judge: LatencyJudge, now: SlowShown, around: Circumstances) -> str:
    boundary, block = judge.boundaries[judge.comparison.slowest(now.state.slower)], at_slowest(judge, now.state)
    late = ""
    if now.since is not None:
        block, late = now.counted, f" since {sentences.clock(now.since)}"

    sides = f"over {boundary:g} s{late}: {sentences.sides(block.candidate, block.stable, around)}"
    return "; ".join(filter(None, (sides, sentences.ratio(block.candidate, block.stable))))
