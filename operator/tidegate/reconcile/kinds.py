"""The kinds that a turn reads, how each is selected on the server, and what is kept of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

import msgspec

from tidegate.api import InvalidSpec, TrackConfig
from tidegate.api.names import API_VERSION, LABEL_HOOK, LABEL_METRIC_SOURCE, LABEL_RELEASE
from tidegate.clients import Kind, Object
from tidegate.routers import TRAEFIK_SERVICE, VIRTUAL_SERVICE, holders, matches_served, places_served
from tidegate.watch import Bucket, Index, Key
from tidegate.workloads import note_of

from .seen import route_trims, trims
from .seen.trims import SERVICE_NAME

RELEASES = Kind(api=API_VERSION, plural="releases", kind="Release")
METRIC_SOURCES = Kind(api=API_VERSION, plural="metricsources", kind="MetricSource")
CLUSTER_METRIC_SOURCES = Kind(
    api=API_VERSION, plural="clustermetricsources", kind="ClusterMetricSource", namespaced=False
)
OBJECTIVE_SETS = Kind(api=API_VERSION, plural="objectivesets", kind="ObjectiveSet")
CLUSTER_OBJECTIVE_SETS = Kind(
    api=API_VERSION, plural="clusterobjectivesets", kind="ClusterObjectiveSet", namespaced=False
)
SET_KINDS = {kind.kind: kind for kind in (OBJECTIVE_SETS, CLUSTER_OBJECTIVE_SETS)}
REPLICA_SETS = Kind(api="apps/v1", plural="replicasets", kind="ReplicaSet")
DAEMON_SETS = Kind(api="apps/v1", plural="daemonsets", kind="DaemonSet")
PODS = Kind(api="v1", plural="pods", kind="Pod")
SERVICES = Kind(api="v1", plural="services", kind="Service")
SECRETS = Kind(api="v1", plural="secrets", kind="Secret")
CONFIG_MAPS = Kind(api="v1", plural="configmaps", kind="ConfigMap")
CONFIG_KINDS = {kind.kind: kind for kind in (CONFIG_MAPS, SECRETS)}
METRIC_SECRETS = Kind(api="v1", plural="secrets", kind="Secret", view="metric-sources")
HOOK_SECRETS = Kind(api="v1", plural="secrets", kind="Secret", view="hooks")
JOBS = Kind(api="batch/v1", plural="jobs", kind="Job")
NODES = Kind(api="v1", plural="nodes", kind="Node", namespaced=False)
ENDPOINT_SLICES = Kind(api="discovery.k8s.io/v1", plural="endpointslices", kind="EndpointSlice")
ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="httproutes", kind="HTTPRoute")
GRPC_ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="grpcroutes", kind="GRPCRoute")
VIRTUAL_SERVICES = Kind(api="networking.istio.io/v1", plural="virtualservices", kind="VirtualService")
TRAEFIK_SERVICES = Kind(api="traefik.io/v1alpha1", plural="traefikservices", kind="TraefikService")
DESTINATION_RULES = Kind(api="networking.istio.io/v1", plural="destinationrules", kind="DestinationRule")
INGRESSES = Kind(api="networking.k8s.io/v1", plural="ingresses", kind="Ingress")
ATTACHED_KINDS = (ROUTES, GRPC_ROUTES, VIRTUAL_SERVICES, TRAEFIK_SERVICES)
ROUTE_KINDS = {kind.kind: kind for kind in (*ATTACHED_KINDS, INGRESSES)}
GATEWAYS = Kind(api="gateway.networking.k8s.io/v1", plural="gateways", kind="Gateway")
GATEWAY_CLASSES = Kind(
    api="gateway.networking.k8s.io/v1", plural="gatewayclasses", kind="GatewayClass", namespaced=False
)

DEPLOYMENTS = Kind(api="apps/v1", plural="deployments", kind="Deployment")
POD_TEMPLATES = Kind(api="v1", plural="podtemplates", kind="PodTemplate")
AUTOSCALERS = Kind(api="autoscaling/v2", plural="horizontalpodautoscalers", kind="HorizontalPodAutoscaler")
WORKLOAD_KINDS = {kind.kind: kind for kind in (DEPLOYMENTS, POD_TEMPLATES)}


# Where the Releases are indexed that track configuration.
TRACKING: Bucket = ("config", "tracked")
# Where they are indexed by the parents and hosts of their routes: one bucket a place, whatever it takes there.
SERVED = "served"
# Releases that share a place with others, whose matches are worth remembering.
COMPARED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One reflector: the kind, the server-side selector, what is kept, and the index over it.

    An `optional` kind may be absent from the cluster. `unread` is what stays of an object that cannot be trimmed.
    """

    kind: Kind
    trim: Callable[[Object], Object]
    selector: str = ""
    index: Index | None = None
    optional: bool = False
    unread: Callable[[Object, Exception], Object] | None = None


