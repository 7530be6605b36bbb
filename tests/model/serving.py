"""Who answers requests in the small world, and what must hold of it: no effect takes them from pods that answer."""

from collections.abc import Iterator

from tests.model.effects import after
from tests.model.state import State
from tidegate.api import Suspend
from tidegate.decision.actions import Action, Finalize, Role
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Phase


def carried(state: State) -> int | None:
    """The share of requests that reaches an available pod, in percent; None where a hand garbled the route."""
    own = state.progress.stable is None or (state.gone and state.route is None)
    if state.kind.takes_over and own:
        return FULL if by_labels(state) else 0

    if not state.kind.routed:
        sides = (state.progress.stable, state.progress.candidate)
        return FULL if any(state.pods_of(revision).available for revision in sides) else 0

    route = state.route
    if route is None or route.weight is None:
        return None if route else 0

    return (route.weight if behind(state, Role.CANDIDATE) else 0) + (
        FULL - route.weight if behind(state, Role.STABLE) else 0
    )


def behind(state: State, role: Role) -> int:
    """The available pods that the Service of a role selects."""
    found = state.deployment
    if found is not None and role in found.roles:
        return by_labels(state)

    return state.pods_of(state.services.of(role)).available


def by_labels(state: State) -> int:
    """The available pods that have the labels of the Deployment's template: its own, and ours until they lose them."""
    own = state.deployment.available if state.deployment else 0
    return own + sum(found.available for found in state.pods if not found.detached)


def taken_from_requests(before: State, action: Action) -> Iterator[str]:
    """An effect leads no request away from pods that answer; a Release that is deleted with all may."""
    ends = isinstance(action, Finalize) and before.deleting
    if not before.kind.routed or (ends and not before.keeps and before.deployment is None):
        return

    had, has = carried(before), carried(after(before, action))
    if had is not None and has is not None and has < had:
        yield f"no request is led away from pods that answer: {had} % were, {has} % are"


def unmended(state: State) -> Iterator[str]:
    """Where the operator has nothing more to do by itself, no live share is on a side that cannot answer."""
    route, progress = state.split(), state.progress
    stopped = state.suspension is Suspend.ALL or state.gone or state.left or not state.kind.routed
    if stopped or route is None or route.weight is None or progress.stable is None:
        return

    candidate, stable = state.pods_of(progress.candidate), state.pods_of(progress.stable)
    if (route.weight or route.matched) and candidate.available and not led(state, Role.CANDIDATE):
        yield "requests reach the candidate, and it has no Service"

    if route.weight < FULL and stable.available and not led(state, Role.STABLE):
        yield "stable has a live share and no Service"

    if route.weight and not candidate.available and stable.available and progress.phase is not Phase.PROMOTING:
        yield "a share stays on a candidate without pods while stable has some"


def led(state: State, role: Role) -> bool:
    """True where the Service of a role is there, whosever it is."""
    handed = state.deployment.roles if state.deployment else frozenset()
    return role in handed or state.services.of(role) is not None
