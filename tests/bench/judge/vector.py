"""The judge's arithmetic on thousands of rollouts at once. A test holds it to the shipped code, look by look."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tidegate.judge.dispersion import JUMP, LEAST_BAD, MINUTE, UNKNOWN, student
from tidegate.judge.evidence import ENOUGH, GREATEST, GREATEST_GROWTH, left
from tidegate.judge.ratio import LOOKS_PER_MINUTE, THIN_WEIGHTS, WEIGHTS, WORSE

Array = NDArray[np.float64]


class Bets:
    """Many `Evidence`s: a row for each alternative, a column for each rollout."""

    def __init__(
        self,
        weights: Sequence[float] | Array,
        runs: int,
        *,
        all_in: bool = False,
        most: float = np.inf,
        edge: float = np.inf,
    ) -> None:
        self.most, self.edge = most, edge
        self.looks, self.reserve = 0, 0.0 if all_in else 1.0
        self.weights = np.asarray(weights).reshape(len(weights), -1)
        self.bets = np.repeat(self.weights, runs, axis=1) if all_in else np.zeros((len(weights), runs))

    def grow(self, logs: Array, every: int = LOOKS_PER_MINUTE) -> Array:
        """One more look; the values after it. Works in place: `logs` is spent."""
        reserve = min(self.reserve, left(self.looks, every))
        stake = self.reserve - reserve
        most = self._most()
        self.looks, self.reserve = self.looks + 1, reserve
        np.minimum(logs, GREATEST_GROWTH, out=logs)
        np.exp(logs, out=logs)
        if stake:
            self.bets += stake * self.weights
        with np.errstate(over="ignore"):
            self.bets *= logs
        np.minimum(self.bets, GREATEST, out=self.bets)
        total, room = self.bets.sum(axis=0), most - reserve
        over = total > room
        if over.any():
            self.bets *= np.where(over, room / np.where(over, total, 1.0), 1.0)
            total = self.bets.sum(axis=0)

        return total + reserve

    def _most(self) -> Array | float:
        """What each may have after this look."""
        if self.edge == np.inf:
            return self.most

        return np.minimum(self.edge * (self.bets.sum(axis=0) + self.reserve), min(self.most, ENOUGH))

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave the rollouts out that are decided."""
        self.bets = self.bets[:, which]
        if self.weights.shape[1] > 1:
            self.weights = self.weights[:, which]


