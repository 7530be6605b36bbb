"""The variables of a query: what `KNOWN` names, filled in for one Release at one instant."""

import re
from collections.abc import Mapping
from datetime import timedelta

from tidegate.api import InvalidSpec, format_duration
from tidegate.api.names import pod_names

VARIABLE = re.compile(r"\$([a-z_]+)")
# Other tools' ways to write one, which nobody fills in here.
FOREIGN = re.compile(r"\$\{\w+\}|\{\{\s*[\w.$-]+\s*\}\}|\$[A-Z]\w*")
# Each variable and what it stands for.
KNOWN = {
    "namespace": "the Release's namespace",
    "release": "the Release's name",
    "stable_pods": "a regular expression for the names of stable's pods: use it with `=~`, which PromQL anchors",
    "candidate_pods": "a regular expression for the names of the candidate's pods: use it with `=~`",
    "stable_revision": "stable's revision, also in its pods' label `tidegate.dev/revision`",
    "candidate_revision": "the candidate's revision, also in its pods' label `tidegate.dev/revision`",
    "weight": "the candidate's live weight, 0 to 100",
    "window": "the time since the candidate's first weight, at most a minute or the source's `window`: for `[$window]`",
    "window_seconds": "the same time as a whole number of seconds",
}
PATTERNS = frozenset({"stable_pods", "candidate_pods"})


def check(field: str, text: str, *, also: frozenset[str] = frozenset()) -> None:
    """Raise InvalidSpec for a variable that nobody fills in: its query would match nothing, for ever."""
    if foreign := FOREIGN.search(text):
        raise InvalidSpec(field, f"has {foreign[0]}, which nobody fills in: a variable is written as $namespace")

    unknown = sorted(set(VARIABLE.findall(text)) - KNOWN.keys() - also)
    if unknown:
        names = ", ".join(f"${name}" for name in sorted(KNOWN.keys() | also))
        raise InvalidSpec(field, f"has the unknown variable ${unknown[0]}; there are {names}")


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
