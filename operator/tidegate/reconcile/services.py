"""The Services of a Release as found: whom they select, and how many of those are behind them."""

from collections.abc import Mapping

from tidegate.api.names import pod_prefix
from tidegate.api.release import ReleaseSpec
from tidegate.decision.actions import Role
from tidegate.decision.snapshot import Services
from tidegate.routers import Router, Subsets
from tidegate.workloads import Owner, ready_pods, selected_revision, serves, service_name

from . import kinds
from .routes import subsets_of
from .world import World


def observe_services(
    owner: Owner, spec: ReleaseSpec, routers: tuple[Router, ...], world: World, *, shared: str | None = None
) -> Services:
    """Which revisions our Services and a mesh's subsets select, and how many of their pods the endpoints hold."""
    store = world.store(kinds.SERVICES)
    found = {role: store.get((owner.namespace, service_name(owner, role))) for role in ("apex", "stable", "candidate")}
    ours = {role: seen for role, seen in found.items() if seen is not None and owner.owns(seen)}
    foreign = {role for role, seen in found.items() if seen is not None and not owner.may_take(seen)}
    selected = {role: selected_revision(seen) for role, seen in ours.items()}
    pointed = [rule for router in routers if (rule := subsets_of(router, owner, world))]
    port, target_port = spec.service.port, spec.service.target_port
    return Services(
        stable=selected.get("stable"),
        candidate=selected.get("candidate"),
        apex=selected.get("apex"),
        apex_is_users="apex" in foreign or shared == owner.name,
        taken=bool(foreign - {"apex"}),
        current=all(serves(seen, port=port, target_port=target_port) for seen in ours.values()),
        stable_endpoints=_endpoints(owner, "stable", selected.get("stable"), world),
        candidate_endpoints=_endpoints(owner, "candidate", selected.get("candidate"), world),
        astray=_astray(selected, pointed),
        subsets=frozenset(name for rule in pointed for name in (rule.stable, rule.candidate) if name),
        held=any(rule.held for rule in pointed),
    )


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
    slices = world.store(kinds.ENDPOINT_SLICES).of((owner.namespace, service_name(owner, role)))
    prefix = pod_prefix(owner.name, revision or "")
    return sum(name.startswith(prefix) for name in ready_pods(slices))
