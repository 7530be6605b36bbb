"""Every reachable state of the small model keeps the safety invariants and comes to rest."""

import pytest

from tests.model.walk import PLANS, walk


@pytest.mark.parametrize("plan", PLANS)
def test_every_state_within_one_disturbance_and_any_crash_keeps_the_invariants(plan: str) -> None:
    coverage = walk(disturbances=1, **PLANS[plan])

    assert coverage.states > 1000
    assert coverage.crashes > 100
