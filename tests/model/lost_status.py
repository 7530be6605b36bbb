"""A Release whose status is lost, and what it must not forget with it."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.plans import NOW
from tests.model.state import UNMEASURED, State
from tidegate.decision.lost_status import Kept, recollect
from tidegate.decision.progress import Phase, Progress


def forgotten(state: State) -> State:
    """The status is lost: a hand cleared it, or a backup did not bring it back."""
    kept = (
        Kept(
            revision=found.revision,
            served=found.ever and bool(found.replicas),
            started=str(found.pinned),
            rejected=found.rejected,
        )
        for found in state.pods
    )
    given = state.deleting and state.deployment is not None and state.deployment.roles
    handed_over_at = NOW if given else None
    progress = recollect(
        Progress(handled=state.asks),
        kept,
        selected=_selected(state),
        handed_over_at=handed_over_at,
        deployment="web" if state.deployment else "",
    )
    return replace(state, progress=progress, evidence=UNMEASURED, heard=None)


def broken_by_loss(before: State) -> Iterator[str]:
    """What a Release must not forget with its status: neither pods nor a Service tell of what has none."""
    old, new = before.progress, forgotten(before).progress
    known = {old.stable, old.candidate} if old.phase is Phase.PROMOTING else {old.stable}
    exists = any(found.revision == old.stable for found in before.pods)
    selected = any(found.revision == _selected(before) for found in before.pods)
    pods = before.pods_of(old.stable)
    told = exists and (selected or (pods.ever and pods.replicas))
    # Services that were handed over lead to the Deployment's pods: whose ours are is no matter then.
    given = before.deployment is not None and before.deployment.roles
    if told and not given and new.stable not in known:
        yield "a lost status forgets nobody who is served"


def _selected(state: State) -> str | None:
    """The revision behind the stable Service, or else behind the Release's own."""
    return state.services.stable or state.services.apex
