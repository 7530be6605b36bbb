"""How soon a healthy candidate passes, and how often a bad one does."""

from dataclasses import replace
from typing import Any

import numpy as np

from tidegate.judge.plan import BETA
from tidegate.judge.ratio import NO_WORSE, NonInferiority

from . import peers
from .bounds import Counted
from .delays import delay
from .nulls import RATES, WEIGHTS, Rows
from .traffic import LOOKS, Traffic, looks
from .vector import Array, Bets, ratio_growth

SHARES = (0.001, 0.01)
RATIOS = np.asarray(NO_WORSE)[:, None]


def passes(seed: int, runs: int) -> Rows:
    """Each traffic, with a candidate like stable and one that is just as bad as a Pass rules out."""
    rng = np.random.default_rng([seed, 7])
    rows = []
    for share in SHARES:
        for rps in RATES:
            for weight in WEIGHTS:
                traffic = Traffic(share=share, rps=rps, weight=weight)
                healthy = passed(rng, traffic, runs)
                bad = passed(rng, replace(traffic, ratio=NonInferiority().bad_ratio), runs)
                row = {"share": share, "rps": rps, "weight": weight}
                rows.append(row | {"healthy": healthy, "bad": Counted(*bad["count"]).as_json()})

    return rows


def passed(rng: np.random.Generator, traffic: Traffic, runs: int) -> dict[str, Any]:
    """The median time until the evidence for a pass is enough, and how many pass within the hour."""
    bets = Bets([1 / len(NO_WORSE)] * len(NO_WORSE), runs, all_in=True)
    null = NonInferiority().bad_ratio * np.ones(runs)
    blocks = [peers.minutes(np.stack(part, axis=1)) for part in zip(*looks(rng, traffic, runs), strict=True)]
    when = np.zeros(runs, dtype=int)
    for minute in range(LOOKS // 4):
        seen: list[Array] = [part[:, minute] for part in blocks]
        shown = bets.grow(ratio_growth(seen, null, RATIOS, np.ones(runs))) >= 1 / BETA
        when = np.where((when == 0) & shown, minute + 1, when)

    return {**delay(when, 60), "count": (int((when > 0).sum()), runs)}
