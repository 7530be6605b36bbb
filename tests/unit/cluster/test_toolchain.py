"""What is installed on a machine is told before, and why; what a proxy gives is taken by its sum alone."""

import json
import os
from pathlib import Path

import pytest

from tests.cluster.progress import Missing
from tests.cluster.toolchain import go_module, installed
from tests.unit.cluster.programs import program, said

WHY = "kube-proxy leads to pods with it"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian without iptables."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return program(tmp_path, "apt-get", "exit 0")


def test_root_is_told_what_is_installed_and_why_and_then_it_is(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    installed(["iptables"], ["iptables"], WHY)

    assert f"iptables is missing on this machine, and {WHY}. Installing it: apt-get install" in capsys.readouterr().err
    assert said(archive) == ["install -q -y --no-install-recommends iptables"]


def test_who_is_not_root_gets_the_command_to_run(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)

    with pytest.raises(Missing, match="sudo apt-get install -q -y --no-install-recommends iptables"):
        installed(["iptables"], ["iptables"], WHY)

    assert said(archive) == []


def test_where_all_is_there_nothing_is_said_or_done(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "iptables", "")

    installed(["iptables"], ["iptables"], WHY)

    assert capsys.readouterr().err == ""
    assert said(archive) == []


def test_a_module_is_taken_where_its_content_has_the_pinned_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"Dir": "/modules/adapter", "Sum": "h1:as-pinned"})
    program(tmp_path, "go", f"case $1 in version) echo go99.0;; *) echo '{answer}';; esac")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert go_module("example.org/adapter@v1", tmp_path, "h1:as-pinned") == Path("/modules/adapter")
    with pytest.raises(Missing, match="has the sum h1:as-pinned, not h1:another"):
        go_module("example.org/adapter@v1", tmp_path, "h1:another")
