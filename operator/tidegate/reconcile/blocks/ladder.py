"""What someone must mend before a rollout may go forward: named by field, healed by itself."""

from datetime import timedelta

from tidegate.api import OnBypass
from tidegate.api.names import LABEL_RELEASE, LABEL_REVISION
from tidegate.api.release import ReleaseSpec
from tidegate.decision.copies import copy_missing
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import CREATE_IT, Blocked, Snapshot
from tidegate.decision.start import brings_back
from tidegate.metrics.data_planes import COUNTS
from tidegate.metrics.scrape import Scrape
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.ownership import taken_sentence
from tidegate.reconcile.seen.drift import overwritten, weights_overwritten
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.services import service_title
from tidegate.reconcile.seen.shares import shared_service
from tidegate.reconcile.world import World
from tidegate.routers import Whole
from tidegate.watch import Key, Object
from tidegate.workloads import Owner, bypassing, service_name

from .baseline import baseline_unfit
from .elsewhere import held_elsewhere
from .features import feature_missing
from .nodes import no_node_allowed
from .objective_sets import field_of_share
from .rule_claims import rule_claimed
from .takeover import takeover_waits
from .target_claims import target_claimed
from .wording import misworded, unknown_variable


def blocked_by(seen: Seen, world: World) -> Blocked | None:
    """The first thing to mend, or None."""
    owner, declared, spec = seen.owner, seen.wanted.declared, seen.wanted.pinned.spec
    key = owner.key
    return (
        _switched_off(seen, world)
        or _refused(key, world)
        or _unless_brought_back(seen, seen.wanted.template.tracking.blocked)
        or copy_missing(seen.snapshot)
        or _invalid(seen)
        or _unless_brought_back(seen, seen.wanted.sets.blocked)
        or _other_workload(seen, world)
        or held_elsewhere(seen, world)
        or _name_taken(owner, world)
        or _route_taken(seen, world)
        or target_claimed(seen.stored.found, world)
        or rule_claimed(seen, world)
        or takeover_waits(seen, world)
        or _overwritten(seen, world)
        or _port_missing(seen)
        or _unless_brought_back(seen, no_node_allowed(seen))
        or _gateway_missing(key, declared, world)
        or feature_missing(owner, declared, spec, world)
        or _route_missing(seen.snapshot)
        or unknown_variable(spec, seen.wanted.sets)
        or _unless_brought_back(seen, _source_unfit(seen, spec, world))
        or _unless_brought_back(seen, baseline_unfit(seen))
        or _unless_brought_back(seen, _data_plane_blocked(seen, world) or _pages_blocked(seen, world))
        or _not_isolated(seen, world)
    )


def _unless_brought_back(seen: Seen, found: Blocked | None) -> Blocked | None:
    """What a new revision needs, to be made or judged, does not hold up an undo: its revision was stable before."""
    return None if brings_back(seen.snapshot) else found


def _invalid(seen: Seen) -> Blocked | None:
    """What was declared, or pinned by an older Tidegate, cannot be read whole."""
    sentence = seen.wanted.newest.invalid or seen.wanted.pinned.invalid
    return Blocked(Reason.INVALID_SPEC, sentence) if sentence else None


def _other_workload(seen: Seen, world: World) -> Blocked | None:
    """ReplicaSets never turn into DaemonSets, nor back: both would be stable at once."""
    other = kinds.DAEMON_SETS if seen.made_by is kinds.REPLICA_SETS else kinds.REPLICA_SETS
    if not any(map(seen.owner.owns, world.store(other).of(seen.owner.key))):
        return None

    sentence = f"spec.traffic.nodeRatio: this Release has {other.kind}s already; declare another Release instead"
    return Blocked(Reason.INVALID_SPEC, sentence)


def _name_taken(owner: Owner, world: World) -> Blocked | None:
    """A foreign object has a name that is ours to use."""
    for role in ("stable", "candidate"):
        name = service_name(owner, role)
        service = world.store(kinds.SERVICES).get((owner.namespace, name))
        if service is not None and not owner.may_take(service):
            return Blocked(Reason.NAME_TAKEN, taken_sentence("Service", name))

    return None


def _refused(key: Key, world: World) -> Blocked | None:
    """What the API server refused a moment ago: its own sentence, until it is tried again, or declared otherwise."""
    memory = world.memory(key)
    refused = memory.refused
    if refused is None or refused.left <= 0 or refused.declared != memory.declared:
        return None

    return Blocked(refused.reason, refused.sentence, timedelta(seconds=refused.left))


def _route_taken(seen: Seen, world: World) -> Blocked | None:
    for router in seen.routing.routers:
        route = world.store(kinds.ROUTE_KINDS[router.kind]).get((seen.owner.namespace, router.name))
        if isinstance(router, Whole) and route is not None and not seen.owner.may_take(route):
            return Blocked(Reason.NAME_TAKEN, taken_sentence(router.kind, router.name))

    return None


def _switched_off(seen: Seen, world: World) -> Blocked | None:
    """The operator was told to do without the API of a route."""
    for router in seen.routing.routers:
        kind = kinds.ROUTE_KINDS[router.kind]
        if not world.scope.watches(kind):
            sentence = f"spec.traffic: this operator runs without {kind.group}, so no {kind.kind} is read or written"
            return Blocked(Reason.API_SWITCHED_OFF, sentence)

    return None


def _gateway_missing(key: Key, declared: Object, world: World) -> Blocked | None:
    gateway = declared["traffic"].get("gateway") or {}
    for index, parent in enumerate(gateway.get("parentRefs") or ()):
        place = (parent.get("namespace") or key[0], parent["name"])
        # One that may not be read may well be there: the route's own status tells.
        readable = parent.get("kind", "Gateway") == "Gateway" and world.scope.holds(place[0])
        if readable and world.store(kinds.GATEWAYS).get(place) is None:
            field = f"spec.traffic.gateway.parentRefs[{index}]"
            return Blocked(Reason.GATEWAY_MISSING, f"{field}: Gateway {'/'.join(place)} is missing: {CREATE_IT}")

    return None


