"""From the stores to one Snapshot. It makes no request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tidegate.api import InvalidSpec
from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_REJECTED, ANNOTATION_STARTED, FINALIZER, LABEL_REVISION
from tidegate.api.release import ReleaseSpec
from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Route, Services, Side, Snapshot, Suspension, together
from tidegate.decision.status import progress_of
from tidegate.routers import Backends, Router
from tidegate.watch import Key, Object
from tidegate.workloads import (
    Owner,
    pod,
    ready_pods,
    selected_revision,
    serves,
    service_name,
    summary,
)

from . import asks, kinds
from .blocks import blocked_by
from .evidence import evidence_of
from .objective_sets import Expanded, expanded
from .pinned import Pinned, pinned, text_of
from .routes import observe_routes, routers_of
from .workload import Template, least_size, observe_workload, template_of, uncompared
from .world import Memory, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A Release as declared, who owns what is made for it, and the snapshot to decide on."""

    found: Object
    declared: Object
    sets: Expanded
    template: Template
    owner: Owner
    spec: ReleaseSpec
    newest: Pinned
    pinned: Pinned
    plan_changed: bool
    backends: Backends
    routers: tuple[Router, ...]
    snapshot: Snapshot


def observe(key: Key, world: World) -> Seen | None:
    """All that is known of a Release now; None where there is none. Raises InvalidSpec."""
    found = world.store(kinds.RELEASES).get(key)
    if found is None:
        return None

    now = world.now()
    owner = Owner(name=key[1], namespace=key[0], uid=found["metadata"]["uid"])
    replica_sets = replica_sets_of(owner, world)
    progress = recorded(found, owner, world, replica_sets)
    memory = world.memory(key)
    sets = expanded(kinds.spec_of(found), owner.namespace, world)
    declared = sets.declared
    current = parsed(found, sets, None, memory)
    pin = _pin_of(progress, replica_sets)
    going = parsed(found, sets, pin, memory) if progress.candidate else current
    template = template_of(found, declared, owner, world)
    backends = Backends(
        stable=service_name(owner, "stable"),
        candidate=service_name(owner, "candidate"),
        port=current.spec.service.port,
    )
    routers = routers_of(declared["traffic"], owner, backends)
    routes = observe_routes(declared, owner, routers, world)
    route = together(routes)
    progress = _weighted(progress, route, now)
    seen = Seen(
        found=found,
        declared=declared,
        sets=sets,
        template=template,
        owner=owner,
        spec=current.spec,
        newest=current,
        pinned=going,
        plan_changed=pin is not None and _is_new(found) and pin != text_of(declared),
        backends=backends,
        routers=routers,
        snapshot=Snapshot(
            now=now,
            target=template.revision or progress.candidate or progress.stable or "",
            replicas=current.spec.replicas,
            plan=going.plan,
            progress=progress,
            sides=observe_sides(key, replica_sets, current.spec, world, now),
            services=observe_services(owner, current.spec, world),
            route=route,
            several=routes if len(routes) > 1 else (),
            evidence=evidence_of(key, progress, going.spec, world),
            asks=asks.of(found),
            suspension=_suspension(current.spec, found),
            deleting="deletionTimestamp" in found["metadata"],
            surplus=_surplus(progress, replica_sets, current.spec.revision_history_limit),
            finalizer=FINALIZER in (found["metadata"].get("finalizers") or ()),
            workload=observe_workload(template, owner, world),
            least_size=least_size(owner, world),
            uncompared=uncompared(template, progress, replica_sets.keys(), memory),
        ),
    )
    return replace(
        seen,
        snapshot=replace(seen.snapshot, blocked=blocked_by(seen, world)),
    )


def replica_sets_of(owner: Owner, world: World) -> dict[str, Object]:
    """A Release's own ReplicaSets by revision."""
    listed = world.store(kinds.REPLICA_SETS).of((owner.namespace, owner.name))
    return {_revision(seen): seen for seen in listed if owner.owns(seen)}


def parsed(found: Object, sets: Expanded, pin: str | None, memory: Memory) -> Pinned:
    """The spec as values, read once for each generation, pin, and version of the sets of objectives."""
    generation = found["metadata"]["generation"]
    key = generation, pin, sets.versions
    if key not in memory.parsed:
        kept = {key: value for key, value in memory.parsed.items() if key[0] == generation and key[2] == sets.versions}
        memory.parsed = {**kept, key: pinned(sets.declared, pin)}

    return memory.parsed[key]


def recorded(found: Object, owner: Owner, world: World, replica_sets: Mapping[str, Object]) -> Progress:
    """The recorded state; a lost status is rebuilt from what is live, and old asks are not obeyed."""
    status = found.get("status") or {}
    if status.get("phase"):
        return progress_of(status)

    service = world.store(kinds.SERVICES).get((owner.namespace, service_name(owner, "stable")))
    stable = selected_revision(service) if service and owner.owns(service) else _longest_served(replica_sets)
    rejected = tuple(
        revision
        for revision, seen in replica_sets.items()
        if (seen["metadata"].get("annotations") or {}).get(ANNOTATION_REJECTED) == "true"
    )
    return Progress(stable=stable if stable in replica_sets else None, rejected=rejected, handled=asks.of(found))


