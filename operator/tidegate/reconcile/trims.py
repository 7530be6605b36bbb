"""What is kept of each kind that a turn reads: the facts, and none of the bulk."""

from typing import Any

import msgspec

from tidegate.api.names import (
    ANNOTATION_FOUND,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_SHAPE,
    ANNOTATION_STARTED,
    ANNOTATION_TAKEN_OVER,
    ANNOTATION_WEIGHT,
    LABEL_HANDED_OVER,
    LABEL_RELEASE,
)
from tidegate.clients import MANAGER, Object
from tidegate.routers import rules_owner
from tidegate.workloads import follows_load, owns_replicas, ready_pods, replicas_owner

SERVICE_NAME = "kubernetes.io/service-name"
REPLICA_SET_NOTES = frozenset({ANNOTATION_PLAN, ANNOTATION_STARTED, ANNOTATION_REJECTED})
ROUTE_NOTES = (ANNOTATION_WEIGHT, ANNOTATION_SHAPE, ANNOTATION_FOUND)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def plain(found: Object) -> Object:
    """Everything but the bookkeeping of field managers, which is half of many objects."""
    found["metadata"].pop("managedFields", None)
    return found


def trimmed_release(found: Object) -> Object:
    """Without kubectl's copy of the whole declaration; the spec as text, an eighth of its size as objects."""
    plain(found)
    (found["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    return {**found, "spec": msgspec.json.encode(found["spec"])}


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
    kept["labels"], kept["generation"] = metadata.get("labels") or {}, metadata.get("generation")
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
    ours = {name: labels[name] for name in (LABEL_RELEASE, LABEL_HANDED_OVER, SERVICE_NAME) if name in labels}
    return {**{name: metadata[name] for name in kept if name in metadata}, "labels": ours}


def trimmed_node(found: Object) -> Object:
    """A node's name and whether it is Ready."""
    states = (found.get("status") or {}).get("conditions") or ()
    ready = [state.get("status") for state in states if state.get("type") == "Ready"]
    metadata = found["metadata"]
    kept = {name: metadata[name] for name in ("name", "uid", "resourceVersion")}
    return {"metadata": kept, "ready": ready == ["True"]}


def _containers(status: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [
        {"name": seen.get("name"), "state": seen.get("state"), "restartCount": seen.get("restartCount")}
        for seen in status.get(field) or ()
    ]


def trimmed_deployment(found: Object) -> Object:
    """Its size, who declares that, and its template as text."""
    metadata, spec, status = found["metadata"], found.get("spec") or {}, found.get("status") or {}
    annotations = metadata.get("annotations") or {}
    managers: list[Object] = metadata.get("managedFields") or []
    sizes = ("replicas", "availableReplicas", "updatedReplicas", "observedGeneration")
    return {
        "metadata": {
            **_identity(found),
            "generation": metadata.get("generation"),
            "deletionTimestamp": metadata.get("deletionTimestamp"),
            "annotations": {name: annotations[name] for name in (ANNOTATION_TAKEN_OVER,) if name in annotations},
        },
        "spec": {name: spec.get(name) for name in ("replicas", "paused", "selector")},
        "template": msgspec.json.encode(spec.get("template") or {}),
        "status": {name: status.get(name) for name in sizes},
        "replicasOwner": replicas_owner(managers, annotations.get(LAST_APPLIED)),
        "held": any(entry.get("manager") == MANAGER and owns_replicas(entry) for entry in managers),
    }


def trimmed_pod_template(found: Object) -> Object:
    """The template as text."""
    return {"metadata": _identity(found), "template": msgspec.json.encode(found.get("template") or {})}


def trimmed_autoscaler(found: Object) -> Object:
    """What it scales, the fewest pods that it allows, and whether it asks how busy each pod is."""
    spec = found.get("spec") or {}
    kept = {name: spec.get(name) for name in ("scaleTargetRef", "minReplicas")}
    return {"metadata": _identity(found), "spec": kept, "followsLoad": follows_load(spec.get("metrics") or ())}
