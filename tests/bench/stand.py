"""What every question needs: a control plane with simulated pods, the operator, a clock and a metric source."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cluster import local
from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import release

from .audit import Audit
from .clock import Clock
from .process import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The stand of one bench."""

    api: Api
    operator: Operator
    clock: Clock
    audit: Audit
    metrics: MetricServer
    folder: Path

    def operator_usage(self) -> Usage:
        """What the operator's process uses."""
        return Usage.of(self.operator.processes, self.operator.name)

    def server_usage(self) -> Usage:
        """What the API server's process uses."""
        return Usage.of(local.plane_found(self.folder).processes, "kube-apiserver")

    def restart(self) -> float:
        """Kill the operator and start it again; the time of its start."""
        self.operator.kill()
        started = time.time()
        self.operator.start(wait=False)
        return started


@contextmanager
def stand() -> Iterator[Stand]:
    """Bring it up, and take it down again, whatever comes of the question."""
    with TemporaryDirectory(prefix="tidegate-bench-") as name, MetricServer() as metrics:
        folder = Path(name)
        try:
            # No gateway and no Prometheus run: they would take their share of the same two cores.
            cluster = local.up(local.Nodes.SIMULATED, folder, audit=True, serving=False)
            api = Api(Path(cluster.kubeconfig))
            operator = Operator(
                folder=folder / "operator",
                kubeconfig=local.plane_found(folder).kubeconfig("tidegate"),
                flags=("--no-leader-election", "--log-level", "WARNING"),
            )
            with running(operator):
                clock = Clock(Api(Path(cluster.kubeconfig)))
                clock.start()
                audit = Audit(folder / "audit.log")
                yield Stand(api=api, operator=operator, clock=clock, audit=audit, metrics=metrics, folder=folder)
        finally:
            local.down(folder)


@contextmanager
def running(operator: Operator) -> Iterator[None]:
    """The operator runs; it is stopped where it does not come up or a question fails too."""
    try:
        operator.start()
        yield
    finally:
        operator.stop()


def bare(namespace: str, name: str, *, replicas: int = 1, version: str = "1", **changes: object) -> Object:
    """A Release of the benches: settle, drain, dwell and watch are 0, `confirm: Settle`."""
    manifest = release(namespace, name, version=version, replicas=replicas, **changes)
    manifest["spec"]["traffic"]["confirm"] = "Settle"
    if "steps" not in changes:
        del manifest["spec"]["steps"]

    return manifest


def steps(*weights: int, dwell: str = "0s") -> list[Object]:
    """Steps of these weights."""
    return [{"name": f"at-{weight}", "weight": weight, "dwell": dwell} for weight in weights]


def phases(stand: Stand, namespace: str) -> dict[str, str]:
    """Each Release's phase, by name; one that has not seen its newest spec counts as Pending."""
    return {
        name: phase_of(found.object)
        for (kind, place, name), found in tuple(stand.clock.latest.items())
        if kind == RELEASES.plural and place == namespace
    }


def phase_of(found: Object) -> str:
    """The phase of a Release that has seen its newest spec."""
    status = found.get("status") or {}
    fresh = status.get("observedGeneration") == found["metadata"]["generation"]
    return str(status.get("phase", "Pending")) if fresh else "Pending"


def all_promoted(stand: Stand, namespace: str, count: int, seconds: float) -> None:
    """Wait until every Release of a namespace is promoted."""
    stand.clock.wait(lambda _: list(phases(stand, namespace).values()).count("Promoted") >= count, seconds)


def quiet(stand: Stand, seconds: float = 5.0) -> None:
    """Wait until the operator has told all its Events."""
    while True:
        stand.audit.skip()
        time.sleep(seconds)
        asked = stand.audit.read()
        if not asked.total() and not asked.total(events=True):
            return
