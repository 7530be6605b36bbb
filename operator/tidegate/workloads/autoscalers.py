"""What an autoscaler goes by: how busy each pod is, or what does not change when a share of the traffic moves."""

from collections.abc import Mapping, Sequence
from typing import Any

from tidegate.api.names import LABEL_BASELINE, LABEL_RELEASE, LABEL_REVISION

from .owner import Owner

RESOURCES = {"Resource": "resource", "ContainerResource": "containerResource"}


def follows_load(metrics: Sequence[Mapping[str, Any]]) -> bool:
    """True where any metric falls on a pod that serves less. None given: Kubernetes asks for CPU."""
    return not metrics or any(_moves_with_traffic(metric) for metric in metrics)


def counted_pods(owner: Owner, alone: str, *, by_load: bool, fresh: bool = False) -> str:
    """The pods to divide by: all that share the load; else as many as stays the same through a rollout.

    A pod's memory is the same at every weight, and so is a number from outside: by the candidate's pods too, it would
    ask for twice as many. So only those of one revision count, `alone`, where one is named. And those of a `fresh`
    baseline, which have stable's revision, would count twice too.
    """
    everyone = f"{LABEL_RELEASE}={owner.name}"
    if by_load:
        return everyone

    side = f",{LABEL_REVISION}={alone}" if alone else ""
    return everyone + side + (f",!{LABEL_BASELINE}" if fresh else "")


def _moves_with_traffic(metric: Mapping[str, Any]) -> bool:
    kind: str = metric.get("type", "")
    if kind in RESOURCES:
        name: str = (metric.get(RESOURCES[kind]) or {}).get("name", "")
        return name != "memory"

    return kind == "Pods"
