"""Without a router: the candidate's share of the pods behind one Service, read as a route."""

import time
from dataclasses import replace
from datetime import timedelta

from tidegate.api.names import LABEL_REVISION
from tidegate.decision.plan import Plan, weight_by_pods
from tidegate.decision.progress import Progress
from tidegate.decision.route import Route
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner, name_of, pod, selects

from .routes import remember
from .workload import Template


def shared_service(declared: Object) -> str | None:
    """The user's Service in front of both sides' pods, where the share is by pods."""
    ratio = declared["traffic"].get("podRatio")
    return ratio["service"] if ratio else None


def observe_share(
    declared: Object, owner: Owner, world: World, *, template: Template, progress: Progress, plan: Plan
) -> Route | None:
    """The share as found; none where a router splits the traffic.

    Where the Service cannot split, pods that were told to go drain all the same: their clock runs on.
    """
    name = shared_service(declared)
    if name is None:
        return None

    ready, wanted = ready_pods_of(progress, owner, world), size_of(progress, owner, world)
    full_size = progress.full_size or declared.get("replicas", 1)
    size = plan.step(progress.step).size_by_pods(full_size)
    weight = weight_by_pods(progress.desired_weight, ready=ready, wanted=size) if wanted else 0
    found = share(progress, weight, owner, world, gone=wanted > 0 or ready == 0)
    lacking = _lacking(name, owner, template, world)
    return replace(found, confirmed=False, lost=True, sentence=lacking) if lacking else found


def share(progress: Progress, weight: int, owner: Owner, world: World, *, gone: bool) -> Route:
    """A share of pods as a route: confirmed when pods that were told to go are `gone`."""
    memory = world.memory(owner.key).router("pods")
    remember(memory, 0, (progress.candidate or "", weight), confirmed=gone)
    since = memory.confirmed_at if memory.confirmed_at is not None else time.monotonic()
    return Route(
        weight=weight,
        by_pods=True,
        confirmed=gone,
        confirmed_for=timedelta(seconds=time.monotonic() - since),
        sentence="pods that were told to go are ready still",
    )


def ready_pods_of(progress: Progress, owner: Owner, world: World) -> int:
    """The candidate's ready pods."""
    pods = world.store(kinds.PODS).of(owner.key)
    own = (pod(found) for found in pods if found["metadata"]["labels"].get(LABEL_REVISION) == progress.candidate)
    return sum(found is not None and found.ready for found in own)


def size_of(progress: Progress, owner: Owner, world: World) -> int:
    """The pods that the candidate's ReplicaSet should have; 0 without one."""
    found = world.find(kinds.REPLICA_SETS, owner.namespace, name_of(owner, progress.candidate or ""))
    return found["spec"]["replicas"] if found else 0


def _lacking(name: str, owner: Owner, template: Template, world: World) -> str:
    """Why the Service cannot split; empty where it can."""
    service = world.find(kinds.SERVICES, owner.namespace, name)
    if service is None or owner.owns(service):
        return f"podRatio.service: Service {name} is missing: declare one that selects labels of the template"

    labels = ((template.pods or {}).get("metadata") or {}).get("labels") or {}
    if template.pods is not None and not selects(service, labels):
        return f"podRatio.service: Service {name} does not select the template's labels: its pods are not behind it"

    return ""
