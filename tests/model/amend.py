"""Copies of values, made only where something differs: most of what the walk does to a state changes nothing."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def amended(value: T, **changes: Any) -> T:
    """The value with these fields; itself where it has them already: a copy costs much more."""
    for field, wanted in changes.items():
        found = getattr(value, field)
        if found is not wanted and found != wanted:
            return replace(value, **changes)

    return value
