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
from tidegate.decision.progress import TakenOver
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
    proven: str = ""
    held: bool = False
    paused_by_us: bool = False
    roles: frozenset[Role] = frozenset()

    @property
    def note(self) -> TakenOver | None:
        """What our note on it says."""
        if not self.taken_over:
            return None

        return TakenOver(name="web", replicas=self.was_replicas, emptied=self.emptied, proven=self.proven)

    def seen(self, record: TakenOver | None, attached_pods: int, *, owned_by: str, progressively: bool) -> Workload:
        """What a turn sees of it, and how many of our pods have the labels that it selects by."""
        was = record or TakenOver(name="web")
        return Workload(
            name="web",
            replicas=self.replicas,
            available=self.available,
            paused=self.paused,
            current=self.available == self.replicas,
            taken_over=self.taken_over,
            was_replicas=was.replicas,
            emptied=was.emptied,
            proven=was.proven,
            owned_by=owned_by,
            held=self.held,
            paused_by_us=self.paused_by_us,
            attached_pods=attached_pods,
            progressively=progressively,
        )

    def after(self, action: OnDeployment) -> "Deployment":
        """The same after an effect: pods that come are not available yet."""
        match action:
            case TakeOver(replicas, emptied=emptied, proven=proven):
                found = replace(self, was_replicas=replicas, emptied=emptied, proven=proven)
                noted = self if self.taken_over else found
                ours = self.paused_by_us or not self.paused
                return replace(noted, paused=True, paused_by_us=ours, taken_over=True)
            case HoldReplicas():
                return replace(self, held=True)
            case EmptyWorkload():
                return replace(self.sized(0), emptied=min(self.emptied + 1, TRIES))
            case ResizeWorkload(replicas):
                return self.sized(replicas)
            case RefillWorkload(replicas):
                return replace(self.sized(replicas), paused=False, paused_by_us=False)
            case ReleaseWorkload():
                return replace(self, taken_over=False, was_replicas=0, emptied=0, proven="", held=False)

    def sized(self, replicas: int) -> "Deployment":
        """So many pods; those that go are gone at once."""
        return replace(self, replicas=replicas, available=min(self.available, replicas))

    def unnoted(self) -> "Deployment":
        """As a turn finds it without our note."""
        return replace(self, taken_over=False, was_replicas=0, emptied=0, proven="")

    def up(self) -> "Deployment":
        """All its pods are available."""
        return replace(self, available=self.replicas)
