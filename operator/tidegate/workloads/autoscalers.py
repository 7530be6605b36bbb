"""What an autoscaler goes by: how busy each pod is, or what does not change when a share of the traffic moves."""

from collections.abc import Mapping, Sequence
from typing import Any

from tidegate.api.names import LABEL_BASELINE, LABEL_RELEASE, LABEL_REVISION

from .owner import Owner

RESOURCES = {"Resource": "resource", "ContainerResource": "containerResource"}


def follows_load(metrics: Sequence[Mapping[str, Any]]) -> bool:
    """True where any metric falls on a pod that serves less. None given: Kubernetes asks for CPU."""
    return not metrics or any(_moves_with_traffic(metric) for metric in metrics)


def counted_pods(owner: Owner, stable: str | None, *, by_load: bool, fresh: bool = False) -> str:
    """The pods to divide by: all that share the load; else stable's, which stay as many through a rollout.

    A pod's memory is the same at every weight: counted with the candidate's pods, it would ask for twice as many. So it
    would with those of a `fresh` baseline, which have stable's revision.
    """
    everyone = f"{LABEL_RELEASE}={owner.name}"
    if by_load or stable is None:
        return everyone

    return f"{everyone},{LABEL_REVISION}={stable}" + (f",!{LABEL_BASELINE}" if fresh else "")


def _moves_with_traffic(metric: Mapping[str, Any]) -> bool:
    kind: str = metric.get("type", "")
    if kind in RESOURCES:
        name: str = (metric.get(RESOURCES[kind]) or {}).get("name", "")
        return name != "memory"

    return kind == "Pods"
