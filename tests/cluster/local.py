"""The local stack, up and down: a control plane, nodes, the gateway and Prometheus."""

import json
import shutil
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from . import network, simulated_nodes
from .binaries import (
    container_runtime,
    gateway_api_crds,
    istio_crds,
    keda_crds,
    kube_stack,
    kwok,
    prometheus,
    traefik,
    traefik_crds,
)
from .control_plane import ControlPlane, free_port
from .data_plane import DataPlane, Ports
from .images import SHOP
from .progress import step
from .real_node import RealNode

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cluster"
NODE_SECONDS = 60.0


class Nodes(Enum):
    """What runs the pods."""

    REAL = "local"
    SIMULATED = "kwok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where a cluster is. Kept in `.cluster/cluster.json`."""

    kind: str
    kubeconfig: str
    gateway: str
    prometheus: str
    gateway_metrics: str = ""


def up(nodes: Nodes, folder: Path = FOLDER, *, audit: bool = False, serving: bool = True) -> Cluster:
    """Bring the stack up; harmless where it is. Not `serving`: the Gateway is declared, but nothing runs it."""
    if (found := current(folder)) and found.kind == nodes.value and alive(folder):
        return found

    down(folder)
    fetch(nodes)
    folder.mkdir(parents=True, exist_ok=True)
    plane = plane_of(nodes, folder, audit=audit)
    with step("Starting the control plane"):
        if nodes is Nodes.REAL:
            network.up(folder)

        plane.start()
        apply_crds(plane)

    if nodes is Nodes.REAL:
        start_real_node(plane)
    else:
        with step("Starting simulated nodes"):
            simulated_nodes.start(plane)

    return start_data_plane(plane, nodes, serving=serving)


def fetch(nodes: Nodes) -> None:
    """Build or download everything first, so that what follows is quick."""
    kube_stack()
    gateway_api_crds()
    istio_crds()
    traefik_crds()
    keda_crds()
    traefik()
    prometheus()
    if nodes is Nodes.REAL:
        container_runtime()
        SHOP.archive()
    else:
        kwok()


def plane_of(nodes: Nodes, folder: Path, *, audit: bool = False) -> ControlPlane:
    """The control plane's place."""
    if nodes is Nodes.REAL:
        inside = {"address": network.INSIDE, "port": 6443, "prefix": network.ENTER}
        return ControlPlane(folder=folder, audit=audit, aggregation=True, **inside)

    return ControlPlane(folder=folder, audit=audit)


def apply_crds(plane: ControlPlane) -> None:
    """The CRDs of the Gateway API, of Istio, Traefik and KEDA, and Tidegate's own."""
    found = (*gateway_api_crds(), *istio_crds(), *traefik_crds(), *keda_crds(), *sorted((ROOT / "crds").glob("*.yaml")))
    plane.kubectl("apply", "--server-side", *(f"--filename={path}" for path in found))


def start_real_node(plane: ControlPlane) -> None:
    """One node, its runtime and the demo's image."""
    with step("Starting a node with containerd"):
        node = RealNode(plane)
        node.start()
        node.load(SHOP.archive())
        wait_for_node(plane)


def wait_for_node(plane: ControlPlane) -> None:
    """The kubelet registers its node a little after its start."""
    kubelet = RealNode(plane).processes
    kubelet.wait("kubelet", lambda: "node-1" in plane.kubectl("get", "nodes", "-o", "name"), NODE_SECONDS)
    plane.kubectl("wait", "--for=condition=Ready", "node", "--all", f"--timeout={NODE_SECONDS:g}s")


def start_data_plane(plane: ControlPlane, nodes: Nodes, *, serving: bool) -> Cluster:
    """The gateway, Prometheus and the objects that name them."""
    with step("Starting the gateway and Prometheus"):
        real = nodes is Nodes.REAL
        ports = Ports(gateway=8000, traefik_metrics=8082, prometheus=9090) if real else free_ports()
        data = DataPlane(plane, ports)
        plane.kubectl("apply", "-f", "-", stdin=data.manifests())
        if serving:
            data.start()

        plane.kubectl("apply", "-f", "-", stdin=data.metric_source())

    kubeconfig = plane.folder / "kubeconfig"
    shutil.copyfile(plane.kubeconfig("admin"), kubeconfig)
    kubeconfig.chmod(0o600)
    found = Cluster(
        kind=nodes.value,
        kubeconfig=str(kubeconfig),
        gateway=data.gateway,
        prometheus=data.prometheus,
        gateway_metrics=data.gateway_metrics,
    )
    keep(found, plane.folder)
    return found


def keep(found: Cluster, folder: Path = FOLDER) -> None:
    """Remember which cluster is up."""
    (folder / "cluster.json").write_text(json.dumps(asdict(found), indent=2) + "\n")


def operator_kubeconfig(found: Cluster, folder: Path = FOLDER) -> Path:
    """The operator's own user where the control plane is ours, else the kubeconfig's."""
    ours = found.kind in {nodes.value for nodes in Nodes}
    return plane_found(folder).kubeconfig("tidegate") if ours else Path(found.kubeconfig)


def free_ports() -> Ports:
    """Ports on loopback that are free now."""
    return Ports(gateway=free_port(), traefik_metrics=free_port(), prometheus=free_port())


def current(folder: Path = FOLDER) -> Cluster | None:
    """The cluster that was brought up here, or None."""
    note = folder / "cluster.json"
    return Cluster(**json.loads(note.read_text())) if note.exists() else None


def alive(folder: Path = FOLDER) -> bool:
    """True while all its processes run and the API serves."""
    plane = plane_found(folder)
    node = RealNode(plane)
    return plane.processes.alive() and plane.ready() and (not node.processes.names() or node.processes.alive())


def plane_found(folder: Path) -> ControlPlane:
    """The control plane that was brought up here."""
    found = current(folder)
    if found and found.kind == Nodes.SIMULATED.value:
        import yaml

        server = yaml.safe_load((folder / "kubeconfig").read_text())["clusters"][0]["cluster"]["server"]
        return ControlPlane(folder=folder, port=int(server.rpartition(":")[2]))

    return plane_of(Nodes.REAL, folder)


def down(folder: Path = FOLDER) -> None:
    """Stop everything and leave nothing behind, whatever state it is in."""
    if folder.exists():
        plane = plane_found(folder)
        RealNode(plane).stop()
        plane.processes.stop_all()
        network.down(folder)
        shutil.rmtree(folder)
