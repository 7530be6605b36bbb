"""A user's own route, of any kind: two weights are touched while a rollout runs, and nothing else, ever."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tidegate.api.names import ANNOTATION_FOUND, ANNOTATION_WEIGHT

from .as_found import Given, came_since, given_back, rule_found, rules_found
from .notes import Before, found_before, holders, is_note, note, note_names, own_name
from .router import Split
from .shapes import GATEWAY, SHAPES, SUBSETS, Shape, rules
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
    without_notes,
    written_ending,
    written_weight,
)

LEAST_TOTAL = 100
# kubectl, kubectl-client-side-apply, kubectl-edit, kubectl-patch: as each names itself.
BY_HAND = "kubectl"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedRoute:
    """The rule of that name, or every rule that holds both backends where none is named.

    `host`: whose subsets are meant, where the backends are subsets: others may have some of the same names.
    """

    kind: str
    name: str
    release: str
    backends: Backends
    rule: str | None = None
    destination_rule: str | None = None
    host: str | None = None

    def absent(self) -> Split:
        """The user's to create: until then nobody is sent to the candidate by it."""
        what, named = "subsets" if self.destination_rule else "backends", self._named
        remedy = f"create it, with the {what} {named.stable} and {named.candidate}"
        sentence = f"{self.kind} {self.name} is missing: {remedy}"
        return Split(weight=None, written=None, sentence=sentence, attached=True)

    def split(self, found: Found) -> Split:
        """The greatest and the least share over the rules; `sentence` says what the user must add."""
        at = self._places(found, self.rule)
        shares = [place.share or 0 for place in at]
        before, told = found_before(found, self.release), note(found, ANNOTATION_WEIGHT, self.release)
        return Split(
            weight=max(shares, default=None),
            least=min(shares, default=None),
            written=written_weight(told),
            ending=written_ending(told),
            sentence=self._lacking(at),
            attached=True,
            touched=self._touched(found),
            by_git=bool(before) and _declared_again(before, found["metadata"]),
        )

    def _touched(self, found: Found) -> bool:
        """True while a note of this Release is on the route, or our name and nobody's note.

        What another Release holds of it is that one's to give back.
        """
        own = any(annotation(found, name) for name in note_names(found, self.release))
        return own or (bool(found["metadata"].get("ours")) and not holders(found))

    def weight_patch(
        self,
        found: Found,
        *,
        weight: int,
        revision: str,
        raising: bool,
        keep: bool = False,  # noqa: ARG002 - two weights are all there is to keep
        ending: str = "",
    ) -> Patch:
        """Both weights of each rule, and before its first change a note of what they were and who owned them."""
        at = self._places(found, self.rule)
        values = {own_name(ANNOTATION_WEIGHT, self.release): weight_note(revision, weight, ending)}
        if noted := self._noted(found, at):
            values[own_name(ANNOTATION_FOUND, self.release)] = json.dumps(noted)

        return [
            *tests(found, at, raising=raising),
            *(change for place in at for change in weights(place, place.split(weight))),
            *notes(found, values),
        ]

    def restore_patch(self, found: Found) -> Patch:
        """The weights as they were found, of every rule that the note tells of. Empty where they are so.

        The note stays: it tells whose the route is until our name is off it too.
        """
        given = self._given(found)
        changes = [
            change
            for each in given
            if each.weights != each.place.declared
            for change in weights(each.place, each.weights)
        ]
        # Rules that changed their places since they were seen must not get each other's weights.
        return [*tests(found, [each.place for each in given], raising=True), *changes] if changes else []

    def unknown_before(self, found: Found) -> str:
        """Says that rules were changed so much that nobody can tell their weights of before; empty where all is so."""
        lost = found_before(found, self.release).get("lost", self._bare(found))
        unknown = [each for each in self._given(found) if lost or not each.known]
        if not unknown:
            return ""

        why = f"{len(unknown)} of its rules changed during the rollout and cannot be told apart"
        return (
            f"{self.kind} {self.name}: {'the note of its weights of before was lost' if lost else why},"
            f" so {self._named.stable} gets all of their traffic: apply the weights that you want again"
        )

    def claims(self, found: Found | None) -> frozenset[str]:
        """The rules that are its own to write: the one that it names, or where those are that hold its backends."""
        if self.rule is None:
            held = self._places(found, None) if found else ()
            return frozenset(place.at[0].rpartition("/")[0] for place in held)

        named = rules((found or {}).get("spec") or {}, self._shape)
        return frozenset({self.rule, *(rule.path for rule in named if rule.name == self.rule)})

    def _given(self, found: Found) -> list[Given]:
        if self._bare(found):
            # What a candidate has by now nobody declared.
            return [Given(at, at.split(0), known=False) for at in self._places(found, self.rule) if at.share]

        return given_back(rules_found(found_before(found, self.release)), self._places(found, None))

    def _bare(self, found: Found) -> bool:
        """True where we changed the route, and a hand or a tool took the note away of what it was before."""
        return self._touched(found) and not found_before(found, self.release)

    def _noted(self, found: Found, at: Sequence[Place]) -> dict[str, Any]:
        """The note as it is to be written: at first, and where rules came since; empty where it stays as it is."""
        before = found_before(found, self.release)
        if not before:
            return self._note(found, at)

        came = came_since(rules_found(before), at) if "rules" in before else []
        rules = [rule_found(place, lost=bool(place.share)).note() for place in came]
        return {**before, "rules": [*before["rules"], *rules]} if rules else {}

    def _note(self, found: Found, at: Sequence[Place]) -> dict[str, Any]:
        """How the route was, who declared it, and all that it takes to find it and give it back by itself.

        Weights of our own were never found: where they may be, stable's side is noted, and that it is a guess.
        """
        # Once another Release has written its weights, that one's note knows who declared the rules.
        lost = self._bare(found) or (bool(found["metadata"].get("ours")) and any(place.share for place in at))
        others = [before for name in holders(found) if "owner" in (before := found_before(found, name))]
        known: Mapping[str, Any] = others[0] if others else found["metadata"]
        applied = known.get("appliers")
        return {
            "destinationRule": self.destination_rule,
            "host": self.host,
            "owner": known.get("owner"),
            **({"appliers": applied} if applied else {}),
            "rules": [rule_found(place, lost=lost).note() for place in at],
            **({"lost": True} if lost else {}),
        }

    def _places(self, found: Found, rule: str | None) -> list[Place]:
        return list(places(found, self._named, rule, self._shape, self.host))

    @property
    def _shape(self) -> Shape:
        return SUBSETS if self.destination_rule else SHAPES[self.kind]

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


