"""Without a router: the candidate's share of the pods behind one Service, read as a route."""

import time
from datetime import timedelta

from tidegate.api.names import LABEL_REVISION
from tidegate.decision.plan import Plan
from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Route
from tidegate.watch import Object
from tidegate.workloads import Owner, name_of, pod, selects

from . import kinds
from .routes import remember
from .workload import Template
from .world import World


def shared_service(declared: Object) -> str | None:
    """The user's Service in front of both sides' pods, where the share is by pods."""
    ratio = declared["traffic"].get("podRatio")
    return ratio["service"] if ratio else None


def observe_share(
    declared: Object, owner: Owner, template: Template, progress: Progress, plan: Plan, world: World
) -> Route | None:
    """The share as found; none where a router splits the traffic."""
    name = shared_service(declared)
    if name is None:
        return None

    if lacking := _lacking(name, owner, template, world):
        return Route(by_pods=True, confirmed=False, lost=True, sentence=lacking)

    ready, wanted = _candidate(progress, owner, world)
    full_size = progress.full_size or declared.get("replicas", 1)
    step = plan.step(progress.step)
    weight = step.weight_by_pods(progress.desired_weight, ready=ready, replicas=full_size) if wanted else 0
    memory = world.memory((owner.namespace, owner.name)).router(f"{kinds.SERVICES.kind}/{name}")
    gone = wanted > 0 or ready == 0
    remember(memory, 0, (progress.candidate or "", weight), confirmed=gone)
    since = memory.confirmed_at if memory.confirmed_at is not None else time.monotonic()
    return Route(
        weight=weight,
        by_pods=True,
        confirmed=gone,
        confirmed_for=timedelta(seconds=time.monotonic() - since),
        sentence=f"pods that were told to go are ready behind Service {name} still",
    )


def _candidate(progress: Progress, owner: Owner, world: World) -> tuple[int, int]:
    """The candidate's ready pods, and how many it should have."""
    if progress.candidate is None:
        return 0, 0

    pods = world.store(kinds.PODS).of((owner.namespace, owner.name))
    own = (pod(found) for found in pods if found["metadata"]["labels"].get(LABEL_REVISION) == progress.candidate)
    replica_set = world.store(kinds.REPLICA_SETS).get((owner.namespace, name_of(owner, progress.candidate)))
    return sum(found is not None and found.ready for found in own), replica_set["spec"][
        "replicas"
    ] if replica_set else 0


def _lacking(name: str, owner: Owner, template: Template, world: World) -> str:
    """Why the Service cannot split; empty where it can."""
    service = world.store(kinds.SERVICES).get((owner.namespace, name))
    if service is None or owner.owns(service):
        return f"podRatio.service: Service {name} is missing: declare one that selects labels of the template"

    labels = ((template.pods or {}).get("metadata") or {}).get("labels") or {}
    if template.pods is not None and not selects(service, labels):
        return f"podRatio.service: Service {name} does not select the template's labels: neither side is behind it"

    return ""
