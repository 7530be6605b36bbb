"""Does the candidate answer its share of the requests? One that sheds load has few errors to count.

Hypothesis: of all requests the candidate gets at least `tolerated` times its weight. What is missing never reached it
or was never answered. Blocks are of a confirmed weight only: while a weight spreads, the share is nobody's fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from .counts import Block
from .evidence import Evidence
from .ratio import LOOKS_PER_MINUTE

# Of what is tolerated, down to next to nothing.
FEWER = (0.8, 0.5, 0.25, 0.1, 0.02)
WEIGHTS = (0.2,) * len(FEWER)
TOLERATED = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShare:
    """The rules: how much of its weight a candidate must serve. Connections are reused: requests come in bursts."""

    tolerated: float = TOLERATED
    dispersion: float = 3.0
    every: int = LOOKS_PER_MINUTE

    def start(self) -> Evidence:
        """No evidence that requests are missing."""
        return Evidence.none(len(FEWER))

    def update(self, evidence: Evidence, block: Block, weight: float) -> Evidence:
        """The evidence that requests are missing. `weight` is from 0 to 1; at either end there is nothing to miss."""
        if not 0 < weight < 1:
            return evidence.grown([0.0] * len(FEWER), WEIGHTS, every=self.every)

        least = self.tolerated * weight
        return evidence.grown(
            growth(block, least, [least * fewer for fewer in FEWER], self.dispersion), WEIGHTS, every=self.every
        )


def growth(block: Block, null: float, shares: Sequence[float], dispersion: float) -> list[float]:
    """The logarithms by which bets on `shares` of the requests grow against `null`."""
    mine, others = block.candidate.requests, block.stable.requests
    return [(mine * log(share / null) + others * log((1 - share) / (1 - null))) / dispersion for share in shares]
