"""What is read back of texts on objects: a person may have garbled any of them, and no garble raises."""

from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import msgspec

# Between these years every sum of instants and spans is an instant; no clock of ours wrote another one.
FIRST_YEAR = 1970
LAST_YEAR = 2999

T = TypeVar("T")


class Written(NamedTuple):
    """The weight that we wrote last on a route, and for which revision."""

    revision: str
    weight: int


def instant_of(text: object) -> datetime | None:
    """An instant as RFC 3339 has it, in UTC; None for anything else, and for a time without its zone."""
    try:
        found = datetime.fromisoformat(str(text))
        known = found.tzinfo is not None and FIRST_YEAR <= found.year <= LAST_YEAR
        return found.astimezone(UTC) if known else None
    except (ValueError, OverflowError):
        return None


def count_of(text: str) -> int | None:
    """A number that is not negative, in digits; None for anything else."""
    try:
        return int(text) if text.isdecimal() else None
    except ValueError:
        # More digits than Python reads.
        return None


def value_of(text: str, kind: type[T]) -> T | None:
    """A line of JSON as a value of this very type; None for anything else."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (ValueError, RecursionError):
        return None
