"""From the stores to one Snapshot. It makes no request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tidegate.api import DataPlane, InvalidSpec, OnDelete
from tidegate.api.names import (
    ANNOTATION_PLAN,
    ANNOTATION_STARTED,
    FINALIZER,
)
from tidegate.api.release import ReleaseSpec
from tidegate.clients import Kind
from tidegate.decision.progress import Progress
from tidegate.decision.route import Route, together
from tidegate.decision.snapshot import Snapshot, Suspension
from tidegate.metrics.choice import Choice
from tidegate.routers import Backends, Router
from tidegate.watch import Key, Object
from tidegate.workloads import (
    Owner,
    service_name,
)

from . import asks, kinds
from .answers import answers_of
from .blocks import blocked_by
from .data_planes import choice_of, with_plane
from .elsewhere import undeclared_routes
from .evidence import evidence_of
from .exposure import exposure_of
from .memory import Memory
from .nodes import Nodes, observe_nodes
from .objective_sets import Expanded, expanded
from .pinned import Pinned, pinned, text_of
from .recorded import recorded
from .restart import observe_restart
from .routes import observe_routes, routers_of
from .services import observe_services
from .shares import observe_share, shared_service
from .sides import observe_sides, replica_sets_of
from .tracking import unused_copies
from .workload import Template, least_size, observe_workload, template_of, uncompared
from .world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A Release as declared, who owns what is made for it, and the snapshot to decide on."""

    found: Object
    declared: Object
    sets: Expanded
    choice: Choice
    template: Template
    owner: Owner
    spec: ReleaseSpec
    newest: Pinned
    pinned: Pinned
    plan_changed: bool
    backends: Backends
    routers: tuple[Router, ...]
    nodes: Nodes | None
    snapshot: Snapshot

    @property
    def plane(self) -> DataPlane | None:
        """The data plane that the rollout was started with; today's, where its plan is older than that choice."""
        return self.pinned.spec.data_plane or self.choice.plane

    @property
    def made_by(self) -> Kind:
        """What makes a revision's pods."""
        return kinds.REPLICA_SETS if self.nodes is None else kinds.DAEMON_SETS


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
    choice = choice_of(sets.declared, owner, world)
    sets = with_plane(sets, choice)
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
    exposure = exposure_of(going.spec, progress, owner.name)
    routers = routers_of(declared["traffic"], owner, backends, world, exposure)
    routes = observe_routes(declared, owner, routers, world)
    nodes = observe_nodes(declared, owner, progress, replica_sets, world)
    route = (
        together(routes)
        or (nodes.share(progress, going.plan, owner, world) if nodes else None)
        or observe_share(declared, owner, template, progress, going.plan, world)
    )
    progress = _weighted(progress, route, now)
    surplus = _surplus(progress, replica_sets, current.spec.revision_history_limit)
    stable = replica_sets.get(progress.stable or "")
    wanted = nodes.count(progress.stable or "") if nodes else stable["spec"]["replicas"] if stable else 0
    kept = [seen for revision, seen in replica_sets.items() if revision not in surplus]
    seen = Seen(
        found=found,
        declared=declared,
        sets=sets,
        choice=choice,
        template=template,
        owner=owner,
        spec=current.spec,
        newest=current,
        pinned=going,
        plan_changed=pin is not None and _is_new(found) and pin != text_of(declared),
        backends=backends,
        routers=routers,
        nodes=nodes,
        snapshot=Snapshot(
            now=now,
            target=template.revision or progress.candidate or progress.stable or "",
            known=bool(template.revision),
            reading=template.reading,
            replicas=nodes.total if nodes else current.spec.replicas,
            plan=going.plan,
            progress=progress,
            sides=(nodes.sized if nodes else tuple)(observe_sides(owner, replica_sets, current.spec, world, now)),
            services=observe_services(owner, current.spec, routers, world, shared=shared_service(declared)),
            route=route,
            several=routes if len(routes) > 1 else (),
            undeclared=bool(undeclared_routes(owner, routers, world)),
            evidence=evidence_of(key, progress, going.spec, world),
            answers=answers_of(progress, owner, world),
            asks=asks.of(found),
            suspension=_suspension(current.spec, found),
            deleting="deletionTimestamp" in found["metadata"],
            surplus=surplus,
            unused=unused_copies(owner, kept, template.tracking, world.configs),
            keeps=current.spec.on_delete is OnDelete.KEEP,
            finalizer=FINALIZER in (found["metadata"].get("finalizers") or ()),
            workload=observe_workload(template, owner, world),
            restart=observe_restart(progress, owner, wanted, current.spec.min_ready_seconds, world),
            least_size=least_size(owner, world),
            uncompared=frozenset() if nodes else uncompared(template, progress, replica_sets.keys(), memory),
        ),
    )
    return replace(
        seen,
        snapshot=replace(seen.snapshot, blocked=blocked_by(seen, world)),
    )


def parsed(found: Object, sets: Expanded, pin: str | None, memory: Memory) -> Pinned:
    """The spec as values, read once for each generation, pin, and state of what they are filled in from."""
    generation = found["metadata"]["generation"]
    key = generation, pin, sets.versions
    if key not in memory.parsed:
        kept = {key: value for key, value in memory.parsed.items() if key[0] == generation and key[2] == sets.versions}
        memory.parsed = {**kept, key: pinned(sets.declared, pin)}

    return memory.parsed[key]


def _weighted(progress: Progress, route: Route | None, now: datetime) -> Progress:
    """A crash may have lost the instant of the first weight: then it is now, and nothing served goes unjudged."""
    reached = route is not None and (route.weight or route.exposed)
    live = reached and progress.candidate and progress.stable
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
