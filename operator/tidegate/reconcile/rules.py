"""The judge's rules for one objective: chosen by what stable did in the hour before the first weight, and then kept."""

from dataclasses import dataclass, replace

from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import Spread, spread
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.plan import DOUBLED, Expected, Fault
from tidegate.judge.ratio import TOLERANCE
from tidegate.judge.sentences import NOTHING_KNOWN, Circumstances
from tidegate.judge.steps import PlannedStep, Sight, sights, too_short
from tidegate.metrics.history import History
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is declared: the part of α, the bound, the looks in a minute, the first weight above 0, and the steps."""

    part: float
    bound: float
    every: int
    weight: int
    steps: tuple[PlannedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The rules, what they rest on, and what each step can show by them."""

    judge: ErrorJudge
    around: Circumstances = NOTHING_KNOWN
    sights: tuple[Sight, ...] = ()

    @property
    def fault(self) -> Fault:
        """What the steps should show: twice as many bad requests, or more where stable's pods are that unlike."""
        tolerance = self.judge.comparison.tolerance
        return self.judge.fault(max(DOUBLED.worse, tolerance * DOUBLED.worse / TOLERANCE))

    @property
    def warning(self) -> str:
        """Of steps that are too short to show it; empty where all is well, or nothing is known."""
        return too_short(self.around.expected, self.sights, self.fault) if self.around.expected else ""


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
    return foreseen(Known(judge, _around(before, past.seconds)), wanted)


def foreseen(known: Known, wanted: Wanted) -> Known:
    """With what each step can show."""
    expected = known.around.expected
    return replace(known, sights=sights(expected, wanted.steps, known.fault)) if expected else known


def _around(before: Counts, seconds: float) -> Circumstances:
    if not before.requests or seconds <= 0:
        return NOTHING_KNOWN

    return Circumstances(before=before, expected=Expected(rps=before.requests / seconds, share=before.share))


def bad_of(shape: Shape, parts: dict[str, int]) -> Counts:
    """Requests and the bad ones of them; a pod that restarted may seem to have more bad ones than it served."""
    requests = parts.get(REQUESTS, 0)
    bad = parts.get(ERRORS, 0) if shape.over is None else requests - parts.get(QUICK, 0)
    return Counts(requests, min(max(bad, 0), requests))
