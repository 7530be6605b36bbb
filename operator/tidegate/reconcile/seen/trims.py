"""What is kept of each kind that a turn reads, routes apart: the facts, and none of the bulk."""

from typing import Any

import msgspec

from tidegate.api.names import (
    ANNOTATION_AFFINITY,
    ANNOTATION_CHECK,
    ANNOTATION_ENDING,
    ANNOTATION_NODES,
    ANNOTATION_PLAN,
    ANNOTATION_READ_LOGS,
    ANNOTATION_REJECTED,
    ANNOTATION_STARTED,
    ANNOTATION_STEP,
    ANNOTATION_TAKEN_OVER,
    ANNOTATION_TARGET_PORT,
    ANNOTATION_TRACK_CONFIG,
    LABEL_HANDED_OVER,
    LABEL_OBJECTIVE,
    LABEL_RELEASE,
    LABEL_REVISION,
)
from tidegate.clients import MANAGER, Object, shallow
from tidegate.workloads import (
    NO_NODE,
    affinity_of,
    allotment_of,
    follows_load,
    helm_by_updates,
    owns_paused,
    owns_replicas,
    paused_owner,
    placement_of,
    port_names,
    ready_pods,
    references,
    refusal,
    replicas_owner,
    size_let_go,
    sized_by_another_at,
    updated_since_us,
)

SERVICE_NAME = "kubernetes.io/service-name"
REPLICA_SET_NOTES = frozenset(
    {ANNOTATION_PLAN, ANNOTATION_STARTED, ANNOTATION_REJECTED, ANNOTATION_ENDING, ANNOTATION_TARGET_PORT}
)
JOB_NOTES = frozenset({ANNOTATION_CHECK, ANNOTATION_STARTED, ANNOTATION_STEP})
DEEPEST = 100
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def plain(found: Object) -> Object:
    """Everything but the bookkeeping of field managers, which is half of many objects."""
    found["metadata"].pop("managedFields", None)
    return found


