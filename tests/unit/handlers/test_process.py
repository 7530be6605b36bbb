"""What keeps the operator from its start is told in one sentence, with what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tidegate.clients import credentials
from tidegate.handlers.options import CannotStart, parse
from tidegate.handlers.process import Process

KUBECONFIG = """
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
"""
OPERATOR = Path(__file__).parents[3] / "operator"


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    return path


def started(kubeconfig: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tidegate", "--kubeconfig", str(kubeconfig), *words]
    environment = {**os.environ, "PYTHONPATH": str(OPERATOR)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_a_port_in_use_ends_the_operator_with_the_option_the_address_and_what_to_do(kubeconfig: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = started(kubeconfig, "--http", place)

    assert done.returncode == 1
    assert f"tidegate: --http {place}: cannot listen there: " in done.stderr
    assert "give another" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Unclosed" not in done.stderr


async def test_a_host_that_is_not_ours_is_told_so(kubeconfig: Path) -> None:
    """As above, where the process turns it into its last words."""
    process = Process(parse(["--http", "192.0.2.1:8080"]), credentials(kubeconfig))

    with pytest.raises(CannotStart, match=r"^--http 192\.0\.2\.1:8080: cannot listen there: "):
        await process.run()
