"""How the rules of a user's route were before the first change, and which of today's rules each of them is."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .notes import Before
from .split import Declared, Place

# How a Tidegate that kept no digests wrote a rule without a name: by its index, or by the one list that a kind has.
UNNAMED = re.compile(r"[a-z]+/\d+|weighted")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFound:
    """One rule of a note. Its digest is empty in the note of a Tidegate that kept none."""

    name: str | None
    digest: str
    weights: Declared

    def note(self) -> dict[str, Any]:
        return {"name": self.name, "digest": self.digest, "weights": self.weights}


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule of today gets back. `known` is False where nobody can tell, and stable gets all."""

    place: Place
    weights: Declared
    known: bool = True


def rule_found(place: Place, *, lost: bool = False) -> RuleFound:
    """A rule as it is before its first change; one that may have been changed already gets all back to stable."""
    return RuleFound(name=place.name, digest=place.digest, weights=place.split(0) if lost else place.declared)


def rules_found(before: Before) -> list[RuleFound]:
    """The rules that a note tells of, in the order of the route as it was."""
    if "rules" in before:
        return [
            RuleFound(name=rule["name"], digest=rule["digest"], weights=rule["weights"]) for rule in before["rules"]
        ]

    return [
        RuleFound(name=None if UNNAMED.fullmatch(key) else key, digest="", weights=weights)
        for key, weights in (before.get("weights") or {}).items()
    ]


def given_back(before: Sequence[RuleFound], at: Sequence[Place]) -> list[Given]:
    """What each rule of today gets, whatever its index is.

    By its name where only one has it; else by what it is, in order among equal ones; else by what is left.
    """
    pairs = _pairs(before, at)
    rules, places = _left(before, at, pairs)
    return [*(Given(place, rule.weights) for rule, place in pairs), *_of_the_rest(rules, _within(before, places))]


def came_since(before: Sequence[RuleFound], at: Sequence[Place]) -> list[Place]:
    """The rules of today that a note does not tell of; none where one that it tells of may be among them."""
    rules, places = _left(before, at, _pairs(before, at))
    return [] if rules else places


def _pairs(before: Sequence[RuleFound], at: Sequence[Place]) -> list[tuple[RuleFound, Place]]:
    pairs = list(_by_name(before, at))
    return [*pairs, *_by_digest(*_left(before, at, pairs))]


def _by_name(rules: Sequence[RuleFound], places: Sequence[Place]) -> Iterator[tuple[RuleFound, Place]]:
    for held, now in _groups(rules, places, lambda rule: rule.name):
        if len(held) == len(now) == 1:
            yield held[0], now[0]


def _by_digest(rules: Sequence[RuleFound], places: Sequence[Place]) -> Iterator[tuple[RuleFound, Place]]:
    for held, now in _groups(rules, places, lambda rule: rule.digest):
        if len(held) == len(now):
            yield from zip(held, now, strict=True)


def _groups(
    rules: Sequence[RuleFound], places: Sequence[Place], key: Callable[[RuleFound | Place], str | None]
) -> Iterator[tuple[list[RuleFound], list[Place]]]:
    for value in dict.fromkeys(map(key, rules)):
        if value:
            yield [rule for rule in rules if key(rule) == value], [place for place in places if key(place) == value]


def _left(
    rules: Sequence[RuleFound], places: Sequence[Place], pairs: Sequence[tuple[RuleFound, Place]]
) -> tuple[list[RuleFound], list[Place]]:
    """The rules and places that have found no partner."""
    found, taken = [id(rule) for rule, _ in pairs], [id(place) for _, place in pairs]
    return [rule for rule in rules if id(rule) not in found], [place for place in places if id(place) not in taken]


def _within(before: Sequence[RuleFound], places: Sequence[Place]) -> list[Place]:
    """Those that a Release may have weighed: rules of the names in the note, or every rule where one has no name."""
    names = {rule.name for rule in before}
    return [place for place in places if None in names or place.name in names]


def _of_the_rest(rules: Sequence[RuleFound], places: Sequence[Place]) -> list[Given]:
    """Rules that changed since, or came: one pair for all where that can be no wrong split, else all to stable."""
    if not rules:
        return []

    weights = rules[0].weights
    alike = all(rule.weights == weights for rule in rules)
    if alike and (len(places) <= len(rules) or weights[1] == 0):
        return [Given(place, weights) for place in places]

    return [Given(place, place.split(0), known=False) for place in places]
