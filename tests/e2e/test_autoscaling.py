"""A real autoscaler, told by a real metrics-server what real pods use: a rollout at constant load changes no size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.cluster import local, pod_metrics
from tests.cluster.api import AUTOSCALERS, RELEASES, Api, Object
from tests.cluster.autoscaler import autoscaler, used
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator import Operator
from tests.demo.load import Load
from tests.demo.shop import Version, release
from tests.integration.manifests import phase_is

HOST = "{}.example"
# What each goes by. `mixed` uses less than half of its memory's target: the pods of both sides count there.
METRICS = {
    "busy": [used("cpu", 60)],
    "large": [used("memory", 85)],
    "mixed": [used("cpu", 60), used("memory", 85)],
}
NAMES, UNDER_LOAD = tuple(METRICS), ("busy", "mixed")
Sizes = dict[str, list[int]]
LEAST, MOST = 2, 6
READ_SECONDS, STEADY_SECONDS, ROLLOUT_SECONDS = 120, 35, 240
# Each step lasts for two readings of what pods use, and for the autoscaler's look at the second.
STEPS = [{"name": "fifth", "weight": 20, "dwell": "30s"}, {"name": "half", "weight": 50, "dwell": "30s"}]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A cluster with metrics-server."""
    try:
        local.up(local.Nodes.REAL)
        found = local.plane_found(local.FOLDER)
        pod_metrics.start(found)
        found.kubectl("create", "namespace", "shop")
        yield found
    finally:
        local.down()


@pytest.fixture(scope="module")
def operator(plane: ControlPlane) -> Iterator[Operator]:
    found = Operator(folder=plane.folder / "operator", kubeconfig=plane.kubeconfig("tidegate"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def api(plane: ControlPlane) -> Api:
    return Api(plane.kubeconfig("admin"))


@contextmanager
def steady_load(name: str, per_second: float) -> Iterator[None]:
    cluster = local.current()
    assert cluster is not None
    load = Load(cluster.gateway, HOST.format(name), per_second)
    load.start()
    try:
        yield
    finally:
        load.stop()


def autoscaled(name: str, replicas: int, **behaviour: str) -> Object:
    """A Release that leaves its size to an autoscaler."""
    manifest = release(Version(name="v1", story="", outcome="", reason="", behaviour=behaviour), "autoscaling")
    spec = manifest["spec"] | {"steps": STEPS, "objectives": [], "promotion": {"watch": "30s"}, "replicas": replicas}
    spec["traffic"]["gateway"]["hostnames"] = [HOST.format(name)]
    container = spec["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "100m", "memory": "64Mi"}}
    return manifest | {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def hasty(name: str, *metrics: Object) -> Object:
    """An autoscaler of a Release that hides nothing: what it finds, it does at once."""
    manifest = autoscaler("shop", name, *metrics, size=(LEAST, MOST))
    manifest["spec"]["behavior"] = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    return manifest


def sizes(api: Api, seconds: float, *, until: Callable[[Object], bool] = lambda _: False) -> Sizes:
    """Every size of each Release on the way, for so long, or until all are as wanted."""
    seen: Sizes = {name: [] for name in NAMES}
    open_ones = set(NAMES)
    for found in api.changes(RELEASES, "shop", seconds):
        name = found["metadata"]["name"]
        seen[name].append(found["spec"]["replicas"])
        open_ones -= {name} if until(found) else set()
        if not open_ones:
            break

    return seen


def change(api: Api, name: str) -> None:
    """Release another version that behaves the same."""
    container = api.get(RELEASES, "shop", name)["spec"]["template"]["spec"]["containers"][0]
    env = [{"name": "VERSION", "value": "v2"}, *(entry for entry in container["env"] if entry["name"] != "VERSION")]
    path = "/spec/template/spec/containers/0/env"
    api.patch(RELEASES, "shop", name, [{"op": "replace", "path": path, "value": env}])


def measured(found: Object) -> bool:
    """True once the autoscaler has numbers to go by."""
    states = {state["type"]: state["status"] for state in (found.get("status") or {}).get("conditions") or ()}
    return states.get("ScalingActive") == "True" and bool(found["status"].get("currentMetrics"))


def test_no_size_changes_at_constant_load_while_good_versions_go_out(
    plane: ControlPlane, api: Api, operator: Operator
) -> None:
    for name in UNDER_LOAD:
        api.create(RELEASES, autoscaled(name, LEAST, LATENCY="0s", WORK="8ms"))

    api.create(RELEASES, autoscaled("large", LEAST + 1, HOLD="40"))
    for name in NAMES:
        api.until(RELEASES, "shop", name, phase_is("Promoted"), READ_SECONDS)

    with steady_load("busy", 20), steady_load("mixed", 20):
        for name, metrics in METRICS.items():
            api.create(AUTOSCALERS, hasty(name, *metrics))

        api.until(AUTOSCALERS, "shop", "large", measured, READ_SECONDS)
        for name in UNDER_LOAD:
            # The autoscaler works: by itself it brings the busy ones up.
            api.until(RELEASES, "shop", name, lambda found: found["spec"]["replicas"] > LEAST, READ_SECONDS)

        before = {name: seen[-1] for name, seen in sizes(api, STEADY_SECONDS).items()}
        for name in NAMES:
            change(api, name)

        during = sizes(api, ROLLOUT_SECONDS, until=phase_is("Promoted"))
        after = sizes(api, STEADY_SECONDS)

    for name in NAMES:
        assert phase_is("Promoted")(api.get(RELEASES, "shop", name))
        seen = [*during[name], *after[name]]
        assert max(abs(size - before[name]) for size in seen) <= 1, (name, before[name], seen)