def ratio_growth(look: Sequence[Array], null: Array, ratios: Array, dispersion: Array) -> Array:
    """The growth of bets on `ratios` (a row each) against `null`; `look` is n_c, k_c, n_s, k_s."""
    mine, bad, others, others_bad = look
    expected = null * mine + others
    some = (mine > 0) & (others > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log((ratios * mine + others) / expected)
        logs *= -(bad + others_bad)
        logs += bad * np.log(ratios / null)
        logs /= dispersion

    return logs if some.all() else np.where(some, logs, 0.0)


def share_growth(requests: Array, bad: Array, null: float, shares: Sequence[float], dispersion: Array) -> Array:
    """The growth of bets on `shares` against a share of `null`."""
    rows = np.asarray(shares)[:, None]
    return (bad * np.log(rows / null) + (requests - bad) * np.log((1 - rows) / (1 - null))) / dispersion


def stakes(thin: NDArray[np.bool_]) -> Array:
    """How each rollout's stake is laid: on twice the alternatives where any of them knows too little of bursts."""
    usual = np.repeat(np.asarray(WEIGHTS)[:, None], len(thin), axis=1)
    if not thin.any():
        return usual

    nothing = np.zeros_like(usual)
    found: Array = np.where(thin, np.asarray(THIN_WEIGHTS)[:, None], np.concatenate([usual, nothing]))
    return found


def once(look: Sequence[Array]) -> tuple[Array, ...]:
    """The same look, with one bad request of the candidate's at most."""
    return (look[0], np.minimum(look[1], 1), *look[2:])


def worse(null: Array) -> Array:
    """The ratios that the comparison bets on, a row each."""
    return np.asarray(WORSE)[:, None] * null


class Spreads:
    """`spread` of many histories, for as many pods each: φ and σ."""

    def __init__(self, requests: Array, bad: Array, coarser: int = 20) -> None:
        """Counts by rollout, block and pod."""
        self.pods = requests.shape[2]
        kept = steady(bad)
        requests, bad = requests * kept, bad * kept
        wide = [summed(part, coarser) for part in (requests, bad)]
        dispersion = np.maximum(1.0, np.maximum(bursts(requests, bad), bursts(*wide)))
        thin = bad.sum(axis=(1, 2)) < LEAST_BAD
        self.thin = thin
        self.dispersion = np.where(thin, UNKNOWN, dispersion)
        variance = between(requests.sum(axis=1), bad.sum(axis=1), dispersion)
        self.sigma = np.where(thin, 0.0, np.sqrt(variance))

    def margin(self, candidate_pods: int, stable_pods: int) -> Array:
        """`Spread.margin`, for each."""
        width = self.sigma * np.sqrt(1 / candidate_pods + 1 / stable_pods)
        return np.exp(np.minimum(student(self.pods - 1) * width, np.log(100)))


def steady(bad: Array) -> Array:
    """1 for the blocks that count, and 0 for those around which most pods jump the same way."""
    two = bad[:, 1:] + bad[:, :-1]
    rises = two[:, 2:] - two[:, :-2]
    most = JUMP * np.maximum(1, np.median(np.abs(rises), axis=1, keepdims=True))
    shared = 2 * np.maximum((rises > most).sum(axis=2), (rises < -most).sum(axis=2)) > bad.shape[2]
    kept = np.ones((*bad.shape[:2], 1))
    for later in (1, 2, 3):
        kept[:, later : later + shared.shape[1], 0] *= ~shared

    return kept


def summed(counts: Array, blocks: int) -> Array:
    """Counts over as many blocks each."""
    starts = np.arange(0, counts.shape[1], blocks)
    return np.add.reduceat(counts, starts, axis=1)


def bursts(requests: Array, bad: Array) -> Array:
    """The chi-square of pods by blocks per degree of freedom."""
    all_requests = requests.sum(axis=1)
    factors = np.divide(bad.sum(axis=1), all_requests, out=np.zeros_like(all_requests), where=all_requests > 0)
    expected = requests * factors[:, None, :]
    total = expected.sum(axis=2)
    seen = bad.sum(axis=2)
    used = (seen > 0) & (total > 0)
    scale = np.divide(seen, total, out=np.zeros_like(total), where=used)
    scaled = expected * scale[:, :, None]
    cells = scaled > 0
    chi_square = np.divide((bad - scaled) ** 2, scaled, out=np.zeros_like(scaled), where=cells).sum(axis=(1, 2))
    inverse = np.divide(1, scaled, out=np.zeros_like(scaled), where=cells).sum(axis=(1, 2))
    error = np.sqrt(2 * cells.sum(axis=(1, 2)) + inverse)
    freedom = cells.sum(axis=(1, 2)) - used.sum(axis=1) - ((factors > 0).sum(axis=1) - 1)
    return np.divide(chi_square - error, freedom, out=np.ones_like(chi_square), where=freedom > 0)


def over_time(requests: Array, bad: Array, coarser: int = 20) -> Array:
    """`dispersion.over_time` of many targets: counts by rollout and block."""
    by_minute = within(summed(requests, MINUTE), summed(bad, MINUTE), coarser)
    found: Array = np.maximum(1.0, np.maximum(within(requests, bad, coarser), by_minute))
    return np.where(bad.sum(axis=1) < LEAST_BAD, UNKNOWN, found)


def within(requests: Array, bad: Array, size: int) -> Array:
    """The chi-square of blocks within whole windows per degree of freedom."""
    kept = requests.shape[1] // size * size
    requests, bad = (part[:, :kept].reshape(len(part), -1, size) for part in (requests, bad))
    total, seen = requests.sum(axis=2), bad.sum(axis=2)
    used = (seen > 0) & (total > 0)
    share = np.divide(seen, total, out=np.zeros_like(total), where=used)
    expected = requests * share[:, :, None]
    cells = expected > 0
    chi_square = np.divide((bad - expected) ** 2, expected, out=np.zeros_like(expected), where=cells).sum(axis=(1, 2))
    inverse = np.divide(1, expected, out=np.zeros_like(expected), where=cells).sum(axis=(1, 2))
    freedom = cells.sum(axis=(1, 2)) - used.sum(axis=1)
    error = np.sqrt(2 * cells.sum(axis=(1, 2)) + inverse)
    return np.divide(chi_square - error, freedom, out=np.ones_like(chi_square), where=freedom > 0)


def between(requests: Array, bad: Array, dispersion: Array) -> Array:
    """The square of the spread of pods' shares."""
    total = np.maximum(bad.sum(axis=1), 1)
    expected = requests * (total / requests.sum(axis=1))[:, None]
    excess = ((bad - expected) ** 2).sum(axis=1)
    noise = dispersion * (expected * (1 - expected / total[:, None])).sum(axis=1)
    error = np.sqrt(2 / (requests.shape[1] - 1))
    return np.maximum(0.0, excess - noise * (1 + error)) / (expected**2).sum(axis=1)
