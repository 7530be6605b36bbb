"""Real pods need a real node of the tests' own: Linux, root, and no other cluster up here."""

import pytest

from tests.cluster.choice import choose_for_tests
from tests.cluster.local import Nodes
from tests.cluster.whole import in_the_way


# For the session: it comes before the clusters of modules, which could not be made.
@pytest.fixture(autouse=True, scope="session")
def real_pods() -> None:
    """Skip, with the reason, where pods can only be simulated; fail where another cluster has the place."""
    choice = choose_for_tests()
    if choice.kind != Nodes.REAL.value:
        pytest.skip(f"needs real pods: {choice.why}")

    if taken := in_the_way():
        pytest.fail(taken)