def _route_missing(seen: Snapshot) -> Blocked | None:
    """A user's route has no place for the weights. The first revision comes up without: its Services go first."""
    lost = next((route for route in seen.routes if route.lost), None)
    if lost is None or seen.progress.stable is None:
        return None

    return Blocked(Reason.ROUTE_MISSING, f"spec.traffic: {lost.sentence}")


def _overwritten(seen: Seen, world: World) -> Blocked | None:
    """What is put back again and again is no ground to move traffic on. At rest a user's route is its owner's alone."""
    services, route = seen.snapshot.services, seen.snapshot.route
    stale = {service_title(seen.owner, role.value) for role in services.stale & services.contested}
    routes = {f"{router.kind} {router.name}" for router in seen.routing.routers if route and route.contested}
    memory = world.memory(seen.owner.key)
    weights = weights_overwritten(memory) if seen.snapshot.progress.candidate else None
    return overwritten(memory, frozenset(stale | routes)) or weights


def _port_missing(seen: Seen) -> Blocked | None:
    """Pods that have no such port get no request, and a Service tells nobody of it: one that serves is not led there.

    Before a revision has pods a port may still come with them, in a sidecar.
    """
    look, ports = seen.snapshot, seen.ports
    lacking = ports.lacking and ports.of == look.target and look.side(look.target).total
    reached = any(look.services.of(role) == look.target for role in look.services.portless - look.services.stale)
    if not lacking and not reached:
        return None

    where = f"no container of revision {look.target} has a port named {ports.declared.port}"
    return Blocked(Reason.INVALID_SPEC, f"spec.service.targetPort: {where}: name one, or give its number")


def _source_unfit(seen: Seen, spec: ReleaseSpec, world: World) -> Blocked | None:
    if not spec.asks_a_source:
        return None

    source = world.sources.resolve(spec.metric_source, seen.owner.namespace)
    return source if isinstance(source, Blocked) else misworded(spec, source, seen.wanted.sets)


def _data_plane_blocked(seen: Seen, world: World) -> Blocked | None:
    """No data plane answers the built-in queries, or one that mixes two Releases up. A first revision asks nothing."""
    if not seen.wanted.pinned.spec.asks_the_data_plane or seen.snapshot.progress.stable is None:
        return None

    if seen.plane is None:
        return Blocked(Reason.DATA_PLANE_UNKNOWN, f"spec.dataPlane: {seen.wanted.choice.sentence}")

    if COUNTS[seen.plane].by_pods and (shared := field_of_share(seen.wanted.pinned.spec, seen.wanted.sets)):
        where = "is counted at a gateway, where a weight shares requests out"
        return Blocked(Reason.DATA_PLANE_UNKNOWN, f"{shared}: {where}, and {seen.plane.value} is none")

    alike = world.store(kinds.RELEASES).of(kinds.joined(*seen.owner.key))
    if len(alike) < 2 or not COUNTS[seen.plane].joined:
        return None

    names = " and ".join(sorted(f"{found['metadata']['namespace']}/{found['metadata']['name']}" for found in alike))
    sentence = f"spec.dataPlane: {seen.plane.value} cannot tell {names} apart: set another, or ask by query"
    return Blocked(Reason.DATA_PLANE_AMBIGUOUS, sentence)


def _pages_blocked(seen: Seen, world: World) -> Blocked | None:
    """Pods that tell of themselves are known by their own pages alone, and a gateway's counts are on no pod's page."""
    spec, plane = seen.wanted.pinned.spec, seen.plane
    if not spec.asks_the_data_plane or plane is None or seen.snapshot.progress.stable is None:
        return None

    source = world.sources.resolve(spec.metric_source, seen.owner.namespace)
    if isinstance(source, Blocked) or not isinstance(source.translator, Scrape):
        return None

    by_pods = COUNTS[plane].by_pods
    if by_pods == (source.translator.pods is not None):
        return None

    counts, needs = ("pods", "pods") if by_pods else ("a gateway", "addresses")
    where = source.where.removeprefix("spec.metricSource: ")
    sentence = f"spec.dataPlane: {plane.value} is counted by {counts}: {where} needs scrape.{needs}"
    return Blocked(Reason.DATA_PLANE_UNKNOWN, sentence)


def _not_isolated(seen: Seen, world: World) -> Blocked | None:
    """Another Service would send traffic to the candidate's pods past the gate."""
    look, pods, owner = seen.snapshot, seen.wanted.template.pods, seen.owner
    if look.target == look.progress.stable and look.progress.candidate is None:
        return None

    # The first revision of a taken over workload is what that Service sends traffic to already.
    first = look.progress.stable is None and look.workload is not None
    if first or pods is None or seen.spec.on_bypass is OnBypass.ALLOW:
        return None

    ours = {LABEL_RELEASE: owner.name, LABEL_REVISION: look.progress.candidate or look.target}
    labels = {**((pods.get("metadata") or {}).get("labels") or {}), **ours}
    store = world.store(kinds.SERVICES)
    near = [found for name in labels for found in store.of((owner.namespace, f"{name}={labels[name]}"))]
    names = [name for name in bypassing(near, owner, labels) if name != shared_service(seen.wanted.declared)]
    if not names:
        return None

    sentence = (
        f"Service {', '.join(names)} would send traffic to the candidate past the gate: narrow its selector,"
        " or set onBypass: Allow"
    )
    return Blocked(Reason.NOT_ISOLATED, sentence)
