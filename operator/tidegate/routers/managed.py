"""The managed HTTPRoute: generated and owned whole, so GitOps never fights over its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_SHAPE, ANNOTATION_WEIGHT

from .router import Split
from .split import FULL, Backends, Found, Patch, annotation, hashed, notes, places, tests, weights, written_weight

API_VERSION = "gateway.networking.k8s.io/v1"

# Flux and Argo CD leave a generated route alone: weights are nobody's drift.
OPT_OUT: Mapping[str, str] = {
    "kustomize.toolkit.fluxcd.io/reconcile": "disabled",
    "helm.toolkit.fluxcd.io/driftDetection": "disabled",
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    "argocd.argoproj.io/sync-options": "Prune=false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedRoute:
    """The route that is generated from `traffic.gateway`, as declared."""

    name: str
    gateway: Mapping[str, Any]
    backends: Backends
    kind: str = "HTTPRoute"

    def manifest(self, metadata: Mapping[str, Any], *, weight: int, revision: str) -> dict[str, Any]:
        """The whole route. `metadata` has name, namespace, labels and ownerReferences."""
        annotations = {
            **OPT_OUT,
            ANNOTATION_WEIGHT: f"{revision}/{weight}",
            ANNOTATION_SHAPE: self._shape(),
        }
        rules = self.gateway.get("rules") or [{}]
        spec: dict[str, Any] = {
            "parentRefs": list(self.gateway["parentRefs"]),
            "rules": [{**rule, "backendRefs": _backend_refs(self.backends, weight)} for rule in rules],
        }
        if self.gateway.get("hostnames"):
            spec["hostnames"] = list(self.gateway["hostnames"])

        return {
            "apiVersion": API_VERSION,
            "kind": "HTTPRoute",
            "metadata": {**metadata, "annotations": annotations},
            "spec": spec,
        }

    def absent(self) -> Split | None:
        """None: the route is to be written."""
        return None

    def split(self, found: Found) -> Split:
        """The candidate's share in every rule; none where the backends are not ours, or the rules disagree."""
        rules = found.get("spec", {}).get("rules") or ()
        ours = [self.backends.stable, self.backends.candidate]
        whole = all([ref.get("name") for ref in rule.get("backendRefs") or ()] == ours for rule in rules)
        shares = {place.share for place in places(found, self.backends)} if whole else set()
        return Split(
            weight=shares.pop() if len(shares) == 1 else None,
            written=written_weight(found),
            # A changed declaration is written at once.
            current=annotation(found, ANNOTATION_SHAPE) == self._shape(),
        )

    def weight_patch(self, found: Found, *, weight: int, revision: str, raising: bool) -> Patch:
        """One RFC 6902 patch for both weights of every rule. A raise also tests the generation."""
        at = list(places(found, self.backends))
        return [
            *tests(found, at, raising=raising),
            *(change for place in at for change in weights(place, place.split(weight))),
            *notes(found, {ANNOTATION_WEIGHT: f"{revision}/{weight}"}),
        ]

    def _shape(self) -> str:
        """A hash of what the route should be, but for its weights."""
        backends = [self.backends.stable, self.backends.candidate, self.backends.port]
        declared = {"gateway": self.gateway, "backends": backends}
        return hashed(declared)


def _backend_refs(backends: Backends, weight: int) -> list[dict[str, Any]]:
    return [
        {"name": backends.stable, "port": backends.port, "weight": FULL - weight},
        {"name": backends.candidate, "port": backends.port, "weight": weight},
    ]
