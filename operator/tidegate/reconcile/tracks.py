"""Which objectives of a rollout are counted, and by which rules: chosen before the first look."""

from dataclasses import replace
from datetime import timedelta
from math import inf

from tidegate.api import Mode, Pause
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.api.step import Step
from tidegate.decision.plan import FULL
from tidegate.judge.combined import Kind, parts
from tidegate.judge.steps import PlannedStep
from tidegate.judge.verdict import number
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.samples import Side

from .observe import Seen
from .rules import Wanted
from .track import Counting, Rollout, Track, Tracks

MINUTE = timedelta(minutes=1)


def rollout_of(seen: Seen) -> Rollout:
    """The same for as long as nothing changes that the counts rest on."""
    progress = seen.snapshot.progress
    plane = seen.plane.value if seen.plane else ""
    return progress.candidate or "", str(progress.started_at), str(progress.weighted_at), plane


def tracks_of(seen: Seen) -> Tracks:
    """New tracks, with nothing counted yet."""
    spec = seen.wanted.pinned.spec
    if seen.plane is None:
        return Tracks(rollout_of(seen), {}, lacking=f"spec.dataPlane: {seen.wanted.choice.sentence}")

    shares = parts({found.name: kind_of(found) for found in spec.objectives if found.ratio and gates(found)})
    by_name = {found.name: _track(seen, found, shares.get(found.name, 0.0)) for found in spec.objectives if found.ratio}
    return Tracks(rollout_of(seen), by_name)


def kind_of(objective: Objective) -> Kind:
    """What it counts, for its part of what may be wrong."""
    return Kind.LATENCY if objective.slow_requests else Kind.ERRORS


def gates(objective: Objective) -> bool:
    """False for one that only advises."""
    return objective.mode is Mode.GATE


def looks_per_minute(interval: timedelta) -> int:
    """How many looks the judge takes in a minute, for what it need not know sooner."""
    return max(1, round(MINUTE / interval))


def _track(seen: Seen, objective: Objective, part: float) -> Track:
    spec = seen.wanted.pinned.spec
    return Track(counting=_counting(seen, objective, spec), wanted=wanted(objective, spec, part))


def wanted(objective: Objective, spec: ReleaseSpec, part: float) -> Wanted:
    """What is declared of an objective that the data plane counts."""
    assert objective.ratio is not None
    return Wanted(
        part=part,
        bound=float(number(objective.ratio.max)),
        every=looks_per_minute(spec.interval),
        weight=next((step.weight for step in spec.steps if step.weight), FULL),
        steps=tuple(map(planned, spec.steps)),
    )


def planned(step: Step) -> PlannedStep:
    """A declared step as the judge looks at it. One that a person ends lasts as long as the person likes."""
    seconds = inf if step.pause is Pause.UNTIL_PROMOTED else step.dwell.total_seconds()
    return PlannedStep(name=step.name, weight=step.weight / FULL, seconds=seconds)


def _counting(seen: Seen, objective: Objective, spec: ReleaseSpec) -> Counting:
    progress, backends = seen.snapshot.progress, seen.routing.backends
    assert seen.plane is not None
    assert progress.weighted_at is not None
    candidate = Backend(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        revision=progress.candidate or "",
        service=backends.candidate,
        port=backends.port,
    )
    return Counting(
        shape=Shape(seen.plane, objective.slow_requests.over if objective.slow_requests else None),
        candidate=candidate,
        stable=replace(candidate, revision=progress.stable or "", service=backends.stable, side=Side.STABLE),
        weighted_at=progress.weighted_at,
        cell=spec.interval,
    )
