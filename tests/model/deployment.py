"""The Deployment that a Release of the small model takes over, and what our effects make of it."""

from dataclasses import dataclass, replace

from tests.model.plans import REPLICAS
from tidegate.decision.actions import (
    EmptyWorkload,
    HoldReplicas,
    RefillWorkload,
    ReleaseWorkload,
    ResizeWorkload,
    Role,
    TakeOver,
)
from tidegate.decision.workload import TRIES, Workload

OnDeployment = TakeOver | HoldReplicas | EmptyWorkload | ResizeWorkload | RefillWorkload | ReleaseWorkload


@dataclass(frozen=True, slots=True)
class Deployment:
    """Its size and pods, our note on it, and the Services of ours that were handed over to it."""

    replicas: int = REPLICAS
    available: int = REPLICAS
    paused: bool = False
    taken_over: bool = False
    was_replicas: int = 0
    emptied: int = 0
    held: bool = False
    roles: frozenset[Role] = frozenset()

    def seen(self, attached_pods: int, *, owned_by: str, progressively: bool) -> Workload:
        """What a turn sees of it, and how many of our pods have the labels that it selects by."""
        return Workload(
            name="web",
            replicas=self.replicas,
            available=self.available,
            paused=self.paused,
            current=self.available == self.replicas,
            taken_over=self.taken_over,
            was_replicas=self.was_replicas,
            emptied=self.emptied,
            owned_by=owned_by,
            held=self.held,
            attached_pods=attached_pods,
            progressively=progressively,
        )

    def after(self, action: OnDeployment) -> "Deployment":
        """The same after an effect: pods that come are not available yet."""
        match action:
            case TakeOver():
                was = self.was_replicas if self.taken_over else self.replicas
                return replace(self, paused=True, taken_over=True, was_replicas=was)
            case HoldReplicas():
                return replace(self, held=True)
            case EmptyWorkload():
                return replace(self.sized(0), emptied=min(self.emptied + 1, TRIES))
            case ResizeWorkload(replicas):
                return self.sized(replicas)
            case RefillWorkload(replicas):
                return replace(self.sized(replicas), paused=False)
            case ReleaseWorkload():
                return replace(self, taken_over=False, was_replicas=0, emptied=0, held=False)

    def sized(self, replicas: int) -> "Deployment":
        """So many pods; those that go are gone at once."""
        return replace(self, replicas=replicas, available=min(self.available, replicas))

    def up(self) -> "Deployment":
        """All its pods are available."""
        return replace(self, available=self.replicas)
