"""The judge over many rollouts at once: when it breaches, and by which test."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidegate.judge.bound import Ceiling
from tidegate.judge.combined import EDGE
from tidegate.judge.errors import MOST
from tidegate.judge.ratio import TOLERANCE

from .traffic import Hour, Look
from .vector import Array, Bets, once, ratio_growth, share_growth, stakes, worse

ALPHA = 0.01
NEVER = 0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is judged: by the comparison, by a bound and the comparison, and how α is shared between them."""

    bound: float | None = 0.01
    floor: float = TOLERANCE
    comparison_weight: float = 2 / 3
    # Times that a block may raise what a comparison knows.
    edge: float = np.inf

    @property
    def weights(self) -> tuple[float, float]:
        """How α is shared: the comparison's part, the bound's part."""
        return (1.0, 0.0) if self.bound is None else (self.comparison_weight, 1 - self.comparison_weight)


SHIPPED = Rules()
OF_PODS = Rules(edge=EDGE)
COMPARISON_ONLY = Rules(bound=None)


def breaches(looks: Iterable[Look], rules: Rules, before: Hour, margin: Array) -> tuple[NDArray[np.int_], Array]:
    """The look at which each rollout breaches, from 1, 0 for never, and the candidate's requests until then."""
    runs = len(before.dispersion)
    found, served = np.zeros(runs, dtype=int), np.zeros(runs)
    alive = np.arange(runs)
    tests = Judges(rules, before.dispersion, margin, before.thin)
    for index, look in enumerate(looks, start=1):
        seen = tuple(part[alive] for part in look)
        served[alive] += seen[0]
        fired = tests.look(seen)
        if fired.any():
            found[alive[fired]] = index
            alive = alive[~fired]
            tests.keep(~fired)
            if not len(alive):
                break

    return found, served


class Judges:
    """One objective of many rollouts."""

    def __init__(self, rules: Rules, dispersion: Array, margin: Array, thin: NDArray[np.bool_]) -> None:
        self.rules, self.dispersion, self.margin = rules, dispersion, margin
        self.tolerance, self.thin = np.maximum(rules.floor, margin), bool(thin.any())
        self.ratio, self.blame = (Bets(stakes(thin), len(dispersion), edge=rules.edge) for _ in range(2))
        most = MOST / ALPHA / rules.weights[1] if rules.bound else 0.0
        self.bound = Bets(stakes(thin), len(dispersion), most=most)
        self.shares = Ceiling(greatest=rules.bound).worse_shares if rules.bound else []

    def look(self, seen: tuple[Array, ...]) -> NDArray[np.bool_]:
        """Which rollouts breach."""
        weight, bound_weight = self.rules.weights
        together = weight * self.ratio.grow(self.compared(seen, self.tolerance))
        if self.rules.bound is not None:
            blame = self.blame.grow(self.compared(seen, self.margin))
            bound = self.bound.grow(self.bounded(seen, self.rules.bound))
            together += bound_weight * bound * (blame >= 1 / ALPHA)

        return together >= 1 / ALPHA

    def compared(self, seen: tuple[Array, ...], null: Array) -> Array:
        """The growth of the bets that the candidate is worse."""
        growth = ratio_growth(seen, null, worse(null), self.dispersion)
        if not self.thin:
            return growth

        return np.concatenate([growth, ratio_growth(once(seen), null, worse(null), np.ones_like(null))])

    def bounded(self, seen: tuple[Array, ...], bound: float) -> Array:
        """The growth of the bets that the candidate is over the bound."""
        growth = share_growth(seen[0], seen[1], bound, self.shares, self.dispersion)
        if not self.thin:
            return growth

        requests, bad, *_ = once(seen)
        return np.concatenate([growth, share_growth(requests, bad, bound, self.shares, np.ones_like(self.margin))])

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave the rollouts out that are decided."""
        self.dispersion, self.margin, self.tolerance = (
            part[which] for part in (self.dispersion, self.margin, self.tolerance)
        )
        for bets in (self.ratio, self.blame, self.bound):
            bets.keep(which)
