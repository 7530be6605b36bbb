"""How long a step must be, or how large its weight, for a fault to be seen at all: known before the rollout starts."""

from dataclasses import dataclass
from math import ceil, inf, log

from .evidence import FIRST
from .ratio import TOLERANCE, WEIGHTS

ALPHA = 0.01
BETA = 0.05
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What stable does before the rollout: requests a second of the whole service, and the share that is bad.

    `fresh`: the candidate is compared with so many new pods of stable's as it has, and not with all of them.
    """

    rps: float
    share: float
    fresh: bool = False

    def counted(self, weight: float) -> tuple[float, float]:
        """The requests a second that are compared, and the candidate's share of them, at a weight from 0 to 1.

        Where stable has n pods, a baseline has n * weight: it gets weight / (1 + weight) of what stable gets.
        """
        if not self.fresh:
            return self.rps, weight

        return self.rps * 2 * weight / (1 + weight), (1 + weight) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to be seen: `worse` times as many bad requests, by rules that tolerate `tolerance` times.

    `limit` is the evidence that breaches, `dispersion` how many times slower bursts let it grow; `least`: the seconds
    before which nothing is shown, however plain it is.
    """

    worse: float = 2.0
    tolerance: float = TOLERANCE
    limit: float = 1 / ALPHA
    dispersion: float = 1.0
    least: float = 0.0

    def possible(self, expected: Expected) -> bool:
        """False where there is nothing to multiply, and where so many times as much would be more than all."""
        return 0 < expected.share <= 1 / self.worse


DOUBLED = Fault()


def plan_seconds(expected: Expected, weight: float, fault: Fault = DOUBLED) -> float:
    """The seconds until a fault is seen at a weight from 0 to 1; infinite where it never is, or cannot be.

    The evidence needed by what a second brings: Wald's bound, ln(limit) over the Kullback-Leibler divergence, with what
    the spreading of the bets costs.
    """
    worse, tolerance = fault.worse, fault.tolerance
    rps, part = expected.counted(weight)
    if expected.rps <= 0 or not fault.possible(expected) or not 0 < weight < 1 or worse <= tolerance:
        return inf

    alike = tolerance * part / (tolerance * part + 1 - part)
    bad = worse * part / (worse * part + 1 - part)
    divergence = bad * log(bad / alike) + (1 - bad) * log((1 - bad) / (1 - alike))
    bad_a_second = rps * expected.share * (part * worse + 1 - part)
    needed = log(fault.limit) - log(FIRST * max(WEIGHTS))
    return max(fault.least, fault.dispersion * needed / (bad_a_second * divergence))


def plan_weight(expected: Expected, seconds: float, fault: Fault = DOUBLED) -> int | None:
    """The least weight in percent that sees it within so many seconds; None where none below 100 does."""
    return next((percent for percent in range(1, 100) if plan_seconds(expected, percent / 100, fault) <= seconds), None)


def span(seconds: float) -> str:
    """Seconds, minutes, hours or days, as people say them."""
    if seconds < 120:
        return f"{ceil(seconds)} s"

    if seconds < 7200:
        return f"{ceil(seconds / 60)} min"

    return f"{seconds / 3600:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:,.0f} days"


def share(value: float) -> str:
    """A share as a percentage with what digits it needs."""
    return f"{value * 100:.3g} %"
