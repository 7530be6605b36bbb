"""Is the candidate slower? For each boundary of a histogram, the requests over it are compared like errors.

The evidence is the weighed mean over the boundaries: a mean of e-processes is one, so no quantile is chosen and none is
searched for. The tolerance says by how much the share of slow requests may grow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from operator import add

from .counts import Block, Counts
from .evidence import Evidence
from .histogram import Histogram
from .ratio import LOOKS_PER_MINUTE, NO_WORSE, TOLERANCE, WEIGHTS, WORSE, Bets


@dataclass(frozen=True, slots=True)
class Tails:
    """Requests of one side, and how many were slower than each of the chosen boundaries."""

    requests: int
    slower: tuple[int, ...]

    def __add__(self, other: "Tails") -> "Tails":
        if len(self.slower) != len(other.slower):
            message = f"{len(self.slower)} and {len(other.slower)} boundaries cannot be added up"
            raise ValueError(message)

        return Tails(self.requests + other.requests, tuple(map(add, self.slower, other.slower)))


@dataclass(frozen=True, slots=True)
class TailBlock:
    """Both sides over the same seconds, as a `counts.Block` is of requests that are bad or not."""

    candidate: Tails
    stable: Tails

    def __add__(self, other: "TailBlock") -> "TailBlock":
        return TailBlock(self.candidate + other.candidate, self.stable + other.stable)

    def at(self, place: int) -> Block:
        """The requests, and of them the bad ones: those over one boundary."""
        mine, others = (Counts(side.requests, side.slower[place]) for side in (self.candidate, self.stable))
        return Block(mine, others)


def tails(histogram: Histogram, boundaries: Sequence[float]) -> Tails:
    """A block's histogram by the chosen boundaries. Raises KeyError where it lacks one: then the block is left out."""
    return Tails(histogram.requests, tuple(histogram.slower_than(boundary) for boundary in boundaries))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyComparison:
    """The rules, with how much is bet at each boundary (`histogram.weights`), chosen before the first look.

    `dispersions`: by how much slower bursts let the evidence grow at each boundary; none named: nowhere. `edge`: how
    many times more evidence a block may leave.
    """

    boundary_weights: tuple[float, ...]
    dispersions: tuple[float, ...] = ()
    tolerance: float = TOLERANCE
    bad_ratio: float = 2.0
    every: int = LOOKS_PER_MINUTE
    edge: float = inf
    bets: Bets = field(init=False)
    pass_bets: Bets = field(init=False)
    weights: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what is the same at every look."""
        weights = tuple(boundary * weight for boundary in self.boundary_weights for weight in WEIGHTS)
        object.__setattr__(self, "bets", Bets.on([self.tolerance * worse for worse in WORSE], self.tolerance))
        object.__setattr__(self, "pass_bets", Bets.on(NO_WORSE, self.bad_ratio))
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "dispersions", self.dispersions or (1.0,) * self.boundaries)

    @property
    def boundaries(self) -> int:
        """How many there are."""
        return len(self.boundary_weights)

    def start(self) -> Evidence:
        """No evidence that the candidate is slower."""
        return Evidence.none(len(WORSE) * self.boundaries)

    def update(self, evidence: Evidence, candidate: Tails, stable: Tails) -> Evidence:
        """The evidence that the candidate is slower than tolerated, after one more block."""
        return self.grown(evidence, self.growth(candidate, stable))

    def growth(self, candidate: Tails, stable: Tails) -> list[float]:
        """The logarithms by which a block makes the bets grow, in the order of `weights`."""
        return growth(candidate, stable, self.bets, self.dispersions)

    def grown(self, evidence: Evidence, growth: Sequence[float]) -> Evidence:
        """The evidence that the candidate is slower, after a block by whose `growth` the bets grow."""
        return evidence.grown(growth, self.weights, every=self.every).rising(evidence, self.edge)

    def start_pass(self) -> Evidence:
        """No evidence that the candidate is as fast."""
        return Evidence.all_in((1 / len(NO_WORSE),) * len(NO_WORSE) * self.boundaries)

    def update_pass(self, evidence: Evidence, candidate: Tails, stable: Tails) -> Evidence:
        """The evidence that the candidate is as fast, after one more block."""
        return evidence.grown(growth(candidate, stable, self.pass_bets, self.dispersions))

    def passing(self, evidence: Evidence) -> float:
        """The evidence of the boundary that has least: a candidate passes at all of them or not at all."""
        return min(by_boundary(evidence, self.boundaries))

    def slowest(self, evidence: Evidence) -> int:
        """The boundary that speaks most against the candidate, by its place."""
        found = by_boundary(evidence, self.boundaries)
        return found.index(max(found))


def by_boundary(evidence: Evidence, boundaries: int) -> list[float]:
    """The sum of the bets on each boundary."""
    bets = len(evidence.bets) // boundaries
    return [sum(evidence.bets[place * bets : (place + 1) * bets]) for place in range(boundaries)]


def growth(candidate: Tails, stable: Tails, bets: Bets, dispersions: Sequence[float]) -> list[float]:
    """The logarithms by which the bets grow, boundary by boundary; see `ratio`."""
    mine, others = candidate.requests, stable.requests
    if not mine or not others:
        return [0.0] * (len(bets.ratios) * len(candidate.slower))

    adds = bets.per_bad_request(mine, others)
    # As floats once for all bets on a boundary: Python multiplies two floats faster than a float and a whole number.
    slow, all_slow = map(float, candidate.slower), map(float, map(add, candidate.slower, stable.slower))
    return [
        (bad * gain - all_bad * loss) / dispersion
        for bad, all_bad, dispersion in zip(slow, all_slow, dispersions, strict=True)
        for gain, loss in adds
    ]
