"""The managed HTTPRoute: generated and owned whole, so GitOps never fights over its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tidegate.api.names import ANNOTATION_EXPOSED, ANNOTATION_SHAPE, ANNOTATION_WEIGHT

from .drift import changed
from .exposure import NOTHING, Exposure, WrittenExposure, mirror_filter, mirrors
from .hashing import hashed
from .router import Split
from .split import (
    FULL,
    Backends,
    Found,
    Patch,
    Place,
    annotation,
    notes,
    operation,
    places,
    tests,
    weight_note,
    weights,
    whole_spec,
    written_ending,
    written_weight,
)

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
    """The route that is generated from `traffic.gateway`; `exposure` is what the recorded step wants beside weight.

    Rules for requests that match come first, one before each declared rule. They hold both backends too: what takes
    all traffic back from the declared rules takes it back from them, by the same two weights in the same patch.
    """

    name: str
    gateway: Mapping[str, Any]
    backends: Backends
    exposure: Exposure = NOTHING
    kind: str = "HTTPRoute"

    def manifest(
        self,
        metadata: Mapping[str, Any],
        *,
        weight: int,
        revision: str,
        exposed: bool = False,
        noted: bool = False,
    ) -> dict[str, Any]:
        """The whole route. `metadata` has name, namespace, labels and ownerReferences.

        `noted`: a patch left a note of an exposure on it. An apply without the note would not take it away.
        """
        exposure = self.exposure if exposed else NOTHING
        written = self._written(exposure, weight)
        annotations = {
            **OPT_OUT,
            ANNOTATION_WEIGHT: weight_note(revision, weight),
            ANNOTATION_SHAPE: self._shape(),
            **({ANNOTATION_EXPOSED: written.text()} if noted or written != WrittenExposure() else {}),
        }
        return {
            "apiVersion": API_VERSION,
            "kind": "HTTPRoute",
            "metadata": {**metadata, "annotations": annotations},
            "spec": self._spec(exposure, weight),
        }

    def absent(self) -> Split | None:
        """None: the route is to be written."""
        return None

    def split(self, found: Found) -> Split:
        """The candidate's share in every declared rule; none where the backends are not ours, or the rules disagree."""
        rules = found.get("spec", {}).get("rules") or ()
        written = WrittenExposure.of(found)
        # A changed declaration is written at once.
        current = annotation(found, ANNOTATION_SHAPE) == self._shape()
        counted = not current or len(rules) == written.leads + len(self._declared())
        at = list(places(found, self.backends)) if counted and all(map(self._whole, rules)) else []
        shares = {place.share for place in at[written.leads :]}
        drift = self._drift(found, written) if current else ""
        split = Split(
            weight=shares.pop() if len(shares) == 1 else None,
            written=written_weight(annotation(found, ANNOTATION_WEIGHT)),
            ending=written_ending(annotation(found, ANNOTATION_WEIGHT)),
            note=annotation(found, ANNOTATION_EXPOSED),
            current=current,
            drift=drift,
            form=self._form(found) if drift else "",
        )
        return self._with_exposure(split, rules, at, written)

    def _with_exposure(
        self, split: Split, rules: Sequence[Mapping[str, Any]], at: Sequence[Place], written: WrittenExposure
    ) -> Split:
        """The same, with what the candidate gets beside its weight, as the step wants it or not."""
        weight, led = split.weight or 0, [place.share or 0 for place in at[: written.leads]]
        least, most = min(led, default=FULL), max(led, default=0)
        copies = [sum(mirrors(rule, self.backends.candidate).values()) for rule in rules[written.leads :]] or [0]
        wanted = self._written(self.exposure, weight)
        # Rules that were declared anew are written with as many before them: it is still the same exposure.
        same = written if split.current or not written.digest else replace(written, leads=wanted.leads)
        return replace(
            split,
            matched=most > weight,
            mirrored=max(copies) > 0,
            extended=written != WrittenExposure() or max(copies) > 0,
            planned=same == wanted and set(copies) == {wanted.copies} and (least == FULL or not wanted.leads),
            hidden=bool(written.digest) and (least < FULL or min(copies) < written.copies),
            shown=(not written.digest and most > weight) or max(copies) > written.copies,
        )

    def _whole(self, rule: Mapping[str, Any]) -> bool:
        names = [ref.get("name") for ref in rule.get("backendRefs") or ()]
        return names == [self.backends.stable, self.backends.candidate]

    def _drift(self, found: Found, written: WrittenExposure) -> str:
        """The first field that is not as it was written. Weights and copies are told apart: a person may mean them."""
        known = written == WrittenExposure() or written.digest == (self.exposure.digest() or None)
        exposure = self.exposure if known and written.digest else NOTHING
        spec = whole_spec(found)
        # Of a step that is over its rules and cookies stay until the next write: nobody goes by them.
        rules = (spec.get("rules") or [])[0 if known else written.leads :]
        wanted, stored = (
            {**found, "rules": [self._kept(rule, bare=not known) for rule in found["rules"]]}
            for found in (self._spec(exposure, 0), {**spec, "rules": rules})
        )
        return changed(wanted, stored)

    def _kept(self, rule: Mapping[str, Any], *, bare: bool) -> dict[str, Any]:
        """A rule without its weights and copies; `bare`: without what its backends add to answers."""
        left_out = {"weight", "filters"} if bare else {"weight"}
        copying = mirrors(rule, self.backends.candidate)
        refs = [{name: ref[name] for name in ref if name not in left_out} for ref in rule.get("backendRefs") or ()]
        filters = [found for index, found in enumerate(rule.get("filters") or ()) if index not in copying]
        return {**rule, "filters": filters, "backendRefs": refs}

    def _form(self, found: Found) -> str:
        spec = whole_spec(found)
        return hashed({**spec, "rules": [self._kept(rule, bare=False) for rule in spec.get("rules") or ()]})

    def weight_patch(
        self, found: Found, *, weight: int, revision: str, raising: bool, keep: bool = False, ending: str = ""
    ) -> Patch:
        """One RFC 6902 patch for both weights of every rule. A raise also tests the generation, and exposes."""
        if raising and WrittenExposure.of(found) != self._written(self.exposure, weight):
            return self._rewrite(found, weight=weight, revision=revision)

        written = WrittenExposure.of(found)
        on = (keep or raising) and bool(written.digest)
        at = list(places(found, self.backends))
        after = WrittenExposure(
            leads=written.leads,
            copies=written.copies if on and not weight else 0,
            digest=written.digest if on else "",
        )
        return [
            *tests(found, at, raising=raising),
            *(
                change
                for index, place in enumerate(at)
                for change in weights(place, place.split(FULL if on and index < written.leads else weight))
            ),
            *(() if after.copies else self._without_copies(found)),
            *notes(found, {ANNOTATION_WEIGHT: weight_note(revision, weight, ending)}),
            *(() if after == written else notes(found, {ANNOTATION_EXPOSED: after.text()})),
        ]

    def _rewrite(self, found: Found, *, weight: int, revision: str) -> Patch:
        """All rules anew, with those of the recorded step's exposure."""
        at = list(places(found, self.backends))
        values = {ANNOTATION_WEIGHT: weight_note(revision, weight), ANNOTATION_SHAPE: self._shape()}
        return [
            *tests(found, at, raising=True),
            operation("replace", "/spec/rules", self._rules(self.exposure, weight)),
            *notes(found, {**values, ANNOTATION_EXPOSED: self._written(self.exposure, weight).text()}),
        ]

    def _without_copies(self, found: Found) -> Patch:
        """Take away every filter that copies to the candidate, the last first: the others keep their places."""
        return [
            part
            for rule, declared in enumerate(found.get("spec", {}).get("rules") or ())
            for index in sorted(mirrors(declared, self.backends.candidate), reverse=True)
            for part in (
                operation(
                    "test",
                    f"/spec/rules/{rule}/filters/{index}/requestMirror/backendRef/name",
                    self.backends.candidate,
                ),
                {"op": "remove", "path": f"/spec/rules/{rule}/filters/{index}"},
            )
        ]

    def _spec(self, exposure: Exposure, weight: int) -> dict[str, Any]:
        spec = {"parentRefs": list(self.gateway["parentRefs"]), "rules": self._rules(exposure, weight)}
        return {**spec, "hostnames": list(self.gateway["hostnames"])} if self.gateway.get("hostnames") else spec

    def _declared(self) -> list[dict[str, Any]]:
        return list(self.gateway.get("rules") or [{}])

    def _rules(self, exposure: Exposure, weight: int) -> list[dict[str, Any]]:
        """The rules of an exposure first, then those that are declared."""
        declared = self._declared()
        copies = exposure.copies(weight)
        mirror = [mirror_filter(self.backends.candidate, self.backends.port, copies)] if copies else []
        return [
            *exposure.before(declared, partial(self._backend_refs, FULL, exposure)),
            *(
                {**rule, **_filtered(rule, mirror), "backendRefs": self._backend_refs(weight, exposure)}
                for rule in declared
            ),
        ]

    def _backend_refs(self, weight: int, exposure: Exposure) -> list[dict[str, Any]]:
        cookie = {"filters": [exposure.cookie.answered()]} if exposure.cookie else {}
        return [
            {"name": self.backends.stable, "port": self.backends.port, "weight": FULL - weight},
            {"name": self.backends.candidate, "port": self.backends.port, "weight": weight, **cookie},
        ]

    def _written(self, exposure: Exposure, weight: int) -> WrittenExposure:
        """The note of an exposure that is in effect."""
        leads = len(self._declared()) if exposure.conditions else 0
        return WrittenExposure(leads=leads, copies=exposure.copies(weight), digest=exposure.digest())

    def _shape(self) -> str:
        """A hash of what the route should be, but for its weights and what a step exposes."""
        backends = [self.backends.stable, self.backends.candidate, self.backends.port]
        declared = {"gateway": self.gateway, "backends": backends}
        return hashed(declared)


def _filtered(rule: Mapping[str, Any], more: list[dict[str, Any]]) -> dict[str, Any]:
    return {"filters": [*(rule.get("filters") or ()), *more]} if more else {}
