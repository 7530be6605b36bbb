"""Which objectives of a rollout are counted, and by which rules: chosen before the first look."""

from dataclasses import replace
from datetime import timedelta
from math import inf

from tidegate.api import Mode, Pause, number
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.api.step import Step
from tidegate.decision.plan import FULL
from tidegate.judge.combined import Kind, parts
from tidegate.judge.steps import PlannedStep
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

    wanted = wanted_by_name(spec)
    counted = {found.name: _counting(seen, found) for found in spec.objectives if found.ratio}
    by_name = {name: Track(counting=counting, wanted=wanted[name]) for name, counting in counted.items()}
    return Tracks(rollout_of(seen), by_name)


def wanted_by_name(spec: ReleaseSpec) -> dict[str, Wanted]:
    """What is declared of every objective that the data plane counts."""
    counted = [found for found in spec.objectives if found.ratio]
    shares = parts({found.name: kind_of(found) for found in counted if gates(found)})
    return {found.name: _wanted(found, spec, shares.get(found.name, 0.0)) for found in counted}


def kind_of(objective: Objective) -> Kind:
    """What it counts, for its part of what may be wrong."""
    return Kind.LATENCY if objective.slow_requests else Kind.ERRORS


def gates(objective: Objective) -> bool:
    """False for one that only advises."""
    return objective.mode is Mode.GATE


def looks_per_minute(interval: timedelta) -> int:
    """How many looks the judge takes in a minute, for what it need not know sooner."""
    return max(1, round(MINUTE / interval))


def _wanted(objective: Objective, spec: ReleaseSpec, part: float) -> Wanted:
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


def shape_of(seen: Seen, objective: Objective) -> Shape:
    """What is counted, by the data plane that there is."""
    assert seen.plane is not None
    return Shape(seen.plane, objective.slow_requests.over if objective.slow_requests else None)


def candidate_of(seen: Seen) -> Backend:
    """The candidate, as metrics name it."""
    return Backend(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        revision=seen.snapshot.progress.candidate or "",
        service=seen.routing.backends.candidate,
        port=seen.routing.backends.port,
    )


def stable_of(seen: Seen) -> Backend:
    """Stable, as metrics name it."""
    revision, service = seen.snapshot.progress.stable or "", seen.routing.backends.stable
    return replace(candidate_of(seen), revision=revision, service=service, side=Side.STABLE)


def _counting(seen: Seen, objective: Objective) -> Counting:
    weighted_at = seen.snapshot.progress.weighted_at
    assert weighted_at is not None
    return Counting(
        shape=shape_of(seen, objective),
        candidate=candidate_of(seen),
        stable=stable_of(seen),
        weighted_at=weighted_at,
        cell=seen.wanted.pinned.spec.interval,
    )
