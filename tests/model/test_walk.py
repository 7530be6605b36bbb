"""Every reachable state of the small models keeps the safety invariants and comes to rest."""

import pytest

from tests.model.plans import WALKED, Kind
from tests.model.walk import walk


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", WALKED, ids=lambda kind: kind.value)
def test_every_state_within_one_disturbance_and_any_crash_keeps_the_invariants(kind: Kind) -> None:
    coverage = walk(disturbances=1, kind=kind)

    print(f"{kind.value}: {coverage}")
    assert coverage.states > 1000
    assert coverage.crashes > 1000
