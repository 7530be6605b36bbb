"""Weights on the backends of a managed HTTPRoute. It knows no cluster: what is, to what should be."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_SHAPE, ANNOTATION_WEIGHT, LABEL_RELEASE

API_VERSION = "gateway.networking.k8s.io/v1"
FULL = 100

# Flux and Argo CD leave a generated route alone: weights are nobody's drift.
OPT_OUT: Mapping[str, str] = {
    "kustomize.toolkit.fluxcd.io/reconcile": "disabled",
    "helm.toolkit.fluxcd.io/driftDetection": "disabled",
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    "argocd.argoproj.io/sync-options": "Prune=false",
}

Patch = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The two Services behind every rule."""

    stable: str
    candidate: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Whether every parent reports the written generation, and if not, which does not."""

    confirmed: bool
    sentence: str


def route(
    metadata: Mapping[str, Any], gateway: Mapping[str, Any], backends: Backends, *, weight: int, revision: str
) -> dict[str, Any]:
    """The whole managed route. `metadata` has name, namespace and ownerReferences; `gateway` is as declared."""
    rules = gateway.get("rules") or [{}]
    annotations = {
        **OPT_OUT,
        ANNOTATION_WEIGHT: f"{revision}/{weight}",
        ANNOTATION_SHAPE: shape(gateway, backends),
    }
    spec: dict[str, Any] = {
        "parentRefs": list(gateway["parentRefs"]),
        "rules": [{**rule, "backendRefs": _backend_refs(backends, weight)} for rule in rules],
    }
    if gateway.get("hostnames"):
        spec["hostnames"] = list(gateway["hostnames"])

    return {
        "apiVersion": API_VERSION,
        "kind": "HTTPRoute",
        "metadata": {**metadata, "labels": {LABEL_RELEASE: metadata["name"]}, "annotations": annotations},
        "spec": spec,
    }


def shape(gateway: Mapping[str, Any], backends: Backends) -> str:
    """A hash of what the route should be, but for its weights: a changed declaration is written at once."""
    declared = {"gateway": gateway, "backends": [backends.stable, backends.candidate, backends.port]}
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()[:16]


def has_shape(found: Mapping[str, Any], expected: str) -> bool:
    """True when the route was written from this declaration."""
    return bool((found["metadata"].get("annotations") or {}).get(ANNOTATION_SHAPE) == expected)


def live_weight(found: Mapping[str, Any], backends: Backends) -> int | None:
    """The candidate's share in every rule; None where the backends are not ours, or the rules disagree."""
    weights = {_rule_weight(rule, backends) for rule in found.get("spec", {}).get("rules") or ()}
    return weights.pop() if len(weights) == 1 else None


def written_weight(found: Mapping[str, Any]) -> tuple[str, int] | None:
    """The revision and weight that we wrote last, by the route's own annotation."""
    revision, _, weight = (found["metadata"].get("annotations") or {}).get(ANNOTATION_WEIGHT, "").partition("/")
    return (revision, int(weight)) if revision and weight.isdigit() else None


def weight_patch(found: Mapping[str, Any], backends: Backends, *, weight: int, revision: str, raising: bool) -> Patch:
    """One RFC 6902 patch for both weights of every rule. A raise also tests the generation."""
    tests: Patch = [
        _operation("test", f"/spec/rules/{index}/backendRefs/{place}/name", name)
        for index, _ in enumerate(found["spec"]["rules"])
        for place, name in enumerate((backends.stable, backends.candidate))
    ]
    if raising:
        tests.insert(0, _operation("test", "/metadata/generation", found["metadata"]["generation"]))

    writes: Patch = [
        _operation("add", f"/spec/rules/{index}/backendRefs/{place}/weight", share)
        for index, _ in enumerate(found["spec"]["rules"])
        for place, share in enumerate((FULL - weight, weight))
    ]
    return [*tests, *writes, *_annotation(found, f"{revision}/{weight}")]


def confirmation(found: Mapping[str, Any]) -> Confirmation:
    """Every parentRef has a status with Accepted and ResolvedRefs for this generation."""
    reported = (found.get("status") or {}).get("parents") or ()
    for parent in found["spec"].get("parentRefs") or ():
        statuses = [status for status in reported if _same_parent(status.get("parentRef") or {}, parent)]
        if not any(_accepts(status, found["metadata"]["generation"]) for status in statuses):
            return Confirmation(confirmed=False, sentence=_refusal(parent, statuses))

    return Confirmation(confirmed=True, sentence="every parent reports the written generation")


def _backend_refs(backends: Backends, weight: int) -> list[dict[str, Any]]:
    return [
        {"name": backends.stable, "port": backends.port, "weight": FULL - weight},
        {"name": backends.candidate, "port": backends.port, "weight": weight},
    ]


def _rule_weight(rule: Mapping[str, Any], backends: Backends) -> int | None:
    refs = rule.get("backendRefs") or ()
    if [ref.get("name") for ref in refs] != [backends.stable, backends.candidate]:
        return None

    stable, candidate = (ref.get("weight", 1) for ref in refs)
    total = stable + candidate
    return round(FULL * candidate / total) if total else None


def _annotation(found: Mapping[str, Any], value: str) -> Patch:
    annotations = found["metadata"].get("annotations")
    if annotations is None:
        return [_operation("add", "/metadata/annotations", {ANNOTATION_WEIGHT: value})]

    return [_operation("add", f"/metadata/annotations/{ANNOTATION_WEIGHT.replace('/', '~1')}", value)]


def _operation(kind: str, path: str, value: object) -> dict[str, Any]:
    return {"op": kind, "path": path, "value": value}


def _same_parent(reported: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    names = ("name", "sectionName", "port")
    same = all(reported.get(name) == declared.get(name) for name in names)
    return same and declared.get("namespace") in {None, reported.get("namespace")}


def _accepts(status: Mapping[str, Any], generation: int) -> bool:
    states = {
        found.get("type"): (found.get("status"), found.get("observedGeneration"))
        for found in status.get("conditions") or ()
    }
    return all(states.get(kind) == ("True", generation) for kind in ("Accepted", "ResolvedRefs"))


def _refusal(parent: Mapping[str, Any], statuses: list[Mapping[str, Any]]) -> str:
    for status in statuses:
        for found in status.get("conditions") or ():
            if found.get("status") == "False":
                return f"parent {parent['name']}: {found.get('type')} is False, {found.get('reason')}"

    return f"parent {parent['name']} has not reported the written generation"
