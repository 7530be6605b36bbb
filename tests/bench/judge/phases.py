"""Pods that count themselves, each scraped at its own second: an outage of all has its edges in unlike blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bounds import Counted
from .delays import delay
from .nulls import Rows
from .rollouts import OF_PODS, SHIPPED, Rules, breaches
from .traffic import Look, measured, side
from .vector import Array

SECONDS, HOUR = 1200, 3600
ONSET = 600
USUAL = 0.005
FAULTS = ((0.001, 5.0), (0.01, 2.0), (0.01, 5.0), (USUAL, 100.0))
SCRAPES, DEALT, RATES = (15, 30, 60), ((1, 9), (2, 8), (5, 5)), (100, 1000)


@dataclass(frozen=True, kw_only=True)
class Pods:
    """A service, second by second: the candidate's pods and stable's, how often each is scraped, and shares of errors.

    `shares` are stable's; the candidate's are so many times as great from a second on.
    """

    rps: float
    dealt: tuple[int, int]
    scrape: int
    shares: Array = field(repr=False)
    ratio: float = 1.0
    onset: int = 0

    def looks(self, rng: np.random.Generator, runs: int) -> Iterator[Look]:
        """Each look of `runs` rollouts: n_c, k_c, n_s, k_s; every pod's part lies between two scrapes of its own."""
        mine, others = (self.rps * self.scrape * pods / sum(self.dealt) for pods in self.dealt)
        worse = np.where(np.arange(len(self.shares)) < self.onset, 1.0, self.ratio)
        scrapes = rng.uniform(0, self.scrape, (runs, sum(self.dealt)))
        parts = scrapes[:, : self.dealt[0]], scrapes[:, self.dealt[0] :]
        for begin in range(0, len(self.shares) - 2 * self.scrape + 1, self.scrape):
            share = between(np.minimum(self.shares * worse, 1.0), begin + parts[0], self.scrape)
            others_share = between(self.shares, begin + parts[1], self.scrape)
            yield *side(rng, mine, share, 1.0, runs), *side(rng, others, others_share, 1.0, runs)


def between(shares: Array, begins: Array, seconds: int) -> Array:
    """The share of pods together, each over as many seconds from its own begin on."""
    until = np.concatenate(([0.0], np.cumsum(shares)))
    served = [np.interp(times, np.arange(len(until)), until) for times in (begins, begins + seconds)]
    mean: Array = np.clip((served[1] - served[0]).mean(axis=1) / seconds, 0.0, 1.0)
    return mean


def outages() -> dict[str, Array]:
    """What both sides share: three outages with edges, and one that grows for three minutes, a hundredfold."""
    found = {}
    for name, seconds, share in (("5 s of 100 %", 5, 1.0), ("60 s of 50 %", 60, 0.5), ("180 s of 5 %", 180, 0.05)):
        found[name] = np.full(SECONDS, USUAL)
        found[name][ONSET : ONSET + seconds] = share

    found["growing to 50 %"] = np.full(SECONDS, USUAL)
    found["growing to 50 %"][ONSET : ONSET + 180] = USUAL * 100 ** np.linspace(0, 1, 180)
    found["growing to 50 %"][ONSET + 180 : ONSET + 300] = 0.5
    return found


def phases(seed: int, runs: int) -> dict[str, Rows]:
    """False alarms in outages that both share, and what it costs in real faults."""
    places = product(outages().items(), SCRAPES, DEALT)
    return {
        "nulls": [alarms(seed, runs, outage, scrape, dealt) for outage, scrape, dealt in places],
        "faults": [delays(seed, runs // 4, *each) for each in product(FAULTS, SCRAPES, RATES)],
    }


def alarms(seed: int, runs: int, outage: tuple[str, Array], scrape: int, dealt: tuple[int, int]) -> dict[str, Any]:
    """Rollouts that are rolled back without a difference; what is superseded needs no sharp bound."""
    name, shares = outage
    rates: Rows = []
    for rps in RATES:
        pods = Pods(rps=rps, dealt=dealt, scrape=scrape, shares=shares)
        row: dict[str, Any] = {"rps": rps}
        for label, rules, count in (("shipped", OF_PODS, runs), ("uncapped", SHIPPED, runs // 10)):
            when = judged(np.random.default_rng([seed, 10, scrape, dealt[0], rps]), pods, rules, count)
            row[label] = Counted(int((when > 0).sum()), count).as_json()
        rates.append(row)

    return {"outage": name, "scrape": scrape, "pods": dealt, "rates": rates}


def delays(seed: int, runs: int, fault: tuple[float, float], scrape: int, rps: int) -> dict[str, Any]:
    """The median number of blocks until a fault that starts late is found, at one pod of ten."""
    share, ratio = fault
    shares = np.full(ONSET + HOUR, share)
    pods = Pods(rps=rps, dealt=DEALT[0], scrape=scrape, shares=shares, ratio=ratio, onset=ONSET)
    found: dict[str, Any] = {"fault": f"{share:.1%} → {share * ratio:.1%}", "scrape": scrape, "rps": rps}
    for label, rules in (("shipped", OF_PODS), ("uncapped", SHIPPED)):
        when = judged(np.random.default_rng([seed, 11, scrape, rps]), pods, rules, runs) - (ONSET // scrape - 1)
        found[label] = delay(np.maximum(when, 0), 1)

    return found


def judged(rng: np.random.Generator, pods: Pods, rules: Rules, runs: int) -> NDArray[np.int_]:
    """The look at which each rollout breaches, of pods whose bursts and differences an hour has measured as none."""
    when, _ = breaches(pods.looks(rng, runs), rules, measured(runs), np.ones(runs))
    return when
