"""Envoy as a gateway of Contour's sets it up: what it counts of real requests is what the pods behind it answered."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster.binaries import envoy
from tests.cluster.control_plane import free_port
from tests.cluster.processes import Processes, answers
from tests.integration.numbers import MINUTE, Numbers, scraping, totals
from tidegate.api import DataPlane
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, Shape, read
from tidegate.metrics.samples import Side

REQUESTS_SENT = 300
WEIGHTS = {"stable": 80, "candidate": 20}
# So far apart that on a busy machine no quick one takes longer than the bound.
SLOW_SECONDS = 1.3
BOUND = timedelta(seconds=1)
START_SECONDS = 30.0
FILTERS = "type.googleapis.com/envoy.extensions.filters"


@dataclass(slots=True)
class Pod:
    """Answers, and counts what it answered: every fourth request of a bad one fails, and every fifth is slow."""

    bad: bool
    answered: Counter[int] = field(default_factory=Counter)
    slow: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self) -> int:
        """The next answer's status, after the time that it takes."""
        with self.lock:
            number = self.answered.total()
            status = 503 if self.bad and number % 4 == 0 else 200
            slow = self.bad and number % 5 == 0
            self.answered[status] += 1
            self.slow += slow

        time.sleep(SLOW_SECONDS if slow else 0)
        return status


@contextmanager
def serving(pod: Pod) -> Iterator[int]:
    """The pod at a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(pod.answer())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(role: str, port: int) -> dict[str, object]:
    """As Contour declares one: its own name has a hash at the end, and its counters namespace, Service and port."""
    endpoint = {"lb_endpoints": [{"endpoint": {"address": address(port)}}]}
    return {
        "name": f"shop/web-{role}/80/da39a3ee5e",
        "alt_stat_name": f"shop_web-{role}_80",
        "type": "STATIC",
        "load_assignment": {"cluster_name": f"shop/web-{role}", "endpoints": [endpoint]},
    }


def configuration(pods: dict[str, int], listens: int, tells: int) -> dict[str, object]:
    """One listener whose requests go to both sides by weight."""
    weighted = [{"name": f"shop/web-{role}/80/da39a3ee5e", "weight": weight} for role, weight in WEIGHTS.items()]
    route = {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": weighted}}}
    manager = {
        "@type": f"{FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "ingress_http",
        "route_config": {"virtual_hosts": [{"name": "shop", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{FILTERS}.http.router.v3.Router"},
            }
        ],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "admin": {"address": address(tells)},
        "static_resources": {
            "listeners": [{"name": "web", "address": address(listens), "filter_chains": [chain]}],
            "clusters": [cluster(role, port) for role, port in pods.items()],
        },
    }


@contextmanager
def gateway(folder: Path, pods: dict[str, int]) -> Iterator[tuple[str, str]]:
    """An Envoy before the pods: where it serves, and where it tells its counters."""
    listens, tells, processes = free_port(), free_port(), Processes(folder)
    written = folder / "envoy.json"
    written.write_text(json.dumps(configuration(pods, listens, tells)))
    try:
        processes.start("envoy", [envoy(), "--config-path", written, "--use-dynamic-base-id", "--concurrency", "1"])
        processes.wait("envoy", lambda: answers(f"http://127.0.0.1:{tells}/ready"), START_SECONDS)
        yield f"http://127.0.0.1:{listens}/", f"127.0.0.1:{tells}"
    finally:
        processes.stop_all()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def side(role: Side) -> Backend:
    service = f"web-{role.value}"
    return Backend(namespace="shop", release="web", revision="", service=service, port=80, side=role)


def job(tells: str) -> dict[str, object]:
    return {"job_name": "envoy", "metrics_path": "/stats/prometheus", "static_configs": [{"targets": [tells]}]}


def counted(numbers: Numbers, over: timedelta | None = None) -> dict[str, dict[str, int]]:
    """What Envoy counted of each side, asked as the operator asks."""
    shape, sides = Shape(DataPlane.CONTOUR, over, histogram=False), (side(Side.STABLE), side(Side.CANDIDATE))
    found = read(shape, sides, numbers.raw(shape, sides, time.time(), MINUTE))
    return {each.side.value: totals(found[each]) for each in sides}


def test_what_envoy_counts_of_real_requests_is_what_the_pods_answered(tmp_path: Path) -> None:
    stable, candidate = Pod(bad=False), Pod(bad=True)
    with (
        serving(stable) as one,
        serving(candidate) as other,
        gateway(tmp_path, {"stable": one, "candidate": other}) as (url, tells),
        scraping(tmp_path, [job(tells)]) as numbers,
    ):
        seen = Counter(status_of(url) for _ in range(REQUESTS_SENT))
        numbers.until(f"sum(envoy_cluster_upstream_rq) == {REQUESTS_SENT}")
        # Counters are told at once, histograms once every five seconds.
        numbers.until(f"sum(envoy_cluster_upstream_rq_time_count) == {REQUESTS_SENT}")
        found, quick = counted(numbers), counted(numbers, BOUND)

    assert seen == stable.answered + candidate.answered
    assert candidate.answered[503] > 5
    for role, pod in (("stable", stable), ("candidate", candidate)):
        assert found[role][REQUESTS] == pod.answered.total(), role
        assert found[role].get(ERRORS, 0) == pod.answered[503], role
        # Envoy keeps times in bins of its own: what is near a boundary may fall on its other side.
        assert quick[role][REQUESTS] == pod.answered.total(), role
        assert quick[role][QUICK] == pytest.approx(pod.answered.total() - pod.slow, abs=2), role
