"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: what a property claims has nothing to do with how long an example takes.
settings.register_profile("tidegate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tidegate")
