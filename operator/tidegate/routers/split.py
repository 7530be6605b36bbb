"""Two weights in a Gateway API route: where they are, what they say, and the one patch that changes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_WEIGHT

FULL = 100

Found = Mapping[str, Any]
Patch = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The two Services behind every rule."""

    stable: str
    candidate: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rule holds the two backends, and their weights. `total` is what the two share."""

    rule: int
    key: str
    stable: int
    candidate: int
    weights: tuple[int, int]
    total: int = FULL

    @property
    def share(self) -> int | None:
        """The candidate's share of what the two get, in percent; None where both weights are 0."""
        both = sum(self.weights)
        return round(FULL * self.weights[1] / both) if both else None

    def split(self, weight: int) -> tuple[int, int]:
        """Both weights for the candidate's share of `weight` percent."""
        candidate = round(self.total * weight / FULL)
        return self.total - candidate, candidate


def places(found: Found, backends: Backends, rule: str | None = None) -> Iterator[Place]:
    """Each rule that holds both backends, found by their names; only the rule of that name where one is given."""
    for index, declared in enumerate(found.get("spec", {}).get("rules") or ()):
        refs = declared.get("backendRefs") or ()
        names = [ref.get("name") for ref in refs]
        both = backends.stable in names and backends.candidate in names
        if not both or rule not in {None, declared.get("name")}:
            continue

        at = names.index(backends.stable), names.index(backends.candidate)
        weights = refs[at[0]].get("weight", 1), refs[at[1]].get("weight", 1)
        # Beside foreign backends the sum of our two is the user's: their share must not change.
        total = FULL if len(refs) == 2 else sum(weights)
        yield Place(
            rule=index,
            key=declared.get("name") or f"#{index}",
            stable=at[0],
            candidate=at[1],
            weights=weights,
            total=total,
        )


def written_weight(found: Found) -> tuple[str, int] | None:
    """The revision and weight that we wrote last, by the route's own annotation."""
    revision, _, weight = annotation(found, ANNOTATION_WEIGHT).partition("/")
    return (revision, int(weight)) if revision and weight.isdigit() else None


def annotation(found: Found, name: str) -> str:
    """An annotation's text; empty where it is absent."""
    text: str = (found["metadata"].get("annotations") or {}).get(name, "")
    return text


def tests(found: Found, backends: Backends, at: list[Place], *, raising: bool) -> Patch:
    """What must still be so when the patch arrives: the names; for a raise the generation too."""
    names: Patch = [
        operation("test", f"/spec/rules/{place.rule}/backendRefs/{index}/name", name)
        for place in at
        for index, name in ((place.stable, backends.stable), (place.candidate, backends.candidate))
    ]
    if raising:
        names.insert(0, operation("test", "/metadata/generation", found["metadata"]["generation"]))

    return names


def weights(place: Place, pair: tuple[int, int]) -> Patch:
    """Write both weights of one rule."""
    return [
        operation("add", f"/spec/rules/{place.rule}/backendRefs/{index}/weight", share)
        for index, share in zip((place.stable, place.candidate), pair, strict=True)
    ]


def notes(found: Found, values: Mapping[str, str]) -> Patch:
    """Set annotations, where there may be none yet."""
    if found["metadata"].get("annotations") is None:
        return [operation("add", "/metadata/annotations", dict(values))]

    return [operation("add", note_path(name), value) for name, value in values.items()]


def note_path(name: str) -> str:
    """The JSON pointer of an annotation."""
    return f"/metadata/annotations/{name.replace('~', '~0').replace('/', '~1')}"


def operation(kind: str, path: str, value: object) -> dict[str, Any]:
    """One RFC 6902 operation."""
    return {"op": kind, "path": path, "value": value}
