"""One real control plane with a real gateway and simulated pods, for all integration tests."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.cluster import local
from tests.cluster.api import Api
from tests.cluster.control_plane import ControlPlane, kubeconfig
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.integration.leaving import passing
from tests.integration.mortal import Mortal
from tests.integration.proxy import Proxy

# Claims of examples are no test modules, but assert like those.
pytest.register_assert_rewrite("tests.integration.examples.claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a test works with."""

    api: Api
    plane: ControlPlane
    cluster: local.Cluster
    folder: Path


@pytest.fixture(scope="session")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    folder = tmp_path_factory.mktemp("cluster")
    try:
        cluster = local.up(local.Nodes.SIMULATED, folder, audit=True)
        yield Setup(api=Api(Path(cluster.kubeconfig)), plane=local.plane_found(folder), cluster=cluster, folder=folder)
    finally:
        local.down(folder)


@pytest.fixture(scope="session")
def shared(setup: Setup) -> Iterator[Operator]:
    """The operator that most tests share. It would do the work of one that a test kills: see `alone`."""
    found = Operator(folder=setup.folder / "operator", kubeconfig=setup.plane.kubeconfig("tidegate"))
    yield found
    found.stop()


@pytest.fixture
def operator(shared: Operator) -> Operator:
    """The shared operator, running."""
    shared.start()
    return shared


@pytest.fixture
def alone(shared: Operator) -> None:
    """The shared operator is stopped: the test brings its own."""
    shared.stop()


@pytest.fixture
def proxy(setup: Setup, alone: None) -> Iterator[Proxy]:
    """What makes faults between an operator and the API server."""
    with Proxy(setup.plane) as found:
        yield found


@pytest.fixture
def through(setup: Setup, proxy: Proxy) -> Path:
    """The operator's kubeconfig, through the proxy."""
    path = setup.folder / "kubeconfig-proxy"
    path.write_text(yaml.safe_dump(kubeconfig(proxy.address, setup.plane.authority, setup.plane.token("tidegate"))))
    return path


@pytest.fixture
def proxied(setup: Setup, proxy: Proxy, through: Path) -> Iterator[tuple[Proxy, Operator]]:
    """An operator behind a proxy that makes faults."""
    operator = Operator(folder=setup.folder / "faults", kubeconfig=through)
    operator.start()
    yield proxy, operator
    operator.kill()


@pytest.fixture
def mortal(setup: Setup, proxy: Proxy, through: Path) -> Iterator[Mortal]:
    found = Mortal(setup.folder / "mortal", proxy, through)
    found.start()
    yield found
    found.kill()


@pytest.fixture
def api(setup: Setup) -> Api:
    return setup.api


COUNTER = itertools.count(1)


@pytest.fixture
def namespace(api: Api) -> Iterator[str]:
    """A namespace of the test's own."""
    with passing(api, f"test-{next(COUNTER)}") as found:
        yield found


@pytest.fixture
def metrics(api: Api, namespace: str) -> Iterator[MetricServer]:
    """A metric source whose answer is set, as MetricSource `numbers` of the test's namespace."""
    with MetricServer() as server:
        server.declare(api, namespace)
        yield server
