"""Who counts the requests decides what is known of the hour before, and by which rules is judged: each as shipped.

A gateway tells its own pods apart and none of the Release's, so that nothing is known of how those differ. Where pods
count themselves that is measured, and what one block may bring is limited.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bounds import Counted
from .delays import FAULTS, best_peer, delay
from .nulls import RATES, WEIGHTS, Rows
from .rollouts import OF_PODS, SHIPPED, Rules, breaches
from .traffic import BLOCK, Hour, Traffic, hour, looks, one_target
from .vector import Array

SPREAD = tuple(product((0.25, 0.5), ((100, 0.1, 1), (1000, 0.1, 2), (1000, 0.5, 10))))
Before = Callable[[np.random.Generator, Traffic, int], Hour]


def gateway_pods(rng: np.random.Generator, traffic: Traffic, runs: int) -> Hour:
    """The hour before each rollout as ten gateway pods counted it, each of them for all pods of the Release."""
    found = hour(rng, replace(traffic, sigma=0.0), runs)
    return replace(found, sigma=np.zeros(runs))


@dataclass(frozen=True, slots=True)
class Counter:
    """Who counts: what it knows of the hour before, and the rules."""

    before: Before
    rules: Rules
    knows_pods: bool = False

    def breaches(self, rng: np.random.Generator, traffic: Traffic, before: Hour) -> tuple[NDArray[np.int_], Array]:
        """The look at which each rollout breaches, and the candidate's requests until then."""
        margin = before.margin(traffic) if self.knows_pods else np.ones(len(before.sigma))
        return breaches(looks(rng, traffic, len(margin)), self.rules, before, margin)


COUNTERS = {
    "ten gateway pods": Counter(gateway_pods, SHIPPED),
    "one gateway pod": Counter(one_target, SHIPPED),
    "the pods themselves": Counter(hour, OF_PODS, knows_pods=True),
}


def counters(seed: int, runs: int, name: str) -> Rows:
    """The faults of all cells, and rollouts without a fault of pods that differ, as one of them counts."""
    rng, counter = np.random.default_rng([seed, 11, list(COUNTERS).index(name)]), COUNTERS[name]
    cells = list(product(FAULTS, RATES, WEIGHTS))
    faults = [fault(rng, counter, share, ratio, rps, weight, runs // 4) for (share, ratio), rps, weight in cells]
    return [{"who": name, "faults": faults, "nulls": [null(rng, counter, *each, runs) for each in SPREAD]}]


def fault(
    rng: np.random.Generator, counter: Counter, share: float, ratio: float, rps: int, weight: float, runs: int
) -> dict[str, Any]:
    """One cell: the delay, and what the candidate served until it was found."""
    traffic = Traffic(rps=rps, weight=weight, share=share, ratio=ratio)
    when, served = counter.breaches(rng, traffic, counter.before(rng, replace(traffic, weight=0.1, ratio=1.0), runs))
    found = {"fault": f"{share:.1%} → {share * ratio:.1%}", "rps": rps, "weight": weight}
    return {**found, **delay(when, BLOCK), "requests": float(np.median(served))}


def null(
    rng: np.random.Generator, counter: Counter, sigma: float, split: tuple[int, float, int], runs: int
) -> dict[str, Any]:
    """Good rollouts that are rolled back because the candidate's few pods differ from the mean."""
    rps, weight, pods = split
    traffic = Traffic(rps=rps, weight=weight, share=0.005, sigma=sigma, candidate_pods=pods)
    when, _ = counter.breaches(rng, traffic, counter.before(rng, traffic, runs))
    alarms = Counted(int((when > 0).sum()), runs).as_json()
    return {"σ": sigma, "rps": rps, "weight": weight, "pods": pods, "tidegate": alarms}


def times_shorter(faults: Rows, of_peers: Rows) -> tuple[float, int]:
    """The geometric mean of how many times shorter the delays are than the best peer's, and over how many cells."""
    peers = {(row["fault"], row["rps"], row["weight"]): best_peer(row) for row in of_peers}
    pairs = [(peers[row["fault"], row["rps"], row["weight"]], row["delay"]) for row in faults]
    ratios = [peer / ours for peer, ours in pairs if peer < np.inf and ours < np.inf]
    return float(np.exp(np.mean(np.log(ratios)))), len(ratios)
