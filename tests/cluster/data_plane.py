"""The gateway and Prometheus of the local cluster: host processes beside the control plane."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import yaml

from .binaries import traefik
from .control_plane import ControlPlane, flags_of
from .gateway import wait_until_programmed
from .processes import Processes, answers
from .prometheus import START_SECONDS, start

CONTROLLER = "traefik.io/gateway-controller"
# Of the histogram of how long requests take, in seconds.
BUCKETS = "0.05,0.1,0.3,0.5,1,2,5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the data plane listens."""

    gateway: int
    traefik_metrics: int
    prometheus: int

    @classmethod
    def of(cls, **addresses: str) -> Self:
        """Those of the addresses that a cluster was noted with."""
        return cls(**{name: urlsplit(address).port or 0 for name, address in addresses.items()})


@dataclass(frozen=True, slots=True)
class DataPlane:
    """Traefik and Prometheus for one control plane."""

    plane: ControlPlane
    ports: Ports

    @property
    def processes(self) -> Processes:
        """Traefik and Prometheus."""
        return self.plane.processes

    @property
    def gateway(self) -> str:
        """Where users' requests go."""
        return f"http://{self.plane.address}:{self.ports.gateway}"

    @property
    def gateway_metrics(self) -> str:
        """Where the gateway tells what it counts."""
        return f"http://{self.plane.address}:{self.ports.traefik_metrics}"

    @property
    def prometheus(self) -> str:
        """Where questions go."""
        return f"http://{self.plane.address}:{self.ports.prometheus}"

    def start(self) -> None:
        """Start both, and wait until they serve this cluster. Raises Missing where Traefik does not."""
        self._start_traefik()
        self._start_prometheus()
        wait_until_programmed(self.plane.kubectl, self.processes.log("traefik"))

    def manifests(self) -> str:
        """GatewayClass and Gateway `gateways/public`, and the ClusterMetricSource `default`."""
        listener = {
            "name": "web",
            "protocol": "HTTP",
            "port": self.ports.gateway,
            "allowedRoutes": {"namespaces": {"from": "All"}},
        }
        api = "gateway.networking.k8s.io/v1"
        return yaml.safe_dump_all(
            [
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gateways"}},
                {
                    "apiVersion": api,
                    "kind": "GatewayClass",
                    "metadata": {"name": "traefik"},
                    "spec": {"controllerName": CONTROLLER},
                },
                {
                    "apiVersion": api,
                    "kind": "Gateway",
                    "metadata": {"name": "public", "namespace": "gateways"},
                    "spec": {"gatewayClassName": "traefik", "listeners": [listener]},
                },
            ]
        )

    def metric_source(self) -> str:
        """The source that a Release uses when it names none."""
        return yaml.safe_dump(
            {
                "apiVersion": "tidegate.dev/v1alpha1",
                "kind": "ClusterMetricSource",
                "metadata": {"name": "default"},
                "spec": {"prometheus": {"address": self.prometheus}},
            }
        )

    def _start_traefik(self) -> None:
        flags = {
            "entrypoints.web.address": f"{self.plane.address}:{self.ports.gateway}",
            "entrypoints.metrics.address": f"{self.plane.address}:{self.ports.traefik_metrics}",
            "metrics.prometheus.entrypoint": "metrics",
            "metrics.prometheus.addserviceslabels": "true",
            "metrics.prometheus.buckets": BUCKETS,
            "ping.entrypoint": "metrics",
            **self._provider("kubernetesgateway"),
            **self._provider("kubernetescrd"),
            # Else one Service without ready pods takes the whole TraefikService, stable's share too, away.
            "providers.kubernetescrd.allowemptyservices": "true",
            **self._provider("kubernetesingressnginx"),
            "providers.providersthrottleduration": "100ms",
            "global.checknewversion": "false",
            "global.sendanonymoususage": "false",
            "log.level": "INFO",
        }
        self.processes.start("traefik", [traefik(), *flags_of(flags)])
        ping = f"http://{self.plane.address}:{self.ports.traefik_metrics}/ping"
        self.processes.wait("traefik", lambda: answers(ping), START_SECONDS)

    def _provider(self, name: str) -> dict[str, object]:
        """One of the ways in which Traefik is told its routes."""
        return {
            f"providers.{name}.endpoint": self.plane.server,
            f"providers.{name}.token": self.plane.token("traefik"),
            f"providers.{name}.certauthfilepath": self.plane.authority,
        }

    def _start_prometheus(self) -> None:
        place = f"{self.plane.address}:{self.ports.prometheus}"
        start(self.processes, self.plane.folder, place, self._prometheus_configuration())

    def _prometheus_configuration(self) -> dict[str, object]:
        discovery = {
            "role": "pod",
            "api_server": self.plane.server,
            "authorization": {"credentials": self.plane.token("prometheus")},
            "tls_config": {"ca_file": str(self.plane.authority)},
        }
        target = f"{self.plane.address}:{self.ports.traefik_metrics}"
        return {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "10s"},
            "scrape_configs": [
                {"job_name": "traefik", "static_configs": [{"targets": [target]}]},
                {"job_name": "pods", "kubernetes_sd_configs": [discovery], "relabel_configs": POD_LABELS},
            ],
        }


def _label(source: str, target: str) -> dict[str, object]:
    return {"source_labels": [f"__meta_kubernetes_{source}"], "target_label": target}


POD_LABELS: list[dict[str, object]] = [
    {
        "source_labels": ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"],
        "regex": "true",
        "action": "keep",
    },
    # A pod that has ended keeps its address for a while; another pod may have it by then.
    {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Succeeded|Failed", "action": "drop"},
    _label("namespace", "namespace"),
    _label("pod_name", "pod"),
    _label("pod_label_tidegate_dev_release", "release"),
    _label("pod_label_tidegate_dev_revision", "revision"),
    _label("pod_label_run", "run"),
]
