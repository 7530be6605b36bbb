"""Every reachable state of the small model keeps the safety invariants and comes to rest."""

import pytest

from tests.model.plans import Kind
from tests.model.walk import walk


# The other kinds are walked by `make check`, after the tests.
@pytest.mark.parametrize("kind", [Kind.PLAIN, Kind.ROOMLESS], ids=lambda kind: kind.name.lower())
def test_every_state_within_one_disturbance_and_any_crash_keeps_the_invariants(kind: Kind) -> None:
    coverage = walk(disturbances=1, kind=kind)

    assert coverage.states > 1000
    assert coverage.crashes > 100
