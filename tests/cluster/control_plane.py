"""etcd, the API server, the controllers and the scheduler, on one address."""

import os
import secrets
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from .binaries import kube_stack
from .cache import run
from .certificates import ask_for_others
from .processes import Processes
from .versions import chosen

ADMINS = "system:masters"
USERS = {
    "admin": ADMINS,
    "tidegate": ADMINS,
    "controllers": ADMINS,
    "traefik": ADMINS,
    "prometheus": ADMINS,
    "system:node:node-1": "system:nodes",
    "system:kube-scheduler": "",
    "system:kube-proxy": "",
    "kwok": ADMINS,
    "metrics-server": ADMINS,
    "prometheus-adapter": ADMINS,
}
START_SECONDS = 60.0
# Below the ports of connections and of Services on nodes. Tests that run beside each other have each their own: an
# operator that is started again must find its port free.
PORTS = range(
    20000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")),
    30000,
    int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
)
AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """One control plane. Several may run side by side, each in its own folder on its own ports."""

    folder: Path
    address: str = "127.0.0.1"
    port: int = field(default_factory=lambda: free_port())  # noqa: PLW0108 - defined below
    prefix: tuple[str, ...] = ()
    audit: bool = False
    kubernetes: str = field(default_factory=chosen)
    aggregation: bool = False

    @property
    def program(self) -> Path:
        """Every part of this version of Kubernetes."""
        return kube_stack(self.kubernetes)

    @property
    def processes(self) -> Processes:
        """What runs."""
        return Processes(self.folder, self.prefix)

    @property
    def server(self) -> str:
        """The API server's address."""
        return f"https://{self.address}:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate that the API server made for itself."""
        return self.folder / "certificates" / "apiserver.crt"

    def start(self) -> None:
        """Start all parts and wait until the API serves."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._keep_secrets()
        self._start_etcd()
        self._start_apiserver()
        self._write_kubeconfigs()
        self._start_controllers()

    def token(self, user: str) -> str:
        """The token of a user: each client has its own, so that requests can be counted by client."""
        rows = [line.split(",") for line in (self.folder / "tokens.csv").read_text().splitlines()]
        return next(row[0] for row in rows if row[1] == user)

    def kubeconfig(self, user: str = "admin") -> Path:
        """A kubeconfig of a user."""
        return self.folder / f"kubeconfig-{user.replace(':', '-')}"

    def kubectl(self, *words: str | Path, stdin: str | None = None, user: str = "admin") -> str:
        """What kubectl says. Raises Missing where it fails."""
        command = [self.program, "kubectl", "--kubeconfig", self.kubeconfig(user), *words]
        return run(command, input=stdin)

    def ready(self) -> bool:
        """True once the API server says so."""
        if not self.authority.exists():
            return False

        context = ssl.create_default_context(cafile=str(self.authority))
        ask = urllib.request.Request(
            f"{self.server}/readyz", headers={"Authorization": f"Bearer {self.token('admin')}"}
        )
        try:
            with urllib.request.urlopen(ask, timeout=2, context=context) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _keep_secrets(self) -> None:
        key, tokens = self.folder / "accounts.key", self.folder / "tokens.csv"
        if not key.exists():
            key.write_text(run([self.program, "rsa-key"]))
            key.chmod(0o600)
            rows = [f'{secrets.token_hex(16)},{user},{user},"{group}"' for user, group in USERS.items()]
            tokens.write_text("\n".join(rows) + "\n")
            tokens.chmod(0o600)
            (self.folder / "audit-policy.yaml").write_text(yaml.safe_dump(AUDIT))
            (self.folder / "etcd-port").write_text(str(free_port()))

    @property
    def _etcd(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'etcd-port').read_text()}"

    def _start_etcd(self) -> None:
        command: list[str | Path] = [self.program, "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync"]
        command += ["--listen-client-urls", self._etcd, "--advertise-client-urls", self._etcd]
        # One member: nobody speaks to it, so the kernel chooses the port.
        command += ["--listen-peer-urls", "http://127.0.0.1:0", "--log-level", "warn"]
        self.processes.start("etcd", command)

    def _start_apiserver(self) -> None:
        key = self.folder / "accounts.key"
        flags = {
            "etcd-servers": self._etcd,
            "bind-address": self.address,
            "secure-port": self.port,
            "cert-dir": self.folder / "certificates",
            "service-cluster-ip-range": "10.96.0.0/16",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "token-auth-file": self.folder / "tokens.csv",
            "authorization-mode": "Node,RBAC",
            "allow-privileged": "true",
            "kubelet-preferred-address-types": "InternalIP",
            "shutdown-delay-duration": "0s",
            "profiling": "false",
        }
        # A loopback address is refused as an endpoint of the Service `kubernetes`; nothing there needs it.
        if self.address.startswith("127."):
            flags["endpoint-reconciler-type"] = "none"

        if self.audit:
            flags |= {
                "audit-policy-file": self.folder / "audit-policy.yaml",
                "audit-log-path": self.folder / "audit.log",
            }

        if self.aggregation:
            flags |= ask_for_others(self.folder)

        self.processes.start("kube-apiserver", [self.program, "kube-apiserver", *flags_of(flags)])
        self.processes.wait("kube-apiserver", self.ready, START_SECONDS)

    def _start_controllers(self) -> None:
        quick = {"kube-api-qps": 500, "kube-api-burst": 1000, "leader-elect": "false", "profiling": "false"}
        controllers = {
            **quick,
            "kubeconfig": self.kubeconfig("controllers"),
            "service-account-private-key-file": self.folder / "accounts.key",
            "root-ca-file": self.authority,
            "secure-port": free_port(),
            "bind-address": "127.0.0.1",
            "cert-dir": self.folder / "certificates-controllers",
            "concurrent-replicaset-syncs": 20,
            "concurrent-service-endpoint-syncs": 20,
            "horizontal-pod-autoscaler-sync-period": "5s",
        }
        self.processes.start(
            "kube-controller-manager", [self.program, "kube-controller-manager", *flags_of(controllers)]
        )
        scheduler = {
            **quick,
            "kubeconfig": self.kubeconfig("system:kube-scheduler"),
            "secure-port": free_port(),
            "bind-address": "127.0.0.1",
            "cert-dir": self.folder / "certificates-scheduler",
        }
        self.processes.start("kube-scheduler", [self.program, "kube-scheduler", *flags_of(scheduler)])

    def _write_kubeconfigs(self) -> None:
        for user in USERS:
            self.kubeconfig(user).write_text(yaml.safe_dump(kubeconfig(self.server, self.authority, self.token(user))))
            self.kubeconfig(user).chmod(0o600)


def kubeconfig(server: str, authority: Path, token: str) -> dict[str, object]:
    """A kubeconfig as a value."""
    cluster = {"server": server, "certificate-authority": str(authority)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": cluster}],
        "users": [{"name": "local", "user": {"token": token}}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "local"}}],
        "current-context": "local",
    }


def flags_of(values: dict[str, object]) -> list[str]:
    """Command-line flags."""
    return [f"--{name}={value}" for name, value in values.items()]


def free_port() -> int:
    """A port that is free now, and that the kernel gives to no connection until its process listens."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


@contextmanager
def control_plane(*, crds: Sequence[Path] = (), audit: bool = False) -> Iterator[ControlPlane]:
    """A control plane for a test, gone at its end."""
    with TemporaryDirectory(prefix="tidegate-") as folder:
        found = ControlPlane(folder=Path(folder), audit=audit)
        try:
            found.start()
            for crd in crds:
                found.kubectl("apply", "--server-side", "-f", crd)

            yield found
        finally:
            found.processes.stop_all()
