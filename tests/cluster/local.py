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
from .choice import need_real_pods
from .control_plane import ControlPlane, free_port
from .data_plane import DataPlane, Ports
from .gateway import wait_until_programmed
from .images import SHOP
from .leftovers import left_by
from .processes import Processes
from .progress import Missing, step
from .real_node import RealNode, needed_programs

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
    """Bring the stack up. Where it is, what has ended of it is started again, and the rest is left alone.

    Not `serving`: the Gateway is declared, but nothing runs it. Raises Missing where a Gateway is not served.
    """
    if (found := current(folder)) and found.kind == nodes.value:
        keep_up(found, folder)
        return found

    if nodes is Nodes.REAL:
        need_real_pods()

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


def keep_up(found: Cluster, folder: Path = FOLDER) -> None:
    """Start again what has ended of a cluster; what it holds stays. Raises Missing where no start brings that back."""
    plane = plane_found(folder)
    if found.kind == Nodes.REAL.value and RealNode(plane).lost:
        message = (
            "The node of the cluster here has ended, as after a restart of the machine, and cannot be started again:"
            " `make down` takes the rest away, with every namespace and Release, and `make up` makes a new one"
        )
        raise Missing(message)

    if not alive(folder):
        with step(f"Starting again, with all that the cluster holds: {', '.join(ended(folder)) or 'the API server'}"):
            start_again(found, plane)

    if still := ended(folder):
        message = f"{', '.join(still)} has ended, and is not started again: `make down`, then `make up`"
        raise Missing(message)

    if "traefik" in plane.processes.names():
        wait_until_programmed(plane.kubectl, plane.processes.log("traefik"))


def start_again(found: Cluster, plane: ControlPlane) -> None:
    """Start what does not run, in the order of a first start, on the same addresses."""
    plane.start()
    if found.kind == Nodes.REAL.value:
        RealNode(plane).start()
        wait_for_node(plane)
    else:
        simulated_nodes.start(plane)

    if "traefik" in plane.processes.names():
        ports = Ports.of(gateway=found.gateway, traefik_metrics=found.gateway_metrics, prometheus=found.prometheus)
        DataPlane(plane, ports).start()


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
        needed_programs()
        container_runtime()
        SHOP.archive()
    else:
        kwok()


def plane_of(nodes: Nodes, folder: Path, *, audit: bool = False) -> ControlPlane:
    """The control plane's place."""
    if nodes is Nodes.REAL:
        return ControlPlane(
            folder=folder, audit=audit, aggregation=True, address=network.INSIDE, port=6443, prefix=network.ENTER
        )

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
    return bool(plane.processes.names()) and not ended(folder) and plane.ready()


def ended(folder: Path = FOLDER) -> list[str]:
    """Its processes that do not run any more."""
    plane = plane_found(folder)
    parts = (plane.processes, RealNode(plane).processes)
    return [name for found in parts for name in found.names() if found.pid(name) is None]


def plane_found(folder: Path) -> ControlPlane:
    """The control plane that was brought up here."""
    found = current(folder)
    if found and found.kind == Nodes.SIMULATED.value:
        import yaml

        server = yaml.safe_load((folder / "kubeconfig").read_text())["clusters"][0]["cluster"]["server"]
        return ControlPlane(folder=folder, port=int(server.rpartition(":")[2]))

    return plane_of(Nodes.REAL, folder)


def down(folder: Path = FOLDER) -> None:
    """Stop everything and leave nothing behind, whatever state it is in.

    Raises Missing with what is there after all; the folder is kept then, so that one can try again.
    """
    if not folder.exists():
        return

    stop_operators(folder)
    plane = plane_found(folder)
    RealNode(plane).stop()
    plane.processes.stop_all()
    network.down(folder)
    if left := left_by(folder):
        message = "Not all is gone; end this, and try again:\n  " + "\n  ".join(left)
        raise Missing(message)

    shutil.rmtree(folder)


def operators(folder: Path = FOLDER) -> Processes:
    """The operators that were started beside a cluster: by the demo, or by `make run`."""
    return Processes(folder / "operator")


def stop_operators(folder: Path = FOLDER) -> None:
    """End them: without a cluster they would only complain."""
    operators(folder).stop_all()
