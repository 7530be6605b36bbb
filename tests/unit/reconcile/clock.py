"""A clock that tests move, in the place of the one that modules read."""

from types import ModuleType

import pytest


class Clock:
    """A clock that tests move."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def read_by(patch: pytest.MonkeyPatch, *modules: ModuleType) -> Clock:
    """The clock of these modules until the test is over."""
    found = Clock()
    for module in modules:
        patch.setattr(module, "time", found)

    return found
