"""What must hold while a Deployment is taken over, and while a deleted Release gives back what it took."""

from collections.abc import Iterator

from tests.model.deployment import Deployment, OnDeployment
from tests.model.plans import LIMIT
from tests.model.serving import carried
from tests.model.state import State
from tidegate.decision.actions import (
    Action,
    DetachPods,
    EmptyWorkload,
    Finalize,
    HandServicesOver,
    HoldReplicas,
    LeaveServing,
    PrepareRevision,
    RefillWorkload,
    ReleaseWorkload,
    ResizeWorkload,
    SetWeight,
)


def broken_by_taking(before: State, action: Action) -> Iterator[str]:
    """Invariants of a takeover that this effect would break: the Deployment's pods go last."""
    found = before.deployment
    if found is None:
        return

    yield from _unproven(found, action)
    match action:
        case EmptyWorkload():
            yield from _emptied(before)
        case ResizeWorkload(replicas):
            ours = before.pods_of(before.progress.candidate).available
            if replicas < found.replicas and (not replicas or replicas + ours < found.was_replicas):
                yield "the Deployment makes room only for pods that are available, and keeps its last one"
        case HandServicesOver():
            yield from _handed_over(before, serving=found.available >= found.was_replicas)
        case DetachPods():
            if before.services.ours and before.progress.stable:
                yield "our pods leave the Services only when those are handed over"


def _unproven(found: Deployment, action: Action) -> Iterator[str]:
    """Only a paused Deployment keeps the template that its pods have, whatever is declared."""
    if not isinstance(action, OnDeployment) or isinstance(action, HoldReplicas | RefillWorkload | ReleaseWorkload):
        return

    left = found.after(action)
    if not left.paused and (left.replicas or left.ending):
        yield "before the hand-back no effect of ours lets the Deployment start pods of a changed template"


def _emptied(before: State) -> Iterator[str]:
    route, stable = before.route, before.pods_of(before.progress.stable)
    if route is None or not route.confirmed or route.confirmed_for < LIMIT:
        yield "I8: the Deployment's pods go only after the route is confirmed and drained"

    if not stable.available or before.services.stable != stable.revision:
        yield "the Deployment's pods go only while ours serve"

    if before.deployment is not None and stable.available < before.deployment.was_replicas:
        yield "the Deployment's pods go only while as many of ours serve as it had"


def _handed_over(before: State, *, serving: bool) -> Iterator[str]:
    if withheld(before) and before.progress.handed_over_at is None:
        yield "a template that was rolled back is not handed back"

    if not serving:
        yield "I24: the Deployment serves before the Services are handed over to it"

    # What stable cannot take is the Deployment's as well, once both Services are.
    if before.route is not None and before.route.weight and before.pods_of(before.progress.stable).available:
        yield "I24: the weight is 0 before the Services are handed over"


def broken_by_replacing(before: State, after: State) -> Iterator[str]:
    """The template that the Deployment serves with goes first where it can start: no other is served without steps."""
    found, first = before.deployment, before.progress.candidate
    kept = found is not None and any(pods.revision == found.proven for pods in before.pods)
    unserved = found is not None and found.taken_over and before.progress.stable is None
    if unserved and kept and first is None and after.progress.candidate not in {None, found and found.proven}:
        yield "a template that nobody proved goes before the proven one, which is kept"

    proven = found is not None and found.proven == first and before.progress.stable is None
    if not proven or after.progress.candidate == first:
        return

    pods = before.pods_of(first)
    if pods.replicas and pods.available == pods.replicas and after.progress.stable != first:
        yield "a template that nobody proved takes the place of the proven one"


def broken_by_leaving(before: State, action: Action) -> Iterator[str]:
    """Invariants of a deletion that this effect would break."""
    if not before.deleting:
        return

    if before.left and not isinstance(action, LeaveServing | Finalize):
        yield "what is nobody's is not touched"

    match action:
        case SetWeight(raising=True):
            yield "a deleted Release raises no weight"
        case PrepareRevision(revision):
            if revision not in {before.progress.stable, before.progress.candidate}:
                yield "a deleted Release starts nothing"
        case Finalize(keep=False):
            yield from _ended(before)


def _ended(before: State) -> Iterator[str]:
    """The weight of the candidate went first, and nothing is held any more."""
    route, stable = before.split(), before.pods_of(before.progress.stable)
    able = stable.available if before.keeps else stable.available >= before.replicas
    if route is not None and route.weight and able:
        yield "the weight of the candidate goes to 0 before a deleted Release goes"

    if route is not None and route.touched:
        yield "a user's route is as it was found before a deleted Release goes"

    found = before.deployment
    if found is not None and found.taken_over:
        yield "the Deployment is released before a deleted Release goes"


def lost(state: State) -> bool:
    """True where a hand deleted the only copy of stable's template: a person has to declare it again."""
    stable = state.progress.stable
    return stable is not None and state.target != stable and all(found.revision != stable for found in state.pods)


def withheld(state: State) -> bool:
    """True where what the Deployment declares was rolled back: a person says what becomes of it, and stable serves."""
    stable = state.pods_of(state.progress.stable)
    return state.deployment is not None and state.target in state.progress.rejected and stable.available > 0


def unreturned(state: State) -> Iterator[str]:
    """Why a deleted Release may not rest like this."""
    matched = state.route is not None and state.route.matched
    asks = state.keeps and lost(state) and (carried(state) or matched)
    if not state.gone:
        yield from () if asks or withheld(state) else ("a deleted Release does not go",)
        return

    if state.left and state.services.stable is None:
        yield "what serves stays with its Service"

    if state.left and state.route is not None and state.route.extended:
        yield "nothing of a step is left on a route that stays"

    found = state.deployment
    if found is None:
        return

    if found.paused_by_us or found.taken_over or not found.available:
        yield "the Deployment does not serve by itself again"

    if state.route is not None and (state.route.weight or state.route.touched):
        yield "the user's route is not as it was found"
