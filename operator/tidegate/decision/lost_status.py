"""What a lost status comes to: the recorded state again, from what is kept on the things that are live."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from .progress import Progress, TakenOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a ReplicaSet or a DaemonSet keeps of its revision. `started`: when the rollout began that made its pods."""

    revision: str
    served: bool
    started: str
    rejected: bool


def recollect(
    progress: Progress,
    revisions: Iterable[Kept],
    *,
    selected: str | None,
    handed_over_at: datetime | None = None,
    deployment: str = "",
) -> Progress:
    """The same record with the revision that is served, and those that stay out: no rollout runs.

    `selected`: the revision behind the stable Service, or behind the Release's own where that one is lost. Both are
    re-pointed only past the point of no return. `handed_over_at`: where a Deployment has our Services back, now. What
    is given away must not look lost, whoever is behind it serves, and what came by it a moment ago drains.
    `deployment`: the one referred to. Beside revisions of ours it counts as taken over: its note may be lost too, and
    left empty it would serve nobody. Not beside one that is only kept for the takeover: no rollout of it began.
    """
    known = {found.revision: found for found in revisions}
    oldest = longest_served(known.values()) if handed_over_at is None else None
    stable = selected if selected in known else oldest
    rejected = tuple(found.revision for found in known.values() if found.rejected)
    begun = deployment and any(found.started for found in known.values())
    taken_over = progress.taken_over or (TakenOver(name=deployment) if begun else None)
    kept = replace(progress, rejected=progress.rejected or rejected, taken_over=taken_over)
    return replace(kept, stable=stable, handed_over_at=handed_over_at)


def longest_served(revisions: Iterable[Kept]) -> str | None:
    """Where those Services are lost too: of those that serve, the one whose rollout is oldest.

    A first revision whose pods never were ready serves nobody: it stays a first one.
    """
    serving = [(found.started, found.revision) for found in revisions if found.served and not found.rejected]
    return min(serving)[1] if serving else None
