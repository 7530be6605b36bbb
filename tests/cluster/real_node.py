"""A node with real pods: containerd, the kubelet and kube-proxy in namespaces of their own."""

import contextlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from . import network
from .binaries import container_runtime
from .cache import run
from .control_plane import ControlPlane, flags_of
from .images import PAUSE, Archive
from .processes import END_SECONDS, Processes, within
from .toolchain import installed

NODE = "node-1"
# It takes the orphans of every container, and everything ends with it.
INIT = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); signal.pause()"
START_SECONDS = 60.0


class RealNode:
    """One node. Its mounts and processes are in namespaces that end with its first process."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._folder = plane.folder / "node"
        self._socket = self._folder / "containerd.sock"

    @property
    def processes(self) -> Processes:
        """Namespaces, containerd, kubelet, kube-proxy."""
        return Processes(self._folder)

    @property
    def lost(self) -> bool:
        """True where its namespaces are gone, and with them all that ran there."""
        return not network.exists() or self.processes.pid("namespaces") is None

    def start(self) -> None:
        """Start of the node what does not run; it becomes Ready a little later."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [*network.ENTER, "unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
        # Sockets, locks and namespaces of the runtime are under /run: ours goes with the mount namespace.
        script = 'mount -t tmpfs tmpfs /run && exec "$0" -c "$1"'
        self.processes.start("namespaces", [*command, "sh", "-c", script, sys.executable, INIT])
        self.processes.wait("namespaces", lambda: self._init() is not None, START_SECONDS)
        self._start_containerd()
        self._start_kubelet()
        self._start_proxy()

    def load(self, archive: Archive) -> None:
        """Import an image; nothing is pulled."""
        ctr = container_runtime() / "usr/bin/ctr"
        command: list[str | Path] = [ctr, "-a", self._socket, "-n", "k8s.io", "images", "import"]
        run([*self._enter(), *command, "--no-unpack", archive.path])

    def stop(self) -> None:
        """End every container and process, and remove what the kernel keeps of them."""
        # The groups belong to whichever node of this machine is up: without one here they are another's.
        if not self._folder.exists():
            return

        for name in ("kube-proxy", "kubelet", "containerd", "namespaces"):
            self.processes.kill(name)
            self.processes.stop(name)

        # The kernel takes a moment to bury what was killed; until then its groups are in use.
        within(END_SECONDS, lambda: not any(remove_cgroups(root) for root in cgroups()))
        shutil.rmtree(self._folder / "containerd", ignore_errors=True)
        shutil.rmtree(self._folder / "kubelet", ignore_errors=True)

    def _init(self) -> int | None:
        """The first process of the namespaces, as the host counts."""
        parent = self.processes.pid("namespaces")
        children = Path(f"/proc/{parent}/task/{parent}/children")
        found = children.read_text().split() if parent and children.exists() else []
        return int(found[0]) if found else None

    def _enter(self) -> list[str]:
        return ["nsenter", "--target", str(self._init()), "--mount", "--pid", "--net", "--"]

    def _start(self, name: str, command: Sequence[str | Path]) -> None:
        path = f"{container_runtime()}/usr/sbin:{container_runtime()}/usr/bin:{os.environ['PATH']}:/usr/sbin:/sbin"
        Processes(self._folder, tuple(self._enter())).start(name, command, env={"PATH": path})

    def _start_containerd(self) -> None:
        configuration = self._folder / "containerd.toml"
        configuration.write_text(containerd_configuration(self._folder))
        cni = self._folder / "cni"
        cni.mkdir(exist_ok=True)
        (cni / "10-pods.conflist").write_text(json.dumps(CNI))
        binary = container_runtime() / "usr/bin/containerd"
        self._start("containerd", [binary, "--config", configuration])
        self.processes.wait("containerd", lambda: _listens(self._socket), START_SECONDS)
        self.load(PAUSE.archive())

    def _start_kubelet(self) -> None:
        configuration = self._folder / "kubelet.yaml"
        configuration.write_text(yaml.safe_dump(kubelet_configuration(self._socket)))
        flags = {
            "config": configuration,
            "kubeconfig": self._plane.kubeconfig(f"system:node:{NODE}"),
            "hostname-override": NODE,
            "node-ip": network.NODE,
            "root-dir": self._folder / "kubelet",
            "cert-dir": self._folder / "certificates",
        }
        self._start("kubelet", [self._plane.program, "kubelet", *flags_of(flags)])

    def _start_proxy(self) -> None:
        flags = {
            "kubeconfig": self._plane.kubeconfig("system:kube-proxy"),
            "hostname-override": NODE,
            "proxy-mode": "iptables",
            # Pods share a bridge: without it their answers would pass by the translation of addresses.
            "masquerade-all": "true",
            "conntrack-max-per-core": 0,
            "metrics-bind-address": "127.0.0.1:10249",
            "healthz-bind-address": "127.0.0.1:10256",
        }
        self._start("kube-proxy", [self._plane.program, "kube-proxy", *flags_of(flags)])


CNI = {
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge",
            "bridge": "pods0",
            "isGateway": True,
            "hairpinMode": True,
            "ipam": {
                "type": "host-local",
                "dataDir": "/run/tidegate-cni",
                "ranges": [[{"subnet": network.PODS, "gateway": network.NODE}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        },
        {"type": "loopback"},
    ],
}


def needed_programs() -> None:
    """Find, or install with a word, what a node runs of the machine's own."""
    installed(["iptables", "conntrack"], ["iptables", "conntrack"], "kube-proxy leads to pods with it")
    installed(["ip", "sysctl"], ["iproute2", "procps"], "the node's network is made with it")
    installed(["openssl"], ["openssl"], "the API server's certificate for other APIs is signed with it")


def containerd_configuration(folder: Path) -> str:
    """containerd for one kubelet: state in our folder, no image is ever pulled."""
    runtime = container_runtime()
    return f"""version = 2
root = "{folder}/containerd"
state = "{folder}/containerd-state"
[grpc]
address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE.name}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{runtime}/usr/lib/cni"
conf_dir = "{folder}/cni"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "{snapshotter()}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "{runtime}/usr/sbin/runc"
"""


def snapshotter() -> str:
    """overlayfs where the kernel has it."""
    return "overlayfs" if "overlay" in Path("/proc/filesystems").read_text() else "native"


def kubelet_configuration(runtime: Path) -> dict[str, object]:
    """A kubelet that leaves the machine's own cgroups and memory alone."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": network.NODE,
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": f"unix://{runtime}",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
        "registerWithTaints": [],
        "maxPods": 200,
        "kubeAPIQPS": 500,
        "kubeAPIBurst": 1000,
        "healthzPort": 0,
        "serializeImagePulls": False,
        "resolvConf": "",
    }


def cgroups() -> list[Path]:
    """Where containerd keeps the groups of pods, in every hierarchy."""
    return [*Path("/sys/fs/cgroup").glob("*/k8s.io"), *Path("/sys/fs/cgroup").glob("k8s.io")]


def remove_cgroups(root: Path) -> bool:
    """Remove empty control groups, the innermost first; True where some are in use."""
    # A walk of the library passes over what vanishes meanwhile: others take down groups of their own there.
    for folder, _, _ in os.walk(root, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()

    return root.exists()


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as found:
        return found.connect_ex(str(path)) == 0
