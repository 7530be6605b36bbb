"""Disturbances by people's hands and by Git: objects of ours are deleted, a Deployment is changed behind our back."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.deployment import Deployment
from tests.model.effects import selecting, vanished
from tests.model.plans import REPLICAS, WAITS, Kind
from tests.model.state import State
from tidegate.decision.actions import Role
from tidegate.decision.snapshot import LostCopy, Original


def deletion(state: State) -> Iterator[tuple[str, State]]:
    """The Release is deleted. What a finalizer of ours does not hold is gone with that, and no turn follows."""
    if state.deleting:
        return

    if state.kind.takes_over:
        yield "the Release is deleted", replace(state, deleting=True) if state.finalizer else vanished(state)
        return

    ending = replace(state, deleting=True, finalizer=True)
    yield "the Release is deleted, and all with it", ending
    yield "the Release is deleted, and what serves stays", replace(ending, keeps=True)


def lost_objects(state: State) -> Iterator[tuple[str, State]]:
    """A hand deletes a Service of ours, or a ReplicaSet with its pods."""
    if state.left:
        return

    for role in (Role.STABLE, Role.CANDIDATE):
        if state.services.of(role):
            yield (
                f"a hand deletes the {role.value}'s Service",
                replace(state, services=selecting(state.services, role, None)),
            )

    # With one pod a node the nodes of what is deleted are nobody's: the small world cannot tell that.
    if state.kind is Kind.BY_NODES:
        return

    for role, revision in ((Role.STABLE, state.progress.stable), (Role.CANDIDATE, state.progress.candidate)):
        others = tuple(found for found in state.pods if found.revision != revision)
        if others != state.pods:
            yield f"a hand deletes the {role.value}'s ReplicaSet", replace(state, pods=others)


def lost_copies(state: State) -> Iterator[tuple[str, State]]:
    """A hand deletes a copy of the configuration that a revision's pods start with."""
    if state.kind is not Kind.PLAIN or state.lost or state.left:
        return

    for revision in (state.progress.stable, state.progress.candidate):
        for now in (Original.SAME, Original.OTHER):
            if revision and state.pods_of(revision) in state.pods:
                name = f"a hand deletes a copy of {revision}'s, and its original {now.value}"
                yield name, replace(state, lost=(lost_copy(revision, now),))


def lost_copy(revision: str, now: Original) -> LostCopy:
    """A copy that a revision's pods start with, and that is gone."""
    return LostCopy(revision=revision, kind="ConfigMap", name="copy", original=revision, content="", now=now)


def autoscaled(state: State) -> Iterator[tuple[str, State]]:
    """An autoscaler divides the load by the Release's pods alone, while the Deployment's share it."""
    found = state.deployment
    beside = found is not None and found.taken_over and not found.emptied
    if state.kind is Kind.TAKEOVER and beside and state.replicas == REPLICAS:
        yield "an autoscaler shrinks the Release", replace(state, replicas=1)


def around_the_deployment(state: State) -> Iterator[tuple[str, State]]:
    """Git and people change the Deployment that is taken over, or the route that is theirs; its pods fail."""
    found = state.deployment
    if found is None or state.gone:
        return

    yield from paused(state, found)
    if found.taken_over and found.replicas < REPLICAS:
        yield (
            "Git declares the Deployment's replicas again",
            replace(state, deployment=found.raised_by_another()),
        )

    if found.taken_over:
        yield "the note is lost", replace(state, deployment=found.unnoted())
        replaced = replace(found.unnoted().sized(REPLICAS), paused=False, paused_by_us=False, held=False)
        yield "the Deployment is replaced", replace(state, deployment=replaced)

    if found.raised:
        # Then it is nobody's, and the API server makes 1 of that.
        yield "Git lets go of what it raised", replace(state, deployment=replace(found.sized(1), raised=False))

    if found.taken_over and found.replicas:
        yield "a hand empties the Deployment", replace(state, deployment=replace(found.sized(0), held=False))

    if found.available:
        yield "the Deployment's pods fail", replace(state, deployment=replace(found, available=0))

    if not found.taken_over and not state.deleting and state.blocked is None:
        yield "Git declares the Deployment's replicas before it is taken", replace(state, blocked=WAITS)

    if state.blocked == WAITS:
        yield "Git lets go of the Deployment's replicas", replace(state, blocked=None)

    route = state.route
    if route is not None and route.attached and route.weight:
        declared = replace(route, weight=0, by_git=True, confirmed=False)
        yield "Git declares the route's weights again", replace(state, route=declared)


def paused(state: State, found: Deployment) -> Iterator[tuple[str, State]]:
    """The team pauses its Deployment before it is taken over, or somebody resumes it."""
    if found.paused:
        resumed = replace(found, paused=False, paused_by_us=False)
        yield "a hand resumes the Deployment", replace(state, deployment=resumed)

    taken = found.taken_over or state.progress.taken_over is not None
    if not found.paused and not taken and not state.deleting:
        yield "the team pauses its Deployment", replace(state, deployment=replace(found, paused=True))
