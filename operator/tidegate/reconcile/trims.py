"""What is kept of each kind that a turn reads, routes apart: the facts, and none of the bulk."""

from typing import Any

import msgspec

from tidegate.api.names import (
    ANNOTATION_AFFINITY,
    ANNOTATION_NODES,
    ANNOTATION_PLAN,
    ANNOTATION_REJECTED,
    ANNOTATION_STARTED,
    ANNOTATION_TAKEN_OVER,
    ANNOTATION_TRACK_CONFIG,
    LABEL_HANDED_OVER,
    LABEL_RELEASE,
)
from tidegate.clients import MANAGER, Object
from tidegate.workloads import (
    NO_NODE,
    allotment_of,
    follows_load,
    helm_by_updates,
    owns_replicas,
    ready_pods,
    references,
    refusal,
    replicas_owner,
)

SERVICE_NAME = "kubernetes.io/service-name"
REPLICA_SET_NOTES = frozenset({ANNOTATION_PLAN, ANNOTATION_STARTED, ANNOTATION_REJECTED})
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


def identity(found: Object) -> dict[str, Any]:
    """What tells an object from others, and whose it is."""
    metadata = found["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "ownerReferences")
    labels = metadata.get("labels") or {}
    ours = {name: labels[name] for name in (LABEL_RELEASE, LABEL_HANDED_OVER, SERVICE_NAME) if name in labels}
    return {**{name: metadata[name] for name in kept if name in metadata}, "labels": ours}


def trimmed_replica_set(found: Object) -> Object:
    """Of the template only what it uses: the rest is in the Release, and is the bulk of it."""
    metadata, spec = found["metadata"], found.get("spec") or {}
    ours = {name: value for name, value in (metadata.get("annotations") or {}).items() if name in REPLICA_SET_NOTES}
    kept = {**identity(found), "annotations": ours, "creationTimestamp": metadata.get("creationTimestamp")}
    kept["labels"], kept["generation"] = metadata.get("labels") or {}, metadata.get("generation")
    sized = {"replicas": spec.get("replicas", 0), "minReadySeconds": spec.get("minReadySeconds", 0)}
    uses = sorted({reference.used for reference in references(spec.get("template") or {})})
    return {"metadata": kept, "spec": sized, "uses": uses, "refusal": refusal(found.get("status") or {})}


def trimmed_daemon_set(found: Object) -> Object:
    """As a ReplicaSet, with its nodes; its size is whether it has any."""
    kept, status = trimmed_replica_set(found), found.get("status") or {}
    annotations = found["metadata"].get("annotations") or {}
    nodes = {name: annotations[name] for name in (ANNOTATION_NODES, ANNOTATION_AFFINITY) if name in annotations}
    kept["metadata"]["annotations"].update(nodes)
    kept["spec"]["replicas"] = int(allotment_of(nodes) != NO_NODE)
    counted = status.get("observedGeneration") == found["metadata"].get("generation")
    return {**kept, "desired": status.get("desiredNumberScheduled") if counted else None}


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
            "podIP": status.get("podIP"),
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
        "metadata": identity(found),
        "spec": {
            "selector": spec.get("selector"),
            "ports": [{name: port.get(name) for name in ports} for port in spec.get("ports") or ()],
        },
    }


def trimmed_slice(found: Object) -> Object:
    """The pods that are ready."""
    names = sorted(ready_pods([found]))
    return {"metadata": identity(found), "endpoints": [{"targetRef": {"name": name}} for name in names]}


def trimmed_config(found: Object) -> Object:
    """Its name and version, whose copy it is, and whether its user keeps it out of revisions."""
    metadata = found["metadata"]
    kept = {name: metadata[name] for name in ("name", "namespace", "uid", "resourceVersion")}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if LABEL_RELEASE in labels:
        ours = {name: labels[name] for name in (LABEL_RELEASE, LABEL_HANDED_OVER) if name in labels}
        kept |= {"labels": ours, "ownerReferences": metadata.get("ownerReferences")}

    if ANNOTATION_TRACK_CONFIG in annotations:
        kept["annotations"] = {ANNOTATION_TRACK_CONFIG: annotations[ANNOTATION_TRACK_CONFIG]}

    return {"metadata": kept}


def trimmed_job(found: Object) -> Object:
    """Whose it is, and how it ended."""
    states = (found.get("status") or {}).get("conditions") or ()
    kept = ("type", "status", "reason", "message")
    return {
        "metadata": identity(found),
        "status": {"conditions": [{name: state.get(name) for name in kept} for state in states]},
    }


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
            **identity(found),
            "generation": metadata.get("generation"),
            "deletionTimestamp": metadata.get("deletionTimestamp"),
            "annotations": {name: annotations[name] for name in (ANNOTATION_TAKEN_OVER,) if name in annotations},
        },
        "spec": {name: spec.get(name) for name in ("replicas", "paused", "selector")},
        "template": msgspec.json.encode(spec.get("template") or {}),
        "status": {name: status.get(name) for name in sizes},
        "helmByUpdates": helm_by_updates(managers),
        "replicasOwner": replicas_owner(managers, annotations.get(LAST_APPLIED)),
        "held": any(entry.get("manager") == MANAGER and owns_replicas(entry) for entry in managers),
    }


def trimmed_pod_template(found: Object) -> Object:
    """The template as text."""
    return {"metadata": identity(found), "template": msgspec.json.encode(found.get("template") or {})}


def trimmed_autoscaler(found: Object) -> Object:
    """What it scales, the fewest pods that it allows, and whether it asks how busy each pod is."""
    spec = found.get("spec") or {}
    kept = {name: spec.get(name) for name in ("scaleTargetRef", "minReplicas")}
    return {"metadata": identity(found), "spec": kept, "followsLoad": follows_load(spec.get("metrics") or ())}
