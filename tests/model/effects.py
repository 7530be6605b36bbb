"""What an effect makes of the small world."""

from dataclasses import replace
from typing import Any

from tests.model.baselines import OnBaseline, copied
from tests.model.deployment import OnDeployment
from tests.model.plans import Kind
from tests.model.routes import restored, written
from tests.model.state import Pods, State
from tidegate.decision.actions import (
    Action,
    DetachPods,
    Finalize,
    ForgetRevision,
    HandServicesOver,
    LeaveServing,
    PointService,
    PrepareRevision,
    RemakeCopy,
    RestoreRoutes,
    RestoreSize,
    RestoreSubsets,
    Role,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.progress import Progress
from tidegate.decision.services import Services


def after(state: State, action: Action) -> State:
    """What the cluster is after an effect: new pods are not available yet, a new weight not confirmed yet."""
    match action:
        case PrepareRevision() | Scale():
            return _resized(state, action)
        case PointService(role, revision):
            return _pointed(state, role, revision)
        case WriteRoute() | SetWeight():
            return replace(state, route=written(state.route, action, wanted=state.wants_matches, confirmed=False))
        case ForgetRevision(revision):
            return replace(state, pods=tuple(found for found in state.pods if found.revision != revision))
        case RemakeCopy(original=original):
            return replace(state, lost=tuple(found for found in state.lost if found.original != original))
        case _:
            return _given_up(state, action)


def _given_up(state: State, action: Action) -> State:
    """What is put back as it was found, or let go."""
    match action:
        case RestoreRoutes():
            return replace(state, route=restored(state.route))
        case RestoreSubsets():
            return replace(state, services=_given_back(state.services))
        case LeaveServing():
            return replace(state, left=action.revision)
        case Finalize(keep):
            return _finalized(state, keep=keep)
        case _ if isinstance(action, OnBaseline):
            return copied(state, action)
        case _:
            return _on_deployment(state, action)


def _on_deployment(state: State, action: Action) -> State:
    """The effects of a takeover and of a hand-back; none where there is no Deployment."""
    found = state.deployment
    if found is None:
        return state

    match action:
        case HandServicesOver():
            roles = found.roles | {role for role in Role if state.services.of(role)}
            return replace(state, services=Services(), deployment=replace(found, roles=roles))
        case RestoreSize(replicas=replicas):
            return replace(state, replicas=replicas)
        case DetachPods():
            return replace(state, pods=tuple(replace(pods, detached=True) for pods in state.pods))
        case _ if isinstance(action, OnDeployment):
            return replace(state, deployment=found.after(action))
        case _:
            message = f"the small world does not know {action}"
            raise NotImplementedError(message)


def _finalized(state: State, *, keep: bool) -> State:
    return replace(state, finalizer=keep) if keep or not state.deleting else vanished(state)


def vanished(state: State) -> State:
    """A deleted Release without a finalizer is gone, and what it owns with it; what was made nobody's stays."""
    stays = bool(state.left)
    attached = state.route is not None and state.route.attached
    return replace(
        state,
        deleting=True,
        finalizer=False,
        target="",
        progress=Progress(stable=state.progress.stable),
        pods=tuple(found for found in state.pods if found.revision == state.left),
        baselines=(),
        services=state.services if stays else Services(),
        route=state.route if stays or attached else None,
    )


def _resized(state: State, action: PrepareRevision | Scale) -> State:
    if state.kind is Kind.BY_NODES:
        return _handed(state, action)

    return state.with_pods(_noted(state, _sized(state.pods_of(action.revision), action.replicas), action))


def _handed(state: State, action: PrepareRevision | Scale) -> State:
    """Nodes change hands: whoever has more of them gets pods that are not available yet."""
    given = state.given.after(action.revision, action.replicas, state.progress, state.replicas)
    return resized(replace(state, given=given).with_pods(_noted(state, state.pods_of(action.revision), action)))


def _noted(state: State, found: Pods, action: PrepareRevision | Scale) -> Pods:
    """What a ReplicaSet or a DaemonSet keeps of its rollout: when it began, and whether its revision stays out."""
    if isinstance(action, PrepareRevision):
        return replace(found, pinned=state.progress.started_at, rejected=False)

    return replace(found, rejected=found.rejected or action.rejected, ending=action.ending or found.ending)


def resized(state: State) -> State:
    """Every revision has a pod on each of its nodes, available or not."""
    pods = (_sized(found, state.given.count(found.revision, state.replicas)) for found in state.pods)
    return replace(state, pods=tuple(pods))


def _sized(found: Pods, replicas: int) -> Pods:
    """New pods have the labels of their template again."""
    available = min(found.available, replicas)
    detached = found.detached and replicas <= found.replicas
    if not replicas:
        return replace(found, replicas=0, available=0, stuck=False, ever=False, failing=None, detached=False)

    return replace(found, replicas=replicas, available=available, detached=detached)


def _pointed(state: State, role: Role, revision: str) -> State:
    """A Service that was handed over is taken again by this."""
    held = state.services.held or bool(state.services.astray)
    services = replace(state.services, astray=state.services.astray - {role}, held=held)
    found = state.deployment
    taken = replace(found, roles=found.roles - {role}) if found else None
    return replace(state, services=selecting(services, role, revision), deployment=taken)


def selecting(services: Services, role: Role, revision: str | None) -> Services:
    """The Services once that of a role selects a revision; None: it is missing."""
    selected: dict[str, Any] = {role.value: revision}
    return replace(services, **selected)


def _given_back(services: Services) -> Services:
    """Subsets as their user declared them select other pods than our Services do."""
    present = {role for role in (Role.STABLE, Role.CANDIDATE) if getattr(services, role.value)}
    return replace(services, astray=frozenset(present), held=False)
