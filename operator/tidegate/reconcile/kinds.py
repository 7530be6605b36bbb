"""The kinds that a turn reads, how each is selected on the server, and what is kept of it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from tidegate.api import TrackConfig
from tidegate.api.names import API_VERSION, LABEL_METRIC_SOURCE, LABEL_RELEASE
from tidegate.clients import Kind, Object
from tidegate.watch import Key

from . import trims
from .trims import SERVICE_NAME

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
PODS = Kind(api="v1", plural="pods", kind="Pod")
SERVICES = Kind(api="v1", plural="services", kind="Service")
SECRETS = Kind(api="v1", plural="secrets", kind="Secret")
CONFIG_MAPS = Kind(api="v1", plural="configmaps", kind="ConfigMap")
CONFIG_KINDS = {kind.kind: kind for kind in (CONFIG_MAPS, SECRETS)}
NODES = Kind(api="v1", plural="nodes", kind="Node", namespaced=False)
ENDPOINT_SLICES = Kind(api="discovery.k8s.io/v1", plural="endpointslices", kind="EndpointSlice")
ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="httproutes", kind="HTTPRoute")
GRPC_ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="grpcroutes", kind="GRPCRoute")
ROUTE_KINDS = {kind.kind: kind for kind in (ROUTES, GRPC_ROUTES)}
GATEWAYS = Kind(api="gateway.networking.k8s.io/v1", plural="gateways", kind="Gateway")

DEPLOYMENTS = Kind(api="apps/v1", plural="deployments", kind="Deployment")
POD_TEMPLATES = Kind(api="v1", plural="podtemplates", kind="PodTemplate")
AUTOSCALERS = Kind(api="autoscaling/v2", plural="horizontalpodautoscalers", kind="HorizontalPodAutoscaler")
WORKLOAD_KINDS = {kind.kind: kind for kind in (DEPLOYMENTS, POD_TEMPLATES)}


# Where the Releases are indexed that track configuration.
TRACKING: Key = ("config", "tracked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One reflector: the kind, the server-side selector, what is kept, and the index over it."""

    kind: Kind
    trim: Callable[[Object], Object]
    selector: str = ""
    index: Callable[[Object], Iterable[Key]] | None = None
    optional: bool = False


def spec_of(found: Object) -> Object:
    """The spec of a kept Release, as objects."""
    spec: Object = msgspec.json.decode(found["spec"])
    return spec


def by_scaled(found: Object) -> Iterable[Key]:
    """The workload that an autoscaler scales."""
    target = found["spec"].get("scaleTargetRef") or {}
    yield found["metadata"].get("namespace", ""), f"{target.get('kind')}/{target.get('name')}"


def by_release(found: Object) -> Iterable[Key]:
    """The Release that a labelled object belongs to."""
    release = (found["metadata"].get("labels") or {}).get(LABEL_RELEASE)
    return [(found["metadata"].get("namespace", ""), release)] if release else []


def is_ours(found: Object | None) -> bool:
    """True for what a Release owns."""
    owners = (found["metadata"].get("ownerReferences") or ()) if found else ()
    return any(owner.get("kind") == RELEASES.kind and owner.get("apiVersion") == API_VERSION for owner in owners)


def by_selected_label(found: Object) -> Iterable[Key]:
    """One label of a Service's selector: only pods that carry it can be selected."""
    selector = (found.get("spec") or {}).get("selector") or {}
    return [(found["metadata"].get("namespace", ""), f"{name}={selector[name]}") for name in sorted(selector)[:1]]


def by_service(found: Object) -> Iterable[Key]:
    """The Service that an EndpointSlice belongs to."""
    service = (found["metadata"].get("labels") or {}).get(SERVICE_NAME)
    return [(found["metadata"].get("namespace", ""), service)] if service else []


def claims(found: Object) -> Iterable[Key]:
    """A Release's namespace, and each parent, hostname and match that its route claims."""
    namespace = found["metadata"].get("namespace", "")
    yield namespace, ""
    spec = spec_of(found)
    if spec.get("trackConfig") == TrackConfig.ALL.value:
        yield TRACKING

    if reference := spec.get("workloadRef"):
        where = f"{reference['kind']} {namespace}/{reference['name']}"
        yield "workload", where
        yield "claim", where

    for reference in spec.get("objectivesFrom") or ():
        kind = SET_KINDS[reference["kind"]]
        yield "objectives", f"{kind.kind} {namespace if kind.namespaced else ''}/{reference['name']}"

    traffic = spec.get("traffic") or {}
    for route in attached(traffic):
        where = f"{route['kind']} {namespace}/{route['name']}"
        yield "route", where
        yield "claim", f"{where} {route.get('rule') or '*'}"

    gateway = traffic.get("gateway") or {}
    if not gateway:
        return

    rules: list[dict[str, Any]] = gateway.get("rules") or [{}]
    matches = [json.dumps(match, sort_keys=True) for rule in rules for match in rule.get("matches") or [{}]]
    for parent in gateway.get("parentRefs") or ():
        where = f"{parent.get('namespace') or namespace}/{parent['name']}/{parent.get('sectionName')}"
        for hostname in gateway.get("hostnames") or ("*",):
            yield from (("claim", f"{where} {hostname} {match}") for match in matches)


def attached(traffic: Object) -> list[Object]:
    """The routes of a user's own that a Release attaches to."""
    return [traffic["route"]] if traffic.get("route") else list(traffic.get("routes") or ())


def by_name(use: str, kind: Kind, found: Object) -> Key:
    """The index key under which the Releases that name this object are found: its use, as `claims` says it."""
    metadata = found["metadata"]
    return use, f"{kind.kind} {metadata.get('namespace', '')}/{metadata['name']}"


WATCHED = (
    Watched(kind=RELEASES, trim=trims.trimmed_release, index=claims),
    Watched(kind=REPLICA_SETS, trim=trims.trimmed_replica_set, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=PODS, trim=trims.trimmed_pod, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=SERVICES, trim=trims.trimmed_service, index=by_selected_label),
    Watched(kind=ENDPOINT_SLICES, trim=trims.trimmed_slice, selector=LABEL_RELEASE, index=by_service),
    Watched(kind=ROUTES, trim=trims.trimmed_route, index=by_release, optional=True),
    Watched(kind=GRPC_ROUTES, trim=trims.trimmed_route, optional=True),
    Watched(kind=GATEWAYS, trim=trims.plain, optional=True),
    Watched(kind=DEPLOYMENTS, trim=trims.trimmed_deployment),
    Watched(kind=POD_TEMPLATES, trim=trims.trimmed_pod_template),
    Watched(kind=AUTOSCALERS, trim=trims.trimmed_autoscaler, index=by_scaled),
    Watched(kind=NODES, trim=trims.trimmed_node),
    Watched(kind=OBJECTIVE_SETS, trim=trims.plain, optional=True),
    Watched(kind=CLUSTER_OBJECTIVE_SETS, trim=trims.plain, optional=True),
    Watched(kind=METRIC_SOURCES, trim=trims.plain),
    Watched(kind=CLUSTER_METRIC_SOURCES, trim=trims.plain),
    Watched(kind=SECRETS, trim=trims.plain, selector=LABEL_METRIC_SOURCE),
)
