"""A user's own route, of any kind: two weights are touched while a rollout runs, and nothing else, ever."""

import json
from dataclasses import dataclass, replace
from typing import Any

from tidegate.api.names import ANNOTATION_FOUND, ANNOTATION_WEIGHT

from .router import Split
from .shapes import GATEWAY, SHAPES, SUBSETS, Shape
from .split import (
    FULL,
    Backends,
    Declared,
    Found,
    Patch,
    Place,
    annotation,
    found_before,
    notes,
    operation,
    places,
    tests,
    weights,
    without_notes,
    written_weight,
)

LEAST_TOTAL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedRoute:
    """The rule of that name, or every rule that holds both backends where none is named."""

    kind: str
    name: str
    backends: Backends
    rule: str | None = None
    destination_rule: str | None = None

    def absent(self) -> Split:
        """The user's to create: until then nobody is sent to the candidate by it."""
        return Split(weight=None, written=None, sentence=f"{self.kind} {self.name} is missing", attached=True)

    def split(self, found: Found) -> Split:
        """The greatest and the least share over the rules; `sentence` says what the user must add."""
        at = self._places(found)
        shares = [place.share or 0 for place in at]
        before = found_before(found)
        return Split(
            weight=max(shares, default=None),
            least=min(shares, default=None),
            written=written_weight(found),
            sentence=self._lacking(at),
            attached=True,
            touched=bool(written_weight(found)) or bool(found["metadata"].get("ours")),
            by_git=bool(before) and before.get("owner") == found["metadata"].get("owner"),
        )

    def weight_patch(
        self,
        found: Found,
        *,
        weight: int,
        revision: str,
        raising: bool,
        keep: bool = False,  # noqa: ARG002 - two weights are all there is to keep
    ) -> Patch:
        """Both weights of each rule, and at the first time a note of what they were and who owned them."""
        at = self._places(found)
        values = {ANNOTATION_WEIGHT: f"{revision}/{weight}"}
        if not annotation(found, ANNOTATION_FOUND):
            before = {place.key: place.declared for place in at}
            values[ANNOTATION_FOUND] = json.dumps({"owner": found["metadata"].get("owner"), "weights": before})

        return [
            *tests(found, at, raising=raising),
            *(change for place in at for change in weights(place, place.split(weight))),
            *notes(found, values),
        ]

    def restore_patch(self, found: Found) -> Patch:
        """The weights as they were found, and our notes gone. Empty where nothing of ours is left."""
        at = self._places(found)
        before: dict[str, Declared] = found_before(found).get("weights", {})
        changes = [
            change
            for place in at
            if (pair := before.get(place.key)) and tuple(pair) != place.declared
            for change in weights(place, (pair[0], pair[1]))
        ]
        gone = without_notes(found, ANNOTATION_WEIGHT, ANNOTATION_FOUND)
        return [*tests(found, at, raising=False), *changes, *gone] if gone or changes else []

    def _places(self, found: Found) -> list[Place]:
        shape = SUBSETS if self.destination_rule else SHAPES[self.kind]
        return list(places(found, self._named, self.rule, shape))

    @property
    def _named(self) -> Backends:
        """How the route names the two: as Services, or as subsets."""
        if self.destination_rule is None:
            return self.backends

        return replace(self.backends, stable="stable", candidate="candidate")

    def _lacking(self, at: list[Place]) -> str:
        rule = f"rule {self.rule}" if self.rule else "no rule"
        lacks = "lacks" if self.rule else "has"
        named, what = self._named, "subsets" if self.destination_rule else "backends"
        if not at:
            return (
                f"{self.kind} {self.name}: {rule} {lacks} both {what} {named.stable} and "
                f"{named.candidate}: declare them with the weights {FULL} and 0"
            )

        if small := [place for place in at if place.total < LEAST_TOTAL]:
            return (
                f"{self.kind} {self.name}: beside other backends the weights of {named.stable} and "
                f"{named.candidate} must sum to at least {LEAST_TOTAL}, not {small[0].total}"
            )

        return ""


def rules_owner(managed_fields: list[dict[str, Any]], shape: Shape = GATEWAY) -> str | None:
    """Who declared a route's rules last: each list is atomic, so it has one owner at a time among appliers."""
    owners = [
        (entry.get("time", ""), entry.get("manager", ""))
        for entry in managed_fields
        if any(_owns(entry, field, shape) for field in shape.rules)
    ]
    return max(owners)[1] if owners else None


def _owns(entry: dict[str, Any], field: str, shape: Shape) -> bool:
    """True where a manager owns the backends: the list of rules, or the list in the one rule that a kind has."""
    owned = ((entry.get("fieldsV1") or {}).get("f:spec") or {}).get(f"f:{field}")
    return owned is not None and (not owned or f"f:{shape.refs}" in owned)


def release_patch(managed_fields: list[dict[str, Any]], manager: str) -> Patch:
    """Take our name off the fields of a user's object: Git tools must not see a second owner."""
    ours = [index for index, entry in enumerate(managed_fields) if entry.get("manager") == manager]
    if ours and len(ours) == len(managed_fields):
        # The API server takes a list without entries for a slip and keeps the old one; an empty entry clears it.
        field = "/metadata/managedFields"
        tested = [operation("test", f"{field}/{index}/manager", manager) for index in ours]
        return [*tested, operation("replace", field, [{}])]

    return [
        part
        for index in reversed(ours)
        for part in (
            operation("test", f"/metadata/managedFields/{index}/manager", manager),
            {"op": "remove", "path": f"/metadata/managedFields/{index}"},
        )
    ]
