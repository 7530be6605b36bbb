"""The local cluster leaves the machine as it found it."""

import subprocess
from pathlib import Path

import pytest

from tests.cluster import local
from tests.cluster.network import NAME

ROUNDS = 3


def traces() -> dict[str, list[str]]:
    """Everything on the machine that a cluster could leave behind."""

    def lines(*command: str) -> list[str]:
        return sorted(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())

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
    if local.current() is not None:
        pytest.skip("a cluster is up here: `make down` first, this test brings its own")

    before = traces()
    for _ in range(ROUNDS):
        local.up(local.Nodes.REAL)
        assert f"/run/netns/{NAME}" in traces()["namespaces"]
        local.down()
        assert traces() == before

    assert not local.FOLDER.exists()


def test_a_second_up_is_harmless() -> None:
    if local.current() is not None:
        pytest.skip("a cluster is up here: `make down` first, this test brings its own")

    try:
        first = local.up(local.Nodes.REAL)
        pids = local.plane_found(local.FOLDER).processes
        running = {name: pids.pid(name) for name in pids.names()}
        assert local.up(local.Nodes.REAL) == first
        assert {name: pids.pid(name) for name in pids.names()} == running
    finally:
        local.down()