def _longest_served(replica_sets: Mapping[str, Object]) -> str | None:
    """Where the stable Service is lost too: of the revisions that have pods, the one whose rollout is oldest."""
    serving = [
        (str((seen["metadata"].get("annotations") or {}).get(ANNOTATION_STARTED)), revision)
        for revision, seen in replica_sets.items()
        if seen["spec"]["replicas"] and (seen["metadata"].get("annotations") or {}).get(ANNOTATION_REJECTED) != "true"
    ]
    return min(serving)[1] if serving else None


def observe_sides(
    key: Key, replica_sets: Mapping[str, Object], spec: ReleaseSpec, world: World, now: datetime
) -> tuple[Side, ...]:
    """Every revision's ReplicaSet and pods."""
    ready_nodes = frozenset(node["metadata"]["name"] for node in world.store(kinds.NODES) if node["ready"])
    pods = [(_revision(found), pod(found)) for found in world.store(kinds.PODS).of(key)]
    sides = []
    for revision, replica_set in replica_sets.items():
        alive = [found for of, found in pods if of == revision and found is not None]
        facts = summary(alive, now=now, min_ready_seconds=spec.min_ready_seconds, ready_nodes=ready_nodes)
        annotations = replica_set["metadata"].get("annotations") or {}
        started = annotations.get(ANNOTATION_STARTED)
        sides.append(
            Side(
                revision=revision,
                replicas=replica_set["spec"]["replicas"],
                available=facts.available,
                total=facts.total,
                stuck=facts.stuck,
                stuck_sentence=facts.stuck_sentence,
                ever_available=facts.ever_available,
                unhealthy_since=facts.unhealthy_since,
                available_in=facts.available_in,
                pinned_for=datetime.fromisoformat(started) if started else None,
                rejected=annotations.get(ANNOTATION_REJECTED) == "true",
            )
        )

    return tuple(sides)


def observe_services(owner: Owner, spec: ReleaseSpec, world: World) -> Services:
    """Which revisions our Services select, and how many of their pods the endpoints hold."""
    store = world.store(kinds.SERVICES)
    found = {role: store.get((owner.namespace, service_name(owner, role))) for role in ("apex", "stable", "candidate")}
    ours = {role: seen for role, seen in found.items() if seen is not None and owner.owns(seen)}
    foreign = {role for role, seen in found.items() if seen is not None and not owner.may_take(seen)}
    selected = {role: selected_revision(seen) for role, seen in ours.items()}
    port, target_port = spec.service.port, spec.service.target_port
    return Services(
        stable=selected.get("stable"),
        candidate=selected.get("candidate"),
        apex=selected.get("apex"),
        apex_is_users="apex" in foreign,
        taken=bool(foreign - {"apex"}),
        current=all(serves(seen, port=port, target_port=target_port) for seen in ours.values()),
        stable_endpoints=_endpoints(owner, "stable", selected.get("stable"), world),
        candidate_endpoints=_endpoints(owner, "candidate", selected.get("candidate"), world),
    )


def _endpoints(owner: Owner, role: str, revision: str | None, world: World) -> int:
    """Ready endpoints of a Service that are pods of the revision it selects: old ones may linger."""
    slices = world.store(kinds.ENDPOINT_SLICES).of((owner.namespace, service_name(owner, role)))
    prefix = f"{owner.name}-{revision}-"
    return sum(name.startswith(prefix) for name in ready_pods(slices))


def _weighted(progress: Progress, route: Route | None, now: datetime) -> Progress:
    """A crash may have lost the instant of the first weight: then it is now, and nothing served goes unjudged."""
    live = route is not None and route.weight and progress.candidate and progress.stable
    return replace(progress, weighted_at=now) if live and progress.weighted_at is None else progress


def _pin_of(progress: Progress, replica_sets: Mapping[str, Object]) -> str | None:
    """The plan of the rollout under way, if its ReplicaSet was prepared for this very rollout."""
    found = replica_sets.get(progress.candidate or "")
    annotations: Mapping[str, Any] = (found["metadata"].get("annotations") or {}) if found else {}
    started = annotations.get(ANNOTATION_STARTED)
    if not started or datetime.fromisoformat(started) != progress.started_at:
        return None

    return annotations.get(ANNOTATION_PLAN)


def _is_new(found: Object) -> bool:
    """True for a generation that no status tells of yet."""
    return bool((found.get("status") or {}).get("observedGeneration") != found["metadata"]["generation"])


def _revision(found: Object) -> str:
    revision: str = (found["metadata"].get("labels") or {}).get(LABEL_REVISION, "")
    return revision


def _suspension(spec: ReleaseSpec, found: Object) -> Suspension:
    """The stricter of the spec and the annotation. A word that is no level is someone's wish to stop: all stops."""
    order = [level.value for level in Suspension]
    asked = asks.of(found).suspend or Suspension.NONE.value
    levels = [spec.suspend.value, asked if asked in order else Suspension.ALL.value]
    return Suspension(max(levels, key=order.index))


def _surplus(progress: Progress, replica_sets: Mapping[str, Object], limit: int) -> tuple[str, ...]:
    """Empty ReplicaSets beyond the newest that are kept."""
    kept = {progress.stable, progress.candidate}
    empty = sorted(
        (seen["metadata"]["creationTimestamp"], revision)
        for revision, seen in replica_sets.items()
        if revision not in kept and not seen["spec"]["replicas"]
    )
    return tuple(revision for _, revision in empty[: max(len(empty) - limit, 0)])


__all__ = ["InvalidSpec", "Seen", "observe"]
