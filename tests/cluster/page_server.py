"""A gateway's page of metrics: both sides of one Release serve steadily, the candidate partly badly."""

import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.cluster.api import METRIC_SOURCES, Api, Object
from tests.cluster.loopback import Loopback
from tests.cluster.simulated_counts import count

COUNTER, BUCKETS = "traefik_service_requests_total", "traefik_service_request_duration_seconds_bucket"
# Errors by status; and nothing is slow.
LINES = (
    (COUNTER, 'code="200"', "good", True),
    (COUNTER, 'code="500"', "bad", True),
    (BUCKETS, 'le="1.0"', "all", False),
    (BUCKETS, 'le="+Inf"', "all", False),
)
TEXT = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is served: each side's share of bad requests, or a body that is no such page."""

    candidate: float = 0.0
    stable: float = 0.0
    status: int = 200
    content_type: str = TEXT
    body: str | None = None

    def text(self, name: str) -> str:
        """Traefik's lines for both Services of a Release, as they are now."""
        if self.body is not None:
            return self.body

        at = int(time.time() * 10)
        sides = (("stable", self.stable), ("candidate", self.candidate))
        return "".join(
            f'{metric}{{{label},service="{name}-{side}-80@kubernetes"}} {count(at, bad if fails else 0, part)}\n'
            for side, bad in sides
            for metric, label, part, fails in LINES
        )


class PageServer(Loopback):
    """A server on loopback; set `page` to change what is served from now on."""

    def __init__(self, namespace: str, release: str = "web") -> None:
        self.page = Page()
        self._name = f"{namespace}-{release}"
        super().__init__()

    def declare(self, api: Api, namespace: str, name: str = "numbers") -> None:
        """The MetricSource that names it."""
        scrape(api, namespace, f"http://{self.place}/metrics", name=name)

    def get(self, request: BaseHTTPRequestHandler) -> None:
        """The page."""
        page = self.page
        text = page.text(self._name).encode()
        request.send_response(page.status)
        request.send_header("Content-Type", page.content_type)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)


def scrape(api: Api, namespace: str, address: str, name: str = "numbers") -> None:
    """A MetricSource that reads a page every second."""
    declare(api, namespace, name, {"addresses": [address]})


def read_pods(api: Api, namespace: str, name: str = "numbers") -> None:
    """A MetricSource that reads the pages of a Release's own pods every second."""
    declare(api, namespace, name, {"pods": {"port": 1}})


def declare(api: Api, namespace: str, name: str, pages: Object) -> None:
    metadata = {"name": name, "namespace": namespace}
    spec = {"scrape": {**pages, "interval": "1s", "timeout": "1s"}}
    source = {"apiVersion": "tidegate.dev/v1alpha1", "kind": "MetricSource", "metadata": metadata, "spec": spec}
    api.apply(METRIC_SOURCES, source)
