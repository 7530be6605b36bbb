"""The judge over many rollouts at once: when it breaches, and by which test."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidegate.judge.bound import Ceiling
from tidegate.judge.ratio import TOLERANCE, WEIGHTS

from .traffic import Look
from .vector import Array, Bets, ratio_growth, share_growth, worse

ALPHA = 0.01
NEVER = 0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is judged: by the comparison, by a bound and the comparison, and how α is shared between them."""

    bound: float | None = 0.01
    floor: float = TOLERANCE
    comparison_weight: float = 2 / 3

    @property
    def weights(self) -> tuple[float, float]:
        """How α is shared: the comparison's part, the bound's part."""
        return (1.0, 0.0) if self.bound is None else (self.comparison_weight, 1 - self.comparison_weight)


SHIPPED = Rules()
COMPARISON_ONLY = Rules(bound=None)


def breaches(looks: Iterable[Look], rules: Rules, dispersion: Array, margin: Array) -> tuple[NDArray[np.int_], Array]:
    """The look at which each rollout breaches, from 1, 0 for never, and the candidate's requests until then."""
    runs = len(dispersion)
    found, served = np.zeros(runs, dtype=int), np.zeros(runs)
    alive = np.arange(runs)
    tests = Judges(rules, dispersion, margin)
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

    def __init__(self, rules: Rules, dispersion: Array, margin: Array) -> None:
        self.rules, self.dispersion, self.margin = rules, dispersion, margin
        self.tolerance = np.maximum(rules.floor, margin)
        self.ratio, self.blame, self.bound = (Bets(WEIGHTS, len(dispersion)) for _ in range(3))
        self.shares = Ceiling(greatest=rules.bound).worse_shares if rules.bound else []

    def look(self, seen: tuple[Array, ...]) -> NDArray[np.bool_]:
        """Which rollouts breach."""
        weight, bound_weight = self.rules.weights
        growth = ratio_growth(seen, self.tolerance, worse(self.tolerance), self.dispersion)
        together = weight * self.ratio.grow(growth)
        if self.rules.bound is not None:
            blame = self.blame.grow(ratio_growth(seen, self.margin, worse(self.margin), self.dispersion))
            bound = self.bound.grow(share_growth(seen[0], seen[1], self.rules.bound, self.shares, self.dispersion))
            together += bound_weight * bound * (blame >= 1 / ALPHA)

        return together >= 1 / ALPHA

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave the rollouts out that are decided."""
        self.dispersion, self.margin, self.tolerance = (
            part[which] for part in (self.dispersion, self.margin, self.tolerance)
        )
        for bets in (self.ratio, self.blame, self.bound):
            bets.keep(which)