def spec_of(found: Object) -> Object:
    """The spec of a kept Release, as objects."""
    spec: Object = msgspec.json.decode(found["spec"])
    return spec


def declared_by(found: Object) -> Object:
    """The spec of a kept Release, as objects. Raises InvalidSpec for one that could not be read."""
    if "unread" in found:
        raise InvalidSpec("spec", found["unread"])

    return spec_of(found)


def by_scaled(found: Object) -> Iterable[Bucket]:
    """The workload that an autoscaler scales."""
    target = found["spec"].get("scaleTargetRef") or {}
    yield found["metadata"].get("namespace", ""), f"{target.get('kind')}/{target.get('name')}"


def by_release(found: Object) -> Iterable[Key]:
    """The Release that a labelled object belongs to."""
    release = (found["metadata"].get("labels") or {}).get(LABEL_RELEASE)
    return [Key(found["metadata"].get("namespace", ""), release)] if release else []


def by_taker(found: Object) -> Iterable[Key]:
    """The Release that took a Deployment over."""
    annotations = found["metadata"].get("annotations")
    note = note_of(annotations) if annotations else None
    return [Key(found["metadata"].get("namespace", ""), note.release)] if note else []


def by_taker_or_size(found: Object) -> Iterable[Bucket]:
    """The Release that took a Deployment over; of one whose size alone is held, its namespace."""
    size = [(found["metadata"].get("namespace", ""), "")] if found.get("held") else []
    return by_taker(found) or size


def by_holder(found: Object) -> Iterable[Key]:
    """The Releases whose notes are on a user's route, or on the DestinationRule behind it."""
    return [Key(found["metadata"].get("namespace", ""), release) for release in sorted(holders(found))]


def by_release_or_holder(found: Object) -> Iterable[Key]:
    """The Release that an HTTPRoute is made for, and those that hold rules of it."""
    return {*by_release(found), *by_holder(found)}


def is_ours(found: Object | None) -> bool:
    """True for what a Release owns."""
    owners = (found["metadata"].get("ownerReferences") or ()) if found else ()
    return any(owner.get("kind") == RELEASES.kind and owner.get("apiVersion") == API_VERSION for owner in owners)


def by_selected_label(found: Object) -> Iterable[Bucket]:
    """One label of a Service's selector: only pods that carry it can be selected."""
    selector = (found.get("spec") or {}).get("selector") or {}
    return [(found["metadata"].get("namespace", ""), f"{name}={selector[name]}") for name in sorted(selector)[:1]]


def by_service(found: Object) -> Iterable[Bucket]:
    """The Service that an EndpointSlice belongs to."""
    service = (found["metadata"].get("labels") or {}).get(SERVICE_NAME)
    return [(found["metadata"].get("namespace", ""), service)] if service else []


def claims(found: Object) -> Iterable[Bucket]:
    """The buckets of a Release: its namespace, its joined name, what it uses, and what its routes claim."""
    namespace = found["metadata"].get("namespace", "")
    yield namespace, ""
    yield joined(namespace, found["metadata"]["name"])
    spec = spec_of(found)
    if spec.get("trackConfig") == TrackConfig.ALL.value:
        yield TRACKING

    traffic = spec.get("traffic") or {}
    yield from _used(spec, namespace)
    yield from _attached(traffic, namespace)
    yield from ((SERVED, where) for where in places_served(traffic.get("gateway") or {}, namespace))


@lru_cache(maxsize=COMPARED)
def matches_of(spec: bytes) -> frozenset[str]:
    """Which requests the managed route of a kept spec takes at each place that it serves."""
    declared = msgspec.json.decode(spec)
    return matches_served((declared.get("traffic") or {}).get("gateway") or {})


