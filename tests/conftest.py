"""What holds for all tests."""

import gc

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: what a property claims has nothing to do with how long an example takes.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", PATIENT, max_examples=25)
# The same examples at every run: a red one is the fault of what changed.
settings.register_profile("thorough", PATIENT, max_examples=200, derandomize=True)
settings.load_profile("quick")

# What is imported, collected and parsed lasts to the end: to walk it at every turn took a seventh of the unit suite.
gc.set_threshold(50_000, 10, 10)


def pytest_collection_finish() -> None:
    """What is collected is no garbage: the collector need not look at it again."""
    gc.freeze()
