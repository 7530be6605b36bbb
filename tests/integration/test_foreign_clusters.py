"""What is used where the cluster is not ours: as far as it can be tried without Docker."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import DEPLOYMENTS, GATEWAYS, Api, Object
from tests.cluster.binaries import kind
from tests.cluster.choice import choose
from tests.cluster.foreign import LABEL, MANAGER, MANIFESTS, down_given, furnish, own_kubeconfig
from tests.cluster.local import ROOT
from tests.cluster.progress import Missing
from tests.integration.conftest import Setup

CONFIGURATION = ROOT / "kind-config.yaml"


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A Docker on this machine that answers, or says that it does not."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.delenv("CLUSTER", raising=False)


def test_kind_is_chosen_where_docker_answers_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker(tmp_path, monkeypatch, 0)
    assert choose().kind == "kind"
    docker(tmp_path, monkeypatch, 1)
    assert choose().kind in {"local", "kwok"}


def test_a_word_of_cluster_outranks_docker_and_names_a_kubeconfig_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, monkeypatch, 0)
    monkeypatch.setenv("CLUSTER", "kwok")
    assert choose().kind == "kwok"
    given = tmp_path / "config"
    monkeypatch.setenv("CLUSTER", str(given))
    with pytest.raises(Missing, match="nor a kubeconfig that exists"):
        choose()

    given.write_text("")
    assert choose().kind == str(given)


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


def declared(found: Object) -> Object:
    """An object but for its status, which its gateway writes as routes of other tests come and go."""
    metadata = {name: value for name, value in found["metadata"].items() if name != "resourceVersion"}
    metadata["managedFields"] = [each for each in metadata["managedFields"] if each.get("subresource") != "status"]
    return {**found, "metadata": metadata, "status": None}


def test_a_given_cluster_gets_what_it_lacks_and_keeps_what_it_has(setup: Setup, api: Api, tmp_path: Path) -> None:
    gateway = declared(api.get(GATEWAYS, "gateways", "public"))
    folder = tmp_path / "state"

    kubeconfig = own_kubeconfig(setup.plane.kubeconfig("admin"), folder)
    found = furnish("given", kubeconfig, folder)

    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    assert found.kind == "given"
    assert declared(api.get(GATEWAYS, "gateways", "public")) == gateway
    made = [api.get(DEPLOYMENTS, *place) for place in (("gateways", "traefik"), ("monitoring", "prometheus"))]
    assert [found["metadata"]["labels"][LABEL] for found in made] == [MANAGER, MANAGER]
    generations = [found["metadata"]["generation"] for found in made]

    furnish("given", kubeconfig, folder)

    again = [api.get(DEPLOYMENTS, *place) for place in (("gateways", "traefik"), ("monitoring", "prometheus"))]
    assert [found["metadata"]["generation"] for found in again] == generations
    down_given(folder)
    assert not folder.exists()
