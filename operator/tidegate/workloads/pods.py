"""What a revision's pods are doing: available, stuck, or failing after they served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.sentences import shortened

STUCK = frozenset(
    {
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
# Its message names the pod and a time that doubles, and nothing of the cause.
UNTOLD = frozenset({"CrashLoopBackOff"})
# A line of history takes 256: what comes before and after these words has room.
WORDS = 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The few facts of a pod that a decision needs."""

    name: str
    ready: bool
    changed_at: datetime | None
    served: bool
    stuck: str | None
    unscheduled: str | None
    node: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """A revision's pods at one instant. `unscheduled`: the scheduler's words on one that has no node."""

    total: int
    available: int
    stuck: int
    stuck_sentence: str
    unscheduled: str
    ever_available: bool
    unhealthy_since: datetime | None
    available_in: timedelta | None


def pod(found: Mapping[str, Any]) -> Pod | None:
    """The facts of a pod; None for one that is going or has ended."""
    metadata, status = found.get("metadata", {}), found.get("status") or {}
    if metadata.get("deletionTimestamp") or status.get("phase") in {"Succeeded", "Failed"}:
        return None

    ready: Mapping[str, Any] = next(
        (seen for seen in status.get("conditions") or () if seen.get("type") == "Ready"), {}
    )
    changed_at = _instant(ready.get("lastTransitionTime"))
    created_at = _instant(status.get("startTime") or metadata.get("creationTimestamp"))
    fell = ready.get("status") == "False" and _later(changed_at, created_at) and _started(status)
    return Pod(
        name=metadata["name"],
        ready=ready.get("status") == "True",
        changed_at=changed_at,
        served=ready.get("status") == "True" or fell,
        stuck=stuck_sentence(status),
        unscheduled=unscheduled_sentence(status),
        node=(found.get("spec") or {}).get("nodeName"),
    )


def stuck_sentence(status: Mapping[str, Any]) -> str | None:
    """Why a container does not start, in the kubelet's own words; None where nothing says that it cannot."""
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in STUCK:
            message = "" if waiting["reason"] in UNTOLD else one_line(waiting.get("message") or "")
            return f"container {container.get('name')}: {waiting['reason']}{message and f': {message}'}"

    return None


def unscheduled_sentence(status: Mapping[str, Any]) -> str | None:
    """Why a pod has no node, by the scheduler's first sentence; None for one that has, or was not tried yet."""
    for state in status.get("conditions") or ():
        if state.get("type") == "PodScheduled" and state.get("reason") == "Unschedulable":
            first, _, _ = one_line(state.get("message") or "").partition(". ")
            return f"no node takes the pod: {first.rstrip('.') or 'the scheduler says no more'}"

    return None


def one_line(words: str) -> str:
    """Others' words without line breaks, cut where they are longer than a status has room for."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return shortened(line, WORDS)


def summary(pods: Iterable[Pod], *, now: datetime, min_ready_seconds: int, ready_nodes: frozenset[str] | None) -> Pods:
    """All pods of a revision together. `ready_nodes` None: the nodes are not known, all count."""
    alive = tuple(pods)
    waits = tuple(_until_available(found, now, timedelta(seconds=min_ready_seconds)) for found in alive if found.ready)
    stuck = tuple(found.stuck for found in alive if found.stuck and not found.ready)
    pending = tuple(wait for wait in waits if wait > timedelta())
    return Pods(
        total=len(alive),
        available=len(waits) - len(pending),
        stuck=len(stuck),
        stuck_sentence=stuck[0] if stuck else "",
        unscheduled=next((found.unscheduled for found in alive if found.unscheduled), ""),
        ever_available=any(found.served for found in alive),
        unhealthy_since=_unhealthy_since(alive, ready_nodes),
        available_in=min(pending, default=None),
    )


def _unhealthy_since(alive: tuple[Pod, ...], ready_nodes: frozenset[str] | None) -> datetime | None:
    """The instant at which half of the pods had failed after they served."""
    failed = sorted(
        found.changed_at
        for found in alive
        if found.served
        and not found.ready
        and found.changed_at is not None
        and (ready_nodes is None or found.node in ready_nodes)
    )
    half = -(-len(alive) // 2)
    return failed[half - 1] if alive and len(failed) >= half else None


def _until_available(found: Pod, now: datetime, least: timedelta) -> timedelta:
    return least - (now - found.changed_at) if found.changed_at else timedelta()


def _started(status: Mapping[str, Any]) -> bool:
    """True when a container has run: a pod whose containers never started never served."""
    containers = status.get("containerStatuses") or ()
    return any((seen.get("state") or {}).get("running") or seen.get("restartCount") for seen in containers)


def _later(changed_at: datetime | None, created_at: datetime | None) -> bool:
    return changed_at is not None and created_at is not None and changed_at > created_at + timedelta(seconds=1)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
