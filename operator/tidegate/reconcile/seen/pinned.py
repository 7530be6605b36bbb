"""A rollout's plan: from the spec, pinned as text on the candidate's ReplicaSet, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api import (
    Baseline,
    Capacity,
    FirstRollout,
    InvalidSpec,
    OnNewRevision,
    Pause,
    ReleaseSpec,
    parse_spec,
    salvaged_spec,
)
from tidegate.api import Hook as DeclaredHook
from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_STARTED
from tidegate.api.noted import instant_of, value_of
from tidegate.decision.plan import Hook, Plan, Step, complete
from tidegate.decision.progress import Progress
from tidegate.watch import Object

# What a rollout was started with; everything else applies at once.
PINNED = (
    "steps",
    "metricSource",
    "dataPlane",
    "interval",
    "objectives",
    "baseline",
    "consecutive",
    "minRequests",
    "advanceOn",
    "onInconclusive",
    "onBreach",
    "holdLimit",
    "onNoData",
    "noDataLimit",
    "progressDeadline",
    "unhealthyAfter",
    "promotion",
    "capacity",
    "firstRollout",
    "hooks",
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """The spec that a rollout goes by, and the plan in it.

    `invalid`: what is wrong, where it could not be read whole. `whole`: all that a rollout keeps could be.
    """

    spec: ReleaseSpec
    plan: Plan
    invalid: str = ""
    whole: bool = True


def text_of(spec: Mapping[str, Any]) -> str:
    """The parts of a spec that a rollout keeps, as one line."""
    return json.dumps({name: spec[name] for name in PINNED if name in spec}, sort_keys=True, separators=(",", ":"))


def pin_of(progress: Progress, replica_sets: Mapping[str, Object]) -> str | None:
    """The plan of the rollout under way, if its ReplicaSet was prepared for this very rollout."""
    found = replica_sets.get(progress.candidate or "")
    annotations: Mapping[str, Any] = (found["metadata"].get("annotations") or {}) if found else {}
    started = instant_of(annotations.get(ANNOTATION_STARTED))
    if started is None or started != progress.started_at:
        return None

    return annotations.get(ANNOTATION_PLAN)


def pinned(spec: Mapping[str, Any], text: str | None) -> Pinned:
    """The spec with its pinned parts put back. What is invalid in it stops every step forward, and no rollback.

    Nor does it end the judging: what can be read, of what was pinned, else of what is declared now, is gone by.
    Raises InvalidSpec where not even a rollback can be read from it.
    """
    declared = {name: value for name, value in spec.items() if not text or name not in PINNED}
    try:
        kept = _kept(text) if text else {}
    except InvalidSpec as error:
        return _salvaged(spec, f"{error}; meanwhile it goes by what is declared now", whole=False)

    try:
        parsed = parse_spec({**declared, **kept})
    except InvalidSpec as error:
        return _salvaged({**declared, **kept}, str(error))

    return Pinned(parsed, plan_of(parsed))


def _salvaged(spec: Mapping[str, Any], why: str, *, whole: bool = True) -> Pinned:
    """What can be read of a spec, why not all of it, and what was left out."""
    found = salvaged_spec(spec)
    left = ", ".join(found.lost)
    invalid = f"{why}; meanwhile it goes on without {left}" if left else why
    lost = any(field.partition("[")[0] in PINNED for field in found.lost)
    return Pinned(found.spec, plan_of(found.spec), invalid, whole=whole and not lost)


def _kept(text: str) -> dict[str, Any]:
    found = value_of(text, dict[str, Any])
    if found is None:
        why = "what this rollout was started with cannot be read on its ReplicaSet: put it back, or abort"
        raise InvalidSpec(f"metadata.annotations[{ANNOTATION_PLAN}]", why)

    return {name: found[name] for name in PINNED if name in found}


def plan_of(spec: ReleaseSpec) -> Plan:
    """The plan of a spec, with 100 as its last step."""
    steps = tuple(
        Step(
            name=step.name,
            weight=step.weight,
            dwell=step.dwell,
            replicas=step.replicas,
            pause=step.pause is Pause.UNTIL_PROMOTED,
            deadline=step.deadline,
            on_deadline=step.on_deadline,
            match=bool(step.match),
            mirror=step.mirror.percent if step.mirror else 0,
        )
        for step in spec.steps
    )
    return Plan(
        steps=complete(steps),
        settle=spec.traffic.settle,
        drain=spec.traffic.drain,
        watch=spec.promotion.watch,
        progress_deadline=spec.progress_deadline,
        unhealthy_after=spec.unhealthy_after,
        on_breach=spec.on_breach,
        hold_limit=spec.hold_limit,
        on_no_data=spec.on_no_data,
        no_data_limit=spec.no_data_limit,
        judged=bool(spec.objectives),
        on_inconclusive=spec.on_inconclusive,
        fresh=spec.baseline is Baseline.FRESH,
        shrink=spec.capacity is Capacity.SHRINK,
        hooks=tuple(map(_hook, spec.hooks)),
        finish_first=spec.on_new_revision is OnNewRevision.FINISH_FIRST,
        window=spec.rollback_window.revisions,
        first_by_steps=spec.first_rollout is FirstRollout.STEPS,
    )


def _hook(hook: DeclaredHook) -> Hook:
    return Hook(
        name=hook.name,
        when=hook.when,
        steps=hook.steps or (),
        job=hook.job is not None,
        expiry=hook.expiry,
        on_expiry=hook.on_expiry,
    )
