"""Where stable's past tells nothing of bursts: false alarms, and how soon a gross fault is found."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tidegate.judge.dispersion import UNKNOWN

from .bounds import Counted
from .delays import delay
from .nulls import Rows
from .rollouts import SHIPPED, breaches
from .traffic import BLOCK, Traffic, looks, measured, unknown

SPLITS = ((10, 0.05), (10, 0.5), (50, 0.05), (100, 0.1), (1000, 0.05))
BURSTS = (1, 2, 5, 9.5)
# Fewer than 20 errors in an hour: what such a service has.
RARE = {10: 0.0002, 50: 0.00005, 100: 0.00002, 1000: 0.000002}
FAULTS = (0.01, 0.05, 0.2)


def thin(seed: int, runs: int) -> Rows:
    """Each traffic with nothing known of its hour, beside what the usual dispersion alone would say."""
    found = []
    for place, (rps, weight) in enumerate(SPLITS):
        usual = Traffic(rps=rps, weight=weight, share=RARE[rps])
        rng = np.random.default_rng([seed, 7, place])
        nulls = [
            null(rng, replace(usual, burst=burst, share=share), runs)
            for burst, share in product(BURSTS, (usual.share, 0.005))
        ]
        faults = [fault(rng, replace(usual, ratio=bad / usual.share), bad, runs // 4) for bad in FAULTS]
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
    """The look at which the same rollouts breach: as shipped, and by the usual dispersion alone."""
    kept = list(looks(rng, traffic, runs))
    hours = unknown(runs), measured(runs, UNKNOWN)
    judged, usual = (breaches(kept, SHIPPED, before, np.ones(runs))[0] for before in hours)
    return judged, usual
