"""A ReplicaSet for each revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import (
    ANNOTATION_PLAN,
    ANNOTATION_STARTED,
    ANNOTATION_TARGET_PORT,
    LABEL_RELEASE,
    LABEL_REVISION,
)
from tidegate.sentences import shortened

from .owner import Owner

# An admission that says no; what is unavailable for a moment is tried again by the controller, and no refusal.
REFUSED = ("is forbidden", "denied the request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a rollout keeps on its candidate: the plan of when it started, and in JSON the port of its pods."""

    plan: str
    started: str
    target_port: str


def refusal(status: Mapping[str, Any]) -> str:
    """Why the API server takes no more pods of a ReplicaSet, in its words; empty where it does."""
    states: Sequence[Mapping[str, Any]] = status.get("conditions") or ()
    failed = (state for state in states if (state.get("type"), state.get("status")) == ("ReplicaFailure", "True"))
    state = next((state for state in failed if state.get("reason") == "FailedCreate"), {})
    sentence = str(state.get("message") or "")
    return shortened(sentence) if any(word in sentence for word in REFUSED) else ""


def name_of(owner: Owner, revision: str) -> str:
    """The ReplicaSet's name."""
    return f"{owner.name}-{revision}"


def labels_of(owner: Owner, revision: str) -> dict[str, str]:
    """The permanent labels of a revision's pods and of their selector."""
    return {LABEL_RELEASE: owner.name, LABEL_REVISION: revision}


def replica_set(
    owner: Owner, template: Mapping[str, Any], revision: str, *, replicas: int, min_ready_seconds: int, pin: Pin
) -> dict[str, Any]:
    """The ReplicaSet of a revision, as declared: user's labels stay, ours are added."""
    ours = labels_of(owner, revision)
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name_of(owner, revision),
            "namespace": owner.namespace,
            "labels": ours,
            "annotations": {
                ANNOTATION_PLAN: pin.plan,
                ANNOTATION_STARTED: pin.started,
                ANNOTATION_TARGET_PORT: pin.target_port,
            },
            "ownerReferences": [owner.reference()],
        },
        "spec": {
            "replicas": replicas,
            "minReadySeconds": min_ready_seconds,
            "selector": {"matchLabels": ours},
            "template": pods_of(owner, template, revision),
        },
    }


def pods_of(owner: Owner, template: Mapping[str, Any], revision: str) -> dict[str, Any]:
    """The template of a revision's pods, with our labels."""
    metadata = template.get("metadata") or {}
    return {
        "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels_of(owner, revision)}},
        "spec": template.get("spec") or {},
    }
