"""What cAdvisor writes of pods, asked of a real Prometheus as the operator asks it."""

import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from tests.cluster.control_plane import free_port
from tests.cluster.processes import Processes, within
from tests.cluster.prometheus import start
from tests.integration.expositions import Exposition
from tests.unit.reconcile.judging.test_track import CANDIDATE, STABLE
from tidegate.metrics.answer import Unusable
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.usage import ASKED, MEMORY, PERIODS, THROTTLED, Place, question, read

SECONDS = 30
NEW, OLD, NEAR = ("shop", "web-bcdfghjklm-x2v9z"), ("shop", "web-nnnnnkkkkk-x2v9z"), ("shop", "my-web-nnnnnkkkkk-x2v9z")


def page(periods: int) -> str:
    """Two containers of each pod, the second never throttled; and a pod as a whole, which has no container."""
    lines = []
    for namespace, pod in (NEW, OLD, NEAR):
        for container in ("web", "mesh", ""):
            labels = f'{{container="{container}",id="/{pod}/{container}",namespace="{namespace}",pod="{pod}"}}'
            throttled = periods // 2 if container == "web" else 0
            lines += [
                f"container_cpu_cfs_periods_total{labels} {periods}",
                f"container_cpu_cfs_throttled_periods_total{labels} {throttled}",
                f"container_memory_working_set_bytes{labels} 1000000",
            ]

    return "\n".join(lines) + "\n"


def asked(address: str) -> dict[Place, dict[str, float]]:
    source = Prometheus(address=address)
    request = source.raw_request(question((CANDIDATE, replace(STABLE))), at=int(time.time() * 1000))
    with urllib.request.urlopen(request.url, data=request.body, timeout=10) as answer:
        found = source.vector(answer.read())

    assert not isinstance(found, Unusable), found.why
    return read(found)


def test_a_real_prometheus_tells_every_number_of_both_sides_pods_and_of_no_others(tmp_path: Path) -> None:
    processes, place = Processes(tmp_path), f"127.0.0.1:{free_port()}"
    with Exposition() as exposition:
        exposition.pages = {"/metrics": page(1000)}
        job = {"job_name": "kubelet", "honor_labels": True, "static_configs": [{"targets": [exposition.place]}]}
        try:
            start(processes, tmp_path, place, {"global": {"scrape_interval": "500ms"}, "scrape_configs": [job]})
            address = f"http://{place}"
            assert within(SECONDS, lambda: set(asked(address)) == {NEW, OLD})
            exposition.pages = {"/metrics": page(2000)}

            assert within(SECONDS, lambda: asked(address)[NEW].get(PERIODS, 0) > 0)
            found = asked(address)
        finally:
            processes.stop_all()

    assert {pod: set(numbers) for pod, numbers in found.items()} == {NEW: set(ASKED), OLD: set(ASKED)}
    assert found[NEW][THROTTLED] * 4 == found[NEW][PERIODS]
    assert found[NEW][MEMORY] == 2_000_000
