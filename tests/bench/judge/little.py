"""A candidate that is a little worse: tolerated, or worse than that and less than what is bet on."""

from itertools import product
from typing import Any

import numpy as np

from .bounds import Counted
from .delays import delay
from .nulls import Rows
from .rollouts import COMPARISON_ONLY, breaches
from .traffic import BLOCK, Traffic, looks, measured

RATIOS = (1.25, 1.3, 1.4, 1.5, 1.6, 1.75, 2.0)
SPLITS = ((100, 0.1), (1000, 0.1), (1000, 0.5))
SHARE = 0.01


def little(seed: int, runs: int) -> Rows:
    """By the comparison alone, where bursts and pods are measured as none: a bound would find what is over it."""
    return [row(seed, runs, *split, ratio) for split, ratio in product(SPLITS, RATIOS)]


def row(seed: int, runs: int, rps: float, weight: float, ratio: float) -> dict[str, Any]:
    """How many are found within the hour, and when."""
    traffic = Traffic(rps=rps, weight=weight, share=SHARE, ratio=ratio)
    rng = np.random.default_rng([seed, 13, int(rps), int(weight * 100), int(ratio * 100)])
    when, _ = breaches(looks(rng, traffic, runs), COMPARISON_ONLY, measured(runs), np.ones(runs))
    found = Counted(int((when > 0).sum()), runs).as_json()
    return {"rps": rps, "weight": weight, "ratio": ratio, "shown": found, **delay(when, BLOCK)}
