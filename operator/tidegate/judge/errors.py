"""An objective on bad requests, errors or slow ones: no worse than stable, and within a bound where there is one.

A bound alone blames nobody: while stable is as bad, something they share is broken. It breaches only where the
candidate is also shown to be worse than stable beyond what like pods differ by; until then it holds. Meanwhile it
gathers no more than a little over its limit, so an incident that is over is soon over in the verdict too.

At full weight there is nobody to compare with: what stable's pods still count, such as probes, is no traffic. So the
comparison stays as it is, and the bound judges alone, but where stable was over it too. It begins with 1 at most: what
nobody was blamed for is not held against the candidate, and one that keeps its bound from then on is rolled back for it
with a chance of a third of the objective's part of α at most, whatever came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

from .bound import BETTER, Ceiling
from .combined import limit
from .counts import NONE, Block, Counts
from .evidence import Evidence
from .interval import Interval
from .plan import ALPHA, BETA, Fault
from .ratio import LOOKS_PER_MINUTE, NO_WORSE, TOLERANCE, WORSE, Comparison, NonInferiority

# Blocks in a row without a request.
SILENT = 3
# Times the limit: chance alone takes evidence that is capped there seldom below the limit while a bound is broken.
MOST = 10
EMPTY = Block()
AGAINST = Evidence.none(len(WORSE))
FOR = Evidence.all_in((1 / len(NO_WORSE),) * len(NO_WORSE))
KEPT = Evidence.all_in((1 / len(BETTER),) * len(BETTER))
ALL_RATIOS = Interval()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorState:
    """All that is known after some looks.

    `breached` and `passed` are the looks that showed it, 0 for none yet; `weighed` is what of the total the tests that
    look minute by minute have seen. From `full` weight on nothing is added to the total of both: `alone` is what the
    candidate answered since.
    """

    looks: int = 0
    silent: int = 0
    stable_silent: int = 0
    breached: int = 0
    passed: int = 0
    full: bool = False
    total: Block = EMPTY
    weighed: Block = EMPTY
    alone: Counts = NONE
    ratio: Evidence = AGAINST
    blame: Evidence = AGAINST
    bound: Evidence = AGAINST
    stable_bound: Evidence = AGAINST
    no_worse: Evidence = FOR
    kept: Evidence = KEPT
    interval: Interval = ALL_RATIOS

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        counts = [float(count) for block in (self.total, self.weighed) for count in as_counts(block)]
        evidence = (self.ratio, self.blame, self.bound, self.stable_bound, self.no_worse, self.kept)
        kept = [number for each in evidence for number in each.as_floats()]
        looks = (self.looks, self.silent, self.stable_silent, self.breached, self.passed)
        head = (*looks, self.full, self.alone.requests, self.alone.bad, len(self.ratio.bets))
        return (*map(float, head), *counts, *kept, *self.interval.as_floats())

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        rest = iter(floats)
        looks, silent, stable_silent, breached, passed, full, *alone, against = map(int, islice(rest, 9))
        total, weighed = (as_block([int(number) for number in islice(rest, 4)]) for _ in range(2))
        bets = (against,) * 4 + (len(NO_WORSE), len(BETTER))
        evidence = [Evidence.from_floats(tuple(islice(rest, 2 + count))) for count in bets]
        ratio, blame, bound, stable_bound, no_worse, kept = evidence
        return cls(
            looks=looks,
            silent=silent,
            stable_silent=stable_silent,
            breached=breached,
            passed=passed,
            full=bool(full),
            total=total,
            weighed=weighed,
            alone=Counts(*alone),
            ratio=ratio,
            blame=blame,
            bound=bound,
            stable_bound=stable_bound,
            no_worse=no_worse,
            kept=kept,
            interval=Interval.from_floats(tuple(rest)),
        )


def as_counts(block: Block) -> tuple[int, int, int, int]:
    """A block as four numbers."""
    return block.candidate.requests, block.candidate.bad, block.stable.requests, block.stable.bad


def as_block(counts: Sequence[int]) -> Block:
    """Four numbers as a block."""
    return Block(Counts(counts[0], counts[1]), Counts(counts[2], counts[3]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorJudge:
    """The tests of one objective, chosen before the first look and pinned to the end of the rollout."""

    comparison: Comparison
    blame: Comparison
    non_inferiority: NonInferiority
    ceiling: Ceiling | None
    part: float
    bound_part: float

    @classmethod
    def of(
        cls,
        *,
        part: float = 1.0,
        bound: float | None = None,
        tolerance: float = TOLERANCE,
        margin: float = 1.0,
        dispersion: float = 1.0,
        thin: bool = False,
        every: int = LOOKS_PER_MINUTE,
    ) -> Self:
        """From the objective's part of α, its bound, and what stable's hour says (`dispersion.Spread`)."""
        return cls(
            comparison=Comparison(tolerance=tolerance, dispersion=dispersion, thin=thin, every=every),
            blame=Comparison(tolerance=margin, dispersion=dispersion, thin=thin, every=every),
            non_inferiority=NonInferiority(bad_ratio=max(2.0, 1.3 * tolerance), dispersion=dispersion),
            ceiling=None if bound is None else Ceiling(greatest=bound, dispersion=dispersion, thin=thin, every=every),
            part=part,
            bound_part=0.0 if bound is None else 1 / 3,
        )

    def limited(self, edge: float) -> Self:
        """The same tests, where a block may leave so many times more evidence that the candidate is worse."""
        return replace(self, comparison=replace(self.comparison, edge=edge), blame=replace(self.blame, edge=edge))

    def fault(self, worse: float) -> Fault:
        """So many times as many bad requests, for a plan by these rules."""
        alone = limit(self.part) / (1 - self.bound_part)
        return Fault(
            worse=worse,
            tolerance=self.comparison.tolerance,
            limit=alone,
            dispersion=self.comparison.dispersion,
            least=self.comparison.least(alone),
        )

    def start(self) -> ErrorState:
        """Before the first look."""
        none = self.comparison.start()
        return ErrorState(ratio=none, blame=none, bound=none, stable_bound=none)

    def update(self, state: ErrorState, block: Block) -> ErrorState:
        """After one more block. At full weight what stable counts is nobody's traffic."""
        return self.marked(self.alone(state, block.candidate) if state.full else self.compared(state, block))

    def compared(self, state: ErrorState, block: Block) -> ErrorState:
        """With one more block of both. What passes, and what is only told, need not be known sooner than by minutes."""
        found = replace(
            state,
            looks=state.looks + 1,
            silent=0 if block.candidate.requests else state.silent + 1,
            stable_silent=0 if block.stable.requests else state.stable_silent + 1,
            total=state.total + block,
            ratio=self.comparison.update(state.ratio, block),
            blame=self.blame.update(state.blame, block) if self.ceiling else state.blame,
            bound=self.held(state.bound, block.candidate),
        )
        return found if found.looks % self.comparison.every else self.after_minute(found)

    def at_full_weight(self, state: ErrorState) -> ErrorState:
        """From now on the candidate has all the traffic.

        Nothing more of the comparison's stake enters: another test of the same hypothesis bets it.
        """
        if state.full:
            return state

        last = self.after_minute(state)
        return replace(last, full=True, ratio=replace(last.ratio, reserve=0.0), bound=last.bound.capped(1.0))

    def alone(self, state: ErrorState, mine: Counts) -> ErrorState:
        """With one more block of the candidate's, which has all the traffic."""
        return replace(
            state,
            looks=state.looks + 1,
            silent=0 if mine.requests else state.silent + 1,
            alone=state.alone + mine,
            bound=self.held(state.bound, mine),
            kept=self.ceiling.update_pass(state.kept, mine) if self.ceiling else state.kept,
        )

    def held(self, evidence: Evidence, counts: Counts) -> Evidence:
        """The evidence that a side breaks the bound, after what it answered; little more than its limit is kept."""
        if self.ceiling is None:
            return evidence

        return self.ceiling.update(evidence, counts).capped(MOST * limit(self.part) / self.bound_part)

    def after_minute(self, state: ErrorState) -> ErrorState:
        """With the minute since the last one weighed."""
        minute, ceiling = state.total - state.weighed, self.ceiling
        return replace(
            state,
            weighed=state.total,
            stable_bound=self.held(state.stable_bound, minute.stable),
            no_worse=self.non_inferiority.update(state.no_worse, minute),
            kept=ceiling.update_pass(state.kept, minute.candidate) if ceiling else state.kept,
            interval=state.interval.updated(minute, self.comparison.dispersion),
        )

    def marked(self, state: ErrorState) -> ErrorState:
        """With the look noted that shows a breach or a pass for the first time."""
        if not state.breached and self.evidence(state) >= limit(self.part):
            return replace(state, breached=state.looks)

        if not state.passed and self.shows_pass(state):
            return replace(state, passed=state.looks)

        return state

    def evidence(self, state: ErrorState) -> float:
        """The evidence against the candidate: the comparison's, and the bound's where the candidate is to blame."""
        bound = state.bound.value if self.blames(state) else 0.0
        return (1 - self.bound_part) * state.ratio.value + self.bound_part * bound

    def blames(self, state: ErrorState) -> bool:
        """True where the candidate is shown to be worse than stable, or serves alone and stable kept the bound."""
        alone = state.full and not self.over_bound(state.stable_bound)
        return self.ceiling is not None and (state.blame.value >= 1 / ALPHA or alone)

    def over_bound(self, evidence: Evidence) -> bool:
        """True for a side that is shown to break the bound."""
        return self.ceiling is not None and evidence.value >= limit(self.part) / self.bound_part

    def shows_pass(self, state: ErrorState) -> bool:
        """True where the candidate is shown to be no worse than stable, or to keep the bound."""
        kept = state.kept.value if self.ceiling else 0.0
        return max(state.no_worse.value, kept) >= 1 / BETA and not self.over_bound(state.bound)
