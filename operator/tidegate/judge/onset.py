"""Since when a fault lasts: of one that begins late the time before it says nothing, and hides it in the counts.

For each bet it is kept from which block on it would have grown most (Page's CUSUM), and what was counted before that.
This is for the sentence alone: no verdict rests on it, and an interval from a start that was chosen so would be wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from operator import add, itemgetter
from typing import Generic, TypeVar

from .counts import Block
from .error_state import ErrorState
from .errors import ErrorJudge, Growth
from .ratio import WORSE

# What was counted of both sides.
T = TypeVar("T")

# All of the rollout is told unless its end alone speaks so many times more against the candidate.
MUCH_MORE = log(20)


@dataclass(frozen=True, slots=True)
class Start(Generic[T]):
    """A block: when it begins, in milliseconds since 1970, and what was counted until then."""

    since: int
    before: T


@dataclass(frozen=True, slots=True)
class Onset(Generic[T]):
    """All bets of one test: the logarithm of each from the block on that is best for it, with that block.

    `whole`: from the first block on.
    """

    runs: tuple[tuple[float, Start[T]], ...] = ()
    whole: tuple[float, ...] = ()

    def after(self, grown: Sequence[float], start: Start[T]) -> "Onset[T]":
        """After one more block. A bet that has lost all begins again with it."""
        if not self.runs:
            return Onset(tuple((each, start) for each in grown), tuple(grown))

        runs = [
            (had + each, begun) if had > 0 else (each, start)
            for (had, begun), each in zip(self.runs, grown, strict=True)
        ]
        return Onset(tuple(runs), tuple(map(add, self.whole, grown)))

    def of(self, place: int) -> "Onset[T]":
        """One bet alone."""
        return Onset(self.runs[place : place + 1], self.whole[place : place + 1])

    @property
    def late(self) -> Start[T] | None:
        """Where a fault began, if that is later than the first block; None where all blocks show it about as well."""
        if not self.runs:
            return None

        best, start = max(self.runs, key=itemgetter(0))
        return start if best - max(self.whole) > MUCH_MORE else None


@dataclass(frozen=True, slots=True)
class Onsets:
    """Of the comparison, and of the bound. At `full` weight the bound's begins anew, as its evidence does."""

    ratio: Onset[Block] = Onset()
    bound: Onset[Block] = Onset()
    full: bool = False

    def after(self, growth: Growth, before: ErrorState, since: int) -> "Onsets":
        """After one more block, that begins `since`; `before` is the state without it."""
        # Of a thin past, the half of the stake that a burst within a block moves: it says more of when a fault began.
        compared, mine = growth.ratio[: len(WORSE)], growth.bound[: len(WORSE)]
        if before.full:
            bound = self.bound if self.full else Onset()
            return replace(self, bound=bound.after(mine, Start(since, Block(before.alone))), full=True)

        start = Start(since, before.total)
        return Onsets(self.ratio.after(compared, start), self.bound.after(mine, start))

    def late(self, judge: ErrorJudge, state: ErrorState) -> Start[Block] | None:
        """Of the test that speaks most, where its fault began late."""
        compared = (1 - judge.bound_part) * state.ratio.value
        return self.ratio.late if compared >= judge.evidence(state) / 2 else self.bound.late
