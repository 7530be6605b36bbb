"""The kinds that a turn reads, how each is selected on the server, and what is kept of it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from tidegate.api.names import (
    ANNOTATION_FOUND,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_SHAPE,
    ANNOTATION_STARTED,
    ANNOTATION_WEIGHT,
    API_VERSION,
    LABEL_METRIC_SOURCE,
    LABEL_RELEASE,
)
from tidegate.clients import MANAGER, Kind, Object
from tidegate.routers.attached import rules_owner
from tidegate.watch import Key
from tidegate.workloads import ready_pods

RELEASES = Kind(api=API_VERSION, plural="releases", kind="Release")
METRIC_SOURCES = Kind(api=API_VERSION, plural="metricsources", kind="MetricSource")
CLUSTER_METRIC_SOURCES = Kind(
    api=API_VERSION, plural="clustermetricsources", kind="ClusterMetricSource", namespaced=False
)
REPLICA_SETS = Kind(api="apps/v1", plural="replicasets", kind="ReplicaSet")
PODS = Kind(api="v1", plural="pods", kind="Pod")
SERVICES = Kind(api="v1", plural="services", kind="Service")
SECRETS = Kind(api="v1", plural="secrets", kind="Secret")
NODES = Kind(api="v1", plural="nodes", kind="Node", namespaced=False)
ENDPOINT_SLICES = Kind(api="discovery.k8s.io/v1", plural="endpointslices", kind="EndpointSlice")
ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="httproutes", kind="HTTPRoute")
GRPC_ROUTES = Kind(api="gateway.networking.k8s.io/v1", plural="grpcroutes", kind="GRPCRoute")
ROUTE_KINDS = {kind.kind: kind for kind in (ROUTES, GRPC_ROUTES)}
GATEWAYS = Kind(api="gateway.networking.k8s.io/v1", plural="gateways", kind="Gateway")

SERVICE_NAME = "kubernetes.io/service-name"
REPLICA_SET_NOTES = frozenset({ANNOTATION_PLAN, ANNOTATION_STARTED, ANNOTATION_REJECTED})
ROUTE_NOTES = (ANNOTATION_WEIGHT, ANNOTATION_SHAPE, ANNOTATION_FOUND)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One reflector: the kind, the server-side selector, what is kept, and the index over it."""

    kind: Kind
    trim: Callable[[Object], Object]
    selector: str = ""
    index: Callable[[Object], Iterable[Key]] | None = None
    optional: bool = False


def plain(found: Object) -> Object:
    """Everything but the bookkeeping of field managers, which is half of many objects."""
    found["metadata"].pop("managedFields", None)
    return found


