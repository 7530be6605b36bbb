"""A canary Ingress beside a user's own: the same hosts and paths with a weight, there only while a rollout runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_SHAPE, ANNOTATION_WEIGHT
from tidegate.api.noted import count_of

from .drift import changed
from .hashing import hashed
from .managed import OPT_OUT
from .router import Split
from .split import Backends, Found, Patch, annotation, notes, operation, weight_note, written_ending, written_weight

CANARY = "nginx.ingress.kubernetes.io/canary"
CANARY_WEIGHT = "nginx.ingress.kubernetes.io/canary-weight"
CANARY_AFFINITY = "nginx.ingress.kubernetes.io/affinity-canary-behavior"
# Else it inherits a cookie of the user's Ingress, and keeps whom it has served once, at weight 0 too.
BY_WEIGHT_ALONE = "legacy"
CLASS = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryIngress:
    """The Ingress of that name is Tidegate's; `users` is the one that it stands beside, None where that is missing."""

    name: str
    beside: str
    users: Found | None
    backends: Backends
    kind: str = "Ingress"

    def manifest(
        self,
        metadata: Mapping[str, Any],
        *,
        weight: int,
        revision: str,
        exposed: bool = False,  # noqa: ARG002 - a weight is all that a canary Ingress shows
        noted: bool = False,  # noqa: ARG002
    ) -> dict[str, Any]:
        """The whole canary Ingress. `metadata` has name, namespace, labels and ownerReferences."""
        annotations = {
            **OPT_OUT,
            **self._class(),
            CANARY: "true",
            CANARY_WEIGHT: str(weight),
            CANARY_AFFINITY: BY_WEIGHT_ALONE,
            ANNOTATION_WEIGHT: weight_note(revision, weight),
            ANNOTATION_SHAPE: self._shape(),
        }
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {**metadata, "annotations": annotations},
            "spec": self._spec(),
        }

    def absent(self) -> Split:
        """No canary Ingress: all traffic is stable's, if there is an Ingress for it at all."""
        lacking = self._lacking()
        return Split(weight=None if lacking else 0, written=None, sentence=lacking, attached=True)

    def split(self, found: Found) -> Split:
        """The weight that it declares; an edit of the user's Ingress makes it one to be written anew."""
        weight = count_of(annotation(found, CANARY_WEIGHT)) if annotation(found, CANARY) == "true" else None
        current = weight is not None and self._leads_to_it(found)
        drift = self._drift(found) if current else ""
        return Split(
            weight=weight or 0,
            written=written_weight(annotation(found, ANNOTATION_WEIGHT)),
            ending=written_ending(annotation(found, ANNOTATION_WEIGHT)),
            current=current,
            drift=drift,
            form=hashed(found["spec"]) if drift else "",
            sentence=self._lacking(),
            attached=True,
            touched=True,
        )

    def weight_patch(
        self,
        found: Found,
        *,
        weight: int,
        revision: str,
        raising: bool,
        keep: bool = False,  # noqa: ARG002 - a weight is all there is to keep
        ending: str = "",
    ) -> Patch:
        """One patch of the weight. An annotation leaves the generation as it is: a raise tests the version."""
        names = [operation("test", path, name) for path, name in _backend_names(found["spec"])]
        version = [operation("test", "/metadata/resourceVersion", found["metadata"]["resourceVersion"])]
        values = {
            CANARY_WEIGHT: str(weight),
            # One that an older version wrote does without it until now.
            CANARY_AFFINITY: BY_WEIGHT_ALONE,
            ANNOTATION_WEIGHT: weight_note(revision, weight, ending),
        }
        return [
            *(version if raising else []),
            *names,
            *notes(found, values),
        ]

    def _drift(self, found: Found) -> str:
        """The first field that someone changed. A cluster may have a class for those that declare none."""
        wanted = self._spec()
        ours = {name: part for name, part in found["spec"].items() if name in wanted or name != "ingressClassName"}
        return changed(wanted, ours)

    def _leads_to_it(self, found: Found) -> bool:
        """True for what we write, where every path leads to the candidate: it may have been edited by hand."""
        ours = annotation(found, ANNOTATION_SHAPE) == self._shape()
        by_weight = annotation(found, CANARY_AFFINITY) == BY_WEIGHT_ALONE
        names = {name for _, name in _backend_names(found["spec"])}
        return ours and by_weight and names <= {self.backends.candidate}

    def _class(self) -> dict[str, str]:
        """The class where it is declared by the annotation of old."""
        name = annotation(self.users, CLASS) if self.users else ""
        return {CLASS: name} if name else {}

    def _spec(self) -> dict[str, Any]:
        """The user's Ingress without the paths that lead elsewhere, and with the candidate behind the others."""
        declared = self.users["spec"] if self.users else {}
        spec = {name: declared[name] for name in ("ingressClassName", "tls") if declared.get(name)}
        if self._is_stable(declared.get("defaultBackend") or {}):
            spec["defaultBackend"] = self._candidate(declared["defaultBackend"])

        rules = [self._rule(rule) for rule in declared.get("rules") or ()]
        return {**spec, "rules": kept} if (kept := [rule for rule in rules if rule["http"]["paths"]]) else spec

    def _rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        paths = (rule.get("http") or {}).get("paths") or ()
        kept = [
            {**path, "backend": self._candidate(path["backend"])} for path in paths if self._is_stable(path["backend"])
        ]
        return {**rule, "http": {"paths": kept}}

    def _is_stable(self, backend: Mapping[str, Any]) -> bool:
        return (backend.get("service") or {}).get("name") == self.backends.stable

    def _candidate(self, backend: Mapping[str, Any]) -> dict[str, Any]:
        return {"service": {**backend["service"], "name": self.backends.candidate}}

    def _lacking(self) -> str:
        if self.users is None:
            return (
                f"Ingress {self.beside} is missing: create it, with a path that leads to Service {self.backends.stable}"
            )

        if not {"rules", "defaultBackend"} & self._spec().keys():
            return f"Ingress {self.beside}: no path leads to Service {self.backends.stable}: declare it as a backend"

        return ""

    def _shape(self) -> str:
        """A hash of what the Ingress should be, but for its weight."""
        declared = {"spec": self._spec(), **self._class()}
        return hashed(declared)


def _backend_names(spec: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Where a canary Ingress names Services, and which."""
    for rule, declared in enumerate(spec.get("rules") or ()):
        for path, held in enumerate((declared.get("http") or {}).get("paths") or ()):
            service = held["backend"].get("service") or {}
            yield f"/spec/rules/{rule}/http/paths/{path}/backend/service/name", service.get("name")
