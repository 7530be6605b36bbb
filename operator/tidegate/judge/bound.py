"""Does a side keep an absolute bound, such as at most 1 % errors? Whole counts, so that three requests weigh as three.

Hypothesis: the share of bad requests is at most p. A bet on a share q > p grows by k·ln(q/p) + (n − k)·ln[(1 − q)/(1 −
p)], whose exponential has a mean of at most 1 while the bound is kept. A Pass is the same from the other side, with q
< p. Where candidate and stable both breach it, something they share is broken: that blames nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

from .counts import Counts
from .evidence import Evidence
from .ratio import LOOKS_PER_MINUTE, WORSE, weights

BETTER = (0.01, 0.1, 0.25, 0.5, 0.75)
# A bound of 0 is broken by any one bad request; a logarithm needs a number, and a bet one that may be true.
LEAST = 1e-6
LEAST_BET = 1e-3
GREATEST = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The rules of one bound, chosen before the first look, with the logarithms that no block changes.

    `thin`: the dispersion is not measured; half of the stake counts one bad request in a block, as a comparison does.
    """

    greatest: float
    dispersion: float = 1.0
    thin: bool = False
    every: int = LOOKS_PER_MINUTE
    worse: tuple[tuple[float, float], ...] = field(init=False)
    better: tuple[tuple[float, float], ...] = field(init=False)
    weights: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        object.__setattr__(self, "weights", weights(thin=self.thin))
        object.__setattr__(self, "worse", bets(self.worse_shares, self.share))
        object.__setattr__(self, "better", bets([self.share * better for better in BETTER], self.share))

    @property
    def share(self) -> float:
        """The greatest share that passes, as the formulas can use it."""
        return min(max(self.greatest, LEAST), 1 - LEAST)

    @property
    def worse_shares(self) -> list[float]:
        """The shares that are bet on."""
        highest = max(GREATEST, (1 + self.share) / 2)
        base = self.share if self.greatest >= LEAST else LEAST_BET
        return [min(base * worse, highest) for worse in WORSE]

    def start(self) -> Evidence:
        """No evidence that the bound is broken."""
        return Evidence.none(len(self.weights))

    def update(self, evidence: Evidence, counts: Counts) -> Evidence:
        """The evidence that the bound is broken, after one more block."""
        return self.grown(evidence, self.growth(counts))

    def growth(self, counts: Counts) -> list[float]:
        """The logarithms by which a block makes the bets grow, in the order of `weights`."""
        found = growth(counts, self.worse, self.dispersion)
        if self.thin:
            bad = float(min(counts.bad, 1))
            good = counts.requests - bad
            found += [bad * loss + good * gain for loss, gain in self.worse]

        return found

    def grown(self, evidence: Evidence, growth: Sequence[float]) -> Evidence:
        """The evidence that the bound is broken, after a block by whose `growth` the bets grow."""
        return evidence.grown(growth, self.weights, every=self.every)

    def start_pass(self) -> Evidence:
        """No evidence that the bound is kept."""
        return Evidence.all_in((1 / len(BETTER),) * len(BETTER))

    def update_pass(self, evidence: Evidence, counts: Counts) -> Evidence:
        """The evidence that the bound is kept, after one more block."""
        return evidence.grown(growth(counts, self.better, self.dispersion))


def bets(shares: Sequence[float], null: float) -> tuple[tuple[float, float], ...]:
    """What a bad and what a good request adds to the logarithm of the bet on each share, against `null`."""
    return tuple((log(share / null), log((1 - share) / (1 - null))) for share in shares)


def growth(counts: Counts, against: Sequence[tuple[float, float]], dispersion: float) -> list[float]:
    """The logarithms by which bets grow."""
    bad, good = counts.bad / dispersion, (counts.requests - counts.bad) / dispersion
    return [bad * loss + good * gain for loss, gain in against]
