"""Upgrades of Kubernetes and of Tidegate's API on the same data: nothing starts, is blocked, or restarts a pod."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from tests.cluster import local
from tests.cluster.api import CRDS, DEPLOYMENTS, PODS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.cluster.versions import NEWEST, OLDEST
from tests.integration.deployments import deployment
from tests.integration.manifests import phase_is, reason_is, release, template

NAMESPACE = "upgrade"
SECONDS = 30
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


def unconfirmed(name: str, **changes: Any) -> Object:
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
    empty = api.until(DEPLOYMENTS, NAMESPACE, "web", lambda found: found["spec"]["replicas"] == 0)
    served = pods(api)
    stop(folder, operator)

    api, operator = start(folder, monkeypatch, NEWEST)
    # This newer one adds no default to a template. One that is added is tried in tests/integration/test_defaulting.py.
    assert api.get(DEPLOYMENTS, NAMESPACE, "web")["spec"]["template"] == empty["spec"]["template"]
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


# Fields of an earlier API, in a rollout that waits for a person at its first step.
EARLIER = {
    "objectives": [
        {"name": "errors", "errorRatio": {"max": "1%", "consecutive": 2}},
        {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%", "consecutive": 3}},
    ],
    "steps": [{"name": "first", "weight": 20, "pause": "UntilPromoted"}],
}
RATIOS = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/objectives/items/properties"
CRD = f"{RELEASES.plural}.tidegate.dev"


def give_back_the_earlier_fields(api: Api) -> None:
    """The schema that the earlier version had."""
    field = {"type": "integer", "minimum": 1, "maximum": 100}
    paths = [f"{RATIOS}/{ratio}/properties/consecutive" for ratio in ("errorRatio", "slowRequests")]
    api.patch(CRDS, None, CRD, [{"op": "add", "path": path, "value": field} for path in paths])


def take_the_earlier_fields_away(api: Api) -> None:
    """Today's schema."""
    paths = [f"{RATIOS}/{ratio}/properties/consecutive" for ratio in ("errorRatio", "slowRequests")]
    api.patch(CRDS, None, CRD, [{"op": "remove", "path": path} for path in paths])


def refusal(api: Api, manifest: Object) -> str:
    """Why the API server would not take it; a changed schema is served a little later."""
    try:
        api.try_create(RELEASES, manifest)
    except ApiException as error:
        return str(error.body)

    return ""


def names_what_is_gone(why: str) -> bool:
    return "unknown field" in why and "spec.objectives[0].errorRatio.consecutive" in why


def pods_of(api: Api, revision: str) -> set[str]:
    return {found["metadata"]["uid"] for found in api.all(PODS, NAMESPACE, f"tidegate.dev/revision={revision}")}


@pytest.mark.parametrize("with_crds", [True, False], ids=["with the CRDs", "before the CRDs"])
def test_a_rollout_that_was_pinned_with_fields_that_are_gone_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, with_crds: bool
) -> None:
    api, operator = start(folder, monkeypatch, NEWEST)
    # Whoever watches while a schema changes may be told of objects by the old one for a while.
    operator.stop()
    api.namespace(NAMESPACE)
    give_back_the_earlier_fields(api)
    assert within(SECONDS, lambda: not refusal(api, unconfirmed("other", **EARLIER)))
    operator.start()
    api.create(RELEASES, unconfirmed("web", **EARLIER))
    stable = api.until(RELEASES, NAMESPACE, "web", phase_is("Promoted"))["status"]["stable"]["revision"]
    api.merge(RELEASES, NAMESPACE, "web", {"spec": {"template": template("2")}})
    # Nobody measures here.
    before = api.until(RELEASES, NAMESPACE, "web", reason_is("MetricsUnavailable"))["status"]
    candidate = before["candidate"]["revision"]
    plan = api.get(REPLICA_SETS, NAMESPACE, f"web-{candidate}")["metadata"]["annotations"]["tidegate.dev/plan"]
    assert plan.count('"consecutive"') >= 2
    served = pods_of(api, candidate)
    operator.stop()
    if with_crds:
        take_the_earlier_fields_away(api)
        assert within(SECONDS, lambda: names_what_is_gone(refusal(api, unconfirmed("other", **EARLIER))))

    operator.start()
    # A plan that cannot be read lets nobody go forward.
    api.ask(NAMESPACE, "web", promote_full="1")
    after = api.until(RELEASES, NAMESPACE, "web", phase_is("Promoted"))["status"]

    assert (before["stable"]["revision"], after["stable"]["revision"]) == (stable, candidate)
    assert [line["outcome"] for line in after["history"]] == ["Promoted", "Promoted"]
    assert served
    assert served <= pods_of(api, candidate)
    operator.stop()
