"""Real pods need a real node: Linux and root."""

import pytest

from tests.cluster.choice import choose


@pytest.fixture(autouse=True)
def real_pods() -> None:
    """Skip, with the reason, where pods can only be simulated."""
    choice = choose()
    if choice.kind == "kwok":
        pytest.skip(f"needs real pods: {choice.why}")
