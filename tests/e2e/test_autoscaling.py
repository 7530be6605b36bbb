"""A real autoscaler at constant load changes no size in a rollout.

A real metrics-server tells it what real pods use, and a real prometheus-adapter what the gateway passes on to them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from tests.cluster import external_metrics, local, pod_metrics
from tests.cluster.api import AUTOSCALERS, RELEASES, Api, Object
from tests.cluster.autoscaler import autoscaler, outside, used
from tests.cluster.control_plane import ControlPlane
from tests.cluster.external_metrics import requests_of
from tests.cluster.operator import Operator
from tests.demo.load import Load
from tests.demo.shop import Version, release
from tests.integration.manifests import phase_is
from tests.integration.numbers import Numbers

HOST = "{}.example"
# What each goes by. `mixed` uses less than half of its memory's target: the pods of both sides count there. `shared`
# wants 3.8 pods for its requests. `whole` is beyond the autoscaler's tolerance, which asks for 0.87 of the pods that it
# counts: of 4 that is 4 again, and of both sides' it would be more.
METRICS = {
    "busy": [used("cpu", 60)],
    "large": [used("memory", 85)],
    "mixed": [used("cpu", 60), used("memory", 85)],
    "shared": [outside("requests_of_shared", averageValue="1316m")],
    "whole": [outside("requests_of_whole", value="5750m")],
}
BY_PODS, BY_REQUESTS, GROWING = ("busy", "large", "mixed"), ("shared", "whole"), ("busy", "mixed", "shared")
PER_SECOND = {"busy": 20, "mixed": 20, "shared": 5, "whole": 5}
Sizes = dict[str, list[int]]
LEAST, MOST = 2, 6
LITTLE = "10m"
READ_SECONDS, STEADY_SECONDS, ROLLOUT_SECONDS = 120, 35, 240
# Each step lasts for two readings of what pods use, and for the autoscaler's look at the second.
STEPS = [{"name": "fifth", "weight": 20, "dwell": "30s"}, {"name": "half", "weight": 50, "dwell": "30s"}]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A cluster with metrics-server and prometheus-adapter."""
    try:
        local.up(local.Nodes.REAL)
        found = local.plane_found(local.FOLDER)
        pod_metrics.start(found)
        queries = {f"requests_of_{name}": requests_of("shop", name) for name in BY_REQUESTS}
        external_metrics.start(found, cluster().prometheus, queries)
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
def steady_load(name: str) -> Iterator[None]:
    load = Load(cluster().gateway, HOST.format(name), PER_SECOND[name])
    load.start()
    try:
        yield
    finally:
        load.stop()


def cluster() -> local.Cluster:
    found = local.current()
    assert found is not None
    return found


def autoscaled(name: str, replicas: int, *, cpu: str = "100m", **behaviour: str) -> Object:
    """A Release that leaves its size to an autoscaler. That a pod answers late on a busy machine is no fault of it."""
    manifest = release(Version(name="v1", story="", outcome="", reason="", behaviour=behaviour), "autoscaling")
    spec = manifest["spec"] | {"steps": STEPS, "objectives": [], "promotion": {"watch": "30s"}, "replicas": replicas}
    spec["traffic"]["gateway"]["hostnames"] = [HOST.format(name)]
    spec["unhealthyAfter"] = "1m"
    container = spec["template"]["spec"]["containers"][0]
    container["readinessProbe"] |= {"timeoutSeconds": 5, "failureThreshold": 5}
    container["resources"] = {"requests": {"cpu": cpu, "memory": "64Mi"}}
    return manifest | {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def hasty(name: str, *metrics: Object) -> Object:
    """An autoscaler of a Release that hides nothing: what it finds, it does at once."""
    manifest = autoscaler("shop", name, *metrics, size=(LEAST, MOST))
    manifest["spec"]["behavior"] = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    return manifest


def sizes(
    api: Api, names: Sequence[str], seconds: float, *, until: Callable[[Object], bool] = lambda _: False
) -> Sizes:
    """Every size of these Releases on the way, for so long, or until all are as wanted."""
    seen: Sizes = {name: [] for name in names}
    open_ones = set(names)
    for found in api.changes(RELEASES, "shop", seconds):
        name = found["metadata"]["name"]
        if name not in seen:
            continue

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
    """True while the autoscaler has a number for each metric that it goes by."""
    status = found.get("status") or {}
    states = {state["type"]: state["status"] for state in status.get("conditions") or ()}
    numbers = [metric["type"] for metric in status.get("currentMetrics") or ()]
    return states.get("ScalingActive") == "True" and numbers == [metric["type"] for metric in found["spec"]["metrics"]]


def serve(api: Api, name: str) -> None:
    """A Release with its first version. Only what goes by CPU asks for much: the node has room for both sides."""
    match name:
        case "large":
            found = autoscaled(name, LEAST + 1, cpu=LITTLE, HOLD="40")
        case "shared":
            found = autoscaled(name, LEAST, cpu=LITTLE)
        case "whole":
            found = autoscaled(name, LEAST + 2, cpu=LITTLE)
        case _:
            found = autoscaled(name, LEAST, LATENCY="0s", WORK="8ms")

    api.create(RELEASES, found)
    api.until(RELEASES, "shop", name, phase_is("Promoted"), READ_SECONDS)


def scale(api: Api, names: Sequence[str]) -> None:
    """An autoscaler for each, and what it makes of the load."""
    numbers = Numbers(cluster().prometheus)
    for name in set(names) & set(BY_REQUESTS):
        # A rate begins at nothing: an autoscaler that looked earlier would shrink the Release.
        numbers.until(f"{requests_of('shop', name)} > {0.97 * PER_SECOND[name]}", READ_SECONDS)

    for name in names:
        api.create(AUTOSCALERS, hasty(name, *METRICS[name]))

    for name in names:
        api.until(AUTOSCALERS, "shop", name, measured, READ_SECONDS)

    for name in set(names) & set(GROWING):
        # The autoscaler works: by itself it brings the busy ones up.
        api.until(RELEASES, "shop", name, lambda found: found["spec"]["replicas"] > LEAST, READ_SECONDS)


# Not all at once: on two cores each would be what the other autoscalers see as load.
@pytest.mark.parametrize("names", [BY_PODS, BY_REQUESTS], ids=["by what pods use", "by what is told from outside"])
def test_no_size_changes_at_constant_load_while_good_versions_go_out(
    plane: ControlPlane, api: Api, operator: Operator, names: tuple[str, ...]
) -> None:
    for name in names:
        serve(api, name)

    with ExitStack() as loads:
        for name in set(names) & PER_SECOND.keys():
            loads.enter_context(steady_load(name))

        scale(api, names)
        before = {name: seen[-1] for name, seen in sizes(api, names, STEADY_SECONDS).items()}
        for name in names:
            change(api, name)

        during = sizes(api, names, ROLLOUT_SECONDS, until=phase_is("Promoted"))
        after = sizes(api, names, STEADY_SECONDS)
        blind = [name for name in names if not measured(api.get(AUTOSCALERS, "shop", name))]

    for name in names:
        assert phase_is("Promoted")(api.get(RELEASES, "shop", name))
        seen = [*during[name], *after[name]]
        assert max(abs(size - before[name]) for size in seen) <= 1, (name, before[name], seen)

    assert not blind
    for name in names:
        api.delete(RELEASES, "shop", name)
