"""What is known of an objective on bad requests after some looks: as numbers, the same again to the last bit.

What every look makes anew is a named tuple, here and in `evidence`: a frozen dataclass takes twice as long to make.
"""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple, Self

from .bound import BETTER
from .counts import EMPTY, NONE, Block, Counts, as_block, as_counts
from .evidence import Evidence
from .interval import Interval
from .ratio import NO_WORSE, WORSE

AGAINST = Evidence.none(len(WORSE))
FOR = Evidence.all_in((1 / len(NO_WORSE),) * len(NO_WORSE))
KEPT = Evidence.all_in((1 / len(BETTER),) * len(BETTER))
ALL_RATIOS = Interval()


class ByMinute(NamedTuple):
    """What need not be known sooner than by minutes: what passes, and what is only told.

    `weighed` is what of the total was seen for it.
    """

    weighed: Block = EMPTY
    stable_bound: Evidence = AGAINST
    no_worse: Evidence = FOR
    kept: Evidence = KEPT
    interval: Interval = ALL_RATIOS


class ErrorState(NamedTuple):
    """All that is known after some looks.

    `breached` and `passed` are the looks that showed it, 0 for none yet. From `full` weight on nothing is added to the
    total of both: `alone` is what the candidate answered since.
    """

    looks: int = 0
    silent: int = 0
    stable_silent: int = 0
    breached: int = 0
    passed: int = 0
    full: bool = False
    total: Block = EMPTY
    alone: Counts = NONE
    ratio: Evidence = AGAINST
    blame: Evidence = AGAINST
    bound: Evidence = AGAINST
    by_minute: ByMinute = ByMinute()

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        slow = self.by_minute
        counts = [float(count) for block in (self.total, slow.weighed) for count in as_counts(block)]
        evidence = (self.ratio, self.blame, self.bound, slow.stable_bound, slow.no_worse, slow.kept)
        kept = [number for each in evidence for number in each.as_floats()]
        looks = (self.looks, self.silent, self.stable_silent, self.breached, self.passed)
        head = (*looks, self.full, self.alone.requests, self.alone.bad, len(self.ratio.bets))
        return (*map(float, head), *counts, *kept, *slow.interval.as_floats())

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
            alone=Counts(*alone),
            ratio=ratio,
            blame=blame,
            bound=bound,
            by_minute=ByMinute(
                weighed=weighed,
                stable_bound=stable_bound,
                no_worse=no_worse,
                kept=kept,
                interval=Interval.from_floats(tuple(rest)),
            ),
        )
