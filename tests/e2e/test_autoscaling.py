"""A real autoscaler, told by a real metrics-server what real pods use: a rollout at constant load changes no size."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster import local, pod_metrics
from tests.cluster.api import AUTOSCALERS, RELEASES, Api, Object
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator import Operator
from tests.demo.load import Load
from tests.demo.shop import Version, release
from tests.integration.manifests import phase_is

HOST = "{}.example"
LEAST, MOST = 2, 6
READ_SECONDS, STEADY_SECONDS, ROLLOUT_SECONDS = 120, 60, 240
# Each step lasts for two readings of what pods use, and for the autoscaler's look at the second.
STEPS = [{"name": "fifth", "weight": 20, "dwell": "30s"}, {"name": "half", "weight": 50, "dwell": "30s"}]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A cluster with metrics-server."""
    if local.current() is not None:
        pytest.skip("a cluster is up here: `make down` first, this test brings its own")

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


def autoscaled(name: str, version: str, **behaviour: str) -> Object:
    """A Release that leaves its size to an autoscaler."""
    manifest = release(Version(name=version, story="", outcome="", reason="", behaviour=behaviour), "autoscaling")
    spec = manifest["spec"] | {"steps": STEPS, "objectives": [], "promotion": {"watch": "30s"}, "replicas": LEAST}
    spec["traffic"]["gateway"]["hostnames"] = [HOST.format(name)]
    container = spec["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "100m", "memory": "64Mi"}}
    return manifest | {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def autoscaler(name: str, resource: str, utilisation: int) -> Object:
    """An autoscaler of a Release that hides nothing: what it finds, it does at once."""
    target = {"type": "Utilization", "averageUtilization": utilisation}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "name": name},
            "minReplicas": LEAST,
            "maxReplicas": MOST,
            "metrics": [{"type": "Resource", "resource": {"name": resource, "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
        },
    }


def sizes_until(api: Api, name: str, wanted: int, seconds: float) -> None:
    """Wait until the autoscaler itself brought the Release to a size, and all its pods serve."""
    done = lambda found: found["spec"]["replicas"] >= wanted and found["status"]["stable"]["available"] >= wanted  # noqa: E731
    api.until(RELEASES, "shop", name, done, seconds)


def settled_size(api: Api, name: str) -> int:
    """The size at which the autoscaler leaves the Release for a while."""
    seen = [found["spec"]["replicas"] for found in api.follow(RELEASES, "shop", name, STEADY_SECONDS)]
    return int(seen[-1])


def sizes_of_a_rollout(api: Api, name: str, version: str) -> list[int]:
    """Release another version; every size on its way, and for a while after it."""
    container = api.get(RELEASES, "shop", name)["spec"]["template"]["spec"]["containers"][0]
    env = [{"name": "VERSION", "value": version}, *(entry for entry in container["env"] if entry["name"] != "VERSION")]
    api.patch(
        RELEASES,
        "shop",
        name,
        [{"op": "replace", "path": "/spec/template/spec/containers/0/env", "value": env}],
    )
    seen: list[int] = []
    for found in api.follow(RELEASES, "shop", name, ROLLOUT_SECONDS):
        seen.append(found["spec"]["replicas"])
        if phase_is("Promoted")(found):
            break

    assert phase_is("Promoted")(api.get(RELEASES, "shop", name))
    return [*seen, *(found["spec"]["replicas"] for found in api.follow(RELEASES, "shop", name, STEADY_SECONDS))]


def measured(found: Object) -> bool:
    """True once the autoscaler has numbers to go by."""
    states = {state["type"]: state["status"] for state in (found.get("status") or {}).get("conditions") or ()}
    return states.get("ScalingActive") == "True" and bool(found["status"].get("currentMetrics"))


def test_cpu_changes_no_size_while_a_good_version_goes_out(plane: ControlPlane, api: Api, operator: Operator) -> None:
    api.create(RELEASES, autoscaled("busy", "v1", LATENCY="0s", WORK="80000"))
    api.until(RELEASES, "shop", "busy", phase_is("Promoted"), 60)
    with steady_load("busy", 20):
        api.create(AUTOSCALERS, autoscaler("busy", "cpu", 60))
        sizes_until(api, "busy", LEAST + 1, READ_SECONDS)
        before = settled_size(api, "busy")

        seen = sizes_of_a_rollout(api, "busy", "v2")

    assert max(abs(size - before) for size in seen) <= 1, seen


def test_memory_changes_no_size_while_a_good_version_goes_out(
    plane: ControlPlane, api: Api, operator: Operator
) -> None:
    manifest = autoscaled("large", "v1", HOLD="40")
    manifest["spec"]["replicas"] = LEAST + 1
    api.create(RELEASES, manifest)
    api.until(RELEASES, "shop", "large", phase_is("Promoted"), 60)
    api.create(AUTOSCALERS, autoscaler("large", "memory", 85))
    api.until(AUTOSCALERS, "shop", "large", measured, READ_SECONDS)
    before = settled_size(api, "large")

    seen = sizes_of_a_rollout(api, "large", "v2")

    assert max(abs(size - before) for size in seen) <= 1, seen
