"""Since when a fault lasts: of one that begins late the time before it says nothing, and hides it in the counts.

For each bet it is kept from which block on it would have grown most (Page's CUSUM), and what was counted before that.
This is for the sentence alone: no verdict rests on it, and an interval from a start that was chosen so would be wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Generic, TypeVar

from .bound import growth
from .counts import Block
from .errors import ErrorJudge, ErrorState

# What was counted of both sides.
T = TypeVar("T")

# All of the rollout is told unless its end alone speaks so many times more against the candidate.
MUCH_MORE = log(20)


@dataclass(frozen=True, slots=True)
class Run(Generic[T]):
    """One bet: its logarithm from the block on that is best for it, and from the first one.

    `since`: when that block begins, in milliseconds since 1970; `before`: what was counted until then.
    """

    grown: float = 0.0
    whole: float = 0.0
    since: int = 0
    before: T | None = None

    def after(self, grown: float, since: int, before: T) -> "Run[T]":
        """After one more block. A bet that has lost all begins again with it."""
        if self.grown <= 0:
            return Run(grown, self.whole + grown, since, before)

        return Run(self.grown + grown, self.whole + grown, self.since, self.before)


@dataclass(frozen=True, slots=True)
class Onset(Generic[T]):
    """All bets of one test."""

    runs: tuple[Run[T], ...] = ()

    def after(self, grown: Sequence[float], since: int, before: T) -> "Onset[T]":
        """After one more block."""
        runs = self.runs or (Run(),) * len(grown)
        return Onset(tuple([run.after(each, since, before) for run, each in zip(runs, grown, strict=True)]))

    @property
    def late(self) -> Run[T] | None:
        """The bet that shows a fault since later than the first block; None where all blocks show it about as well."""
        best = max(self.runs, key=lambda run: run.grown, default=None)
        whole = max((run.whole for run in self.runs), default=0.0)
        return best if best and best.grown - whole > MUCH_MORE else None


@dataclass(frozen=True, slots=True)
class Onsets:
    """Of the comparison, and of the bound. At `full` weight the bound's begins anew, as its evidence does."""

    ratio: Onset[Block] = Onset()
    bound: Onset[Block] = Onset()
    full: bool = False

    def after(self, judge: ErrorJudge, before: ErrorState, block: Block, since: int) -> "Onsets":
        """After one more block, that begins `since`; `before` is the state without it."""
        mine = growth(block.candidate, judge.ceiling.worse, judge.ceiling.dispersion) if judge.ceiling else ()
        if before.full:
            bound = self.bound if self.full else Onset()
            return replace(self, bound=bound.after(mine, since, Block(before.alone)), full=True)

        grown = judge.comparison.bets.growth(block, judge.comparison.dispersion)
        return Onsets(self.ratio.after(grown, since, before.total), self.bound.after(mine, since, before.total))

    def late(self, judge: ErrorJudge, state: ErrorState) -> Run[Block] | None:
        """Of the test that speaks most, where its fault began late."""
        compared = (1 - judge.bound_part) * state.ratio.value
        return self.ratio.late if compared >= judge.evidence(state) / 2 else self.bound.late