def _declared_again(before: Before, metadata: Mapping[str, Any]) -> bool:
    """True where those declare the rules who declared the route before our first change, the last or not.

    After a rollout our name is off the rules, and until somebody applies them they are nobody's: then who does is Git.
    """
    owner, known = metadata.get("owner"), {before.get("owner"), *(before.get("appliers") or ())}
    if owner in known:
        return True

    return known == {None} and owner in (metadata.get("appliers") or ())


def appliers(managed_fields: list[dict[str, Any]]) -> list[str]:
    """Who declares a part of a route's spec by server-side apply.

    Two that apply the same manifest take the rules from each other each time, for the API server fills in defaults
    there; what has none they own together. Not kubectl: a person who applied the route by it once lowers weights by it.
    """
    applied = [entry for entry in managed_fields if entry.get("operation") == "Apply"]
    declaring = {entry["manager"] for entry in applied if "f:spec" in (entry.get("fieldsV1") or {})}
    return sorted(manager for manager in declaring if not manager.startswith(BY_HAND))


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


def held_route(kind: str, found: Found, backends: Backends, release: str) -> AttachedRoute:
    """A route as a Release's note tells of it, whatever is declared today."""
    before = found_before(found, release)
    return AttachedRoute(
        kind=kind,
        name=found["metadata"]["name"],
        release=release,
        backends=backends,
        destination_rule=before.get("destinationRule"),
        host=before.get("host"),
    )


def held_rules(found: Found, release: str) -> frozenset[str | None]:
    """The names of the rules whose weights a Release changed; None for one that has no name."""
    return frozenset(rule.name for rule in rules_found(found_before(found, release)))


def release_patch(found: Found, manager: str, *notes: str) -> Patch:
    """Take notes off a user's object, and with the last of ours our name off its fields.

    Git tools must not see a second owner.
    """
    annotations = found["metadata"].get("annotations") or {}
    others = [name for name in annotations if is_note(name) and name not in notes]
    disowned = [] if others else _disowned(found["metadata"].get("managedFields") or [], manager)
    return [*disowned, *without_notes(found, *notes)]


def _disowned(managed_fields: list[dict[str, Any]], manager: str) -> Patch:
    field = "/metadata/managedFields"
    ours = [index for index, entry in enumerate(managed_fields) if entry.get("manager") == manager]
    tests = [operation("test", f"{field}/{index}/manager", manager) for index in reversed(ours)]
    if ours and len(ours) == len(managed_fields):
        # The API server takes a list without entries for a slip and keeps the old one; an empty entry clears it.
        return [*tests, operation("replace", field, [{}])]

    removals = [{"op": "remove", "path": f"{field}/{index}"} for index in reversed(ours)]
    return [part for pair in zip(tests, removals, strict=True) for part in pair]
