"""Is the candidate worse than stable? Counts against counts, block by block: no rate and no window.

Hypothesis: in every block the candidate's share of bad requests is at most `tolerance` times stable's, whatever that
is just then; an outage of both, drift and a change of weight are no evidence. Under a ratio r of the shares, a bad
request is the candidate's with probability r·n_c / (r·n_c + n_s); a bet on r against the tolerance t grows by

    k_c·ln(r/t) − (k_c + k_s)·ln[(r·n_c + n_s) / (t·n_c + n_s)]

whose exponential has a mean of at most 1 for independent requests under the hypothesis (the conditional test of two
Poisson counts; Lindon and Malek, arXiv 2011.03567, with a bet on one side only). Bad requests that come in bursts
count for less: the growth is divided by the measured dispersion, which is exact for bursts of that size.

Where stable's past is too thin to measure it, half of the stake is bet as if bursts were of the usual size, and half in
a way that no burst within a block can move, of whatever size: in each block one bad request of the candidate's counts
at most, and every one of stable's. With B bursts of the candidate's in a block, Poisson in number, min(B, 1) counts for
less than B against it, and all of stable's for more than its bursts: the mean of the growth's exponential is at most 1
again. So a fault that shows in block after block is found by few requests, and one burst is one bad request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf, log, log1p
from typing import Self

from .counts import Block
from .evidence import FIRST, Evidence

# How many times worse than tolerated, from a doubling (1.25 × 1.5) to a total failure.
WORSE = (1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
# A disaster needs no large bet to be found.
WEIGHTS = (0.2, 0.2, 0.2, 0.2, 0.14, 0.04, 0.02)
# Times stable's share.
NO_WORSE = (0.5, 0.8, 1.0, 1.25)
# A bet that counts one bad request in a block finds gross faults or none.
GROSS_WEIGHTS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.15, 0.1)
THIN_WEIGHTS = tuple(weight / 2 for weight in (*WEIGHTS, *GROSS_WEIGHTS))
TOLERANCE = 1.25
LOOKS_PER_MINUTE = 4


@dataclass(frozen=True, slots=True)
class Bets:
    """Ratios to bet on against `null`, with what of the formula no block changes: ln(r/t) and r − t."""

    null: float
    ratios: tuple[tuple[float, float], ...]

    @classmethod
    def on(cls, ratios: Sequence[float], null: float) -> Self:
        """The bets on these ratios."""
        return cls(null, tuple((log(ratio / null), ratio - null) for ratio in ratios))

    def growth(self, block: Block, dispersion: float = 1.0) -> list[float]:
        """The logarithms by which the bets grow: all 0 where a side has no requests."""
        mine, others = block.candidate.requests, block.stable.requests
        bad, all_bad = block.candidate.bad / dispersion, (block.candidate.bad + block.stable.bad) / dispersion
        if not all_bad or not mine or not others:
            return [0.0] * len(self.ratios)

        exposure = mine / (self.null * mine + others)
        return [bad * gain - all_bad * log1p(beyond * exposure) for gain, beyond in self.ratios]

    def growth_of_halves(self, block: Block, dispersion: float) -> list[float]:
        """The same, and behind it that of as many bets which count one bad request of the candidate's at most.

        The logarithms of both are of the same requests: they are most of what a block costs, and worked out once.
        """
        mine, others = block.candidate, block.stable
        if not mine.bad + others.bad or not mine.requests or not others.requests:
            return [0.0] * (2 * len(self.ratios))

        adds = self.per_bad_request(mine.requests, others.requests)
        bad, all_bad = mine.bad / dispersion, (mine.bad + others.bad) / dispersion
        found = [bad * gain - all_bad * loss for gain, loss in adds]
        bad = float(min(mine.bad, 1))
        all_bad = bad + others.bad
        return found + [bad * gain - all_bad * loss for gain, loss in adds]

    def per_bad_request(self, mine: int, others: int) -> list[tuple[float, float]]:
        """What a bad request of the candidate's adds to each logarithm, and what one of either side takes from it."""
        exposure = mine / (self.null * mine + others)
        return [(gain, log1p(beyond * exposure)) for gain, beyond in self.ratios]


def weights(*, thin: bool) -> tuple[float, ...]:
    """How the stake is laid on the alternatives."""
    return THIN_WEIGHTS if thin else WEIGHTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The rules of one comparison, chosen before its first look and kept to the end of the rollout.

    `thin`: the dispersion is not measured but taken as usual. `edge`: how many times more evidence a block may leave.
    """

    tolerance: float = TOLERANCE
    dispersion: float = 1.0
    thin: bool = False
    every: int = LOOKS_PER_MINUTE
    edge: float = inf
    bets: Bets = field(init=False)
    weights: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        object.__setattr__(self, "bets", Bets.on([self.tolerance * worse for worse in WORSE], self.tolerance))
        object.__setattr__(self, "weights", weights(thin=self.thin))

    def start(self) -> Evidence:
        """No evidence that the candidate is worse."""
        return Evidence.none(len(self.weights))

    def update(self, evidence: Evidence, block: Block) -> Evidence:
        """The evidence that the candidate is worse than tolerated, after one more block."""
        return self.grown(evidence, self.growth(block))

    def grown(self, evidence: Evidence, growth: Sequence[float]) -> Evidence:
        """The same after a block by whose `growth` the bets grow."""
        return evidence.grown(growth, self.weights, every=self.every).rising(evidence, self.edge)

    def least(self, limit: float) -> float:
        """The seconds that a limit takes where a block's part is limited, by the stake that a good start leaves."""
        if self.edge == inf:
            return 0.0

        blocks = ceil(log(limit / (1 - FIRST)) / log(self.edge))
        return blocks * 60 / self.every

    def growth(self, block: Block) -> list[float]:
        """The logarithms by which a block makes the bets grow, in the order of `weights`."""
        if self.thin:
            return self.bets.growth_of_halves(block, self.dispersion)

        return self.bets.growth(block, self.dispersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonInferiority:
    """The rules of a Pass: evidence, on all that was served, against the least ratio that is called bad."""

    bad_ratio: float = 2.0
    dispersion: float = 1.0
    bets: Bets = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        object.__setattr__(self, "bets", Bets.on(NO_WORSE, self.bad_ratio))

    def start(self) -> Evidence:
        """No evidence that the candidate is good."""
        return Evidence.all_in((1 / len(NO_WORSE),) * len(NO_WORSE))

    def update(self, evidence: Evidence, block: Block) -> Evidence:
        """The evidence that the candidate is not bad, after one more block."""
        return evidence.grown(self.bets.growth(block, self.dispersion))
