"""How a pod's containers ended since an instant: started again since, or stopped for want of memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

OUT_OF_MEMORY = "OOMKilled"
STATES = ("state", "lastState")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What the kubelet tells of one pod. `restarts`: of a pod that is older than the instant, one for each container.

    Only the last end of each container is told: `at` is the first of these.
    """

    restarts: int = 0
    out_of_memory: int = 0
    at: datetime


def ends_since(found: Mapping[str, Any], since: datetime) -> Ends | None:
    """The ends of a pod's containers since an instant; None where none ended that was to run on."""
    # The kubelet and the API server tell whole seconds.
    since = since.replace(microsecond=0)
    status, created = found.get("status") or {}, found["metadata"].get("creationTimestamp")
    born = created is not None and datetime.fromisoformat(created) >= since
    ends = [_of(container, since, born=born) for container in _containers(status)]
    known = [each for each in ends if each is not None]
    if not known:
        return None

    return Ends(
        restarts=sum(each.restarts for each in known),
        out_of_memory=sum(each.out_of_memory for each in known),
        at=min(each.at for each in known),
    )


def _containers(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _of(container: Mapping[str, Any], since: datetime, *, born: bool) -> Ends | None:
    ended = {state: (container.get(state) or {}).get("terminated") or {} for state in STATES}
    times = {state: datetime.fromisoformat(end["finishedAt"]) for state, end in ended.items() if end.get("finishedAt")}
    late = {state: at for state, at in times.items() if at >= since}
    killed = [state for state in late if ended[state].get("reason") == OUT_OF_MEMORY]
    counted: int = container.get("restartCount") or 0
    restarts = (counted if born else min(counted, 1)) if "lastState" in late else 0
    if not killed and not restarts:
        return None

    return Ends(restarts=restarts, out_of_memory=int(bool(killed)), at=min(late.values()))
