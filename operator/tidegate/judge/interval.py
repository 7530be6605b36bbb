"""How many times worse, and how sure: a confidence sequence for the ratio, for the sentence that people read.

It holds at all looks at once: with 95 % the true ratio, where it is one and the same, never leaves the interval. Kept
as the logarithms of the likelihood of the counts under a row of ratios, and the ends that the looks so far have left.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from .counts import Block

# A fourth of an octave, 19 %, from an eighth to 32 times.
RATIOS = tuple(2.0 ** (step / 4) for step in range(-12, 21))
# Each end is wrong with 2.5 %.
REJECTED = math.log(40)


@dataclass(frozen=True, slots=True)
class Interval:
    """The likelihood of each ratio, and the greatest index ruled out from below and the least from above."""

    low: int = -1
    high: int = len(RATIOS)
    logs: tuple[float, ...] = (0.0,) * len(RATIOS)

    @property
    def least(self) -> float:
        """The ratio is at least this; 0 where nothing is ruled out."""
        return RATIOS[self.low] if self.low >= 0 else 0.0

    @property
    def greatest(self) -> float:
        """The ratio is at most this; infinite where nothing is ruled out."""
        return RATIOS[self.high] if self.high < len(RATIOS) else math.inf

    def updated(self, block: Block, dispersion: float = 1.0) -> "Interval":
        """After one more block: it only ever narrows."""
        logs = likelihoods(self.logs, block, dispersion)
        if logs is self.logs:
            return self

        greatest = max(logs)
        low, high = self.low, self.high
        while low + 1 < high - 1 and rejected(logs[low + 1], logs[low + 2 :], greatest):
            low += 1
        while low + 1 < high - 1 and rejected(logs[high - 1], logs[: high - 1], greatest):
            high -= 1
        return Interval(low, high, logs)

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep."""
        return (float(self.low), float(self.high), *self.logs)

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        low, high, *logs = floats
        return cls(int(low), int(high), tuple(logs))


def likelihoods(logs: tuple[float, ...], block: Block, dispersion: float) -> tuple[float, ...]:
    """The logarithms of the likelihoods with one more block in them; the same where it tells nothing."""
    mine, others = block.candidate.requests, block.stable.requests
    bad, all_bad = block.candidate.bad, block.candidate.bad + block.stable.bad
    if not all_bad or not mine or not others:
        return logs

    log, whole = math.log, mine + others
    return tuple(
        [
            before + (bad * log_ratio - all_bad * log((ratio * mine + others) / whole)) / dispersion
            for before, ratio, log_ratio in zip(logs, RATIOS, LOG_RATIOS, strict=True)
        ]
    )


LOG_RATIOS = tuple(map(math.log, RATIOS))


def rejected(null: float, alternatives: Sequence[float], greatest: float) -> bool:
    """True where the mean of the likelihood ratios of the ratios beyond it speaks 40:1 against this one."""
    # The mean is at most the greatest: mostly there is nothing to add up.
    if greatest - null < REJECTED or not alternatives:
        return False

    mean = math.fsum(math.exp(min(other - null, 690.0)) for other in alternatives) / len(alternatives)
    return math.log(mean) >= REJECTED if mean > 0 else False
