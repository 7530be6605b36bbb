"""An API of metrics that a process beside the control plane serves: the API server passes on what is asked there."""

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from .control_plane import ControlPlane, flags_of

START_SECONDS = 60.0
NAMESPACE = "kube-system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """One such process by its name, where it listens, and the group of `v1beta1` that it serves."""

    name: str
    port: int
    group: str

    @property
    def api(self) -> str:
        """The name of its APIService."""
        return f"v1beta1.{self.group}"

    def start(self, plane: ControlPlane, program: Path, flags: dict[str, object]) -> None:
        """Serve the group through the API server, and wait until it answers. `flags`: what is this process's own."""
        kubeconfig = plane.kubeconfig(self.name)
        common = {
            "authentication-kubeconfig": kubeconfig,
            "authorization-kubeconfig": kubeconfig,
            "bind-address": plane.address,
            "secure-port": self.port,
            "cert-dir": plane.folder / f"certificates-{self.name}",
        }
        plane.processes.start(self.name, [program, *flags_of({**common, **flags})])
        plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(self.manifests(plane)))
        plane.processes.wait(self.name, lambda: self.available(plane), START_SECONDS)

    def manifests(self, plane: ControlPlane) -> list[dict[str, object]]:
        """A Service without pods whose one endpoint is the process, and the API that it serves."""
        metadata = {"name": self.name, "namespace": NAMESPACE}
        labels = {"kubernetes.io/service-name": self.name}
        port = {"name": "https", "port": self.port, "protocol": "TCP"}
        endpoint = {"addresses": [plane.address], "conditions": {"ready": True}}
        ports = [port | {"targetPort": self.port}]
        return [
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports}},
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": metadata | {"labels": labels},
                "addressType": "IPv4",
                "ports": [port],
                "endpoints": [endpoint],
            },
            {
                "apiVersion": "apiregistration.k8s.io/v1",
                "kind": "APIService",
                "metadata": {"name": self.api},
                "spec": {
                    "group": self.group,
                    "version": "v1beta1",
                    "service": metadata | {"port": self.port},
                    "insecureSkipTLSVerify": True,
                    "groupPriorityMinimum": 100,
                    "versionPriority": 100,
                },
            },
        ]

    def available(self, plane: ControlPlane) -> bool:
        """True once the API server reaches it."""
        found = json.loads(plane.kubectl("get", "apiservice", self.api, "-o", "json"))
        return any(
            state["type"] == "Available" and state["status"] == "True"
            for state in found.get("status", {}).get("conditions", ())
        )
