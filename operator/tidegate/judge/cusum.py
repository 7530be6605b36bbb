"""When did it become worse? A comparison without an end: an e-CUSUM, which forgets what spoke for the good.

Each bet is multiplied as in `ratio`, but never from less than 1: M ← max(1, M)·e^ℓ. Every restart is an e-process of
its own, and their sum is no less than M; so while nothing is worse, the weighed mean of the bets comes to A no sooner
than after A looks in the mean (e-detectors: Shin, Ramdas and Rinaldo, arXiv 2203.03532). There is no α that would be
spent some day: a false alarm has a mean time between, not a probability for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Self

from .counts import EMPTY, Block, as_block, as_counts
from .evidence import GREATEST_GROWTH
from .ratio import Comparison

# The evidence at which an alarm is over: all bets begin again from 1.
RECOVERED = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CusumState:
    """All that is known after some looks.

    `since`: when what is counted in `total` began, in milliseconds since 1970; it begins again whenever nothing speaks
    against the release. `alarm` is the time of the alarm that is not over yet, 0 for none, and `shown` what it was
    raised by.
    """

    sums: tuple[float, ...]
    since: int = 0
    total: Block = EMPTY
    alarm: int = 0
    shown: Block = EMPTY

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        counts = (*as_counts(self.total), *as_counts(self.shown))
        return (float(self.since), float(self.alarm), *map(float, counts), *self.sums)

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        since, alarm, *counts = (int(number) for number in floats[:10])
        total, shown = as_block(counts[:4]), as_block(counts[4:])
        return cls(sums=tuple(floats[10:]), since=since, alarm=alarm, total=total, shown=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cusum:
    """The rules. `looks`: A, how many looks there are between false alarms in the mean, at the least."""

    comparison: Comparison
    looks: float

    def start(self) -> CusumState:
        """Before the first look."""
        return CusumState(sums=(1.0,) * len(self.comparison.weights))

    def evidence(self, state: CusumState) -> float:
        """The weighed mean of the bets."""
        return sum(weight * value for weight, value in zip(self.comparison.weights, state.sums, strict=True))

    def update(self, state: CusumState, block: Block, *, since: int, until: int) -> CusumState:
        """After one more block, of a time in milliseconds since 1970.

        A bet is no greater than what raises the alarm alone, which only makes it smaller: a long fault is over as soon
        as a short one.
        """
        bets = zip(state.sums, self.comparison.growth(block), self.comparison.weights, strict=True)
        grown = tuple(
            min(max(1.0, value) * exp(min(log, GREATEST_GROWTH)), self.looks / weight) for value, log, weight in bets
        )
        begins = self.evidence(state) <= RECOVERED
        found = replace(
            state,
            sums=grown,
            since=since if begins else state.since,
            total=block if begins else state.total + block,
        )
        return self._marked(found, until)

    def _marked(self, state: CusumState, until: int) -> CusumState:
        evidence = self.evidence(state)
        if state.alarm and evidence <= RECOVERED:
            return replace(state, alarm=0, shown=EMPTY)

        if not state.alarm and evidence >= self.looks:
            return replace(state, alarm=until, shown=state.total)

        return state
