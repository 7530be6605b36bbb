"""The Services of a Release as found: whom they select, and how many of those are behind them."""

from tidegate.api.names import pod_prefix
from tidegate.api.release import ReleaseSpec
from tidegate.decision.snapshot import Services
from tidegate.workloads import Owner, ready_pods, selected_revision, serves, service_name

from . import kinds
from .world import World


def observe_services(owner: Owner, spec: ReleaseSpec, world: World, *, shared: str | None = None) -> Services:
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
        apex_is_users="apex" in foreign or shared == owner.name,
        taken=bool(foreign - {"apex"}),
        current=all(serves(seen, port=port, target_port=target_port) for seen in ours.values()),
        stable_endpoints=_endpoints(owner, "stable", selected.get("stable"), world),
        candidate_endpoints=_endpoints(owner, "candidate", selected.get("candidate"), world),
    )


def _endpoints(owner: Owner, role: str, revision: str | None, world: World) -> int:
    """Ready endpoints of a Service that are pods of the revision it selects: old ones may linger."""
    slices = world.store(kinds.ENDPOINT_SLICES).of((owner.namespace, service_name(owner, role)))
    prefix = pod_prefix(owner.name, revision or "")
    return sum(name.startswith(prefix) for name in ready_pods(slices))
