"""Latency: p99 grows by half, in the default buckets of Prometheus' clients and in native histograms."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tidegate.judge.combined import Kind, parts
from tidegate.judge.combined import limit as evidence_limit
from tidegate.judge.histogram import Histogram, choose, classic, upper, weights
from tidegate.judge.ratio import TOLERANCE, WEIGHTS

from . import peers
from .bounds import Counted
from .delays import delay
from .nulls import WEIGHTS as SPLITS
from .nulls import Rows
from .traffic import BLOCK, LOOKS
from .vector import Array, Bets, ratio_growth, worse

CLASSIC = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
NATIVE = tuple(upper(3, index) for index in range(-56, 27))
MEDIAN, SIGMA = 0.06, 0.7
# Of the requests so many are four times slower: p99 grows by half and the median stays.
TAIL = 0.0465
# The only objective of a Release, and one beside errors.
BESIDE = parts({"errors": Kind.ERRORS, "latency": Kind.LATENCY})["latency"]
SHARED = {"": evidence_limit(1.0), " beside errors": evidence_limit(BESIDE)}
# What both sides count at a look, of the rollouts that are not decided.
Draw = Callable[[int, NDArray[np.int_]], tuple[Array, Array]]


def cumulative(boundaries: tuple[float, ...], kind: str) -> Array:
    """The share of requests up to each boundary: as before, all half as slow again, or a tail four times slower."""
    normal = np.log(np.asarray(boundaries) / MEDIAN) / SIGMA
    usual: Array = special.ndtr(normal)
    if kind == "shift":
        shifted: Array = special.ndtr(normal - np.log(1.5) / SIGMA)
        return shifted
    if kind == "tail":
        return (1 - TAIL) * usual + TAIL * special.ndtr(normal - np.log(4) / SIGMA)

    return usual


def rows(seed: int, runs: int, rps: int) -> Rows:
    """One rate, three weights, both kinds of histogram."""
    rng = np.random.default_rng([seed, 4, rps])
    found = []
    for weight in SPLITS:
        for buckets, boundaries in (("classic", CLASSIC), ("native", NATIVE)):
            row: dict[str, Any] = {"rps": rps, "weight": weight, "buckets": buckets}
            for kind, shared in product(("null", "tail", "shift"), SHARED):
                when = breaches(rng, rps, weight, boundaries, kind=kind, limit=SHARED[shared], runs=runs)
                row[kind + shared] = {**delay(when, BLOCK), "alarms": Counted(int((when > 0).sum()), runs).as_json()}
            if buckets == "classic":
                row["five minutes over an oracle's p99"] = interpolated(rng, rps, weight, runs=PEERS)
            found.append(row)

    return found


PEERS = 400


def chosen(boundaries: tuple[float, ...], up_to: Array | None = None) -> tuple[list[int], tuple[float, ...]]:
    """The places of the boundaries that the shipped rules take, and their bets, on a million requests of stable.

    `up_to`: the share of them up to each boundary, where it is not the usual one.
    """
    counts = np.round(1e6 * (cumulative(boundaries, "null") if up_to is None else up_to)).astype(int)
    stable: Histogram = classic({**dict(zip(boundaries, counts.tolist(), strict=True)), np.inf: 10**6})
    found = choose(stable, stable)
    return [boundaries.index(boundary) for boundary in found], weights(stable, found)


def breaches(
    rng: np.random.Generator,
    rps: float,
    weight: float,
    boundaries: tuple[float, ...],
    *,
    kind: str,
    limit: float,
    runs: int,
) -> NDArray[np.int_]:
    """The look at which each rollout breaches; 0 for never."""
    places, shares = chosen(boundaries)
    usual, now = (slower(cumulative(boundaries, each)[places]) for each in ("null", kind))

    def draw(look: int, alive: NDArray[np.int_]) -> tuple[Array, Array]:
        del look
        mine = bucketed(rng, BLOCK * rps * weight, now[:, None], len(alive))
        return mine, bucketed(rng, BLOCK * rps * (1 - weight), usual[:, None], len(alive))

    return judged(draw, shares, limit=limit, looks=LOOKS, runs=runs)


def judged(
    draw: Draw, shares: Sequence[float], *, limit: float, looks: int, runs: int, edge: float = np.inf
) -> NDArray[np.int_]:
    """The look at which each rollout breaches, of bets at boundaries by their shares; 0 for never."""
    alive, when = np.arange(runs), np.zeros(runs, dtype=int)
    bets = Bets([share * each for share in shares for each in WEIGHTS], runs, edge=edge)
    for look in range(1, looks + 1):
        fired = bets.grow(growth(*draw(look, alive))) >= limit
        when[alive[fired]] = look
        alive = alive[~fired]
        bets.keep(~fired)
        if not len(alive):
            break

    return when


def slower(up_to: Array) -> Array:
    """The shares of requests between neighbouring boundaries: the last is over all, the first under all."""
    edges = np.concatenate(([0.0], up_to, [1.0]))
    return np.diff(edges)


def bucketed(rng: np.random.Generator, requests: float, law: Array, runs: int) -> Array:
    """Requests, then those over each boundary: a row each. A column of `law` is for a rollout, or for all."""
    counts = rng.poisson(requests * law, (len(law), runs)).astype(float)
    return np.cumsum(counts[::-1], axis=0)[::-1]


def growth(mine: Array, others: Array) -> Array:
    """The growth of all bets, boundary by boundary."""
    ones = np.ones(mine.shape[1])
    null = TOLERANCE * ones
    return np.concatenate(
        [
            ratio_growth((mine[0], mine[place], others[0], others[place]), null, worse(null), ones)
            for place in range(1, len(mine))
        ]
    )


def interpolated(rng: np.random.Generator, rps: float, weight: float, *, runs: int) -> dict[str, Any]:
    """Flagger's way: five minutes with an interpolated p99 over an oracle's bound, between what it is and will be."""
    found = {}
    truth = {kind: quantile(cumulative(CLASSIC, kind)[:, None] * 1e9) for kind in ("null", "tail", "shift")}
    for kind in ("null", "tail", "shift"):
        worst = "tail" if kind == "null" else kind
        most = float(np.sqrt(truth["null"][0] * truth[worst][0]))
        law = slower(cumulative(CLASSIC, kind))
        minutes = [rng.poisson(60 * rps * weight * law[:, None], (len(law), runs)) for _ in range(LOOKS // 4)]
        over = np.stack([quantile(np.cumsum(each, axis=0)[:-1], each.sum(axis=0)) > most for each in minutes], axis=1)
        found[kind] = delay(peers.first(np.cumsum(over, axis=1) > 4), 60)

    return found


def quantile(up_to: Array | NDArray[np.int_], total: Any = 1e9) -> Array:
    """p99 as `histogram_quantile` interpolates it, from the counts up to each boundary of the classic buckets."""
    rank = 0.99 * np.broadcast_to(total, up_to.shape[1:])
    place = np.minimum((up_to < rank).sum(axis=0), len(CLASSIC) - 1)
    column = np.arange(up_to.shape[1])
    edges = np.concatenate(([0.0], CLASSIC))
    below = np.where(place > 0, up_to[np.maximum(place - 1, 0), column], 0)
    inside = np.maximum(up_to[place, column] - below, 1e-9)
    values: Array = edges[place] + (edges[place + 1] - edges[place]) * np.clip((rank - below) / inside, 0, 1)
    return values
