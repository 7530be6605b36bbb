"""What is used where the cluster is not ours: as far as it can be tried without Docker."""

import subprocess
from pathlib import Path

import yaml

from tests.cluster.api import Api
from tests.cluster.binaries import kind
from tests.cluster.foreign import MANIFESTS
from tests.cluster.local import ROOT
from tests.integration.conftest import Setup

CONFIGURATION = ROOT / "kind-config.yaml"


def said(configuration: Path, folder: Path) -> str:
    """What kind says to a configuration, with a Docker that does not answer."""
    done = subprocess.run(
        [kind(), "create", "cluster", "--config", configuration, "--kubeconfig", folder / "none"],
        env={"PATH": str(folder), "KIND_EXPERIMENTAL_PROVIDER": "docker", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


def test_kind_reads_its_configuration(tmp_path: Path) -> None:
    assert "docker" in said(CONFIGURATION, tmp_path)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CONFIGURATION.read_text().replace("nodes:", "nodez:"))
    assert "nodez" in said(wrong, tmp_path)


def test_kinds_configuration_is_what_was_promised() -> None:
    found = yaml.safe_load(CONFIGURATION.read_text())
    assert found["apiVersion"] == "kind.x-k8s.io/v1alpha4"
    assert [node["role"] for node in found["nodes"]] == ["control-plane", "worker", "worker"]
    assert all("@sha256:" in node["image"] for node in found["nodes"])
    ports = {mapping["hostPort"]: mapping["containerPort"] for mapping in found["nodes"][0]["extraPortMappings"]}
    services = [item for item in yaml.safe_load_all(MANIFESTS.read_text()) if item["kind"] == "Service"]
    exposed = {port.get("nodePort") for service in services for port in service["spec"]["ports"]}
    assert set(ports) == {8000, 9090}
    assert set(ports.values()) <= exposed


def test_the_manifests_for_such_a_cluster_are_taken(setup: Setup, api: Api) -> None:
    words = ("apply", "--server-side", "--dry-run=server", "--validate=strict", "--force-conflicts", "-f")
    manifests = [found for found in yaml.safe_load_all(MANIFESTS.read_text()) if found["kind"] != "Namespace"]
    api.namespace("monitoring")
    answer = setup.plane.kubectl(*words, "-", stdin=yaml.safe_dump_all(manifests))
    assert answer.count("serverside-applied") == len(manifests)
