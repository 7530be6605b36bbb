"""From the stores to one Snapshot. It makes no request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tidegate.api import OnDelete
from tidegate.api.names import FINALIZER
from tidegate.api.release import ReleaseSpec
from tidegate.decision.progress import Progress
from tidegate.decision.recorded import within
from tidegate.decision.route import Route, together
from tidegate.decision.snapshot import Copy, Side, Snapshot
from tidegate.decision.workload import Restart
from tidegate.routers import Backends
from tidegate.watch import Key, Object
from tidegate.workloads import Owner, service_name

from . import kinds
from .blocks.data_planes import choice_of, with_plane
from .blocks.ladder import blocked_by
from .blocks.objective_sets import Expanded, expanded
from .configuration.lost import lost_copies
from .configuration.tracking import unused_copies
from .hooks.answers import answers_of
from .judging.evidence import evidence_of
from .memory import Memory, ReadFrom
from .seen import asks
from .seen.elsewhere import undeclared_routers, undeclared_rules, unreferenced_sizes
from .seen.exposure import exposure_of
from .seen.nodes import Nodes, observe_nodes
from .seen.pin import pin_of_rollout, pin_of_spec
from .seen.ports import Ports, ports_of
from .seen.recorded import is_undecided, recorded
from .seen.restart import observe_restart
from .seen.routes import observe_routes, observe_undeclared, routers_of
from .seen.seen import Routing, Seen, Wanted
from .seen.services import observe_services
from .seen.shares import observe_share, shared_service
from .seen.sides import observe_baselines, observe_sides, replica_sets_of
from .seen.size import observe_size
from .seen.spec import ReadSpec, read_spec
from .seen.stored import Stored
from .seen.workload import Template, observe_workload, template_of, uncompared, with_takeover_note
from .world import World


def observe(key: Key, world: World) -> Seen | None:
    """All that is known of a Release now; None where there is none. Raises InvalidSpec."""
    found = world.store(kinds.RELEASES).get(key)
    if found is None:
        return None

    now = world.now()
    owner = Owner(name=key.name, namespace=key.namespace, uid=found["metadata"]["uid"])
    replica_sets = replica_sets_of(owner, world)
    progress = recorded(found, owner, world, replica_sets)
    stored = Stored(found=found, owner=owner, replica_sets=replica_sets, progress=progress)
    wanted = _declared(stored, world)
    world.memory(key).declared = f"{found['metadata']['generation']}/{wanted.template.declared}"
    progress = progress if wanted.pinned.invalid else within(progress, wanted.pinned.plan)
    stored = replace(stored, progress=progress)
    routing = _traffic(stored, wanted, world)
    progress = with_takeover_note(progress, wanted.template, owner)
    stored = replace(stored, progress=_weighted(progress, routing.route, now))
    ports = _ports(stored, wanted, routing, world)
    snapshot = _snapshot(stored, wanted, routing, ports, world=world, now=now)
    seen = Seen(stored=stored, wanted=wanted, routing=routing, ports=ports, snapshot=snapshot)
    return replace(seen, snapshot=replace(snapshot, blocked=blocked_by(seen, world)))


def _declared(stored: Stored, world: World) -> Wanted:
    found, owner, progress = stored.found, stored.owner, stored.progress
    sets = expanded(kinds.declared_by(found), owner.namespace, world)
    choice = choice_of(sets.declared, owner, world)
    sets = with_plane(sets, choice)
    memory = world.memory(owner.key)
    newest = parsed(found, sets, None, memory)
    pin = pin_of_rollout(progress, stored.replica_sets)
    return Wanted(
        sets=sets,
        choice=choice,
        newest=newest,
        pinned=memory.gone_by(progress, parsed(found, sets, pin, memory)) if progress.candidate else newest,
        plan_changed=pin is not None and is_undecided(found) and pin != pin_of_spec(sets.declared),
        template=template_of(found, sets.declared, owner, world),
    )


def _traffic(stored: Stored, wanted: Wanted, world: World) -> Routing:
    owner, progress = stored.owner, stored.progress
    declared, plan = wanted.declared, wanted.pinned.plan
    backends = Backends(
        stable=service_name(owner, "stable"),
        candidate=service_name(owner, "candidate"),
        port=wanted.newest.spec.service.port,
    )
    exposure = exposure_of(wanted.pinned.spec, progress, owner.name)
    routers = routers_of(declared["traffic"], owner, backends, world, exposure)
    routes = observe_routes(declared, owner, routers, world)
    nodes = observe_nodes(declared, owner, world, progress=progress, sets=stored.replica_sets, template=wanted.template)
    route = (
        together(routes)
        or (nodes.share(progress, plan, owner, world) if nodes else None)
        or observe_share(declared, owner, world, template=wanted.template, progress=progress, plan=plan)
    )
    undeclared = undeclared_routers(routers, owner, backends, world)
    return Routing(backends=backends, routers=routers, undeclared=undeclared, routes=routes, nodes=nodes, route=route)


def _ports(stored: Stored, wanted: Wanted, routing: Routing, world: World) -> Ports:
    """A template that may yet turn out to be what serves is not known to be declared."""
    template, service = wanted.template, wanted.newest.spec.service
    target = "" if _uncompared(stored, template, routing.nodes, world) else template.revision
    return ports_of(stored, service, world, target=target)


def _snapshot(
    stored: Stored, wanted: Wanted, routing: Routing, ports: Ports, *, world: World, now: datetime
) -> Snapshot:
    """All but what blocks a rollout: that is judged by the rest."""
    progress, template, nodes = stored.progress, wanted.template, routing.nodes
    found, owner, spec = stored.found, stored.owner, wanted.newest.spec
    surplus = _surplus(progress, stored.replica_sets, spec.revision_history_limit)
    target = template.revision or progress.candidate or progress.stable or ""
    workload = observe_workload(template, progress, owner, world)
    size = observe_size(
        found,
        owner,
        world,
        declared=spec.replicas,
        record=progress.taken_over,
        workload=workload,
        first=progress.stable is None,
    )
    return Snapshot(
        now=now,
        target=target,
        known=bool(template.revision),
        reading=template.reading,
        replicas=nodes.total if nodes else size.replicas,
        plan=wanted.pinned.plan,
        progress=progress,
        sides=_sides(stored, spec, nodes, world, now),
        baselines=observe_baselines(owner, spec, world, now),
        services=observe_services(
            owner, spec, routing.routers, ports, world=world, shared=shared_service(wanted.declared)
        ),
        route=routing.route,
        several=routing.routes if len(routing.routes) > 1 else (),
        undeclared=observe_undeclared(routing.undeclared, owner, world),
        undeclared_subsets=bool(undeclared_rules(routing.routers, owner, world)),
        evidence=evidence_of(owner.key, progress, wanted.pinned.spec, world),
        answers=answers_of(progress, owner, world),
        asks=asks.of(found),
        suspension=asks.suspension(spec.suspend, found),
        deleting="deletionTimestamp" in found["metadata"],
        surplus=surplus,
        unused=_unused(stored, surplus, template, world),
        lost=lost_copies(owner, progress, stored.replica_sets, world.configs),
        keeps=spec.on_delete is OnDelete.KEEP,
        finalizer=FINALIZER in (found["metadata"].get("finalizers") or ()),
        workload=size.workload,
        unreferenced=unreferenced_sizes(owner.namespace, world),
        restart=_restart(stored, spec, nodes, world),
        least_size=size.least,
        undercut=None if nodes else size.undercut,
        uncompared=_uncompared(stored, template, nodes, world),
    )


def _sides(stored: Stored, spec: ReleaseSpec, nodes: Nodes | None, world: World, now: datetime) -> tuple[Side, ...]:
    """Every revision, with its nodes for a size where there is one pod a node."""
    sides = observe_sides(stored.owner, stored.replica_sets, spec, world, now)
    return nodes.sized(sides) if nodes else sides


def _unused(stored: Stored, surplus: tuple[str, ...], template: Template, world: World) -> tuple[Copy, ...]:
    """Copies that no ReplicaSet names, of those that are kept."""
    kept = [found for revision, found in stored.replica_sets.items() if revision not in surplus]
    return unused_copies(stored.owner, kept, template.tracking, world.configs)


def _restart(stored: Stored, spec: ReleaseSpec, nodes: Nodes | None, world: World) -> Restart:
    stable = stored.progress.stable or ""
    sized = stored.replica_sets[stable]["spec"]["replicas"] if stable in stored.replica_sets else 0
    wanted: int = nodes.count(stable) if nodes else sized
    return observe_restart(stored.progress, stored.owner, wanted, spec.min_ready_seconds, world)


def _uncompared(stored: Stored, template: Template, nodes: Nodes | None, world: World) -> frozenset[str]:
    """Revisions that the template may turn out to be: it is compared with ReplicaSets alone."""
    if nodes:
        return frozenset()

    return uncompared(template, stored.progress, stored.replica_sets.keys(), world.memory(stored.owner.key))


def parsed(found: Object, sets: Expanded, pin: str | None, memory: Memory) -> ReadSpec:
    """The spec as values, read once for each generation, pin, and state of what they are filled in from."""
    generation = found["metadata"]["generation"]
    source = ReadFrom(generation, pin, sets.versions)
    if source not in memory.parsed:
        newest = generation, sets.versions
        kept = {of: read for of, read in memory.parsed.items() if (of.generation, of.versions) == newest}
        memory.parsed = {**kept, source: read_spec(sets.declared, pin)}

    return memory.parsed[source]


def _weighted(progress: Progress, route: Route | None, now: datetime) -> Progress:
    """A crash may have lost the instant of the first weight: then it is now, and nothing served goes unjudged."""
    reached = route is not None and (route.weight or route.exposed)
    live = reached and progress.candidate and progress.stable
    return replace(progress, weighted_at=now) if live and progress.weighted_at is None else progress


def _surplus(progress: Progress, replica_sets: Mapping[str, Object], limit: int) -> tuple[str, ...]:
    """Empty ReplicaSets beyond the newest that are kept."""
    kept = {progress.stable, progress.candidate}
    empty = sorted(
        (seen["metadata"]["creationTimestamp"], revision)
        for revision, seen in replica_sets.items()
        if revision not in kept and not seen["spec"]["replicas"]
    )
    return tuple(revision for _, revision in empty[: max(len(empty) - limit, 0)])
