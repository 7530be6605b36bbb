"""Our notes on a user's object: what each Release wrote there last, and what it found before its first change."""

from collections.abc import Iterator
from typing import TypedDict

from tidegate.api.names import ANNOTATION_FOUND, ANNOTATION_WEIGHT
from tidegate.api.noted import value_of

from .split import Declared, Found, annotation

# What a Release leaves on a user's route while some of it is the Release's to weigh.
KINDS = (ANNOTATION_WEIGHT, ANNOTATION_FOUND)


class RuleNote(TypedDict):
    """A rule as it was found."""

    name: str | None
    digest: str
    weights: Declared


class Before(TypedDict, total=False):
    """An object as it was found: a route's rules, or a DestinationRule's labels of its subsets.

    `weights` is how a Tidegate wrote it that kept no digests. `lost`: noted anew, for the first note was lost.
    """

    release: str | None
    destinationRule: str | None
    host: str | None
    owner: str | None
    appliers: list[str] | None
    rules: list[RuleNote]
    weights: dict[str, Declared] | None
    lost: bool
    stable: dict[str, str] | None
    candidate: dict[str, str] | None


def own_name(kind: str, release: str) -> str:
    """A note of a Release's own: two may weigh two rules of one object. Of 63 characters a Release's name takes 52."""
    return f"{kind}.{release}"


def note_names(found: Found, release: str) -> tuple[str, ...]:
    """All the notes that a Release may have on an object, a Tidegate's too that kept one for all Releases."""
    shared = KINDS if only_note(found).get("release") in {None, release} else ()
    return (*(own_name(kind, release) for kind in KINDS), *shared)


def note(found: Found, kind: str, release: str) -> str:
    """A Release's note of a kind; empty where it has none."""
    of_kind = (name for name in note_names(found, release) if name in {kind, own_name(kind, release)})
    return next(filter(None, (annotation(found, name) for name in of_kind)), "")


def found_before(found: Found, release: str) -> Before:
    """What an object was before a Release's first change; nothing where the note was lost or edited."""
    return _read(note(found, ANNOTATION_FOUND, release))


def only_note(found: Found) -> Before:
    """The same of an object that one Release has whole; its note says which."""
    return _read(annotation(found, ANNOTATION_FOUND))


def holders(found: Found) -> frozenset[str]:
    """The Releases whose notes are on a user's object."""
    names = _noted(found)
    only = only_note(found).get("release")
    return frozenset((*names, only) if isinstance(only, str) else names)


def is_note(name: str) -> bool:
    """True for an annotation that is a note on a user's route."""
    return name in KINDS or name.startswith(tuple(own_name(kind, "") for kind in KINDS))


def _noted(found: Found) -> Iterator[str]:
    """Whose notes there are, by their names."""
    prefixes = [own_name(kind, "") for kind in KINDS]
    for name in found["metadata"].get("annotations") or ():
        yield from (name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix))


def _read(text: str) -> Before:
    return value_of(text, Before) or {}
