"""One gateway pod counts all, or stable had too few errors: false alarms, and how soon a gross fault is found."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from .bounds import Counted
from .delays import delay
from .nulls import Rows
from .rollouts import SHIPPED, breaches
from .traffic import BLOCK, Traffic, looks, measured, one_target

SPLITS = ((10, 0.05), (10, 0.5), (50, 0.05), (100, 0.1), (1000, 0.05))
BURSTS = (1, 2, 5, 9.5)
# So many errors an hour: too few to measure bursts by, or enough.
FEW, MANY = 7, 0.005
FAULTS = (0.01, 0.05, 0.2)
# A dispersion that is taken for granted, and nothing beside it.
ALONE = 3.0


def thin(seed: int, runs: int) -> Rows:
    """Each traffic as shipped, beside what a dispersion taken for granted would say."""
    found = []
    for place, (rps, weight) in enumerate(SPLITS):
        rng, few = np.random.default_rng([seed, 7, place]), Traffic(rps=rps, weight=weight, share=FEW / 3600 / rps)
        nulls = [
            null(rng, replace(few, burst=burst, share=share), runs)
            for share, burst in product((few.share, MANY), BURSTS)
        ]
        faults = [fault(rng, replace(few, ratio=bad / few.share), bad, runs // 4) for bad in FAULTS]
        found.append({"rps": rps, "weight": weight, "nulls": nulls, "faults": faults})

    return found


def null(rng: np.random.Generator, traffic: Traffic, runs: int) -> dict[str, Any]:
    """False alarms of both."""
    judged, usual = both(rng, traffic, runs)
    alarms = {
        name: Counted(int((when > 0).sum()), runs).as_json() for name, when in (("tidegate", judged), ("usual", usual))
    }
    return {"φ": 2 * traffic.burst - 1, "share": traffic.share, **alarms}


def fault(rng: np.random.Generator, traffic: Traffic, bad: float, runs: int) -> dict[str, Any]:
    """Delays of both."""
    judged, usual = both(rng, traffic, runs)
    return {"bad": bad, "tidegate": delay(judged, BLOCK), "usual": delay(usual, BLOCK)}


def both(rng: np.random.Generator, traffic: Traffic, runs: int) -> tuple[Any, Any]:
    """The look at which the same rollouts breach: as shipped, and by a dispersion taken for granted."""
    hours = one_target(rng, traffic, runs), measured(runs, ALONE)
    kept = list(looks(rng, traffic, runs))
    judged, usual = (breaches(kept, SHIPPED, before, np.ones(runs))[0] for before in hours)
    return judged, usual
