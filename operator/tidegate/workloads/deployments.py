"""A Deployment that a Release takes over: who declares its size, and the patches that take it and give it back."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tidegate.api.names import (
    ANNOTATION_TAKEN_OVER,
    LABEL_DETACHED,
    LABEL_HANDED_OVER,
    LABEL_RELEASE,
    LABEL_REVISION,
)
from tidegate.api.noted import value_of

APPLIES = "Apply"
UPDATES = "Update"
CLIENT_SIDE = "kubectl apply"
# In the names under which Helm 3, Flux's helm-controller, Terraform and others write a chart by updates.
HELM = "helm"
OURS = "tidegate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How the Deployment was when it was taken over, with which revision, how often and when it was emptied."""

    release: str
    replicas: int
    paused: bool
    emptied: int = 0
    proven: str = ""
    emptied_at: str = ""


def note_of(annotations: Mapping[str, str]) -> Note | None:
    """The note on a Deployment; none where there is none, or someone garbled it."""
    return value_of(annotations.get(ANNOTATION_TAKEN_OVER, ""), Note)


def owns_replicas(entry: Mapping[str, Any]) -> bool:
    """True where an entry of managedFields has `spec.replicas`."""
    return _has_replicas(entry) and not entry.get("subresource")


def _has_replicas(entry: Mapping[str, Any]) -> bool:
    return "f:replicas" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})


def owns_paused(entry: Mapping[str, Any]) -> bool:
    """True where an entry of managedFields has `spec.paused`: who set it, not who found it so."""
    return "f:paused" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})


def replicas_owner(managed_fields: Sequence[Mapping[str, Any]], last_applied: str | None) -> str:
    """Who will declare `spec.replicas` again: an applier that has it, kubectl's copy of a manifest with it, or Helm."""
    appliers = _appliers(managed_fields, owns_replicas)
    return next(appliers, "") or _client_side(last_applied, "replicas") or helm_by_updates(managed_fields)


def paused_owner(managed_fields: Sequence[Mapping[str, Any]], last_applied: str | None) -> str:
    """Who will declare `spec.paused` again, whatever it says: an applier that has it, or kubectl's copy of a manifest.

    Nobody can see it of one that updates: false is stored as nothing.
    """
    return next(_appliers(managed_fields, owns_paused), "") or _client_side(last_applied, "paused")


def updated_since_us(managed_fields: Sequence[Mapping[str, Any]]) -> str:
    """Who updated anything of it last, not by server-side apply, and not before our own last write; empty where nobody.

    Of a pause that was taken off no field tells: what is false is stored as nothing.
    """
    ours = max((_time(entry) for entry in managed_fields if entry.get("manager") == OURS), default="")
    updates = (entry for entry in managed_fields if entry.get("operation") == UPDATES and not entry.get("subresource"))
    others = (entry for entry in updates if entry.get("manager") != OURS and _time(entry) >= ours)
    newest = max(others, key=_time, default=None)
    return str(newest.get("manager")) if newest else ""


def sized_by_another_at(managed_fields: Sequence[Mapping[str, Any]]) -> str:
    """When another than us wrote its size last; empty where nobody else has it."""
    others = (entry for entry in managed_fields if entry.get("manager") != OURS and _has_replicas(entry))
    return max(map(_time, others), default="")


def _time(entry: Mapping[str, Any]) -> str:
    return str(entry.get("time") or "")


def size_let_go(managed_fields: Sequence[Mapping[str, Any]], last_applied: str | None) -> bool:
    """True where nobody but us has `spec.replicas`: what a server-side applier drops is nobody's, and is 1."""
    others = (entry for entry in managed_fields if entry.get("manager") != OURS)
    return not any(map(_has_replicas, others)) and not _client_side(last_applied, "replicas")


def _appliers(managed_fields: Sequence[Mapping[str, Any]], owns: Callable[[Mapping[str, Any]], bool]) -> Iterator[str]:
    for entry in managed_fields:
        if entry.get("operation") == APPLIES and entry.get("manager") != OURS and owns(entry):
            yield str(entry.get("manager"))


def helm_by_updates(managed_fields: Sequence[Mapping[str, Any]]) -> str:
    """The name under which Helm wrote `spec.replicas` last, not by server-side apply; empty where another did."""
    names = (
        str(entry.get("manager"))
        for entry in managed_fields
        if entry.get("operation") == UPDATES and owns_replicas(entry)
    )
    return next((name for name in names if HELM in name.lower()), "")


def _client_side(last_applied: str | None, field: str) -> str:
    declared = (value_of(last_applied or "", dict[str, Any]) or {}).get("spec")
    return CLIENT_SIDE if isinstance(declared, dict) and field in declared else ""


def taken_over(note: Note) -> dict[str, Any]:
    """Paused, with the note."""
    return {"metadata": {"annotations": {ANNOTATION_TAKEN_OVER: _text(note)}}, "spec": {"paused": True}}


def emptied(note: Note) -> dict[str, Any]:
    """At 0 replicas, with the note that counts it; paused, for what scaled it up may have resumed it too."""
    return {
        "metadata": {"annotations": {ANNOTATION_TAKEN_OVER: _text(note)}},
        "spec": {"replicas": 0, "paused": True},
    }


def resized(replicas: int) -> dict[str, Any]:
    """At another size. Paused: its pods come back with the template that they had, not with one declared since."""
    return {"spec": {"replicas": replicas, "paused": True}}


def resumed() -> dict[str, Any]:
    """Not paused: at 0 replicas its controller makes no pods of any template."""
    return {"spec": {"paused": None}}


def refilled(replicas: int) -> dict[str, Any]:
    """At its size again, and rolling out its template."""
    return {"spec": {"replicas": replicas, "paused": None}}


def released(*, paused: bool) -> dict[str, Any]:
    """Without the note; paused if it was found so."""
    spec = {"spec": {"paused": True}} if paused else {}
    return {"metadata": {"annotations": {ANNOTATION_TAKEN_OVER: None}}, **spec}


def selected_labels(spec: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, str]:
    """Labels by which a Service selects the Deployment's pods, of this version and of the next: else its template's.

    A Service knows no expressions: it selects by what the template says to the keys that they name.
    """
    selector: Mapping[str, Any] = spec.get("selector") or {}
    labels: dict[str, str] = (template.get("metadata") or {}).get("labels") or {}
    keys = [expression["key"] for expression in selector.get("matchExpressions") or ()]
    named = {key: labels[key] for key in keys if key in labels}
    return {**(selector.get("matchLabels") or {}), **named} or labels


def handed_over(labels: Mapping[str, str], release: str) -> dict[str, Any]:
    """A Service of ours that selects by these labels, and is nobody's: a Release of that name may take it again."""
    return {
        "metadata": {"ownerReferences": None, "labels": {LABEL_RELEASE: None, LABEL_HANDED_OVER: release}},
        "spec": {"selector": {LABEL_RELEASE: None, LABEL_REVISION: None, **labels}},
    }


def detached(labels: Mapping[str, str]) -> dict[str, Any]:
    """A pod of ours that no Service selects by these labels any more."""
    return {"metadata": {"labels": {**dict.fromkeys(labels), LABEL_DETACHED: "true"}}}


def _text(note: Note) -> str:
    return json.dumps(asdict(note), sort_keys=True)
