"""The judge's rules for one objective: chosen by what stable did in the hour before the first weight, and then kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from tidegate.decision.plan import pods_for
from tidegate.judge.combined import EDGE
from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import Row, Spread, spread
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.plan import DOUBLED, Expected, Fault
from tidegate.judge.ratio import TOLERANCE, Comparison
from tidegate.judge.sentences import NOTHING_KNOWN, Circumstances
from tidegate.judge.steps import PlannedStep, Sight, sights, too_short
from tidegate.metrics.history import History
from tidegate.metrics.raw_counts import CLIENT_ERRORS, ERRORS, QUICK, REQUESTS, Shape

USUAL = Comparison()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is declared: the part of α, the bound, the looks in a minute, the first weight above 0, and the steps.

    `pods`: how many that weight's step says itself. `fresh`: the candidate is compared with a baseline.
    """

    part: float
    bound: float | None
    every: int
    weight: int
    pods: int | None = None
    steps: tuple[PlannedStep, ...] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The rules, what they rest on, and what each step can show by them; `told`: those of 4xx, which only advise."""

    judge: ErrorJudge
    around: Circumstances = NOTHING_KNOWN
    sights: tuple[Sight, ...] = ()
    told: Comparison = USUAL

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
    found = measured(rows, shape)
    sides = pods_of(found, wanted)
    judge = ErrorJudge.of(
        part=wanted.part,
        bound=wanted.bound,
        tolerance=found.tolerance(*sides),
        margin=found.margin(*sides),
        dispersion=found.dispersion,
        thin=found.thin,
        every=wanted.every,
    ).limited(edge_of(shape))
    before = sum((counts for row in rows for counts in row), Counts())
    around = _around(before, past.seconds, fresh=wanted.fresh)
    return foreseen(Known(judge, around, told=comparison_by(wanted, shape, past)), wanted)


def edge_of(shape: Shape) -> float:
    """How many times more evidence a block may leave: where pods count themselves no page has both sides."""
    return EDGE if shape.counts.by_pods else inf


def measured(rows: Sequence[Row], shape: Shape) -> Spread:
    """How unlike chance stable's bad requests came. A gateway's pods say nothing of how unlike the Release's are."""
    found = spread(rows)
    return found if shape.counts.by_pods else replace(found, pods=0.0, seen=0)


def comparison_by(wanted: Wanted, shape: Shape, past: History) -> Comparison:
    """The rules for 4xx, by the same hour."""
    found = measured([[refused_of(cell) for cell in row] for row in past.rows], shape)
    return Comparison(
        tolerance=found.tolerance(*pods_of(found, wanted)),
        dispersion=found.dispersion,
        thin=found.thin,
        every=wanted.every,
        edge=edge_of(shape),
    )


def foreseen(known: Known, wanted: Wanted) -> Known:
    """With what each step can show."""
    expected = known.around.expected
    return replace(known, sights=sights(expected, wanted.steps, known.fault)) if expected else known


def pods_of(found: Spread, wanted: Wanted) -> tuple[int, int]:
    """The candidate's pods at its first weight, and those that they are compared with."""
    mine = wanted.pods or pods_for(wanted.weight, of=found.seen)
    return mine, mine if wanted.fresh else found.seen


def _around(before: Counts, seconds: float, *, fresh: bool) -> Circumstances:
    if not before.requests or seconds <= 0:
        return NOTHING_KNOWN

    expected = Expected(rps=before.requests / seconds, share=before.share, fresh=fresh)
    return Circumstances(before=before, expected=expected)


def bad_of(shape: Shape, parts: dict[str, int]) -> Counts:
    """Requests and the bad ones of them; a pod that restarted may seem to have more bad ones than it served."""
    requests = parts.get(REQUESTS, 0)
    bad = parts.get(ERRORS, 0) if shape.over is None else requests - parts.get(QUICK, 0)
    return Counts(requests, min(max(bad, 0), requests))


def refused_of(parts: dict[str, int]) -> Counts:
    """Requests and the 4xx of them."""
    requests = parts.get(REQUESTS, 0)
    return Counts(requests, min(parts.get(CLIENT_ERRORS, 0), requests))
