"""The Services of a Release as found: whom they select, and how many of those are behind them."""

from collections.abc import Mapping

from tidegate.api.names import pod_prefix
from tidegate.api.release import ReleaseSpec
from tidegate.decision.actions import Role
from tidegate.decision.services import Services
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.routers import Router, Subsets
from tidegate.watch import Object
from tidegate.workloads import (
    Owner,
    differing,
    portless,
    ready_pods,
    selected_revision,
    service,
    service_name,
    with_port,
)
from tidegate.workloads.endpoints import Slices

from .drift import contested
from .ports import Ports
from .routes import subsets_of


def observe_services(
    owner: Owner,
    spec: ReleaseSpec,
    routers: tuple[Router, ...],
    ports: Ports,
    *,
    world: World,
    shared: str | None = None,
) -> Services:
    """Which revisions our Services and a mesh's subsets select, and how many of their pods the endpoints hold."""
    memory = world.memory(owner.key)
    names = {role: service_name(owner, role) for role in ("apex", "stable", "candidate")}
    found = {role: world.find(kinds.SERVICES, owner.namespace, name) for role, name in names.items()}
    ours = {role: seen for role, seen in found.items() if seen is not None and owner.owns(seen)}
    foreign = {role for role, seen in found.items() if seen is not None and not owner.may_take(seen)}
    selected = {role: selected_revision(seen) for role, seen in ours.items()}
    pointed = [rule for router in routers if (rule := subsets_of(router, owner, world))]
    return Services(
        stable=selected.get("stable"),
        candidate=selected.get("candidate"),
        apex=selected.get("apex"),
        apex_is_users="apex" in foreign or shared == owner.name,
        taken=bool(foreign - {"apex"}),
        stale=frozenset(Role(role) for role, seen in ours.items() if differs(seen, owner, role, spec, ports)),
        contested=frozenset(Role(role) for role in ours if contested(memory, service_title(owner, role))),
        stable_endpoints=_endpoints(owner, "stable", selected.get("stable"), world),
        candidate_endpoints=_endpoints(owner, "candidate", selected.get("candidate"), world),
        portless=frozenset(Role(role) for role in ours if _portless(owner, role, selected[role], world)),
        astray=_astray(selected, pointed),
        subsets=frozenset(name for rule in pointed for name in (rule.stable, rule.candidate) if name),
        held=any(rule.held for rule in pointed),
    )


def differs(found: Object, owner: Owner, role: str, spec: ReleaseSpec, ports: Ports) -> str:
    """The field of a Service that is not as it should be for the revision that it selects."""
    revision = selected_revision(found) or ""
    return differing(found, service(owner, role, revision, port=spec.service.port, at=ports.at(revision)))


def service_title(owner: Owner, role: str) -> str:
    """A Service's kind and name, for people."""
    return f"Service {service_name(owner, role)}"


def _astray(selected: Mapping[str, str | None], pointed: list[Subsets]) -> frozenset[Role]:
    """Roles whose subset selects otherwise than their Service: someone declared it so, or a write was cut."""
    return frozenset(
        role
        for role in (Role.STABLE, Role.CANDIDATE)
        for found in pointed
        if not found.lacking and selected.get(role.value) and found.selects(role.value) != selected[role.value]
    )


def _endpoints(owner: Owner, role: str, revision: str | None, world: World) -> int:
    """Ready endpoints of a Service that are pods of the revision it selects: old ones may linger."""
    return _pods_behind(owner, revision, with_port(_slices(owner, role, world)))


def _portless(owner: Owner, role: str, revision: str | None, world: World) -> bool:
    """True where ready pods of the revision lack the port that the Service leads to."""
    return _pods_behind(owner, revision, portless(_slices(owner, role, world))) > 0


def _slices(owner: Owner, role: str, world: World) -> Slices:
    return world.store(kinds.ENDPOINT_SLICES).of((owner.namespace, service_name(owner, role)))


def _pods_behind(owner: Owner, revision: str | None, slices: Slices) -> int:
    prefix = pod_prefix(owner.name, revision or "")
    return sum(name.startswith(prefix) for name in ready_pods(slices))
