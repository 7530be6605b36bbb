"""Where pods are the share, more of them are more of the traffic, whatever an autoscaler allows at least."""

from collections.abc import Iterator

from tests.model.plans import Kind
from tests.model.state import State
from tidegate.decision.actions import Action, PrepareRevision, Scale


def beyond_its_share(before: State, action: Action) -> Iterator[str]:
    """Pods that an effect would give a candidate beyond its step's share."""
    progress = before.progress
    if before.kind is not Kind.BY_PODS or not progress.stable or not isinstance(action, PrepareRevision | Scale):
        return

    most = before.kind.plan.step(progress.step).size_by_pods(max(before.replicas, progress.full_size))
    if action.revision == progress.candidate and before.pods_of(action.revision).replicas < action.replicas > most:
        yield "a candidate has no more pods beside stable's than its step's share"
