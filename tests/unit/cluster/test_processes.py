"""A process of the stack's follows its flags, and nothing that its caller's environment names."""

import sys
import urllib.request
from pathlib import Path

import pytest

from tests.cluster import network
from tests.cluster.processes import Processes, within
from tests.cluster.progress import Missing

SHOW = [sys.executable, "-c", "import os; print(*os.environ, sep='\\n')"]
# The first thread ends by the kernel's own call for one thread alone, which no module of Python's has.
LEAVING_A_THREAD = """
import ctypes, platform, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("leaving", flush=True)
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""
LEADING_AWAY = [
    "KUBECONFIG",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "HTTP_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "ETCD_INITIAL_CLUSTER",
    "XDG_CONFIG_HOME",
]


def shown(processes: Processes, name: str) -> set[str]:
    """The variables of a process that ended after it had told them."""
    assert within(10, lambda: processes.pid(name) is None)
    return set(processes.log(name).read_text().split())


def test_it_is_given_none_of_the_variables_that_lead_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LEADING_AWAY:
        monkeypatch.setenv(name, "elsewhere")

    processes = Processes(tmp_path)
    processes.start("shown", SHOW, env={"OWN": "1"})

    variables = shown(processes, "shown")
    assert variables.isdisjoint(LEADING_AWAY)
    assert {"PATH", "HOME", "OWN"} <= variables


def test_its_home_is_its_own_folder(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("home", [sys.executable, "-c", "import os; print(os.environ['HOME'])"])

    assert shown(processes, "home") == {str(tmp_path)}


def test_what_runs_is_told_from_what_has_ended(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("stays", [sys.executable, "-c", "import signal; signal.pause()"])
    processes.start("ends", SHOW)
    shown(processes, "ends")

    try:
        assert processes.names() == ["stays", "ends"]
        assert processes.running() == ["stays"]
    finally:
        processes.stop_all()


def test_one_whose_first_thread_has_ended_runs_while_another_holds_its_port(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("threads", [sys.executable, "-c", LEAVING_A_THREAD])

    try:
        assert within(10, lambda: processes.log("threads").read_text() == "leaving\n")
        assert within(10, lambda: state_of(processes.pid("threads")) == "Z")
        assert processes.running() == ["threads"]
    finally:
        processes.stop_all()

    assert processes.running() == []


def state_of(pid: int | None) -> str:
    """The kernel's letter for it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_one_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("short", [sys.executable, "-c", "print('why')"])

    with pytest.raises(Missing, match=r"short did not start; the end of .*/short\.log:\nwhy"):
        processes.wait("short", lambda: False, seconds=10)


def test_the_cluster_is_reached_past_a_proxy_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "own.example")

    network.speak_directly()

    past = [
        host for host in (network.INSIDE, "127.0.0.1", "own.example", "pypi.org") if urllib.request.proxy_bypass(host)
    ]
    assert past == [network.INSIDE, "127.0.0.1", "own.example"]
