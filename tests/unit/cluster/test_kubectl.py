"""`make up` prints a line that works, also where no kubectl is on the PATH."""

import subprocess
from pathlib import Path

import pytest

from tests.cluster import kubectl
from tests.cluster.__main__ import show
from tests.cluster.local import Cluster


def test_the_clusters_kubectl_goes_to_it_whatever_the_environment_says(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "a cluster" / "kubeconfig"
    kubeconfig.parent.mkdir()
    kubectl.write(str(kubeconfig), ["/bin/echo", "kubectl"])

    done = subprocess.run(
        [kubeconfig.parent / "kubectl", "get", "releases", "-A"],
        env={"KUBECONFIG": "/elsewhere", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"kubectl --kubeconfig {kubeconfig} get releases -A\n"


def test_no_proxy_stands_between_it_and_a_cluster_of_this_machine(tmp_path: Path) -> None:
    kubectl.write(str(tmp_path / "kubeconfig"), ["/bin/sh", "-c", 'echo "$NO_PROXY"'], direct=True)

    done = subprocess.run([tmp_path / "kubectl"], env={"PATH": ""}, capture_output=True, text=True, check=True)

    assert done.stdout == "*\n"


def test_the_line_that_is_printed_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kubeconfig = str(tmp_path / "kubeconfig")
    show(Cluster(kind="kwok", kubeconfig=kubeconfig, gateway="http://g", prometheus="http://p"))

    printed = "".join(capsys.readouterr())
    assert f"{tmp_path}/kubectl get releases -A" in printed
    assert f"export KUBECONFIG={kubeconfig}" in printed


@pytest.mark.parametrize("there", [True, False], ids=["a machine with kubectl", "a machine without"])
def test_the_machines_own_is_enough_for_a_cluster_that_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    own = tmp_path / "kubectl"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755 if there else 0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(kubectl, "kube_stack", lambda: Path("/stack/kube-stack"))

    assert kubectl.command(ours=False) == ([str(own)] if there else ["/stack/kube-stack", "kubectl"])
    assert kubectl.command(ours=True) == ["/stack/kube-stack", "kubectl"]
