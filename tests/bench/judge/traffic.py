"""Traffic that never was: rollouts of 60 minutes in blocks of 15 seconds, and the hour before them by pods."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidegate.judge.dispersion import UNKNOWN, student

from .vector import Array, Spreads, over_time

BLOCK = 15
LOOKS = 240
PODS = 10

Look = tuple[Array, Array, Array, Array]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A service: requests a second, the candidate's weight, shares of errors, and how unlike chance they come."""

    rps: float
    weight: float
    share: float = 0.01
    # The candidate's share of errors is so many times stable's, from a look on.
    ratio: float = 1.0
    onset: int = 0
    burst: float = 1.0
    sigma: float = 0.0
    candidate_pods: int = 0
    # Stable's share, by look: an outage of both, or drift.
    course: Array | None = field(default=None, repr=False)

    @property
    def canaries(self) -> int:
        """As many as the weight needs, unless said."""
        return self.candidate_pods or max(1, int(np.ceil(PODS * self.weight)))

    def at(self, look: int) -> float:
        """Stable's share of errors at a look."""
        return self.share if self.course is None else float(self.course[look])


def looks(rng: np.random.Generator, traffic: Traffic, runs: int) -> Iterator[Look]:
    """Each look of `runs` rollouts: n_c, k_c, n_s, k_s."""
    mine, others = BLOCK * traffic.rps * traffic.weight, BLOCK * traffic.rps * (1 - traffic.weight)
    bias, others_bias = unlike(rng, traffic, traffic.canaries, runs), unlike(rng, traffic, PODS, runs)
    for look in range(LOOKS):
        share = traffic.at(look)
        bad = share * bias * (traffic.ratio if look >= traffic.onset else 1.0)
        yield (
            *side(rng, mine, np.minimum(bad, 1.0), traffic.burst, runs),
            *side(rng, others, np.minimum(share * others_bias, 1.0), traffic.burst, runs),
        )


def unlike(rng: np.random.Generator, traffic: Traffic, pods: int, runs: int) -> Array:
    """How many times worse than the mean the pods of a side are together."""
    if not traffic.sigma:
        return np.ones(runs)

    factors: Array = rng.lognormal(-(traffic.sigma**2) / 2, traffic.sigma, (runs, pods)).mean(axis=1)
    return factors


def side(
    rng: np.random.Generator, requests: float, share: Array | float, burst: float, size: Any
) -> tuple[Array, Array]:
    """Requests and bad ones of a side in a block. Bursts are of geometric size, `burst` in the mean."""
    bad = errors(rng, requests * share, burst, size)
    return bad + rng.poisson(requests * (1 - share), size), bad


def errors(rng: np.random.Generator, mean: Array | float, burst: float, size: Any) -> Array:
    """Bad requests, `mean` in the mean."""
    starts = rng.poisson(mean / burst, size)
    if burst <= 1:
        return starts.astype(float)

    # Geometric sizes of so many bursts: one each, and a negative binomial number more.
    more = rng.negative_binomial(np.maximum(starts, 1), 1 / burst)
    return np.where(starts > 0, starts + more, 0).astype(float)


@dataclass(frozen=True)
class Hour:
    """What stable's hour before each rollout says: φ and σ, and where it is too thin to tell."""

    dispersion: Array
    sigma: Array
    thin: NDArray[np.bool_]

    def margin(self, traffic: Traffic) -> Array:
        """How much like pods may differ, for as many pods as the rollout has."""
        width = self.sigma * np.sqrt(1 / traffic.canaries + 1 / PODS)
        margins: Array = np.exp(np.minimum(student(PODS - 1) * width, np.log(100)))
        return margins


def hour(rng: np.random.Generator, traffic: Traffic, runs: int, chunk: int = 250) -> Hour:
    """The hour before each rollout, counted by pods."""
    found = [_hour(rng, traffic, min(chunk, runs - start)) for start in range(0, runs, chunk)]
    return Hour(*(np.concatenate(part) for part in zip(*found, strict=True)))


def unknown(runs: int) -> Hour:
    """No hour at all, or one with too few errors in it."""
    return Hour(np.full(runs, UNKNOWN), np.zeros(runs), np.ones(runs, dtype=bool))


def one_target(rng: np.random.Generator, traffic: Traffic, runs: int) -> Hour:
    """The hour before each rollout, counted by one gateway pod."""
    requests, bad = side(rng, BLOCK * traffic.rps, traffic.share, traffic.burst, (runs, LOOKS))
    return replace(unknown(runs), dispersion=over_time(requests, bad))


def measured(runs: int, dispersion: float = 1.0) -> Hour:
    """An hour that said so."""
    return Hour(np.full(runs, dispersion), np.zeros(runs), np.zeros(runs, dtype=bool))


def _hour(rng: np.random.Generator, traffic: Traffic, runs: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    share = np.full((runs, 1, PODS), traffic.share)
    if traffic.sigma:
        share = share * rng.lognormal(-(traffic.sigma**2) / 2, traffic.sigma, (runs, 1, PODS))
    requests, bad = side(rng, BLOCK * traffic.rps / PODS, np.minimum(share, 1.0), traffic.burst, (runs, LOOKS, PODS))
    spreads = Spreads(requests, bad)
    return spreads.dispersion, spreads.sigma, spreads.thin
