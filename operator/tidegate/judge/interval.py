"""How many times worse, and how sure: a confidence sequence for the ratio, for the sentence that people read.

It holds at all looks at once: with 95 % the true ratio, where it is one and the same, is within the interval at every
one of them. Kept as the logarithms of the likelihood of the counts under a row of ratios.
"""

from collections.abc import Sequence
from math import exp, fsum, inf, log
from typing import NamedTuple, Self

from .counts import Block

# A fourth of an octave, 19 %, from an eighth to 32 times.
RATIOS = tuple(2.0 ** (step / 4) for step in range(-12, 21))
LOG_RATIOS = tuple(map(log, RATIOS))
# Each end is wrong with 2.5 %.
REJECTED = log(40)


class Interval(NamedTuple):
    """The logarithm of the likelihood of each ratio."""

    logs: tuple[float, ...] = (0.0,) * len(RATIOS)

    @property
    def least(self) -> float:
        """The ratio is at least this: the greatest that is ruled out from below; 0 where none is."""
        greatest = max(self.logs)
        found = 0.0
        for place, ratio in enumerate(RATIOS):
            if not rejected(self.logs[place], self.logs[place + 1 :], greatest):
                break
            found = ratio

        return found

    @property
    def greatest(self) -> float:
        """The ratio is at most this: the least that is ruled out from above; infinite where none is."""
        greatest = max(self.logs)
        found = inf
        for place in range(len(RATIOS) - 1, -1, -1):
            if not rejected(self.logs[place], self.logs[:place], greatest):
                break
            found = RATIOS[place]

        return found

    def updated(self, block: Block, dispersion: float = 1.0) -> "Interval":
        """After one more block."""
        mine, others = block.candidate.requests, block.stable.requests
        bad, all_bad = block.candidate.bad / dispersion, (block.candidate.bad + block.stable.bad) / dispersion
        if not all_bad or not mine or not others:
            return self

        share, rest = mine / (mine + others), others / (mine + others)
        grown = [
            before + bad * log_ratio - all_bad * log(ratio * share + rest)
            for before, ratio, log_ratio in zip(self.logs, RATIOS, LOG_RATIOS, strict=True)
        ]
        return Interval(tuple(grown))

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep."""
        return self.logs

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        return cls(tuple(floats))


def rejected(null: float, alternatives: Sequence[float], greatest: float) -> bool:
    """True where the mean of the likelihood ratios of the ratios beyond it speaks 40:1 against this one."""
    # The mean is at most the greatest: mostly there is nothing to add up.
    if greatest - null < REJECTED or not alternatives:
        return False

    mean = fsum(exp(min(other - null, 690.0)) for other in alternatives) / len(alternatives)
    return mean > 0 and log(mean) >= REJECTED
