"""A release with all the traffic, compared with the day before: false alarms in a week after it, and delays.

Traffic and the share of errors vary with the hour, each by a factor of about nine, and alike on all days.
"""

from itertools import product
from typing import Any

import numpy as np

from tidegate.judge.day_before import stake_left
from tidegate.judge.evidence import GREATEST_GROWTH
from tidegate.judge.ratio import TOLERANCE, WEIGHTS

from .bounds import Counted
from .delays import delay
from .nulls import RATES, Rows
from .vector import Array, Bets, ratio_growth, worse

MINUTE, LOOK = 60, 15
DAY = 24 * 60
WEEK = 7 * DAY
# One false alarm in 30 days, at the most.
ALARM = 30 * DAY
# Half an hour in the watch, after a rollout of half an hour: what of the stake is left is bet against two thirds of α.
WATCH = 120
LIMIT = 100 / stake_left(WATCH, 4, 2 / 3)
SHARES = (0.001, 0.01)
FAULTS = ((0.001, 5), (0.01, 2), (0.01, 5))
# The fault begins at six in the evening, when everything falls.
BEGINS, LOOKS_FOR = 18 * 60, 6 * 60


def day_before(seed: int, runs: int) -> dict[str, Rows]:
    """Nulls, one as bad as the day before and one just tolerated; and faults."""
    rng = np.random.default_rng([seed, 9])
    nulls = [null(rng, rps, share, runs) for rps, share in product(RATES, SHARES)]
    return {"nulls": nulls, "faults": [fault(rng, rps, *what, runs) for rps, what in product(RATES, FAULTS)]}


def null(rng: np.random.Generator, rps: float, share: float, runs: int) -> dict[str, Any]:
    """How many of so many releases raise a false alarm in a week, and in the day that it is compared for."""
    row: dict[str, Any] = {"rps": rps, "share": share}
    for name, ratio in (("alike", 1.0), ("just tolerated", TOLERANCE)):
        when = alarms(rng, rps, share, np.full(WEEK, ratio), runs)
        row[name] = Counted(int((when > 0).sum()), runs).as_json()
        row[f"{name}, in the day"] = Counted(int(((when > 0) & (when <= DAY)).sum()), runs).as_json()
    return row


def fault(rng: np.random.Generator, rps: float, share: float, ratio: float, runs: int) -> dict[str, Any]:
    """The delay after promotion, and of the watch."""
    course = np.where(np.arange(BEGINS + LOOKS_FOR) >= BEGINS, ratio, 1.0)
    when = alarms(rng, rps, share, course, runs)
    return {
        "fault": f"{share:.1%} → {ratio * share:.1%}",
        "rps": rps,
        "after": delay(np.maximum(when - BEGINS, 0), MINUTE),
        "watch": delay(breaches(rng, rps, share, ratio, runs), LOOK),
    }


def hourly(minute: int) -> float:
    """What the hour makes of traffic and of errors: a third at night, three times as much at noon."""
    return float(3 ** -np.cos(2 * np.pi * minute / DAY))


def look(rng: np.random.Generator, served: float, share: float, ratio: float, runs: int) -> tuple[Array, ...]:
    """Today's requests and bad ones, and those of a day before."""
    mine, others = rng.poisson(served, runs).astype(float), rng.poisson(served, runs).astype(float)
    bad = np.minimum(rng.poisson(mine * share * ratio), mine)
    return mine, bad, others, np.minimum(rng.poisson(others * share), others)


def alarms(rng: np.random.Generator, rps: float, share: float, course: Array, runs: int) -> Array:
    """The look at which each e-CUSUM raises its first alarm; 0 for never. `course`: how many times worse it is."""
    weights, ones = np.asarray(WEIGHTS)[:, None], np.ones(runs)
    sums, when = np.ones((len(WEIGHTS), runs)), np.zeros(runs)
    for at, ratio in enumerate(course):
        seen = look(rng, MINUTE * rps * hourly(at), share * hourly(at), ratio, runs)
        logs = ratio_growth(seen, TOLERANCE * ones, worse(TOLERANCE * ones), ones)
        sums = np.minimum(np.maximum(sums, 1) * np.exp(np.minimum(logs, GREATEST_GROWTH)), ALARM / weights)
        when = np.where((when == 0) & ((weights * sums).sum(axis=0) >= ALARM), at + 1, when)

    return when


def breaches(rng: np.random.Generator, rps: float, share: float, ratio: float, runs: int) -> Array:
    """The look of the watch that shows a breach; 0 for none in half an hour."""
    bets, when, ones = Bets(WEIGHTS, runs), np.zeros(runs), np.ones(runs)
    for at in range(1, WATCH + 1):
        seen = look(rng, LOOK * rps, share, ratio, runs)
        shown = bets.grow(ratio_growth(seen, TOLERANCE * ones, worse(TOLERANCE * ones), ones)) >= LIMIT
        when = np.where((when == 0) & shown, at, when)

    return when
