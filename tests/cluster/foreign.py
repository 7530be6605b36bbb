"""Clusters that are not ours to run: kind, and the cluster of a given kubeconfig."""

import shutil
from pathlib import Path

import yaml

from . import local
from .binaries import gateway_api_crds, kind, kube_stack
from .cache import run
from .images import SHOP
from .progress import say, step

MANIFESTS = Path(__file__).with_name("in_cluster.yaml")
NAME = "tidegate"
ADDRESSES = {"gateway": "http://127.0.0.1:8000", "prometheus": "http://127.0.0.1:9090"}


def up_kind() -> local.Cluster:
    """A cluster of containers, by kind-config.yaml; harmless where it is."""
    local.FOLDER.mkdir(exist_ok=True)
    kubeconfig = local.FOLDER / "kubeconfig"
    if NAME not in run([kind(), "get", "clusters"]).split():
        with step("Creating a kind cluster (once; a few minutes where its image must be pulled)"):
            configuration = local.ROOT / "kind-config.yaml"
            run([kind(), "create", "cluster", "--config", configuration, "--kubeconfig", kubeconfig, "--wait", "120s"])

    with step("Loading the demo's image"):
        run([kind(), "load", "image-archive", SHOP.archive().path, "--name", NAME])

    return furnish("kind", kubeconfig)


def down_kind() -> None:
    """Delete the kind cluster."""
    run([kind(), "delete", "cluster", "--name", NAME])
    shutil.rmtree(local.FOLDER, ignore_errors=True)


def up_given(path: Path) -> local.Cluster:
    """A cluster that exists: it gets the CRDs, a gateway and a Prometheus; nothing of it is taken away by `down`."""
    local.FOLDER.mkdir(exist_ok=True)
    kubeconfig = local.FOLDER / "kubeconfig"
    shutil.copyfile(path, kubeconfig)
    kubeconfig.chmod(0o600)
    found = furnish("given", kubeconfig)
    say(f"The demo's image must be there as {SHOP.name}: import {SHOP.archive().path} on the nodes, or push it")
    say("Its addresses are those of port-forwards:")
    say("  kubectl -n gateways port-forward service/traefik 8000 &")
    say("  kubectl -n monitoring port-forward service/prometheus 9090 &")
    return found


def furnish(name: str, kubeconfig: Path) -> local.Cluster:
    """CRDs, gateway, Prometheus, and the source that names it."""
    with step("Installing CRDs, the gateway and Prometheus"):
        files = (*gateway_api_crds(), *sorted((local.ROOT / "crds").glob("*.yaml")), MANIFESTS)
        kubectl(kubeconfig, "apply", "--server-side", *(f"--filename={found}" for found in files))
        kubectl(kubeconfig, "apply", "-f", "-", stdin=metric_source())
        for namespace, deployment in (("gateways", "traefik"), ("monitoring", "prometheus")):
            kubectl(kubeconfig, "rollout", "status", "-n", namespace, f"deployment/{deployment}", "--timeout=180s")

    found = local.Cluster(kind=name, kubeconfig=str(kubeconfig), **ADDRESSES)
    local.keep(found)
    return found


def metric_source() -> str:
    """For an operator that runs on this machine."""
    return yaml.safe_dump(
        {
            "apiVersion": "tidegate.dev/v1alpha1",
            "kind": "ClusterMetricSource",
            "metadata": {"name": "default"},
            "spec": {"prometheus": {"address": ADDRESSES["prometheus"]}},
        }
    )


def kubectl(kubeconfig: Path, *words: str, stdin: str | None = None) -> str:
    """The machine's own kubectl, or the one in the stack's binary."""
    own = shutil.which("kubectl")
    command: list[str | Path] = [own] if own else [kube_stack(), "kubectl"]
    return run([*command, "--kubeconfig", kubeconfig, *words], input=stdin)
