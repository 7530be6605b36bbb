"""The variables of a query by name, and what is said of one that nobody fills in: by us, and by the API server."""

from collections.abc import Iterable

NAME = "[a-z_]+"
# Other tools' ways to write one, which nobody fills in here. Python and the API server's RE2 both read it.
FOREIGN_VARIABLE = r"\$\{\w+\}|\{\{\s*[\w.$-]+\s*\}\}|\$[A-Z]\w*"
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


def unknown(variable: str, names: Iterable[str]) -> str:
    """What is wrong with a variable of another name than these; without its own where that is not known."""
    which = f"the unknown variable {variable}" if variable else "an unknown variable"
    return f"has {which}; there are {', '.join(f'${name}' for name in sorted(names))}"


def foreign(variable: str) -> str:
    """What is wrong with a variable in the manner of another tool."""
    return f"has {variable}, which nobody fills in: a variable is written as $namespace"
