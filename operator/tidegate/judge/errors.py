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
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from .bound import Ceiling
from .combined import limit
from .counts import Block, Counts
from .error_state import ByMinute, ErrorState
from .evidence import Evidence
from .plan import ALPHA, BETA, Fault
from .ratio import LOOKS_PER_MINUTE, TOLERANCE, Comparison, NonInferiority

# Blocks in a row without a request.
SILENT = 3
# Times the limit: chance alone takes evidence that is capped there seldom below the limit while a bound is broken.
MOST = 10


class Growth(NamedTuple):
    """The logarithms by which a block makes the bets grow: that the candidate is worse, and that it breaks the bound.

    Empty where nothing is bet on it.
    """

    ratio: Sequence[float]
    bound: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorJudge:
    """The tests of one objective, chosen before the first look and pinned to the end of the rollout."""

    comparison: Comparison
    blame: Comparison
    non_inferiority: NonInferiority
    ceiling: Ceiling | None
    part: float
    bound_part: float
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        object.__setattr__(self, "limit", limit(self.part))

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
        alone = self.limit / (1 - self.bound_part)
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
        return ErrorState(ratio=none, blame=none, bound=none, by_minute=ByMinute(stable_bound=none))

    def update(self, state: ErrorState, block: Block) -> ErrorState:
        """After one more block."""
        return self.grown(state, block, self.growth(state, block))

    def growth(self, state: ErrorState, block: Block) -> Growth:
        """What a block says. At full weight what stable counts is nobody's traffic."""
        return Growth(() if state.full else self.comparison.growth(block), self.growth_of_bound(block.candidate))

    def grown(self, state: ErrorState, block: Block, growth: Growth) -> ErrorState:
        """After one more block, by its growth."""
        alone = state.full
        return self.marked(self.alone(state, block.candidate, growth) if alone else self.compared(state, block, growth))

    def compared(self, state: ErrorState, block: Block, growth: Growth) -> ErrorState:
        """With one more block of both."""
        looks, total = state.looks + 1, state.total + block
        ends_minute = looks % self.comparison.every == 0
        # Not `_replace`, which is slower.
        return ErrorState(
            looks=looks,
            silent=0 if block.candidate.requests else state.silent + 1,
            stable_silent=0 if block.stable.requests else state.stable_silent + 1,
            breached=state.breached,
            passed=state.passed,
            total=total,
            ratio=self.comparison.grown(state.ratio, growth.ratio),
            blame=self.blame.update(state.blame, block) if self.ceiling else state.blame,
            bound=self.held(state.bound, growth.bound),
            by_minute=self.after_minute(state.by_minute, total) if ends_minute else state.by_minute,
        )

    def at_full_weight(self, state: ErrorState) -> ErrorState:
        """From now on the candidate has all the traffic.

        Nothing more of the comparison's stake enters: another test of the same hypothesis bets it.
        """
        if state.full:
            return state

        return state._replace(
            full=True,
            ratio=state.ratio._replace(reserve=0.0),
            bound=state.bound.capped(1.0),
            by_minute=self.after_minute(state.by_minute, state.total),
        )

    def alone(self, state: ErrorState, mine: Counts, growth: Growth) -> ErrorState:
        """With one more block of the candidate's, which has all the traffic."""
        kept = self.passed_bound(state.by_minute.kept, mine)
        return state._replace(
            looks=state.looks + 1,
            silent=0 if mine.requests else state.silent + 1,
            alone=state.alone + mine,
            bound=self.held(state.bound, growth.bound),
            by_minute=state.by_minute._replace(kept=kept),
        )

    def growth_of_bound(self, counts: Counts) -> Sequence[float]:
        """What a side's answers say of the bound."""
        return self.ceiling.growth(counts) if self.ceiling else ()

    def held(self, evidence: Evidence, growth: Sequence[float]) -> Evidence:
        """The evidence that a side breaks the bound, after what it answered; little more than its limit is kept."""
        if self.ceiling is None:
            return evidence

        return self.ceiling.grown(evidence, growth).capped(MOST * self.limit / self.bound_part)

    def passed_bound(self, evidence: Evidence, counts: Counts) -> Evidence:
        """The evidence that the candidate keeps the bound, after what it answered."""
        return self.ceiling.update_pass(evidence, counts) if self.ceiling else evidence

    def after_minute(self, before: ByMinute, total: Block) -> ByMinute:
        """With what of the total was not weighed yet."""
        minute = total - before.weighed
        return ByMinute(
            weighed=total,
            stable_bound=self.held(before.stable_bound, self.growth_of_bound(minute.stable)),
            no_worse=self.non_inferiority.update(before.no_worse, minute),
            kept=self.passed_bound(before.kept, minute.candidate),
            interval=before.interval.updated(minute, self.comparison.dispersion),
        )

    def marked(self, state: ErrorState) -> ErrorState:
        """With the look noted that shows a breach or a pass for the first time."""
        if not state.breached and self.evidence(state) >= self.limit:
            return state._replace(breached=state.looks)

        if not state.passed and self.shows_pass(state):
            return state._replace(passed=state.looks)

        return state

    def evidence(self, state: ErrorState) -> float:
        """The evidence against the candidate: the comparison's, and the bound's where the candidate is to blame."""
        bound = state.bound.value if self.blames(state) else 0.0
        return (1 - self.bound_part) * state.ratio.value + self.bound_part * bound

    def blames(self, state: ErrorState) -> bool:
        """True where the candidate is shown to be worse than stable, or serves alone and stable kept the bound."""
        alone = state.full and not self.over_bound(state.by_minute.stable_bound)
        return self.ceiling is not None and (state.blame.value >= 1 / ALPHA or alone)

    def over_bound(self, evidence: Evidence) -> bool:
        """True for a side that is shown to break the bound."""
        return self.ceiling is not None and evidence.value >= self.limit / self.bound_part

    def shows_pass(self, state: ErrorState) -> bool:
        """True where the candidate is shown to be no worse than stable, or to keep the bound."""
        kept = state.by_minute.kept.value if self.ceiling else 0.0
        return max(state.by_minute.no_worse.value, kept) >= 1 / BETA and not self.over_bound(state.bound)
