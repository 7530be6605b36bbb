"""The subsets `stable` and `candidate` of a user's DestinationRule: which pods each side of a mesh's route has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from tidegate.api.names import ANNOTATION_FOUND, ANNOTATION_SUBSETS, LABEL_RELEASE, LABEL_REVISION

from .notes import Before, only_note
from .split import Found, Patch, annotation, notes, operation

ROLES: tuple[Literal["stable", "candidate"], ...] = ("stable", "candidate")
# What we leave on a user's DestinationRule while its subsets are ours to point.
SUBSET_NOTES = (ANNOTATION_SUBSETS, ANNOTATION_FOUND)
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsets:
    """What a DestinationRule says of the two: the revisions that they select, and that we let them select last."""

    stable: str | None = None
    candidate: str | None = None
    written: str = ""
    lacking: str = ""
    held: bool = False

    @property
    def current(self) -> bool:
        """True while both select what we let them select, or we never did."""
        return self.written in {"", _written(self)}

    def selects(self, role: str) -> str | None:
        """The revision of a role's subset; None where it selects by other labels."""
        return self.stable if role == "stable" else self.candidate


def subsets(name: str, found: Found | None) -> Subsets:
    """What is found of a DestinationRule of that name."""
    if found is None:
        return Subsets(lacking=f"DestinationRule {name} is missing: create it, with the subsets stable and candidate")

    selected = {role: (labels or {}).get(LABEL_REVISION) for role, labels in _labels(found).items()}
    missing = " and ".join(role for role in ROLES if role not in selected)
    return Subsets(
        stable=selected.get("stable"),
        candidate=selected.get("candidate"),
        written=annotation(found, ANNOTATION_SUBSETS),
        lacking=f"DestinationRule {name} lacks the subset {missing}: declare it" if missing else "",
        held=bool(annotation(found, ANNOTATION_FOUND)) or bool(found["metadata"].get("ours")),
    )


def point_patch(found: Found, role: str, labels: Labels) -> Patch:
    """Let a role's subset select these labels, and at the first time note what both selected. Empty where it does."""
    before = _labels(found)
    at = _index(found, role)
    if at is None or before[role] == labels:
        return []

    now = subsets("", found)
    selected = {role: labels[LABEL_REVISION]}
    values = {ANNOTATION_SUBSETS: _written(replace(now, **selected))}  # type: ignore[arg-type]
    if not annotation(found, ANNOTATION_FOUND):
        values[ANNOTATION_FOUND] = json.dumps({"release": labels[LABEL_RELEASE], **_declared(before)})

    return [
        operation("test", f"/spec/subsets/{at}/name", role),
        operation("add", f"/spec/subsets/{at}/labels", dict(labels)),
        *notes(found, values),
    ]


def restore_subsets_patch(found: Found) -> Patch:
    """The labels as they were found. Empty where they are so. The note stays until our name is off the object too."""
    changes: Patch = []
    now = _labels(found)
    before = only_note(found) or _declared(now)
    for role in ROLES:
        at = _index(found, role)
        if at is None or role not in before or now[role] == (labels := before[role]):
            continue

        path = f"/spec/subsets/{at}"
        changes.append(operation("test", f"{path}/name", role))
        changes.append(
            {"op": "remove", "path": f"{path}/labels"} if labels is None else operation("add", f"{path}/labels", labels)
        )

    return changes


def unknown_subsets(name: str, found: Found) -> str:
    """Says that nobody can tell what its subsets selected before; empty where the note of it is there."""
    before = only_note(found) or _declared(_labels(found))
    if not before.get("lost"):
        return ""

    return (
        f"DestinationRule {name}: the note of what its subsets selected before was lost, so they select all pods of its"
        " host: apply the labels that you want again"
    )


def _declared(now: Mapping[str, Labels | None]) -> Before:
    """What a user declared of the two. Labels of our own nobody did: without any, a subset selects all of its host."""
    ours = {role for role, labels in now.items() if LABEL_REVISION in (labels or {})}
    declared = {role: None if role in ours else now[role] for role in ROLES if role in now}
    return cast("Before", {**declared, "lost": True} if ours else declared)


def _labels(found: Found) -> dict[str, Labels | None]:
    """What each of the two subsets selects; None where it declares no labels."""
    declared = (found.get("spec") or {}).get("subsets") or ()
    return {subset["name"]: subset.get("labels") for subset in declared if subset.get("name") in ROLES}


def _index(found: Found, role: str) -> int | None:
    names = [subset.get("name") for subset in (found.get("spec") or {}).get("subsets") or ()]
    return names.index(role) if role in names else None


def _written(found: Subsets) -> str:
    return f"{found.stable or ''}/{found.candidate or ''}"
