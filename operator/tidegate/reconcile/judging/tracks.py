"""Which objectives of a rollout are counted, and by which rules: chosen before the first look."""

from dataclasses import replace
from datetime import timedelta
from math import inf

from tidegate.api import Baseline, Mode, Pause, number
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.api.step import Step
from tidegate.decision.baseline import compares_with_baseline
from tidegate.decision.plan import FULL
from tidegate.decision.snapshot import Snapshot
from tidegate.judge.combined import Kind, parts
from tidegate.judge.share import RequestShare
from tidegate.judge.steps import PlannedStep
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.samples import Side
from tidegate.reconcile.seen.seen import Seen
from tidegate.workloads import baseline_of

from .counting import Counting, looks_per_minute
from .rules import Wanted
from .tally import BadRequests, Tally
from .tally_latency import Latency
from .tally_share import Share
from .track import Rollout, Track, Tracks

MINUTE = timedelta(minutes=1)


def rollout_of(seen: Seen) -> Rollout:
    """The same for as long as nothing changes that the counts rest on."""
    progress = seen.snapshot.progress
    plane = seen.plane.value if seen.plane else ""
    return progress.candidate or "", str(progress.started_at), str(progress.weighted_at), plane


def tracks_of(seen: Seen) -> Tracks:
    """New tracks, with nothing counted yet. A breach that is held was shown before this process began, and stays so."""
    words = seen.snapshot.progress.breach_shown or ""
    lacking = "" if seen.plane else f"spec.dataPlane: {seen.wanted.choice.sentence}"
    by_name = {} if lacking else _by_name(seen)
    return Tracks(rollout_of(seen), by_name, lacking=lacking, breached=bool(words), words=words)


def _by_name(seen: Seen) -> dict[str, Track]:
    spec = seen.wanted.pinned.spec
    wanted = wanted_by_name(spec)
    return {found.name: _track(seen, found, wanted[found.name]) for found in spec.objectives if found.counted}


def _track(seen: Seen, objective: Objective, wanted: Wanted) -> Track:
    counting = _counting(seen, objective)
    return Track(counting=counting, tally=tally_of(objective, counting, wanted))


def tally_of(objective: Objective, counting: Counting, wanted: Wanted) -> Tally:
    """What the judge makes of an objective's blocks."""
    if objective.latency is not None:
        return Latency(counting, wanted)

    if objective.request_share is not None:
        return Share(RequestShare(every=wanted.every), wanted, counting.cell_length)

    return BadRequests(counting.shape, wanted)


def promised(look: Snapshot) -> float | None:
    """The candidate's weight from 0 to 1, where it is confirmed, has settled, and is the step's on all routes."""
    weight, route = look.progress.desired_weight, look.route
    if route is None or not route.confirmed or not route.planned or look.progress.settled_at is None:
        return None

    return weight / FULL if look.weight == look.lowest_weight == weight else None


def wanted_by_name(spec: ReleaseSpec) -> dict[str, Wanted]:
    """What is declared of every objective that the data plane counts."""
    counted = [found for found in spec.objectives if found.counted]
    shares = parts({found.name: kind_of(found) for found in counted if gates(found)})
    return {found.name: _wanted(found, spec, shares.get(found.name, 0.0)) for found in counted}


def kind_of(objective: Objective) -> Kind:
    """What it counts, for its part of what may be wrong."""
    if objective.request_share is not None:
        return Kind.REQUEST_SHARE

    return Kind.LATENCY if objective.slow_requests or objective.latency is not None else Kind.ERRORS


def gates(objective: Objective) -> bool:
    """False for one that only advises."""
    return objective.mode is Mode.GATE


def _wanted(objective: Objective, spec: ReleaseSpec, part: float) -> Wanted:
    first = next((step for step in spec.steps if step.weight), None)
    return Wanted(
        part=part,
        bound=float(number(objective.ratio.max)) if objective.ratio else None,
        every=looks_per_minute(spec.interval),
        weight=first.weight if first else FULL,
        pods=first.replicas if first and first.weight < FULL else None,
        steps=tuple(map(planned, spec.steps)),
        fresh=spec.baseline is Baseline.FRESH,
    )


def planned(step: Step) -> PlannedStep:
    """A declared step as the judge looks at it. One that a person ends lasts as long as the person likes."""
    seconds = inf if step.pause is Pause.UNTIL_PROMOTED else step.dwell.total_seconds()
    return PlannedStep(name=step.name, weight=step.weight / FULL, seconds=seconds)


def shape_of(seen: Seen, objective: Objective) -> Shape:
    """What is counted, by the data plane that there is."""
    assert seen.plane is not None
    over = objective.slow_requests.over if objective.slow_requests else None
    return Shape(seen.plane, over, histogram=objective.latency is not None)


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


def compared_of(seen: Seen) -> Backend:
    """Whom the candidate is compared with: stable, or the fresh copy of it."""
    stable = stable_of(seen)
    if not compares_with_baseline(seen.snapshot):
        return stable

    return replace(stable, revision=baseline_of(stable.revision), fresh=True)


def _counting(seen: Seen, objective: Objective) -> Counting:
    weighted_at = seen.snapshot.progress.weighted_at
    assert weighted_at is not None
    return Counting(
        shape=shape_of(seen, objective),
        candidate=candidate_of(seen),
        stable=compared_of(seen),
        before=stable_of(seen),
        weighted_at=weighted_at,
        cell=seen.wanted.pinned.spec.interval,
    )
