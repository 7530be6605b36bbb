"""Real pods need a real node of the tests' own: Linux, root, and no other cluster up here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local
from tests.cluster.api import Api
from tests.cluster.choice import choose_for_tests
from tests.cluster.operator import Operator
from tests.cluster.whole import in_the_way


# For the session: it comes before the clusters of modules, which could not be made.
@pytest.fixture(autouse=True, scope="session")
def real_pods() -> None:
    """Skip, with the reason, where pods can only be simulated; fail where another cluster has the place."""
    choice = choose_for_tests()
    if choice.kind != local.Nodes.REAL.value:
        pytest.skip(f"needs real pods: {choice.why}")

    if taken := in_the_way():
        pytest.fail(taken)


@pytest.fixture(scope="module")
def cluster() -> Iterator[local.Cluster]:
    """A cluster with real pods and the operator."""
    try:
        found = local.up(local.Nodes.REAL)
        operator = Operator(folder=local.FOLDER / "operator", kubeconfig=local.operator_kubeconfig(found))
        operator.start()
        yield found
        operator.stop()
    finally:
        local.down()


@pytest.fixture
def api(cluster: local.Cluster) -> Api:
    return Api(Path(cluster.kubeconfig))