def trimmed_release(found: Object) -> Object:
    """Without kubectl's copy of the whole declaration; the spec as text, an eighth of its size as objects.

    What is nested so deep that `api` refuses it is not kept whole: whoever reads a spec may go down with each level.

    `scaled`: its size was written by an autoscaler, by `kubectl scale`, or by us.
    """
    scaled = any(_scales(entry) for entry in found["metadata"].get("managedFields") or ())
    plain(found)
    (found["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    return {**found, "spec": shallow(msgspec.json.encode(found["spec"]), DEEPEST), "scaled": scaled}


def unread_release(found: Object, error: Exception) -> Object:
    """A Release that cannot be trimmed: without its spec, and with the words that its status gets for it."""
    return {**found, "spec": b"{}", "scaled": False, "unread": f"cannot be read: {type(error).__name__}: {error}"}


def _scales(entry: Object) -> bool:
    return entry.get("subresource") == "scale" or (entry.get("manager") == MANAGER and owns_replicas(entry))


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
    template = spec.get("template") or {}
    uses = sorted({reference.used for reference in references(template)})
    status = found.get("status") or {}
    observed = status.get("observedGeneration") == metadata.get("generation")
    return {
        "metadata": kept,
        "spec": sized,
        "uses": uses,
        "ports": port_names(template.get("spec") or {}),
        "refusal": refusal(status),
        "observed": observed,
    }


def trimmed_daemon_set(found: Object) -> Object:
    """As a ReplicaSet, with its nodes and those that its template allows; its size is whether it has any."""
    kept, status = trimmed_replica_set(found), found.get("status") or {}
    annotations = found["metadata"].get("annotations") or {}
    allotment = allotment_of(annotations)
    template = (found.get("spec") or {}).get("template") or {}
    affinity = affinity_of(annotations, template)
    nodes = {ANNOTATION_NODES: allotment.text(), ANNOTATION_AFFINITY: msgspec.json.encode(affinity).decode()}
    kept["metadata"]["annotations"].update(nodes)
    kept["spec"]["replicas"] = int(allotment != NO_NODE)
    desired = status.get("desiredNumberScheduled") if kept["observed"] else None
    declared = {**(template.get("spec") or {}), "affinity": affinity}
    return {**kept, "desired": desired, "placement": placement_of(declared)}


def trimmed_pod(found: Object) -> Object:
    """The facts that tell whether a pod serves, whose it is, and whether its logs may be read."""
    metadata, status = found["metadata"], found.get("status") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp")
    told = [state for state in status.get("conditions") or () if _tells(state)]
    labels = metadata.get("labels") or {}
    return {
        "metadata": {
            **{name: metadata[name] for name in kept if name in metadata},
            "labels": {name: labels[name] for name in labels if name.startswith("tidegate.dev/")},
        },
        "spec": {"nodeName": (found.get("spec") or {}).get("nodeName")},
        "ports": port_names(found.get("spec") or {}),
        "status": {
            "phase": status.get("phase"),
            "podIP": status.get("podIP"),
            "startTime": status.get("startTime"),
            "conditions": told,
            "initContainerStatuses": _containers(status, "initContainerStatuses"),
            "containerStatuses": _containers(status, "containerStatuses"),
        },
        **({"unread": True} if (metadata.get("annotations") or {}).get(ANNOTATION_READ_LOGS) == "false" else {}),
    }


def trimmed_service(found: Object) -> Object:
    """Whose it is, whom it selects, and its ports."""
    spec, ports = found.get("spec") or {}, ("name", "port", "targetPort", "protocol", "appProtocol")
    return {
        "metadata": identity(found),
        "spec": {
            "selector": spec.get("selector"),
            "ports": [{name: port.get(name) for name in ports} for port in spec.get("ports") or ()],
        },
    }


def trimmed_slice(found: Object) -> Object:
    """The pods that are ready, and whether they have the Service's port."""
    names = sorted(ready_pods([found]))
    endpoints = [{"targetRef": {"name": name}} for name in names]
    return {"metadata": identity(found), "ports": found.get("ports") or [], "endpoints": endpoints}


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
    """Whose it is, which run of what, and how it ended."""
    metadata = found["metadata"]
    labels, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    whose = identity(found)
    ours = {name: labels[name] for name in (LABEL_OBJECTIVE, LABEL_REVISION) if name in labels}
    states = (found.get("status") or {}).get("conditions") or ()
    kept = ("type", "status", "reason", "message")
    return {
        "metadata": {
            **whose,
            "labels": {**whose["labels"], **ours},
            "annotations": {name: notes[name] for name in JOB_NOTES if name in notes},
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "status": {"conditions": [{name: state.get(name) for name in kept} for state in states]},
    }


def trimmed_node(found: Object) -> Object:
    """A node's name, whether it is Ready, and what says which pods may be on it."""
    states = (found.get("status") or {}).get("conditions") or ()
    ready = [state.get("status") for state in states if state.get("type") == "Ready"]
    metadata = found["metadata"]
    kept = {name: metadata[name] for name in ("name", "uid", "resourceVersion")}
    taints = (found.get("spec") or {}).get("taints") or ()
    return {"metadata": kept, "ready": ready == ["True"], "labels": metadata.get("labels") or {}, "taints": taints}


def _tells(state: dict[str, Any]) -> bool:
    """Whether a pod is ready, and why it has no node; that it has one, its `nodeName` says."""
    return state.get("type") == "Ready" or (state.get("type") == "PodScheduled" and state.get("status") == "False")


def _containers(status: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [
        {
            "name": seen.get("name"),
            "state": seen.get("state"),
            "restartCount": seen.get("restartCount"),
            **_last_end(seen),
        }
        for seen in status.get(field) or ()
    ]


def _last_end(container: dict[str, Any]) -> dict[str, Any]:
    """How a container ended that was started again; of most there is nothing to keep."""
    ended = (container.get("lastState") or {}).get("terminated")
    return {"lastState": {"terminated": {name: ended.get(name) for name in ("reason", "finishedAt")}}} if ended else {}


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
        "sizedAt": sized_by_another_at(managers),
        "letGo": size_let_go(managers, annotations.get(LAST_APPLIED)),
        "held": any(entry.get("manager") == MANAGER and owns_replicas(entry) for entry in managers),
        "pausedOwner": paused_owner(managers, annotations.get(LAST_APPLIED)),
        "pauseUnowned": not any(map(owns_paused, managers)),
        "updater": updated_since_us(managers),
        "pausedByUs": any(entry.get("manager") == MANAGER and owns_paused(entry) for entry in managers),
    }


def trimmed_pod_template(found: Object) -> Object:
    """The template as text."""
    return {"metadata": identity(found), "template": msgspec.json.encode(found.get("template") or {})}


def trimmed_autoscaler(found: Object) -> Object:
    """What it scales, the fewest and most pods that it allows, what it asked last, and whether it goes by load."""
    spec, asked = found.get("spec") or {}, (found.get("status") or {}).get("desiredReplicas") or 0
    asked = min(asked, spec.get("maxReplicas") or asked)
    kept = {name: spec.get(name) for name in ("scaleTargetRef", "minReplicas", "maxReplicas")}
    return {
        "metadata": identity(found),
        "spec": kept,
        "asked": asked,
        "followsLoad": follows_load(spec.get("metrics") or ()),
    }
