"""Labels that tell whose a series is: exactly for one side, and as one selector for many. It knows no product."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Matcher:
    """A label with this value, between two regular expressions: those are ours, the value is another's words."""

    label: str
    value: str
    before: str = ""
    after: str = ""

    @property
    def pattern(self) -> str:
        """A regular expression for the whole label, as Prometheus and Python read it."""
        return f"{self.before}{literal(self.value)}{self.after}"

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True for a series of this side; a label that is not there is empty, as in PromQL."""
        found = labels.get(self.label, "")
        # Most series are another's, and a pattern costs a hundred times more.
        return self.value in found and _compiled(self.pattern).fullmatch(found) is not None


Matchers = tuple[Matcher, ...]
MEANING = re.compile(r"[^\w-]")


@lru_cache(maxsize=65536)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def literal(text: str) -> str:
    """Text that stands for itself in a regular expression, Prometheus' and Python's."""
    return MEANING.sub(r"\\\g<0>", text)


def quoted(text: str) -> str:
    """Text as a string in PromQL: no value is ever more than a value."""
    return json.dumps(text, ensure_ascii=False)


def equal(label: str, value: str) -> str:
    """A matcher for just this value."""
    return f"{label}={quoted(value)}"


def selector(metric: str, sides: Sequence[Matchers], *more: str) -> str:
    """A selector for the series of all sides, which name the same labels; `more` holds for every one of them.

    It is the product of its labels, so it may match series of nobody's: whose one is, the matchers say.
    """
    labels = [matcher.label for matcher in sides[0]]
    columns = [[side[place] for side in sides] for place in range(len(labels))]
    return f"{metric}{{{','.join(filter(None, (*more, *map(_any_of, columns))))}}}"


def _any_of(matchers: Iterable[Matcher]) -> str:
    """One label of all sides; what is the same around their values is written once."""
    around: dict[tuple[str, str], dict[str, None]] = {}
    label = ""
    for matcher in matchers:
        label = matcher.label
        around.setdefault((matcher.before, matcher.after), {})[matcher.value] = None

    if list(around) == [("", "")] and len(around["", ""]) == 1:
        return equal(label, next(iter(around["", ""])))

    patterns = (f"{before}{_one_of(values)}{after}" for (before, after), values in around.items())
    return f"{label}=~{quoted('|'.join(patterns))}"


def _one_of(values: Iterable[str]) -> str:
    escaped = [literal(value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
