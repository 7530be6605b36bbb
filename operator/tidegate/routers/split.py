"""Two weights in a route: where they are, what they say, and the one patch that changes them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.api.noted import Written, count_of

from .shapes import GATEWAY, Shape, declared_name, leads_to, rules, service_named

FULL = 100

Found = Mapping[str, Any]
Patch = list[dict[str, Any]]
# None: the object declares no weight there.
Declared = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The two Services behind every rule."""

    stable: str
    candidate: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rule holds the two backends, stable's first: JSON pointers, names and weights.

    `name` and `digest` tell the rule from others; `total` is what the two share.
    """

    name: str | None
    digest: str
    at: tuple[str, str]
    names: tuple[tuple[str, str], ...]
    declared: Declared
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


def places(
    found: Found, backends: Backends, rule: str | None = None, shape: Shape = GATEWAY, host: str | None = None
) -> Iterator[Place]:
    """Each rule that holds both backends, found by their names; only the rule of that name where one is given.

    Subsets are those of the host, where one is given.
    """
    namespace = found["metadata"].get("namespace", "")
    for held in rules(found.get("spec") or {}, shape):
        names = [
            service_named(ref, shape, namespace) if host is None or leads_to(ref, host, namespace) else None
            for ref in held.refs
        ]
        both = backends.stable in names and backends.candidate in names
        if not both or rule not in {None, held.name}:
            continue

        indexes = names.index(backends.stable), names.index(backends.candidate)
        stable, candidate = (held.refs[index] for index in indexes)
        weights = stable.get("weight", shape.unset), candidate.get("weight", shape.unset)
        yield Place(
            name=held.name,
            digest=held.digest,
            at=(f"{held.path}/{indexes[0]}", f"{held.path}/{indexes[1]}"),
            names=tuple(
                (f"{held.path}/{index}/{'/'.join(shape.name)}", declared_name(held.refs[index], shape) or "")
                for index in indexes
            ),
            declared=(stable.get("weight"), candidate.get("weight")),
            weights=weights,
            # Beside foreign backends the sum of our two is the user's: their share must not change.
            total=FULL if len(held.refs) == 2 else sum(weights),
        )


def weight_note(revision: str, weight: int, ending: str = "") -> str:
    """Our note of a weight, and of how the rollout ended that it ends."""
    return f"{revision}/{weight}/{ending}" if ending else f"{revision}/{weight}"


def written_weight(note: str) -> Written | None:
    """The revision and weight that we wrote last, by our note of it."""
    revision, _, rest = note.partition("/")
    weight = count_of(rest.partition("/")[0])
    return Written(revision, weight) if revision and weight is not None else None


def written_ending(note: str) -> str:
    """What the same note tells of how a rollout ended; empty where it tells nothing."""
    return note.partition("/")[2].partition("/")[2]


def annotation(found: Found, name: str) -> str:
    """An annotation's text; empty where it is absent."""
    text: str = (found["metadata"].get("annotations") or {}).get(name, "")
    return text


def tests(found: Found, at: Sequence[Place], *, raising: bool) -> Patch:
    """What must still be so when the patch arrives: the names; for a raise the generation too."""
    names: Patch = [operation("test", path, name) for place in at for path, name in place.names]
    if raising:
        names.insert(0, operation("test", "/metadata/generation", found["metadata"]["generation"]))

    return names


def weights(place: Place, pair: Declared) -> Patch:
    """Write both weights of one rule; one that is None is declared no more."""
    changes: Patch = []
    for path, share, before in zip(place.at, pair, place.declared, strict=True):
        if share is not None:
            changes.append(operation("add", f"{path}/weight", share))
        elif before is not None:
            changes.append({"op": "remove", "path": f"{path}/weight"})

    return changes


def notes(found: Found, values: Mapping[str, str]) -> Patch:
    """Set annotations, where there may be none yet: those that came since are not overwritten."""
    path = "/metadata/annotations"
    if found["metadata"].get("annotations") is None:
        return [operation("test", path, None), operation("add", path, dict(values))]

    return [operation("add", note_path(name), value) for name, value in values.items()]


def without_notes(found: Found, *names: str) -> Patch:
    """Take annotations away, where they are there."""
    return [{"op": "remove", "path": note_path(name)} for name in names if annotation(found, name)]


def note_path(name: str) -> str:
    """The JSON pointer of an annotation."""
    return f"/metadata/annotations/{name.replace('~', '~0').replace('/', '~1')}"


# Under which a route of ours is kept whole, as text.
WHOLE = "whole"


def whole_spec(found: Found) -> dict[str, Any]:
    """The spec of a route of ours as the API server stores it."""
    spec: dict[str, Any] = json.loads(found[WHOLE]) if WHOLE in found else found.get("spec") or {}
    return spec


def operation(kind: str, path: str, value: object) -> dict[str, Any]:
    """One RFC 6902 operation."""
    return {"op": kind, "path": path, "value": value}
