"""A Job for each question to a hook: made once, by a name that the question has for ever."""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from tidegate.api.names import LABEL_HOOK, LABEL_RELEASE, LABEL_REVISION

from .owner import Owner

# Longer than any gate may wait: a Job that is gone is never taken for one that was not made.
KEPT = timedelta(hours=48)
NAME_PART = 10


def job_name(owner: Owner, identity: str) -> str:
    """The Job's name, for the identity of a question."""
    return f"{owner.name}-{identity[:NAME_PART]}"


def job(
    owner: Owner,
    template: Mapping[str, Any],
    *,
    identity: str,
    hook: str,
    revision: str,
    backoff_limit: int,
    expiry: timedelta,
) -> dict[str, Any]:
    """The Job, as declared; it ends when nobody waits for it any more."""
    spec = {"restartPolicy": "Never", **(template.get("spec") or {})}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(owner, identity),
            "namespace": owner.namespace,
            "labels": {LABEL_RELEASE: owner.name, LABEL_REVISION: revision, LABEL_HOOK: hook},
            "ownerReferences": [owner.reference()],
        },
        "spec": {
            "backoffLimit": backoff_limit,
            "activeDeadlineSeconds": max(ceil(expiry.total_seconds()), 1),
            "ttlSecondsAfterFinished": int(KEPT.total_seconds()),
            "template": {**template, "spec": spec},
        },
    }


def job_end(found: Mapping[str, Any]) -> tuple[str, str]:
    """`Complete` or `Failed` with the controller's words; empty while it runs."""
    for state in (found.get("status") or {}).get("conditions") or ():
        if state.get("type") in {"Complete", "Failed"} and state.get("status") == "True":
            return state["type"], state.get("message") or state.get("reason") or ""

    return "", ""
