"""Copies that the pods of what serves name, and that are gone."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import LostCopy, Original
from tidegate.watch import Object
from tidegate.workloads import Owner, absent, copied_from

from .configs import Configs
from .standing import Absent, Content, Place, Standing, Unread, Unreadable, Untracked


def lost_copies(
    owner: Owner, progress: Progress, workloads: Mapping[str, Object], configs: Configs
) -> tuple[LostCopy, ...]:
    """Those of stable and of the candidate: revisions of the past start no pod."""
    served = [revision for revision in (progress.stable, progress.candidate) if revision in workloads]
    return tuple(lost for revision in served for lost in _of(revision or "", owner, workloads, configs))


def places_of(owner: Owner, lost: tuple[LostCopy, ...]) -> frozenset[Place]:
    """What to follow: an original must be read to be compared, and a copy may be put back by hand."""
    return frozenset((copy.kind, owner.namespace, name) for copy in lost for name in (copy.name, copy.original))


def _of(revision: str, owner: Owner, workloads: Mapping[str, Object], configs: Configs) -> Iterator[LostCopy]:
    for kind, name in map(tuple, workloads[revision]["uses"]):
        source = copied_from(owner.name, name)
        # What was optional and not there has the name of a copy that nobody ever makes.
        if source is None or source[1] == absent(kind, source[0]):
            continue

        if isinstance(configs.look((kind, owner.namespace, name)), Absent):
            now = _compared(configs.look((kind, owner.namespace, source[0])), source[1])
            yield LostCopy(revision=revision, kind=kind, name=name, original=source[0], content=source[1], now=now)


def _compared(standing: Standing, content: str) -> Original:
    match standing:
        case Content(now):
            return Original.SAME if now == content else Original.OTHER
        case Unread():
            return Original.UNREAD
        case Absent() | Untracked() | Unreadable():
            return Original.OTHER
        case _:
            assert_never(standing)
