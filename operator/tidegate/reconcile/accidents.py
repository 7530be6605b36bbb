"""What may fail of one object while the others go on: words of the log and of a counter, all known beforehand."""

from enum import StrEnum
from typing import NewType

from tidegate.clients import Kind

from .kinds import WATCHED


class Work(StrEnum):
    """What is done for one Release at a time."""

    COUNTING = "counting"
    COUNTING_THE_DAY_BEFORE = "counting the day before"
    FINDING_PAGES = "finding pages"
    SHOWING_METRICS = "showing metrics"


OfKind = NewType("OfKind", str)
What = Work | OfKind


def reading(kind: Kind) -> OfKind:
    """An object was heard of, and could not be read."""
    return OfKind(f"reading {kind.key}")


def keeping(kind: Kind) -> OfKind:
    """An object was read, and could not be put where it is found."""
    return OfKind(f"keeping {kind.key}")


EVERY: tuple[What, ...] = (*Work, *(of(watched.kind) for of in (reading, keeping) for watched in WATCHED))
