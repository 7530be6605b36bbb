"""A gateway's page of metrics: both sides of one Release serve steadily, the candidate partly badly."""

import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.cluster.api import METRIC_SOURCES, Api, Object
from tests.cluster.loopback import Loopback
from tests.cluster.simulated_counts import PER_SECOND, Said, count

COUNTER, BUCKETS = "traefik_service_requests_total", "traefik_service_request_duration_seconds_bucket"
# Errors by status; and of the histogram the good requests are within the first boundary, the slow ones beyond the last.
LINES = (
    (COUNTER, 'code="200"', "good"),
    (COUNTER, 'code="500"', "bad"),
    (BUCKETS, 'le="0.1"', "good"),
    (BUCKETS, 'le="1.0"', "good"),
    (BUCKETS, 'le="+Inf"', "all"),
)
TEXT = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is served: each side's share of errors and of slow requests, or a body that is no such page.

    `per_second`: what the candidate serves where stable serves 100.
    """

    candidate: float = 0.0
    stable: float = 0.0
    slow: float = 0.0
    stable_slow: float = 0.0
    per_second: int = PER_SECOND
    status: int = 200
    content_type: str = TEXT
    body: str | None = None

    def text(self, name: str) -> str:
        """Traefik's lines for both Services of a Release, as they are now."""
        if self.body is not None:
            return self.body

        at = int(time.time() * 10)
        sides = (
            ("stable", PER_SECOND, {COUNTER: self.stable, BUCKETS: self.stable_slow}),
            ("candidate", self.per_second, {COUNTER: self.candidate, BUCKETS: self.slow}),
        )
        return "".join(
            f'{metric}{{{label},service="{name}-{side}-80@kubernetes"}} {count(at, Said(bad[metric], rate), part)}\n'
            for side, rate, bad in sides
            for metric, label, part in LINES
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
    declare(api, namespace, name, {"addresses": [address], "timeout": "10s"})


def read_pods(api: Api, namespace: str, name: str = "numbers") -> None:
    """A MetricSource that reads the pages of a Release's own pods every second."""
    declare(api, namespace, name, {"pods": {"port": 1}, "timeout": "1s"})


def declare(api: Api, namespace: str, name: str, pages: Object) -> None:
    metadata = {"name": name, "namespace": namespace}
    spec = {"scrape": {**pages, "interval": "1s"}}
    source = {"apiVersion": "tidegate.dev/v1alpha1", "kind": "MetricSource", "metadata": metadata, "spec": spec}
    api.apply(METRIC_SOURCES, source)
