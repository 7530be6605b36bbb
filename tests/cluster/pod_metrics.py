"""What pods use, as autoscalers ask for it: metrics-server beside the control plane, which reads the kubelet."""

import json

import yaml

from .binaries import metrics_server
from .control_plane import ControlPlane, flags_of

PORT = 4443
START_SECONDS = 60.0
NAME, NAMESPACE = "metrics-server", "kube-system"
API = "v1beta1.metrics.k8s.io"


def start(plane: ControlPlane) -> None:
    """Serve metrics.k8s.io through the API server, and wait until it answers."""
    kubeconfig = plane.kubeconfig("metrics-server")
    flags = {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": plane.address,
        "secure-port": PORT,
        "cert-dir": plane.folder / "certificates-metrics-server",
        "kubelet-insecure-tls": "true",
        "kubelet-preferred-address-types": "InternalIP",
        # Its least: an autoscaler sees what pods use after two readings.
        "metric-resolution": "10s",
        "kubelet-request-timeout": "5s",
    }
    plane.processes.start(NAME, [metrics_server(), *flags_of(flags)])
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(manifests(plane)))
    plane.processes.wait(NAME, lambda: available(plane), START_SECONDS)


def manifests(plane: ControlPlane) -> list[dict[str, object]]:
    """A Service without pods whose one endpoint is the process, and the API that it serves."""
    metadata = {"name": NAME, "namespace": NAMESPACE}
    labels = {"kubernetes.io/service-name": NAME}
    port = {"name": "https", "port": PORT, "protocol": "TCP"}
    endpoint = {"addresses": [plane.address], "conditions": {"ready": True}}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [port | {"targetPort": PORT}]}},
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
            "metadata": {"name": API},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "service": metadata | {"port": PORT},
                "insecureSkipTLSVerify": True,
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
            },
        },
    ]


def available(plane: ControlPlane) -> bool:
    """True once the API server reaches it."""
    found = json.loads(plane.kubectl("get", "apiservice", API, "-o", "json"))
    return any(
        state["type"] == "Available" and state["status"] == "True"
        for state in found.get("status", {}).get("conditions", ())
    )
