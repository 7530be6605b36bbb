"""The newest operator goes on with what the first one wrote: no pod is restarted, nothing is decided again."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.api import PODS, RELEASES, REPLICA_SETS, ROUTES, Api
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, promoted, reason_is
from tests.integration.recorded import put_back
from tests.integration.steps import change, weights
from tests.integration.users_routes import deployed, shares, untouched, users_route

SECONDS = 30


@pytest.fixture
def newest(setup: Setup, alone: None) -> Iterator[Operator]:
    """An operator that has not started yet."""
    found = Operator(folder=setup.folder / "newest", kubeconfig=setup.plane.kubeconfig("tidegate"))
    yield found
    found.stop()


def pods_of(api: Api, namespace: str, revision: str) -> set[str]:
    """The uids of a revision's pods, once all of them are available."""
    done = lambda found: found.get("status", {}).get("availableReplicas", 0) == found["spec"]["replicas"]  # noqa: E731
    api.until(REPLICA_SETS, namespace, f"web-{revision}", done)
    selector = f"tidegate.dev/revision={revision}"
    return {found["metadata"]["uid"] for found in api.all(PODS, namespace, selector)}


def test_a_rollout_that_the_first_version_began_is_promoted_without_a_restart(
    api: Api, namespace: str, newest: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    status = put_back(api, namespace, "first_status/mid-rollout.yaml")["status"]
    stable, candidate = status["stable"]["revision"], status["candidate"]["revision"]
    old, new = pods_of(api, namespace, stable), pods_of(api, namespace, candidate)

    newest.start()
    assert within(SECONDS, lambda: len(metrics.says.asked) > 1), "the rollout is not judged"
    # The first version did not tell what the route carries.
    told = {**status["step"], "weight": 50}
    api.until(RELEASES, namespace, "web", lambda found: found["status"].get("step") == told)
    assert weights(api, namespace) == [50, 50]
    assert (pods_of(api, namespace, stable), pods_of(api, namespace, candidate)) == (old, new)

    api.ask(namespace, "web", promote=f"{candidate}/half/1")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert found["status"]["stable"]["revision"] == candidate
    assert new < pods_of(api, namespace, candidate)
    assert [line["outcome"] for line in found["status"]["history"]] == ["Promoted", "Promoted"]


def test_what_the_first_version_rejected_stays_rejected(
    api: Api, namespace: str, newest: Operator, metrics: MetricServer
) -> None:
    status = put_back(api, namespace, "first_status/rolled-back.yaml")["status"]
    stable, rejected = status["stable"]["revision"], status["rejected"][0]
    pods = pods_of(api, namespace, stable)

    newest.start()
    api.ask(namespace, "web", promote=f"{rejected}/half/1")
    held = api.until(RELEASES, namespace, "web", lambda found: "handled" in found["status"])

    assert held["status"]["phase"] == "RolledBack"
    assert held["status"]["rejected"] == [rejected]
    assert pods_of(api, namespace, stable) == pods
    assert pods_of(api, namespace, rejected) == set()
    assert weights(api, namespace) == [100, 0]
    assert reason_is("ObjectiveBreached")(held)


def test_a_users_route_that_an_earlier_version_weighed_is_left_as_it_was(
    api: Api, namespace: str, newest: Operator
) -> None:
    """One note for all Releases was on it then, and no Release's name in the names of the notes."""
    newest.start()
    deployed(
        api,
        namespace,
        (ROUTES, users_route(namespace)),
        steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}],
    )
    before = api.get(ROUTES, namespace, "front")
    change(api, namespace, "2")
    candidate = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    newest.stop()
    notes = api.get(ROUTES, namespace, "front")["metadata"]["annotations"]
    found, weight = (notes[f"tidegate.dev/{kind}.web"] for kind in ("found", "weight"))
    earlier = {"tidegate.dev/found": json.dumps({"release": "web"} | json.loads(found)), "tidegate.dev/weight": weight}
    api.merge(ROUTES, namespace, "front", {"metadata": {"annotations": dict.fromkeys(notes) | earlier}})

    newest.start()
    assert shares(api.get(ROUTES, namespace, "front")) == [50, 50]
    api.ask(namespace, "web", promote=f"{candidate}/half/1")

    api.until(RELEASES, namespace, "web", promoted(2))
    api.until(ROUTES, namespace, "front", untouched(before))
