"""What pods use, as autoscalers ask for it: metrics-server beside the control plane, which reads the kubelet."""

from .aggregated import Aggregated
from .binaries import metrics_server
from .control_plane import ControlPlane

SERVED = Aggregated(name="metrics-server", port=4443, group="metrics.k8s.io")


def start(plane: ControlPlane) -> None:
    """Serve metrics.k8s.io through the API server, and wait until it answers."""
    flags = {
        "kubeconfig": plane.kubeconfig(SERVED.name),
        "kubelet-insecure-tls": "true",
        "kubelet-preferred-address-types": "InternalIP",
        # Its least: an autoscaler sees what pods use after two readings.
        "metric-resolution": "10s",
        "kubelet-request-timeout": "5s",
    }
    SERVED.start(plane, metrics_server(), flags)
