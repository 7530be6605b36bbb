"""Every reachable state of the small model keeps the safety invariants and comes to rest."""

from tests.model.walk import walk


def test_every_state_within_one_disturbance_and_any_crash_keeps_the_invariants() -> None:
    coverage = walk(disturbances=1)

    assert coverage.states > 1000
    assert coverage.crashes > 100
