"""The local cluster leaves the machine as it found it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local
from tests.cluster.api import NAMESPACES, PODS, Api, Object
from tests.cluster.images import SHOP
from tests.cluster.network import NAME
from tests.cluster.processes import END_SECONDS, Processes, within
from tests.cluster.progress import Missing
from tests.cluster.real_node import RealNode

ROUNDS = 3


def traces() -> dict[str, list[str]]:
    """Everything on the machine that a cluster could leave behind."""

    def lines(*command: str) -> list[str]:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return sorted(done.stdout.splitlines())

    interfaces = [line.split(":")[1] for line in lines("ip", "-o", "link")]
    folder = str(local.FOLDER)
    return {
        "interfaces": interfaces,
        "namespaces": sorted(str(found) for found in Path("/run/netns").glob("*")),
        "mounts": [
            line for line in Path("/proc/mounts").read_text().splitlines() if folder in line or "kubelet" in line
        ],
        "firewall": lines("iptables-save") if Path("/usr/sbin/iptables-save").exists() else [],
        "groups": sorted(str(found) for found in Path("/sys/fs/cgroup").glob("*/k8s.io/*")),
        "processes": [line for line in lines("ps", "-eo", "stat,args") if folder in line and not line.startswith("Z")],
    }


def test_three_rounds_of_up_and_down_leave_nothing() -> None:
    before = traces()
    for _ in range(ROUNDS):
        local.up(local.Nodes.REAL)
        assert f"/run/netns/{NAME}" in traces()["namespaces"]
        local.down()
        assert traces() == before

    assert not local.FOLDER.exists()


@pytest.fixture(scope="module")
def up() -> Iterator[local.Cluster]:
    try:
        yield local.up(local.Nodes.REAL)
    finally:
        local.down()


def parts() -> tuple[Processes, Processes]:
    """The control plane's and the node's."""
    plane = local.plane_found(local.FOLDER)
    return plane.processes, RealNode(plane).processes


def running() -> dict[str, int | None]:
    return {name: found.pid(name) for found in parts() for name in found.names()}


def end(name: str) -> None:
    (found,) = (found for found in parts() if name in found.names())
    found.kill(name)
    assert within(END_SECONDS, lambda: found.pid(name) is None)


def test_a_second_up_is_harmless(up: local.Cluster) -> None:
    before = running()

    assert local.up(local.Nodes.REAL) == up

    assert running() == before
    assert None not in before.values()


@pytest.mark.parametrize("name", ["prometheus", "traefik", "kubelet", "kube-proxy", "containerd", "etcd"])
def test_a_second_up_starts_what_has_ended_and_keeps_the_pods(up: local.Cluster, name: str) -> None:
    api, before = Api(Path(up.kubeconfig)), running()
    pod = api.apply(PODS, simple_pod(f"kept-{name}"))
    started = api.until(PODS, "default", pod["metadata"]["name"], is_ready)
    end(name)

    assert local.up(local.Nodes.REAL) == up

    after = running()
    assert after.pop(name) not in {None, before.pop(name)}
    assert after == before
    # A change that the kubelet must carry out: the node works, and the container was not started anew.
    new = api.apply(PODS, simple_pod(f"new-{name}"))
    api.until(PODS, "default", new["metadata"]["name"], is_ready)
    kept = api.get(PODS, "default", pod["metadata"]["name"])
    assert containers(kept) == containers(started)


def test_a_node_that_is_lost_is_told_and_nothing_is_taken_away(up: local.Cluster) -> None:
    end("namespaces")

    with pytest.raises(Missing, match=r"node of the cluster here has ended.*`make down` takes the rest away"):
        local.up(local.Nodes.REAL)

    assert Api(Path(up.kubeconfig)).get(NAMESPACES, None, "default")
    assert local.current() == up


def simple_pod(name: str) -> Object:
    container = {"name": "web", "image": SHOP.name, "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }


def is_ready(pod: Object) -> bool:
    states = pod.get("status", {}).get("conditions", ())
    return any(state["type"] == "Ready" and state["status"] == "True" for state in states)


def containers(pod: Object) -> list[str]:
    return [state["containerID"] for state in pod["status"]["containerStatuses"]]
