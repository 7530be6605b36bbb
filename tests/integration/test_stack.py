"""The local stack goes nowhere else, and a second `up` keeps what it holds."""

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local, network
from tests.cluster.api import GATEWAYS, NAMESPACES, Api
from tests.cluster.gateway import wait_until_programmed
from tests.cluster.processes import Processes, answers, within
from tests.cluster.progress import Missing

# A server of someone else's: nothing answers there.
ELSEWHERE = "127.0.0.1:9"
LEADING_AWAY = {
    "KUBECONFIG": "/no/such/kubeconfig",
    "KUBERNETES_SERVICE_HOST": "127.0.0.1",
    "KUBERNETES_SERVICE_PORT": "9",
    "HTTP_PROXY": f"http://{ELSEWHERE}",
    "http_proxy": f"http://{ELSEWHERE}",
    "HTTPS_PROXY": f"http://{ELSEWHERE}",
    "ETCD_INITIAL_CLUSTER": f"default=http://{ELSEWHERE}",
    "ETCD_INITIAL_CLUSTER_STATE": "existing",
}
END_SECONDS = 10.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stack that was brought up where every variable, and a file in HOME, names another place."""
    found, home = tmp_path_factory.mktemp("stack"), tmp_path_factory.mktemp("home")
    (home / ".config").mkdir()
    (home / ".config" / "traefik.yml").write_text("log: {level: ERROR}\n")
    cache = os.environ.get("TIDEGATE_CACHE", str(Path.home() / ".cache" / "tidegate"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**LEADING_AWAY, "HOME": str(home), "TIDEGATE_CACHE": cache}.items():
            patch.setenv(name, value)

        for name in ("NO_PROXY", "no_proxy"):
            patch.delenv(name, raising=False)
            patch.setenv(name, "registry.example")

        network.speak_directly()
        try:
            local.up(local.Nodes.SIMULATED, folder=found)
            yield found
        finally:
            local.down(found)

    # What asked first in that environment keeps its proxies for all that ask after it.
    urllib.request.install_opener(urllib.request.build_opener())


@pytest.fixture
def processes(folder: Path) -> Processes:
    return local.plane_found(folder).processes


@pytest.fixture
def api(folder: Path) -> Api:
    return Api(folder / "kubeconfig")


def running(processes: Processes) -> dict[str, int | None]:
    return {name: processes.pid(name) for name in processes.names()}


def end(processes: Processes, name: str) -> None:
    processes.kill(name)
    assert within(END_SECONDS, lambda: processes.pid(name) is None)


def test_it_serves_its_own_cluster_wherever_the_callers_environment_leads(api: Api, folder: Path) -> None:
    gateway = api.get(GATEWAYS, "gateways", "public")

    states = {state["type"]: state["status"] for state in gateway["status"]["conditions"]}
    assert states["Programmed"] == "True"
    assert "traefik.yml" not in (folder / "logs" / "traefik.log").read_text()


@pytest.mark.parametrize("name", ["prometheus", "traefik", "etcd", "kube-apiserver", "kube-scheduler", "kwok"])
def test_a_second_up_starts_what_has_ended_and_nothing_else(
    folder: Path, processes: Processes, api: Api, name: str
) -> None:
    before = running(processes)
    kept = api.namespace(f"kept-{name}")
    operator = local.operators(folder)
    try:
        operator.note("run", os.getpid())
        end(processes, name)

        found = local.up(local.Nodes.SIMULATED, folder)

        after = running(processes)
        assert after.pop(name) not in {None, before.pop(name)}
        assert after == before
        assert api.get(NAMESPACES, None, kept)
        assert answers(f"{found.prometheus}/-/ready", seconds=END_SECONDS)
        assert answers(f"{found.gateway_metrics}/ping", seconds=END_SECONDS)
        assert operator.pid("run") == os.getpid()
    finally:
        # Or `down` would end these tests.
        (operator.folder / "pids" / "run").unlink()


def test_a_second_up_is_harmless_where_all_runs(folder: Path, processes: Processes) -> None:
    before = running(processes)

    local.up(local.Nodes.SIMULATED, folder)

    assert running(processes) == before
    assert None not in before.values()


def test_a_gateway_that_nobody_runs_is_told_with_where_to_look(folder: Path, api: Api) -> None:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "public", "namespace": "elsewhere"},
        "spec": {"gatewayClassName": "nobodys", "listeners": [{"name": "web", "protocol": "HTTP", "port": 80}]},
    }
    api.namespace("elsewhere")
    api.create(GATEWAYS, gateway)

    def kubectl(*words: str) -> str:
        return local.plane_found(folder).kubectl(*(word.replace("gateways", "elsewhere") for word in words))

    with pytest.raises(Missing, match=r"is not Programmed after 0\.5 s[^$]*Programmed=Unknown[^$]*/traefik\.log"):
        wait_until_programmed(kubectl, folder / "logs" / "traefik.log", seconds=0.5)
