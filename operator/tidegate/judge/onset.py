"""Since when a fault lasts: of one that begins late the time before it says nothing, and hides it in the counts.

For some bets it is kept from which block on each would have grown most (Page's CUSUM), and what was counted until then.
This is for the sentence alone: no verdict rests on it, and an interval from a start that was chosen so would be wrong.
"""

from collections.abc import Sequence
from math import log
from operator import add, itemgetter
from typing import Generic, NamedTuple, TypeVar

from .counts import Block
from .error_state import ErrorState
from .errors import ErrorJudge, Growth
from .ratio import WORSE

# What was counted of both sides.
T = TypeVar("T")

# Every second bet tells it as well as all. Of a thin past they are of the half of the stake that a burst within a block
# moves: it says more of when a fault began.
TOLD = slice(0, len(WORSE), 2)
COMPARED = len(range(len(WORSE))[TOLD])
# All of the rollout is told unless its end alone speaks so many times more against the candidate.
MUCH_MORE = log(20)


class Start(NamedTuple, Generic[T]):
    """A block: when it begins, in milliseconds since 1970, and what was counted until then."""

    since: int
    before: T


class Onset(NamedTuple, Generic[T]):
    """Some bets: the logarithm of each from the block on that is best for it, with that block.

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

    def of(self, places: slice) -> "Onset[T]":
        """Some of the bets alone."""
        return Onset(self.runs[places], self.whole[places])

    @property
    def late(self) -> Start[T] | None:
        """Where a fault began, if that is later than the first block; None where all blocks show it about as well."""
        if not self.runs:
            return None

        best, start = max(self.runs, key=itemgetter(0))
        return start if best - max(self.whole) > MUCH_MORE else None


class Late(NamedTuple):
    """Since when a fault lasts that began late, in milliseconds since 1970, and what was counted from then on."""

    since: int
    counted: Block


class Onsets(NamedTuple):
    """Of the comparison's bets, and after them of the bound's. At full weight the bound's begin anew: `alone`."""

    both: Onset[Block] = Onset()
    alone: Onset[Block] = Onset()

    def after(self, growth: Growth, before: ErrorState, since: int) -> "Onsets":
        """After one more block, that begins `since`; `before` is the state without it."""
        if before.full:
            start = Start(since, Block(before.alone))
            return self._replace(alone=self.alone.after(growth.bound[TOLD], start))

        grown = [*growth.ratio[TOLD], *growth.bound[TOLD]]
        return Onsets(self.both.after(grown, Start(since, before.total)))

    def late(self, judge: ErrorJudge, state: ErrorState) -> Late | None:
        """Of the test that speaks most, where its fault began late."""
        compared = (1 - judge.bound_part) * state.ratio.value
        if compared >= judge.evidence(state) / 2:
            return _counted(self.both.of(slice(COMPARED)).late, state.total)

        if self.alone.runs:
            return _counted(self.alone.late, Block(state.alone))

        return _counted(self.both.of(slice(COMPARED, None)).late, state.total)


def _counted(start: Start[Block] | None, total: Block) -> Late | None:
    return None if start is None else Late(start.since, total - start.before)
