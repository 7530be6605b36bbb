"""What a rollout is started with: from the spec, as one line on the candidate's ReplicaSet, and read there again."""

import json
from collections.abc import Mapping
from typing import Any

from tidegate.api import InvalidSpec
from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_STARTED
from tidegate.api.noted import instant_of, value_of
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


def pin_of_spec(spec: Mapping[str, Any]) -> str:
    """The parts of a spec that a rollout keeps, as one line."""
    return json.dumps({name: spec[name] for name in PINNED if name in spec}, sort_keys=True, separators=(",", ":"))


def pin_of_rollout(progress: Progress, replica_sets: Mapping[str, Object]) -> str | None:
    """The plan of the rollout under way, if its ReplicaSet was prepared for this very rollout."""
    found = replica_sets.get(progress.candidate or "")
    annotations: Mapping[str, Any] = (found["metadata"].get("annotations") or {}) if found else {}
    started = instant_of(annotations.get(ANNOTATION_STARTED))
    if started is None or started != progress.started_at:
        return None

    return annotations.get(ANNOTATION_PLAN)


def parts_in(pin: str) -> dict[str, Any]:
    """The parts of a spec that a rollout was started with. Raises InvalidSpec where nobody can read them."""
    found = value_of(pin, dict[str, Any])
    if found is None:
        why = "what this rollout was started with cannot be read on its ReplicaSet: put it back, or abort"
        raise InvalidSpec(f"metadata.annotations[{ANNOTATION_PLAN}]", why)

    return {name: found[name] for name in PINNED if name in found}
