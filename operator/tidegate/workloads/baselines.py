"""A fresh copy of stable: a ReplicaSet of its own, whose pods are behind stable's Service like any of stable's."""

from collections.abc import Mapping
from typing import Any

from tidegate.api.names import ANNOTATION_STARTED, LABEL_BASELINE

from .owner import Owner
from .replica_sets import labels_of, name_of
from .revisions import fingerprint


def baseline_of(revision: str) -> str:
    """What a revision's baseline has in the place of a revision in the names of its pods.

    As long as one, and spelled like one: however long a Release's name is, data planes that know pods by name alone
    tell the baseline's from stable's.
    """
    return fingerprint({"baseline": revision})


def baseline_set(
    owner: Owner, stable: Mapping[str, Any], revision: str, *, replicas: int, started: str
) -> dict[str, Any]:
    """The ReplicaSet of a baseline, by the whole ReplicaSet of stable as the API server has it."""
    own = baseline_of(revision)
    spec, labels = stable["spec"], {**labels_of(owner, revision), LABEL_BASELINE: own}
    template = spec["template"]
    metadata = template.get("metadata") or {}
    pods = {"metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}}, "spec": template["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name_of(owner, own),
            "namespace": owner.namespace,
            "labels": labels,
            "annotations": {ANNOTATION_STARTED: started},
            "ownerReferences": [owner.reference()],
        },
        "spec": {
            "replicas": replicas,
            "minReadySeconds": spec.get("minReadySeconds", 0),
            "selector": {"matchLabels": labels},
            "template": pods,
        },
    }