def trimmed_release(found: Object) -> Object:
    """Without kubectl's copy of the whole declaration; the spec as text, an eighth of its size as objects."""
    plain(found)
    (found["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    return {**found, "spec": msgspec.json.encode(found["spec"])}


def spec_of(found: Object) -> Object:
    """The spec of a kept Release, as objects."""
    spec: Object = msgspec.json.decode(found["spec"])
    return spec


def trimmed_route(found: Object) -> Object:
    """The backends and what the parents report of them; matches and filters are the gateway's affair."""
    metadata, spec = found["metadata"], found.get("spec") or {}
    parents = [
        {
            "parentRef": parent.get("parentRef"),
            "conditions": [_state(state) for state in parent.get("conditions") or ()],
        }
        for parent in (found.get("status") or {}).get("parents") or ()
    ]
    annotations = metadata.get("annotations")
    ours = {name: annotations[name] for name in ROUTE_NOTES if name in annotations} if annotations is not None else None
    managers: list[Object] = metadata.get("managedFields") or []
    owners = {"owner": rules_owner(managers), "ours": any(entry.get("manager") == MANAGER for entry in managers)}
    return {
        "metadata": {**_identity(found), "generation": metadata.get("generation"), "annotations": ours, **owners},
        "spec": {
            "parentRefs": spec.get("parentRefs"),
            "rules": [trimmed_rule(rule) for rule in spec.get("rules") or ()],
        },
        "status": {"parents": parents},
    }


def trimmed_rule(rule: Object) -> Object:
    """A rule's name, and its backends with their weights."""
    refs = rule.get("backendRefs") or ()
    kept = [{name: ref[name] for name in ("name", "weight") if name in ref} for ref in refs]
    return {"name": rule.get("name"), "backendRefs": kept}


def _state(state: Object) -> Object:
    return {name: state.get(name) for name in ("type", "status", "reason", "observedGeneration")}


def trimmed_replica_set(found: Object) -> Object:
    """Without the template: it is in the Release, and is the bulk of it."""
    metadata = found["metadata"]
    ours = {name: value for name, value in (metadata.get("annotations") or {}).items() if name in REPLICA_SET_NOTES}
    kept = {**_identity(found), "annotations": ours, "creationTimestamp": metadata.get("creationTimestamp")}
    kept["labels"] = metadata.get("labels") or {}
    return {"metadata": kept, "spec": {"replicas": (found.get("spec") or {}).get("replicas", 0)}}


def trimmed_pod(found: Object) -> Object:
    """The facts that tell whether a pod serves, and whose it is."""
    metadata, status = found["metadata"], found.get("status") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp")
    ready = [state for state in status.get("conditions") or () if state.get("type") == "Ready"]
    labels = metadata.get("labels") or {}
    return {
        "metadata": {
            **{name: metadata[name] for name in kept if name in metadata},
            "labels": {name: labels[name] for name in labels if name.startswith("tidegate.dev/")},
        },
        "spec": {"nodeName": (found.get("spec") or {}).get("nodeName")},
        "status": {
            "phase": status.get("phase"),
            "startTime": status.get("startTime"),
            "conditions": ready,
            "initContainerStatuses": _containers(status, "initContainerStatuses"),
            "containerStatuses": _containers(status, "containerStatuses"),
        },
    }


def trimmed_service(found: Object) -> Object:
    """Whose it is, whom it selects, and its ports."""
    spec, ports = found.get("spec") or {}, ("port", "targetPort")
    return {
        "metadata": _identity(found),
        "spec": {
            "selector": spec.get("selector"),
            "ports": [{name: port.get(name) for name in ports} for port in spec.get("ports") or ()],
        },
    }


def trimmed_slice(found: Object) -> Object:
    """The pods that are ready."""
    names = sorted(ready_pods([found]))
    return {"metadata": _identity(found), "endpoints": [{"targetRef": {"name": name}} for name in names]}


def _identity(found: Object) -> dict[str, Any]:
    """What tells an object from others, and whose it is."""
    metadata = found["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "ownerReferences")
    labels = metadata.get("labels") or {}
    ours = {name: labels[name] for name in (LABEL_RELEASE, SERVICE_NAME) if name in labels}
    return {**{name: metadata[name] for name in kept if name in metadata}, "labels": ours}


def trimmed_node(found: Object) -> Object:
    """A node's name and whether it is Ready."""
    states = (found.get("status") or {}).get("conditions") or ()
    ready = [state.get("status") for state in states if state.get("type") == "Ready"]
    metadata = found["metadata"]
    kept = {name: metadata[name] for name in ("name", "uid", "resourceVersion")}
    return {"metadata": kept, "ready": ready == ["True"]}


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


def _containers(status: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [
        {"name": seen.get("name"), "state": seen.get("state"), "restartCount": seen.get("restartCount")}
        for seen in status.get(field) or ()
    ]


def claims(found: Object) -> Iterable[Key]:
    """A Release's namespace, and each parent, hostname and match that its route claims."""
    namespace = found["metadata"].get("namespace", "")
    yield namespace, ""
    traffic = spec_of(found).get("traffic") or {}
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


def by_attachment(kind: Kind, found: Object) -> Key:
    """The index key under which the Releases that attach to this route are found."""
    metadata = found["metadata"]
    return "route", f"{kind.kind} {metadata.get('namespace', '')}/{metadata['name']}"


WATCHED = (
    Watched(kind=RELEASES, trim=trimmed_release, index=claims),
    Watched(kind=REPLICA_SETS, trim=trimmed_replica_set, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=PODS, trim=trimmed_pod, selector=LABEL_RELEASE, index=by_release),
    Watched(kind=SERVICES, trim=trimmed_service, index=by_selected_label),
    Watched(kind=ENDPOINT_SLICES, trim=trimmed_slice, selector=LABEL_RELEASE, index=by_service),
    Watched(kind=ROUTES, trim=trimmed_route, index=by_release, optional=True),
    Watched(kind=GRPC_ROUTES, trim=trimmed_route, optional=True),
    Watched(kind=GATEWAYS, trim=plain, optional=True),
    Watched(kind=NODES, trim=trimmed_node),
    Watched(kind=METRIC_SOURCES, trim=plain),
    Watched(kind=CLUSTER_METRIC_SOURCES, trim=plain),
    Watched(kind=SECRETS, trim=plain, selector=LABEL_METRIC_SOURCE),
)
