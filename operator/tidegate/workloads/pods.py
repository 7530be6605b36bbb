"""What a revision's pods are doing: available, stuck, or failing after they served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The few facts of a pod that a decision needs."""

    name: str
    ready: bool
    changed_at: datetime | None
    served: bool
    stuck: str | None
    node: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """A revision's pods at one instant."""

    total: int
    available: int
    stuck: int
    stuck_sentence: str
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
        node=(found.get("spec") or {}).get("nodeName"),
    )


def stuck_sentence(status: Mapping[str, Any]) -> str | None:
    """Why a container does not start, in the kubelet's own word; None where nothing says that it cannot."""
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in STUCK:
            return f"container {container.get('name')}: {waiting['reason']}"

    return None


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
