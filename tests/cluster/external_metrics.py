"""Numbers from outside the pods, as autoscalers ask for them: prometheus-adapter beside a Prometheus."""

from collections.abc import Mapping

import yaml

from .aggregated import Aggregated
from .binaries import prometheus_adapter
from .control_plane import ControlPlane

SERVED = Aggregated(name="prometheus-adapter", port=4444, group="external.metrics.k8s.io")
REQUESTS = "traefik_service_requests_total"
# A Service that is routed to again begins a new series, whose first requests no rate knows: they must be few in it.
WINDOW = "30s"


def start(plane: ControlPlane, prometheus: str, queries: Mapping[str, str]) -> None:
    """Serve external.metrics.k8s.io through the API server: each metric by its name, as its query answers."""
    written = plane.folder / "prometheus-adapter.yaml"
    written.write_text(yaml.safe_dump({"externalRules": [_rule(name, query) for name, query in queries.items()]}))
    flags = {
        "lister-kubeconfig": plane.kubeconfig(SERVED.name),
        "prometheus-url": prometheus,
        "config": written,
        # It knows a metric once it has seen the counter in such a look.
        "metrics-relist-interval": "5s",
        "metrics-max-age": "1m",
    }
    SERVED.start(plane, prometheus_adapter(), flags)


def requests_of(namespace: str, release: str) -> str:
    """How many requests a second the gateway passes to a Release, whichever side serves them."""
    service = f"(.+-)?{namespace}-{release}-(stable|candidate)-.+"
    return f'sum(rate({REQUESTS}{{service=~"{service}"}}[{WINDOW}]))'


def _rule(name: str, query: str) -> dict[str, object]:
    return {
        "seriesQuery": REQUESTS,
        # The gateway counts for all namespaces; the query names the Release's.
        "resources": {"namespaced": False},
        "name": {"as": name},
        "metricsQuery": query,
    }
