"""What is kept of the routes that a turn reads, and of what they lead through: no matches, no filters."""

from typing import Any

import msgspec

from tidegate.api.names import (
    ANNOTATION_EXPOSED,
    ANNOTATION_FOUND,
    ANNOTATION_SHAPE,
    ANNOTATION_SUBSETS,
    ANNOTATION_WEIGHT,
    API_VERSION,
)
from tidegate.clients import MANAGER, Object
from tidegate.routers import (
    CANARY,
    CANARY_AFFINITY,
    CANARY_WEIGHT,
    CLASS,
    DIGEST,
    GATEWAY,
    WHOLE,
    Shape,
    appliers,
    digest,
    is_note,
    rules_owner,
)

from .trims import identity

ROUTE_NOTES = (ANNOTATION_WEIGHT, ANNOTATION_EXPOSED, ANNOTATION_SHAPE, ANNOTATION_FOUND, ANNOTATION_SUBSETS)
CANARY_NOTES = (*ROUTE_NOTES, CLASS, CANARY, CANARY_WEIGHT, CANARY_AFFINITY)
REF = ("name", "kind", "namespace", "weight", "destination")


def trimmed_route(found: Object, shape: Shape = GATEWAY) -> Object:
    """The backends and what the parents report of them; matches and filters are the data plane's affair."""
    metadata, spec = found["metadata"], found.get("spec") or {}
    managers: list[Object] = metadata.get("managedFields") or []
    parents = [
        {
            "parentRef": parent.get("parentRef"),
            "controllerName": parent.get("controllerName"),
            "conditions": [_state(state) for state in parent.get("conditions") or ()],
        }
        for parent in (found.get("status") or {}).get("parents") or ()
    ]
    return {
        "metadata": {
            **_attached_identity(found),
            "owner": rules_owner(managers, shape),
            "appliers": appliers(managers),
        },
        "spec": {
            "parentRefs": spec.get("parentRefs"),
            **{field: trimmed_rules(spec, field, shape) for field in shape.rules},
        },
        "status": {"parents": parents},
        **({WHOLE: msgspec.json.encode(spec)} if _is_made(metadata) else {}),
    }


def _is_made(metadata: Object) -> bool:
    """True for a route that was made for a Release: of that nothing is a user's affair."""
    owners = metadata.get("ownerReferences") or ()
    return any(owner.get("kind") == "Release" and owner.get("apiVersion") == API_VERSION for owner in owners)


def trimmed_destination_rule(found: Object) -> Object:
    """Its host, and the names and labels of its subsets; how a mesh treats them is the mesh's affair."""
    spec = found.get("spec") or {}
    declared = spec.get("subsets") or ()
    kept = [{name: subset[name] for name in ("name", "labels") if name in subset} for subset in declared]
    return {"metadata": _attached_identity(found), "spec": {"host": spec.get("host"), "subsets": kept}}


def _attached_identity(found: Object) -> Object:
    """What tells a user's object from others, our notes on it, and whether we own a field of it."""
    metadata = found["metadata"]
    annotations = metadata.get("annotations")
    ours = {name: text for name, text in (annotations or {}).items() if name in ROUTE_NOTES or is_note(name)}
    managers: list[Object] = metadata.get("managedFields") or []
    return {
        **identity(found),
        "generation": metadata.get("generation"),
        "annotations": ours if annotations is not None else None,
        "ours": any(entry.get("manager") == MANAGER for entry in managers),
    }


def trimmed_ingress(found: Object) -> Object:
    """Hosts, paths and backends, and the notes of a canary."""
    metadata = found["metadata"]
    annotations = metadata.get("annotations") or {}
    kept = {name: annotations[name] for name in CANARY_NOTES if name in annotations}
    return {
        "metadata": {**identity(found), "generation": metadata.get("generation"), "annotations": kept},
        "spec": found.get("spec") or {},
    }


def trimmed_rules(spec: Object, field: str, shape: Shape) -> Any:
    """The rules of one field of a spec: a list of them, or the one that a kind has."""
    declared = spec.get(field) or ()
    if isinstance(declared, dict):
        return trimmed_rule(declared, shape)

    return [trimmed_rule(rule, shape) for rule in declared]


def trimmed_rule(rule: Object, shape: Shape) -> Object:
    """A rule's name, its backends with their weights, and where it copies requests to; of the rest a hash."""
    refs, filters = rule.get(shape.refs) or (), rule.get("filters") or ()
    kept = [{name: ref[name] for name in REF if name in ref} for ref in refs]
    mirrors = [{"requestMirror": found["requestMirror"]} if "requestMirror" in found else {} for found in filters]
    copied = {"filters": mirrors} if any(mirrors) else {}
    return {"name": rule.get("name"), DIGEST: digest(rule, shape), shape.refs: kept, **copied}


def _state(state: Object) -> Object:
    return {name: state.get(name) for name in ("type", "status", "reason", "observedGeneration")}


def trimmed_gateway_class(found: Object) -> Object:
    """Who serves it, and the names of what that supports: objects with a name, or plain names in older versions."""
    features = (found.get("status") or {}).get("supportedFeatures") or ()
    names = {feature["name"] if isinstance(feature, dict) else feature for feature in features}
    return {
        "metadata": identity(found),
        "controller": (found.get("spec") or {}).get("controllerName", ""),
        "features": sorted(names),
    }
