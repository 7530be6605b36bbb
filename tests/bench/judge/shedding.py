"""A candidate that sheds load: it serves four tenths of what its weight promises, and fails none of it."""

from itertools import product
from typing import Any

import numpy as np

from tidegate.judge.bound import bets as bets_on
from tidegate.judge.combined import Kind, limit, parts
from tidegate.judge.share import FEWER, WEIGHTS, RequestShare

from .bounds import Counted
from .delays import delay
from .nulls import RATES, Rows
from .nulls import WEIGHTS as SPLITS
from .traffic import BLOCK, LOOKS
from .vector import Array, Bets

RULES = RequestShare()
SERVED = 0.4
LIMIT = limit(parts({kind.name: kind for kind in Kind})[Kind.REQUEST_SHARE.name])


def shedding(seed: int, runs: int) -> Rows:
    """Each traffic, with a candidate that serves its share and with one that does not."""
    rng = np.random.default_rng([seed, 8])
    rows = []
    for rps, weight in product(RATES, SPLITS):
        row: dict[str, Any] = {"rps": rps, "weight": weight}
        for name, served in (("null", 1.0), ("shedding", SERVED)):
            when = missed(rng, rps, weight, served, runs)
            row[name] = {**delay(when, BLOCK), "alarms": Counted(int((when > 0).sum()), runs).as_json()}
        rows.append(row)

    return rows


def missed(rng: np.random.Generator, rps: float, weight: float, served: float, runs: int) -> Array:
    """The look at which each rollout breaches; 0 for never."""
    least = RULES.tolerated * weight
    against = np.array(bets_on([least * fewer for fewer in FEWER], least)) / RULES.dispersion
    bets, when = Bets(WEIGHTS, runs), np.zeros(runs)
    for look in range(1, LOOKS + 1):
        mine = rng.poisson(BLOCK * rps * weight * served, runs)
        others = rng.poisson(BLOCK * rps * (1 - weight), runs)
        shown = bets.grow(against[:, :1] * mine + against[:, 1:] * others) >= LIMIT
        when = np.where((when == 0) & shown, look, when)

    return when
