"""The variables of a query, filled in for one Release at one instant."""

import re
from collections.abc import Mapping
from datetime import timedelta

from tidegate.api import InvalidSpec, format_duration
from tidegate.api.names import pod_names
from tidegate.api.query_variables import FOREIGN_VARIABLE, KNOWN, NAME, foreign, unknown

VARIABLE = re.compile(rf"\$({NAME})")
FOREIGN = re.compile(FOREIGN_VARIABLE)
PATTERNS = frozenset({"stable_pods", "candidate_pods"})


def check(field: str, text: str, *, also: frozenset[str] = frozenset()) -> None:
    """Raise InvalidSpec for a variable that nobody fills in: its query would match nothing, for ever."""
    if written := FOREIGN.search(text):
        raise InvalidSpec(field, foreign(written[0]))

    names = KNOWN.keys() | also
    if lost := [name for name in VARIABLE.findall(text) if name not in names]:
        raise InvalidSpec(field, unknown(f"${lost[0]}", names))


def without_patterns(words: str, language: str) -> None:
    """Raise InvalidSpec for a regular expression in a language that has none: it would match nothing, for ever."""
    lost = sorted(PATTERNS & set(VARIABLE.findall(words)))
    if lost:
        why = f"${lost[0]} is a regular expression, and {language} have none: use $candidate_revision"
        raise InvalidSpec("query.text", why)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The query as it is asked."""
    return VARIABLE.sub(lambda found: values.get(found.group(1), found.group(0)), text)


def values(
    *, namespace: str, release: str, stable: str, candidate: str, weight: int, window: timedelta
) -> dict[str, str]:
    """What the variables of one Release stand for. Pods are regular expressions over pod names."""
    return {
        "namespace": namespace,
        "release": release,
        "stable_pods": pod_names(release, stable),
        "candidate_pods": pod_names(release, candidate),
        "stable_revision": stable,
        "candidate_revision": candidate,
        "weight": str(weight),
        "window": format_duration(window),
        "window_seconds": str(int(window.total_seconds())),
    }
