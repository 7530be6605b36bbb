"""What the judge says of a rollout's measurements, for a snapshot and for the status."""

from collections import deque
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tidegate.api import Baseline, Mode, number
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Evidence
from tidegate.judge.checks import judge_checks
from tidegate.judge.share import TOLERATED
from tidegate.judge.verdict import Analysis, Bound, Line, Measurement, Verdict, judge
from tidegate.reconcile.advice.collected import pods_of
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.seen.exposure import recorded_step
from tidegate.reconcile.world import World
from tidegate.sentences import shortened
from tidegate.watch import Key
from tidegate.workloads import baseline_of

from .checks import courses
from .counted import JudgedObjective, judge_counts, shown_together

KEPT = 120
# A status has 16 KiB.
LONGEST_SENTENCE, ALL_SENTENCES = 512, 8192


def evidence_of(key: Key, progress: Progress, spec: ReleaseSpec, world: World) -> Evidence:
    """The worst line as evidence; nothing is judged before the candidate's first weight."""
    if progress.weighted_at is None or progress.candidate is None:
        world.memory(key).analysis = None
        return Evidence()

    analysis = analyse(key, progress, spec, world)
    world.memory(key).analysis = analysis
    worst = analysis.worst
    shown = shortened(words_of(key, world), LONGEST_SENTENCE)
    if analysis.together:
        return Evidence(breach=True, shown=shown, sentence=analysis.together)

    verdict = worst.verdict if worst else None
    return Evidence(
        breach=verdict is Verdict.BREACH,
        nobody_to_blame=verdict is Verdict.HOLD,
        no_data=verdict is Verdict.NO_DATA,
        unavailable=verdict is Verdict.UNAVAILABLE,
        undecided=analysis.undecided,
        over_bound=analysis.over,
        passed=analysis.passed,
        heard=analysis.heard,
        shown=shown,
        sentence=worst.sentence if worst else "",
    )


def words_of(key: Key, world: World) -> str:
    """In which words counts showed a breach; empty while they have not."""
    tracks = world.memory(key).tracks
    return tracks.words if tracks else ""


def analyse(key: Key, progress: Progress, spec: ReleaseSpec, world: World) -> Analysis:
    """Every objective's verdict, in the order they are declared."""
    tracks = world.memory(key).tracks
    lines: list[Line] = []
    counts: list[JudgedObjective] = []
    checks = courses(key, progress, spec, measured(key, progress, world), world)
    baseline = pods_of_baseline(key, progress, spec, world)
    for objective in spec.objectives:
        if not is_judged(objective, progress, spec):
            continue

        if objective.counted:
            counts.append(judge_counts(objective, bound_of(objective), tracks, progress, spec, baseline=baseline))
            line = counts[-1].line
        elif objective.job:
            line = judge_checks(objective.name, checks[objective.name], consecutive=objective.job.consecutive)
        else:
            line = _judge_query(key, objective, progress, spec, world)

        lines.append(replace(line, advises=objective.mode is Mode.ADVISE))

    return Analysis(lines=tuple(lines), together=shown_together(tracks, counts))


def pods_of_baseline(key: Key, progress: Progress, spec: ReleaseSpec, world: World) -> int:
    """How many pods the candidate is compared with; 0 where those are all of stable's."""
    if spec.baseline is not Baseline.FRESH or progress.stable is None:
        return 0

    return len(pods_of(key, baseline_of(progress.stable), world))


def _judge_query(key: Key, objective: Objective, progress: Progress, spec: ReleaseSpec, world: World) -> Line:
    return judge(
        objective.name,
        bound_of(objective),
        measured(key, progress, world).histories.get(objective.name) or (),
        consecutive=consecutive_of(objective, spec),
        settled_at=progress.settled_at,
    )


def is_judged(objective: Objective, progress: Progress, spec: ReleaseSpec) -> bool:
    """False for a built-in objective while the candidate has no traffic: the gateway counts nothing of it then.

    Requests that match are traffic, also at weight 0. Mirrored copies are not: not every gateway counts them.
    """
    step = recorded_step(spec, progress)
    return not objective.counted or progress.desired_weight > 0 or bool(step and step.match)


def measured(key: Key, progress: Progress, world: World) -> Measured:
    """The measurements of this rollout; those of another one are forgotten."""
    memory = world.memory(key)
    rollout = (progress.candidate or "", str(progress.started_at))
    if memory.measured is None or memory.measured.rollout != rollout:
        memory.measured = Measured(rollout)

    return memory.measured


def keep(found: Measured, objective: str, measurement: Measurement) -> None:
    """Add a measurement to its objective's history. One of a point that was read before takes the place of that."""
    history = found.histories.setdefault(objective, deque(maxlen=KEPT))
    again = [kept for kept in history if kept.until is not None and kept.until == measurement.until]
    for kept in again:
        history.remove(kept)

    history.append(measurement)


def bound_of(objective: Objective) -> Bound:
    """The bounds of an objective, as exact numbers."""
    if objective.ratio is not None:
        return Bound(greatest=number(objective.ratio.max))

    if objective.request_share is not None:
        return Bound(least=Decimal(str(TOLERATED)))

    query = objective.query
    greatest, least = (query.max, query.min) if query else (None, None)
    return Bound(
        greatest=number(greatest) if greatest is not None else None, least=number(least) if least is not None else None
    )


def consecutive_of(objective: Objective, spec: ReleaseSpec) -> int:
    """How many answers to a query breach in a row: the objective's own number, or the Release's."""
    own = objective.query
    return (own.consecutive if own else None) or spec.consecutive


def lines_of(analysis: Analysis) -> list[dict[str, Any]]:
    """The objectives as the status shows them, in sentences as long as there is room for."""
    longest = min(LONGEST_SENTENCE, ALL_SENTENCES // max(1, len(analysis.lines)))
    return [
        {
            "name": line.name,
            "verdict": line.verdict.value,
            **({"mode": Mode.ADVISE.value} if line.advises else {}),
            **({"value": f"{line.value:.6g}"} if line.value is not None else {}),
            **({"bound": bound} if (bound := str(line.bound)) else {}),
            "sentence": shortened(line.sentence, longest),
        }
        for line in analysis.lines
    ]
