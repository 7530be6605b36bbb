"""What a Release without a router cannot have: there its pods, or its nodes, are the share."""

from collections.abc import Sequence
from typing import Protocol

from .enums import Baseline, Capacity, FirstRollout, WorkloadKind
from .step import FULL, Step
from .traffic import Traffic
from .workload_ref import WorkloadRef

HALF = 50


class Shares(Protocol):
    """What of a spec may need a weight, or a size of its own."""

    @property
    def traffic(self) -> Traffic: ...
    @property
    def workload_ref(self) -> WorkloadRef | None: ...
    @property
    def capacity(self) -> Capacity: ...
    @property
    def baseline(self) -> Baseline: ...
    @property
    def first_rollout(self) -> FirstRollout: ...
    @property
    def steps(self) -> Sequence[Step]: ...


def fits_pods(spec: Shares) -> None:
    """Raise ValueError for what needs a weight or a size of its own where pods are the share."""
    nodes, pods = spec.traffic.node_ratio, spec.traffic.pod_ratio
    if nodes and spec.workload_ref and spec.workload_ref.kind is WorkloadKind.DEPLOYMENT:
        message = "workloadRef: a Deployment has no pod a node: use template, or a PodTemplate"
        raise ValueError(message)

    if (nodes or pods) and spec.capacity is Capacity.SHRINK:
        message = "capacity: Shrink needs a router: without one the pods are the share"
        raise ValueError(message)

    if (nodes or pods) and spec.baseline is Baseline.FRESH:
        message = "baseline: Fresh needs a router: without one its pods would take a share from the candidate"
        raise ValueError(message)

    if nodes and spec.first_rollout is FirstRollout.STEPS:
        message = "firstRollout: Steps needs a size: with traffic.nodeRatio every node gets its pod at once"
        raise ValueError(message)

    if pods and any(HALF < step.weight < FULL for step in spec.steps):
        message = "steps: with traffic.podRatio a weight is at most 50, or 100"
        raise ValueError(message)

    if (nodes or pods) and any(step.weight == 0 for step in spec.steps):
        message = "steps: without a router no weight is 0: the step's pods serve as soon as they are ready"
        raise ValueError(message)

    if (nodes or pods) and any(step.replicas is not None for step in spec.steps):
        message = "steps: without a router the pods are the share: leave replicas out"
        raise ValueError(message)
