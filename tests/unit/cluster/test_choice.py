"""Which cluster is used is decided in one place, and so is what the tests run on."""

import os
from pathlib import Path

import pytest

from tests.cluster import local
from tests.cluster.choice import choose, choose_for_tests
from tests.cluster.progress import Missing
from tests.unit.cluster.programs import program

ROOT, NOBODY = 0, 65534


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with Docker, apt-get and namespaces, and nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CLUSTER", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("docker", "apt-get", "unshare"):
        program(tmp_path, name, "exit 0")

    return tmp_path


def as_user(monkeypatch: pytest.MonkeyPatch, user: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)


@pytest.mark.parametrize(
    ("user", "kind", "why"),
    [(ROOT, "local", "real pods"), (NOBODY, "kwok", "not root; run as root for real pods")],
    ids=["root", "not root"],
)
def test_tests_on_real_pods_need_root_and_not_docker(
    machine: Path, monkeypatch: pytest.MonkeyPatch, user: int, kind: str, why: str
) -> None:
    as_user(monkeypatch, user)

    assert choose().kind == "kind"
    assert choose_for_tests().kind == kind
    assert why in choose_for_tests().why


@pytest.mark.parametrize("cluster", ["kind", "kwok", "/some/kubeconfig"])
def test_a_cluster_that_is_no_node_of_their_own_skips_them_with_the_word_that_said_so(
    machine: Path, monkeypatch: pytest.MonkeyPatch, cluster: str
) -> None:
    as_user(monkeypatch, ROOT)
    monkeypatch.setenv("CLUSTER", cluster)

    assert choose_for_tests().kind == "kwok"
    assert f"CLUSTER={cluster}" in choose_for_tests().why


def test_root_without_the_right_to_make_namespaces_has_no_real_pods(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, ROOT)
    program(machine, "unshare", "exit 1")

    assert choose_for_tests().kind == "kwok"
    assert "privileged" in choose_for_tests().why


def test_real_pods_by_force_are_refused_before_anything_is_touched(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, NOBODY)
    folder = machine / "cluster"

    with pytest.raises(Missing, match="not root; run as root"):
        local.up(local.Nodes.REAL, folder)

    assert not folder.exists()
