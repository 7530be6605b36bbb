"""Jobs on the way of a rollout: each is made once, by a name that its question has for ever."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

from tidegate.api.names import LABEL_RELEASE, LABEL_REVISION

from .owner import Owner
from .services import service_name

# Longer than any gate may wait: a Job that is gone is never taken for one that was not made.
KEPT = timedelta(hours=48)
NAME_PART = 10
LATE = "DeadlineExceeded"
CONTAINERS = ("initContainers", "containers")
# A pod that a drained node or a greater priority ends says nothing of the candidate.
EVICTED_IS_NOT_FAILED = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One Job to be made: for which question, what its pods are told, how long it may take, and is kept at its end."""

    identity: str
    revision: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    backoff_limit: int
    expiry: timedelta
    kept: timedelta = KEPT


def job_name(owner: Owner, identity: str) -> str:
    """The Job's name, for the identity of a question."""
    return f"{owner.name}-{identity[:NAME_PART]}"


def variables(owner: Owner, revision: str, **told: object) -> dict[str, str]:
    """What a Job's containers find in their environment, and may use in their arguments as `$(NAME)`."""
    known = {
        "release": owner.name,
        "namespace": owner.namespace,
        "revision": revision,
        "candidate_host": f"{service_name(owner, 'candidate')}.{owner.namespace}.svc",
        **told,
    }
    return {f"TIDEGATE_{name.upper()}": str(value) for name, value in known.items()}


def job(owner: Owner, template: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """The Job, as declared; it ends when nobody waits for it any more."""
    pods = _pods(template.get("spec") or {}, run.variables)
    ignoring = {"podFailurePolicy": EVICTED_IS_NOT_FAILED} if pods["restartPolicy"] == "Never" else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(owner, run.identity),
            "namespace": owner.namespace,
            "labels": {LABEL_RELEASE: owner.name, LABEL_REVISION: run.revision, **run.labels},
            "annotations": dict(run.annotations),
            "ownerReferences": [owner.reference()],
        },
        "spec": {
            "backoffLimit": run.backoff_limit,
            "activeDeadlineSeconds": max(ceil(run.expiry.total_seconds()), 1),
            "ttlSecondsAfterFinished": ceil(run.kept.total_seconds()),
            **ignoring,
            "template": {**template, "spec": pods},
        },
    }


def _pods(declared: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    lists = {name: declared[name] for name in CONTAINERS if isinstance(declared.get(name), list)}
    informed = {name: [_informed(each, told) for each in containers] for name, containers in lists.items()}
    return {"restartPolicy": "Never", **declared, **informed}


def _informed(container: Any, told: Mapping[str, str]) -> Any:
    """What is declared stays, behind ours, so that it may refer to ours. What is no container stays too."""
    declared = (container.get("env") or []) if isinstance(container, dict) else None
    if not isinstance(declared, list):
        return container

    taken = {each.get("name") for each in declared if isinstance(each, dict)}
    ours = [{"name": name, "value": value} for name, value in told.items() if name not in taken]
    return {**container, "env": [*ours, *declared]} if ours else container


def job_end(found: Mapping[str, Any]) -> tuple[str, str]:
    """`Complete` or `Failed` with the controller's words; empty while it runs."""
    state = _ended(found)
    return (state["type"], state.get("message") or state.get("reason") or "") if state else ("", "")


def late(found: Mapping[str, Any]) -> bool:
    """True for a Job that was ended because it took too long."""
    return _ended(found).get("reason") == LATE


def _ended(found: Mapping[str, Any]) -> dict[str, Any]:
    for state in (found.get("status") or {}).get("conditions") or ():
        if state.get("type") in {"Complete", "Failed"} and state.get("status") == "True":
            return dict(state)

    return {}
