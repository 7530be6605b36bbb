"""The effects of a takeover and of a hand-back: on the Deployment, our Services, and our pods."""

import asyncio
from dataclasses import replace
from typing import assert_never

from tidegate.api.names import LABEL_DETACHED
from tidegate.decision.actions import (
    DetachPods,
    EmptyWorkload,
    HandServicesOver,
    HoldReplicas,
    RefillWorkload,
    ReleaseWorkload,
    ResizeWorkload,
    ResumeWorkload,
    TakeOver,
)
from tidegate.decision.progress import TakenOver
from tidegate.decision.workload import Workload
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.drift import once_more
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.taken_over import as_note
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import (
    SUFFIXES,
    detached,
    emptied,
    handed_over,
    refilled,
    released,
    resized,
    resumed,
    selected_labels,
    service_name,
    taken_over,
)

from .leave_serving import leave
from .ownership import disown

Patch = TakeOver | EmptyWorkload | ResizeWorkload | ResumeWorkload | RefillWorkload
OnWorkload = Patch | HoldReplicas | ReleaseWorkload | HandServicesOver | DetachPods


async def act_on_workload(seen: Seen, action: OnWorkload, world: World) -> None:
    """One effect on the referenced Deployment; none where it is gone."""
    found = seen.wanted.template.found
    if found is None:
        return

    match action:
        case HandServicesOver():
            await hand_services_over(seen, world)
        case DetachPods():
            await detach_pods(seen, world)
        case HoldReplicas(replicas):
            await _hold(found, replicas, world)
        case ReleaseWorkload(paused):
            await _release(found, world, paused=paused)
        case _:
            await _merge(found, _patch(seen, action), world)
            remember_the_pause(seen, action, world)


def remember_the_pause(seen: Seen, action: Patch, world: World) -> None:
    """A pause of ours that is set again was taken off by another, unless we did that ourselves since."""
    memory, workload = world.memory(seen.owner.key), seen.snapshot.workload
    if isinstance(action, ResumeWorkload | RefillWorkload):
        memory.paused_again = None

    if isinstance(action, TakeOver) and workload is not None and workload.taken_over:
        memory.paused_again = once_more(memory.paused_again, "spec.paused")


def _patch(seen: Seen, action: Patch) -> Object:
    """What an action changes of the Deployment's own fields."""
    match action:
        case TakeOver(record):
            return taken_over(as_note(record, seen.owner))
        case EmptyWorkload(tries):
            counted = replace(_was(seen), emptied=tries, emptied_at=seen.snapshot.now)
            return emptied(as_note(counted, seen.owner))
        case ResizeWorkload(replicas):
            return resized(replicas)
        case ResumeWorkload():
            return resumed()
        case RefillWorkload(replicas):
            return refilled(replicas)
        case _:
            assert_never(action)


async def hand_services_over(seen: Seen, world: World) -> None:
    """Each Service of ours selects the Deployment's pods from here on, and stays when the Release goes.

    So does the managed route, before them: cut in between, it is the Services that tell of what is left to do.
    """
    await leave(seen, kinds.ROUTES, seen.owner.name, world)
    labels = _labels(seen)
    for role in SUFFIXES:
        found = world.find(kinds.SERVICES, seen.owner.namespace, service_name(seen.owner, role))
        if found is not None and seen.owner.owns(found):
            await world.merge(kinds.SERVICES, found, handed_over(labels, seen.owner.name))


async def detach_pods(seen: Seen, world: World) -> None:
    """Our pods keep their owner and lose the labels that those Services select by. No write outlives the turn."""
    labels = _labels(seen)
    pods = world.store(kinds.PODS).of(seen.owner.key)
    left = [pod for pod in pods if LABEL_DETACHED not in pod["metadata"]["labels"]]
    writes = (world.merge(kinds.PODS, pod, detached(labels)) for pod in left)
    # All are waited for: one that fails leaves none to go on beside the next turn.
    answers = await asyncio.gather(*writes, return_exceptions=True)
    for failure in answers:
        if isinstance(failure, BaseException):
            raise failure


def _labels(seen: Seen) -> dict[str, str]:
    found = seen.wanted.template.found
    return selected_labels(found["spec"], seen.wanted.template.pods or {}) if found else {}


def _was(seen: Seen) -> TakenOver:
    """What is known already of how the Deployment was found."""
    return (seen.snapshot.workload or Workload()).was


async def release_replicas(seen: Seen, name: str, world: World) -> None:
    """Own nothing any more of a Deployment that is not referred to."""
    found = world.find(kinds.DEPLOYMENTS, seen.owner.namespace, name)
    if found is not None:
        await disown(kinds.DEPLOYMENTS, found, world)


async def _merge(found: Object, body: Object, world: World) -> None:
    """A patch of the Deployment as it was seen: Conflict where someone changed it since."""
    metadata = {**body.get("metadata", {}), "resourceVersion": found["metadata"]["resourceVersion"]}
    await world.merge(kinds.DEPLOYMENTS, found, {**body, "metadata": metadata})


async def _hold(found: Object, replicas: int, world: World) -> None:
    """Own the number beside whoever declares it, by server-side apply of just that."""
    metadata = {name: found["metadata"][name] for name in ("name", "namespace", "resourceVersion")}
    kind = kinds.DEPLOYMENTS
    manifest = {"apiVersion": kind.api, "kind": kind.kind, "metadata": metadata, "spec": {"replicas": replicas}}
    await world.apply(kind, manifest)


async def _release(found: Object, world: World, *, paused: bool) -> None:
    """The note goes, then our name among those who own fields."""
    kind = kinds.DEPLOYMENTS
    # Not kept: until the disowning succeeds, the note must be seen, or nobody would try that again.
    await world.writer.merge(kind, found, released(paused=paused))
    await disown(kind, found, world)
