"""Latency of pods that are each scraped at their own second: of both sides some requests are slow for a while."""

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tidegate.judge.combined import EDGE
from tidegate.judge.combined import limit as evidence_limit

from .bounds import Counted
from .delays import delay
from .latencies import CLASSIC, MEDIAN, SIGMA, bucketed, chosen, cumulative, judged, slower
from .nulls import Rows
from .phases import DEALT, HOUR, ONSET, RATES, SCRAPES, between, outages
from .vector import Array

# What a request of an outage takes, as many times as long.
LONGER = 10
FAULTS = ("tail", "shift")
CAPS = (("shipped", EDGE), ("uncapped", np.inf))


@dataclass(frozen=True, kw_only=True)
class SlowPods:
    """A service, second by second: how many requests of each side are otherwise than usual, and how slow those are.

    `usual` and `other` are the shares of requests up to each boundary.
    """

    rps: float
    dealt: tuple[int, int]
    scrape: int
    usual: Array = field(repr=False)
    other: Array = field(repr=False)
    mine: Array = field(repr=False)
    others: Array = field(repr=False)

    def breaches(self, rng: np.random.Generator, runs: int, edge: float) -> NDArray[np.int_]:
        """The look at which each rollout breaches, of pods whose bursts and differences were measured as none."""
        usually = self.usual + self.others[0] * (self.other - self.usual)
        places, bets = chosen(CLASSIC, usually)
        laws = slower(self.usual[places])[:, None], slower(self.other[places])[:, None]
        requests = [self.rps * self.scrape * pods / sum(self.dealt) for pods in self.dealt]
        scrapes = rng.uniform(0, self.scrape, (runs, sum(self.dealt)))
        parts = scrapes[:, : self.dealt[0]], scrapes[:, self.dealt[0] :]

        def draw(look: int, alive: NDArray[np.int_]) -> tuple[Array, Array]:
            begin = (look - 1) * self.scrape
            shares = [
                between(side, begin + part[alive], self.scrape)
                for side, part in zip((self.mine, self.others), parts, strict=True)
            ]
            mine, others = (
                bucketed(rng, count, laws[0] * (1 - share) + laws[1] * share, len(alive))
                for count, share in zip(requests, shares, strict=True)
            )
            return mine, others

        looks = len(self.mine) // self.scrape - 1
        return judged(draw, bets, limit=evidence_limit(1.0), looks=looks, runs=runs, edge=edge)


def slow_phases(seed: int, runs: int) -> dict[str, Rows]:
    """False alarms where requests of both sides are slow for a while, and what the cap costs in real faults."""
    places = product(outages().items(), SCRAPES, DEALT)
    return {
        "nulls": [alarms(seed, runs, outage, scrape, dealt) for outage, scrape, dealt in places],
        "faults": [delays(seed, runs // 4, *each) for each in product(FAULTS, SCRAPES, RATES)],
    }


def alarms(seed: int, runs: int, outage: tuple[str, Array], scrape: int, dealt: tuple[int, int]) -> dict[str, Any]:
    """Rollouts that are rolled back without a difference; what is superseded needs no sharp bound."""
    name, shares = outage
    usual = cumulative(CLASSIC, "null")
    other: Array = special.ndtr(np.log(np.asarray(CLASSIC) / MEDIAN / LONGER) / SIGMA)
    rates: Rows = []
    for rps in RATES:
        pods = SlowPods(rps=rps, dealt=dealt, scrape=scrape, usual=usual, other=other, mine=shares, others=shares)
        row: dict[str, Any] = {"rps": rps}
        for (label, edge), count in zip(CAPS, (runs, runs // 10), strict=True):
            when = pods.breaches(np.random.default_rng([seed, 14, scrape, dealt[0], rps]), count, edge)
            row[label] = Counted(int((when > 0).sum()), count).as_json()
        rates.append(row)

    return {"outage": name, "scrape": scrape, "pods": dealt, "rates": rates}


def delays(seed: int, runs: int, kind: str, scrape: int, rps: int) -> dict[str, Any]:
    """The median number of blocks until a candidate is found that becomes slower late, at one pod of ten."""
    never = np.zeros(ONSET + HOUR)
    late = (np.arange(len(never)) >= ONSET).astype(float)
    usual, other = cumulative(CLASSIC, "null"), cumulative(CLASSIC, kind)
    pods = SlowPods(rps=rps, dealt=DEALT[0], scrape=scrape, usual=usual, other=other, mine=late, others=never)
    found: dict[str, Any] = {"fault": kind, "scrape": scrape, "rps": rps}
    for label, edge in CAPS:
        when = pods.breaches(np.random.default_rng([seed, 15, scrape, rps]), runs, edge) - (ONSET // scrape - 1)
        found[label] = delay(np.maximum(when, 0), 1)

    return found
