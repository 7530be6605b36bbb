"""The variables of a query: what `KNOWN` names, filled in for one Release at one instant."""

import re
from collections.abc import Mapping
from datetime import timedelta

from tidegate.api import InvalidSpec, format_duration

VARIABLE = re.compile(r"\$([a-z_]+)")
KNOWN = frozenset(
    {
        "namespace",
        "release",
        "stable_pods",
        "candidate_pods",
        "stable_revision",
        "candidate_revision",
        "weight",
        "window",
    }
)


def check(field: str, promql: str) -> None:
    """Raise InvalidSpec for a variable that nobody fills in: its query would match nothing, for ever."""
    unknown = sorted(set(VARIABLE.findall(promql)) - KNOWN)
    if unknown:
        names = ", ".join(f"${name}" for name in sorted(KNOWN))
        raise InvalidSpec(field, f"has the unknown variable ${unknown[0]}; there are {names}")


def fill(promql: str, values: Mapping[str, str]) -> str:
    """The query as it is asked."""
    return VARIABLE.sub(lambda found: values.get(found.group(1), found.group(0)), promql)


def values(
    *, namespace: str, release: str, stable: str, candidate: str, weight: int, window: timedelta
) -> dict[str, str]:
    """What the variables of one Release stand for. Pods are regular expressions over pod names."""
    return {
        "namespace": namespace,
        "release": release,
        "stable_pods": pods(release, stable),
        "candidate_pods": pods(release, candidate),
        "stable_revision": stable,
        "candidate_revision": candidate,
        "weight": str(weight),
        "window": format_duration(window),
    }


def pods(release: str, revision: str) -> str:
    """A regular expression for the pods of a revision: ReplicaSet's name and five letters."""
    return f"{release}-{revision}-[a-z0-9]+"
