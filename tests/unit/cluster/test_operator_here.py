"""`make run` says where the operator goes before it is one."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.local import ROOT
from tests.cluster.operator_here import where
from tests.cluster.progress import Missing

KUBECONFIG = """
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: production, context: {cluster: c, user: u}}]
current-context: production
"""


def run(kubeconfig: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.cluster", "run", *options]
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "PYTHONPATH": f"{ROOT}:{ROOT / 'operator'}"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_the_context_and_the_server_are_told_before_anything_else(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(path, "--http", f"127.0.0.1:{taken.getsockname()[1]}")

    first, *rest = done.stderr.splitlines()
    assert first == f"Tidegate goes to context production at http://127.0.0.1:1, by {path}"
    assert rest[-1].startswith("tidegate: --http")
    assert done.returncode == 1


def test_a_kubeconfig_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path / "none")

    assert done.returncode == 1
    assert "set KUBECONFIG; `make up` prints the line" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_without_a_current_context_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG.replace("current-context: production", ""))

    with pytest.raises(Missing, match="no current context: `kubectl config use-context` sets one"):
        where(path)


@pytest.mark.parametrize(
    "content",
    [b"a host's name", b"\x7fELF\xff", b"- one\n- two", KUBECONFIG.replace("context: {", "other: {").encode()],
    ids=["a word", "a program", "a list", "a context without its part"],
)
def test_a_file_that_is_no_kubeconfig_is_told_as_one_that_is_not_there(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config"
    path.write_bytes(content)

    with pytest.raises(Missing, match=f"{re.escape(str(path))} cannot be used: "):
        where(path)


def test_a_directory_is_no_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="it is a directory: name another one with KUBECONFIG"):
        where(tmp_path)
