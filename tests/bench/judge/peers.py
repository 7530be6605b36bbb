"""What others do, restated: rules on one-minute rates that give the minute of their alarm, 0 for none."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .vector import Array

Minutes = NDArray[np.int_]
Rule = Callable[[Array, Array, Array, Array], Minutes]
PER_MINUTE = 4
# Kayenta's literals: the confidence and the tolerance of its Mann-Whitney test. It never looks before five points here.
CRITICAL = float(special.ndtri(0.99))
TOLERANCE = 0.25
LEAST_POINTS = 5


def minutes(counts: Array) -> Array:
    """Counts by rollout and minute, from counts by rollout and block."""
    return counts.reshape(len(counts), -1, PER_MINUTE).sum(axis=2)


def failures(mine: Array, bad: Array, others: Array, others_bad: Array, *, most: float, allowed: int) -> Minutes:
    """Flagger's and Argo's: more than `allowed` minutes, in all, with a share over `most` or without requests."""
    failed = ~(bad <= most * mine) | (mine == 0)
    return first(np.cumsum(failed, axis=1) > allowed)


def first(alarms: NDArray[np.bool_]) -> Minutes:
    """The first minute of each rollout that is true, from 1; 0 for none."""
    return np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1, 0)


def kayenta(mine: Array, bad: Array, others: Array, others_bad: Array) -> Minutes:
    """Kayenta's test of the candidate's rates against stable's."""
    return mann_whitney(rate(mine, bad), rate(others, others_bad))


def mann_whitney(rates: Array, others_rates: Array) -> Minutes:
    """Kayenta's Mann-Whitney test of the candidate's values against stable's, run again every minute."""
    found, alive = np.zeros(len(rates), dtype=int), np.arange(len(rates))
    for minute in range(LEAST_POINTS, rates.shape[1] + 1):
        if not len(alive):
            break

        high = higher(rates[alive, :minute], others_rates[alive, :minute])
        found[alive[high]] = minute
        alive = alive[~high]

    return found


def rate(requests: Array, bad: Array) -> Array:
    """Rates by minute; NaN without requests, as the source says it."""
    return np.divide(bad, requests, out=np.full(bad.shape, np.nan), where=requests > 0)


def higher(mine: Array, others: Array) -> NDArray[np.bool_]:
    """True where Kayenta says High: the low end of its interval for the shift is over a quarter of its estimate."""
    differences = (mine[:, :, None] - others[:, None, :]).reshape(len(mine), -1)
    estimate = middle(differences)
    beyond = TOLERANCE * np.abs(estimate)
    # z falls as the shift grows: the low end is over `beyond` where z there is still over the critical value.
    return z(mine - beyond[:, None], others, differences - beyond[:, None]) > CRITICAL


def middle(values: Array) -> Array:
    """The median of each row, without what is missing; 0 where all of it is."""
    missing = np.isnan(values)
    if not missing.any():
        return np.median(values, axis=1)

    known: Array = np.nanmedian(np.where(missing.all(axis=1, keepdims=True), 0.0, values), axis=1)
    return known


def z(mine: Array, others: Array, differences: Array) -> Array:
    """The rank sum's normal approximation, with the corrections for ties and continuity."""
    n, m = (~np.isnan(mine)).sum(axis=1), (~np.isnan(others)).sum(axis=1)
    centred = ((differences > 0).sum(axis=1) + 0.5 * (differences == 0).sum(axis=1)) - n * m / 2
    total = n + m
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.sqrt(n * m / 12 * ((total + 1) - ties(np.hstack((mine, others))) / (total * (total - 1))))
        score = (centred - 0.5 * np.sign(centred)) / width

    return np.nan_to_num(score, nan=0.0, posinf=0.0, neginf=0.0)


def ties(values: Array) -> Array:
    """The sum of t³ − t over the groups of equal values of each row."""
    ordered = np.sort(values, axis=1)
    length = np.ones(len(ordered))
    total = np.zeros(len(ordered))
    for column in range(1, ordered.shape[1]):
        same = ordered[:, column] == ordered[:, column - 1]
        # Each equal neighbour makes a group of t into one of t + 1: t³ − t grows by 3t² + 3t.
        total += np.where(same, 3 * length**2 + 3 * length, 0)
        length = np.where(same, length + 1, 1)

    return total


def rules(share: float, bad_share: float) -> dict[str, Rule]:
    """The peers by name. `oracle` knows both shares and sets its bound between them, which nobody can."""
    oracle = float(np.sqrt(share * bad_share))
    return {
        "five minutes over 1 %": partial(failures, most=0.01, allowed=4),
        "one minute over 1 %": partial(failures, most=0.01, allowed=0),
        "five minutes over an oracle's bound": partial(failures, most=oracle, allowed=4),
        "Mann-Whitney": kayenta,
    }


def oracles(share: float, bad_share: float) -> Sequence[Rule]:
    """An oracle's bound with every limit on failures: the best that any rule of this kind could do."""
    oracle = float(np.sqrt(share * bad_share))
    return [partial(failures, most=oracle, allowed=allowed) for allowed in range(5)]