def _used(spec: Object, namespace: str) -> Iterable[Bucket]:
    """The workload and the sets of objectives that a Release names."""
    if reference := spec.get("workloadRef"):
        where = f"{reference['kind']} {namespace}/{reference['name']}"
        yield from (("workload", where), ("claim", where))

    for reference in spec.get("objectivesFrom") or ():
        kind = SET_KINDS[reference["kind"]]
        yield "objectives", f"{kind.kind} {namespace if kind.namespaced else ''}/{reference['name']}"


def _attached(traffic: Object, namespace: str) -> Iterable[Bucket]:
    """The routes, and what stands in for one, of a user's own."""
    for route in attached(traffic):
        where = f"{route['kind']} {namespace}/{route['name']}"
        # Which of its rules are claimed is for the route to tell: others may be another Release's.
        yield "route", where
        if subsets := route.get("destinationRule"):
            named = f"{DESTINATION_RULES.kind} {namespace}/{subsets}"
            yield from (("route", named), ("claim", named))

    if ingress := traffic.get("ingress"):
        # Paths to several Services may share it: none of them is claimed whole.
        yield "route", f"{INGRESSES.kind} {namespace}/{ingress['name']}"

    if ratio := traffic.get("podRatio"):
        yield "claim", f"Service {namespace}/{ratio['service']}"


def joined(namespace: str, name: str) -> Bucket:
    """A Release as some data planes name it: another one may look the same."""
    return "joined", f"{namespace}-{name}"


def attached(traffic: Object) -> list[Object]:
    """The routes of a user's own that a Release attaches to."""
    return [traffic["route"]] if traffic.get("route") else list(traffic.get("routes") or ())


def by_name(use: str, kind: Kind, found: Object) -> Bucket:
    """The bucket in which the Releases that name this object are found: its use, as `claims` says it."""
    metadata = found["metadata"]
    return use, f"{kind.kind} {metadata.get('namespace', '')}/{metadata['name']}"


WATCHED = (
    Watched(kind=RELEASES, trim=trims.trimmed_release, index=claims, unread=trims.unread_release),
    Watched(kind=REPLICA_SETS, trim=trims.trimmed_replica_set, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=DAEMON_SETS, trim=trims.trimmed_daemon_set, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=PODS, trim=trims.trimmed_pod, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=SERVICES, trim=trims.trimmed_service, index=by_selected_label),
    Watched(kind=ENDPOINT_SLICES, trim=trims.trimmed_slice, selector=LABEL_RELEASE, index=by_service),
    Watched(kind=ROUTES, trim=route_trims.trimmed_route, index=by_release_or_holder, optional=True),
    Watched(kind=GRPC_ROUTES, trim=route_trims.trimmed_route, index=by_holder, optional=True),
    Watched(
        kind=VIRTUAL_SERVICES,
        trim=partial(route_trims.trimmed_route, shape=VIRTUAL_SERVICE),
        index=by_holder,
        optional=True,
    ),
    Watched(
        kind=TRAEFIK_SERVICES,
        trim=partial(route_trims.trimmed_route, shape=TRAEFIK_SERVICE),
        index=by_holder,
        optional=True,
    ),
    Watched(kind=DESTINATION_RULES, trim=route_trims.trimmed_destination_rule, index=by_holder, optional=True),
    Watched(kind=INGRESSES, trim=route_trims.trimmed_ingress, optional=True),
    Watched(kind=GATEWAYS, trim=trims.plain, optional=True),
    Watched(kind=GATEWAY_CLASSES, trim=route_trims.trimmed_gateway_class, optional=True),
    Watched(kind=DEPLOYMENTS, trim=trims.trimmed_deployment, index=by_taker_or_size),
    Watched(kind=POD_TEMPLATES, trim=trims.trimmed_pod_template),
    Watched(kind=AUTOSCALERS, trim=trims.trimmed_autoscaler, index=by_scaled),
    Watched(kind=NODES, trim=trims.trimmed_node),
    Watched(kind=OBJECTIVE_SETS, trim=trims.plain, optional=True),
    Watched(kind=CLUSTER_OBJECTIVE_SETS, trim=trims.plain, optional=True),
    Watched(kind=METRIC_SOURCES, trim=trims.plain),
    Watched(kind=CLUSTER_METRIC_SOURCES, trim=trims.plain),
    Watched(kind=METRIC_SECRETS, trim=trims.plain, selector=LABEL_METRIC_SOURCE),
    Watched(kind=HOOK_SECRETS, trim=trims.plain, selector=LABEL_HOOK),
    Watched(kind=JOBS, trim=trims.trimmed_job, selector=LABEL_RELEASE, index=by_release),
)
