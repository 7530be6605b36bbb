"""From the oldest Kubernetes to the newest, on the same data: nothing starts, and no pod is restarted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local
from tests.cluster.api import DEPLOYMENTS, PODS, RELEASES, Api, Object
from tests.cluster.operator import Operator
from tests.cluster.versions import NEWEST, OLDEST
from tests.integration.deployments import deployment
from tests.integration.manifests import phase_is, release

NAMESPACE = "upgrade"
PARTS = ("kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    local.down(tmp_path)


def start(folder: Path, monkeypatch: pytest.MonkeyPatch, kubernetes: str) -> tuple[Api, Operator]:
    """This Kubernetes on the folder's data, and the operator."""
    monkeypatch.setenv("KUBERNETES", kubernetes)
    plane = local.plane_found(folder)
    if local.current(folder) is None:
        local.up(local.Nodes.SIMULATED, folder, serving=False)
        plane = local.plane_found(folder)
    else:
        plane.start()

    operator = Operator(folder=folder / "operator", kubeconfig=plane.kubeconfig("tidegate"), name=kubernetes)
    operator.start()
    assert plane.kubectl("version", "-o", "yaml").count(f'minor: "{kubernetes.partition(".")[2]}"') == 2
    return Api(plane.kubeconfig("admin")), operator


def stop(folder: Path, operator: Operator) -> None:
    operator.stop()
    for part in PARTS:
        local.plane_found(folder).processes.stop(part)


def unconfirmed(name: str, **changes: object) -> Object:
    """A Release behind a gateway that confirms nothing, since none runs."""
    manifest = release(NAMESPACE, name, **changes)
    manifest["spec"]["traffic"] |= {"confirm": "Settle"}
    return manifest


def referring(name: str) -> Object:
    manifest = unconfirmed(name, workloadRef={"name": "web"})
    del manifest["spec"]["template"]
    return manifest


def pods(api: Api) -> set[str]:
    return {found["metadata"]["uid"] for found in api.all(PODS, NAMESPACE) if "tidegate.dev/release" in labels(found)}


def labels(found: Object) -> Object:
    kept: Object = found["metadata"]["labels"]
    return kept


def test_a_newer_kubernetes_on_the_same_data_starts_no_rollout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api, operator = start(folder, monkeypatch, OLDEST)
    api.namespace(NAMESPACE)
    api.create(DEPLOYMENTS, deployment(NAMESPACE, replicas=None))
    for manifest in (unconfirmed("inline"), referring("referring")):
        api.create(RELEASES, manifest)

    names = ("inline", "referring")
    before = {name: api.until(RELEASES, NAMESPACE, name, phase_is("Promoted"))["status"] for name in names}
    api.until(DEPLOYMENTS, NAMESPACE, "web", lambda found: found["spec"]["replicas"] == 0)
    served = pods(api)
    stop(folder, operator)

    api, operator = start(folder, monkeypatch, NEWEST)
    api.merge(DEPLOYMENTS, NAMESPACE, "web", {"spec": {"revisionHistoryLimit": 3}})
    for name in names:
        api.merge(RELEASES, NAMESPACE, name, {"spec": {"replicas": 3}})

    for name in names:
        done = lambda found: found["status"]["stable"]["available"] == 3  # noqa: E731
        found = api.until(RELEASES, NAMESPACE, name, done)["status"]
        assert (found["phase"], found["stable"]["revision"]) == ("Promoted", before[name]["stable"]["revision"])
        assert found["history"] == before[name]["history"]

    assert served < pods(api)
    operator.stop()
