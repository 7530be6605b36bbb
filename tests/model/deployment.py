"""The Deployment that a Release of the small model takes over, and what our effects make of it."""

from dataclasses import dataclass, replace

from tests.model.plans import REPLICAS
from tidegate.decision.actions import (
    EmptyWorkload,
    HoldReplicas,
    RefillWorkload,
    ReleaseWorkload,
    ResizeWorkload,
    ResumeWorkload,
    Role,
    TakeOver,
)
from tidegate.decision.progress import TakenOver
from tidegate.decision.workload import TRIES, Workload

OnDeployment = (
    TakeOver | HoldReplicas | EmptyWorkload | ResizeWorkload | ResumeWorkload | RefillWorkload | ReleaseWorkload
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Its size and pods, our note on it, and the Services of ours that were handed over to it.

    `raised`: after two tries another declares its size.
    `ending`: pods that are told to go, and that its status still counts.
    """

    replicas: int = REPLICAS
    available: int = REPLICAS
    ending: bool = False
    paused: bool = False
    taken_over: bool = False
    was_replicas: int = 0
    was_paused: bool = False
    emptied: int = 0
    proven: str = ""
    held: bool = False
    raised: bool = False
    paused_by_us: bool = False
    roles: frozenset[Role] = frozenset()

    @property
    def note(self) -> TakenOver | None:
        """What our note on it says."""
        if not self.taken_over:
            return None

        return TakenOver(
            name="web", replicas=self.was_replicas, paused=self.was_paused, emptied=self.emptied, proven=self.proven
        )

    def seen(self, record: TakenOver | None, attached_pods: int, *, owned_by: str, progressively: bool) -> Workload:
        """What a turn sees of it, and how many of our pods have the labels that it selects by."""
        was = record or TakenOver(name="web")
        return Workload(
            name="web",
            replicas=self.replicas,
            available=self.available,
            total=self.replicas + self.ending,
            paused=self.paused,
            current=self.available == self.replicas,
            taken_over=self.taken_over,
            was=replace(was, emptied_at=None),
            owned_by=owned_by,
            held=self.held,
            let_go=not self.raised,
            paused_by_us=self.paused_by_us,
            attached_pods=attached_pods,
            progressively=progressively,
        )

    def after(self, action: OnDeployment) -> "Deployment":
        """The same after an effect: pods that come are not available yet."""
        match action:
            case TakeOver() | EmptyWorkload() | ResizeWorkload():
                return self.taken(action).paused_again()
            case HoldReplicas():
                return replace(self, held=True)
            case ResumeWorkload():
                return replace(self, paused=False, paused_by_us=False)
            case RefillWorkload(replicas):
                return replace(self.sized(replicas), paused=False, paused_by_us=False)
            case ReleaseWorkload(paused):
                return replace(self.unnoted(), paused=self.paused or paused, paused_by_us=False, held=False)

    def taken(self, action: TakeOver | EmptyWorkload | ResizeWorkload) -> "Deployment":
        """The same after a step of the takeover, but for the pause that comes with each."""
        match action:
            case TakeOver(record):
                return self if self.taken_over else self.noted(record)
            case EmptyWorkload(tries):
                return replace(self.sized(0), raised=False, emptied=tries, ending=self.available > 0, held=True)
            case ResizeWorkload(replicas):
                return replace(self.sized(replicas), held=True)

    def noted(self, record: TakenOver) -> "Deployment":
        """With our note of how it was found."""
        return replace(
            self,
            taken_over=True,
            was_replicas=record.replicas,
            was_paused=record.paused,
            emptied=record.emptied,
            proven=record.proven,
        )

    def sized(self, replicas: int) -> "Deployment":
        """So many pods; those that go answer nobody any more."""
        return replace(self, replicas=replicas, available=min(self.available, replicas))

    def paused_again(self) -> "Deployment":
        """Paused; by us where it was not."""
        return replace(self, paused=True, paused_by_us=self.paused_by_us or not self.paused)

    def unnoted(self) -> "Deployment":
        """As a turn finds it without our note."""
        return replace(self, taken_over=False, was_replicas=0, was_paused=False, emptied=0, proven="")

    @property
    def resumable(self) -> bool:
        """True where the pause is ours, and there is nothing left that it holds back."""
        empty = self.taken_over and not self.replicas and not self.ending
        return empty and self.paused_by_us and not self.was_paused

    def raised_by_another(self) -> "Deployment":
        """At its size again, by whoever declares that."""
        return replace(self, replicas=REPLICAS, raised=self.emptied >= TRIES)

    def up(self) -> "Deployment":
        """All its pods are available, and those that were told to go are gone."""
        return replace(self, available=self.replicas, ending=False)
