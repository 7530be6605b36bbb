"""The judge's rules for one objective: chosen by what stable did in the hour before the first weight, and then kept."""

from dataclasses import dataclass

from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import Spread, spread
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.plan import Expected
from tidegate.judge.sentences import NOTHING_KNOWN, Circumstances
from tidegate.metrics.history import History
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is declared: the objective's part of α, its bound, the looks in a minute, and the first weight above 0."""

    part: float
    bound: float
    every: int
    weight: int


@dataclass(frozen=True, slots=True)
class Known:
    """The rules, and what they rest on."""

    judge: ErrorJudge
    around: Circumstances = NOTHING_KNOWN


def learned(wanted: Wanted, shape: Shape, past: History) -> Known:
    """The rules after stable's hour. Only pods that count themselves can tell how unlike each other they are."""
    rows = [[bad_of(shape, cell) for cell in row] for row in past.rows]
    found = spread(rows)
    pods = found if shape.counts.by_pods else Spread(dispersion=found.dispersion)
    mine = -(-pods.seen * wanted.weight // 100)
    judge = ErrorJudge.of(
        part=wanted.part,
        bound=wanted.bound,
        tolerance=pods.tolerance(mine, pods.seen),
        margin=pods.margin(mine, pods.seen),
        dispersion=found.dispersion,
        thin=found.thin,
        every=wanted.every,
    )
    before = sum((counts for row in rows for counts in row), Counts())
    return Known(judge, _around(before, past.seconds))


def _around(before: Counts, seconds: float) -> Circumstances:
    if not before.requests or seconds <= 0:
        return NOTHING_KNOWN

    return Circumstances(before=before, expected=Expected(rps=before.requests / seconds, share=before.share))


def bad_of(shape: Shape, parts: dict[str, int]) -> Counts:
    """Requests and the bad ones of them; a pod that restarted may seem to have more bad ones than it served."""
    requests = parts.get(REQUESTS, 0)
    bad = parts.get(ERRORS, 0) if shape.over is None else requests - parts.get(QUICK, 0)
    return Counts(requests, min(max(bad, 0), requests))
