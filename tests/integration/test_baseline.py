"""`baseline: Fresh` on a real API server: made with the candidate, as large as it, and gone at every end."""

import re
from typing import Any

from tests.cluster.api import PODS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.conftest import COUNTER
from tests.integration.leaving import passing
from tests.integration.manifests import message_has, phase_is, promoted_after, reason_is, release, stable_of, template
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, eventually_told, weights
from tests.integration.test_judging import by_counts, line
from tests.integration.test_quota import limit
from tidegate.api.names import LABEL_BASELINE, LABEL_REVISION
from tidegate.workloads import baseline_of

STEPS = [
    {"name": "first", "weight": 20, "dwell": "1s", "pause": "UntilPromoted"},
    {"name": "half", "weight": 50, "dwell": "1s", "pause": "UntilPromoted"},
]


def fresh(**changes: Any) -> Object:
    """The parts of a spec that compare with a fresh baseline, by what the pods count themselves."""
    return by_counts(**{"baseline": "Fresh", "dataPlane": "Application", "replicas": 5, "steps": STEPS, **changes})


def baselines(api: Api, namespace: str) -> list[Object]:
    """What there is of any baseline: its ReplicaSet, and its pods."""
    return [found for kind in (REPLICA_SETS, PODS) for found in api.all(kind, namespace, LABEL_BASELINE)]


def none_left(api: Api, namespace: str) -> None:
    """Pods of a deleted ReplicaSet go by themselves, a moment later; its controller may have made one meanwhile."""
    assert within(60, lambda: not baselines(api, namespace))


def paused_at(api: Api, namespace: str, step: str) -> Object:
    """The Release, once its step waits for a person."""
    return api.until(
        RELEASES, namespace, "web", lambda found: phase_is("Paused")(found) and found["status"]["step"]["name"] == step
    )


def promote(api: Api, namespace: str, step: str) -> None:
    """A person opens the pause of a step."""
    candidate = api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"]
    api.ask(namespace, "web", promote=f"{candidate}/{step}/1")


def test_it_follows_the_candidate_is_compared_with_and_goes_with_the_promotion(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **fresh())
    name = f"web-{baseline_of(first)}"
    change(api, namespace, "2")
    found = paused_at(api, namespace, "first")
    made = api.get(REPLICA_SETS, namespace, name)

    assert found["status"]["baseline"] == {"revision": first, "replicas": 1, "available": 1}
    assert found["status"]["stable"] == {"revision": first, "replicas": 5, "available": 5}
    assert made["spec"]["template"]["metadata"]["labels"][LABEL_REVISION] == first
    assert ", against a fresh baseline of 1 pod" in line(found, "errors")["sentence"]
    assert any(f"{name}-" in asked for _, asked in metrics.says.asked)
    eventually_told(api, namespace, "BaselineStarted", name)

    promote(api, namespace, "first")
    paused_at(api, namespace, "half")
    assert api.get(REPLICA_SETS, namespace, name)["spec"]["replicas"] == 3
    assert weights(api, namespace) == [50, 50]

    promote(api, namespace, "half")
    found = api.until(RELEASES, namespace, "web", promoted_after(first))
    none_left(api, namespace)
    assert "baseline" not in found["status"]
    eventually_told(api, namespace, "BaselineEnded", name)


def test_a_candidate_that_is_worse_than_the_baseline_goes_back_and_none_is_left(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **fresh())
    metrics.says = Answer(value=0.2, stable=0.004)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], stable_of(found)) == ("ObjectiveBreached", first)
    said = r"errors: breach\. candidate .* \(20 %\), stable \d+ of [^;]*, against a fresh baseline of 1 pod; "
    assert re.search(said, found["status"]["message"])
    none_left(api, namespace)


def test_an_abort_and_a_newer_template_end_it(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **fresh())
    change(api, namespace, "2")
    paused_at(api, namespace, "first")
    before = api.get(REPLICA_SETS, namespace, f"web-{baseline_of(first)}")["metadata"]["uid"]

    change(api, namespace, "3")
    api.until(
        REPLICA_SETS, namespace, f"web-{baseline_of(first)}", lambda found: found["metadata"]["uid"] != before, 30
    )
    paused_at(api, namespace, "first")
    api.ask(namespace, "web", abort="1")

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    none_left(api, namespace)


def test_it_goes_with_a_release_that_is_deleted_in_mid_rollout(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **fresh())
    change(api, namespace, "2")
    paused_at(api, namespace, "first")

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    none_left(api, namespace)


def asking(version: str) -> Object:
    """Pods that ask for a part of a processor."""
    found = template(version)
    found["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1m"}}
    return found


def test_without_room_for_it_no_weight_rises_and_a_rollback_does_not_wait(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **fresh(template=asking("1")))
    # Those of stable's template have no more room, and the candidate's need none: the two come at once.
    limit(api, namespace, 5, "NotBestEffort")
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("BaselineUnavailable"))
    assert "baseline: 0 of 1 fresh pods" in found["status"]["message"]
    assert "exceeded quota" in found["status"]["message"]
    assert weights(api, namespace) == [100, 0]

    api.ask(namespace, "web", abort="1")

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    none_left(api, namespace)


def test_a_gateway_that_counts_all_of_stable_as_one_is_no_judge_of_it(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts())
    declared = fresh(dataPlane=None)
    api.merge(RELEASES, namespace, "web", {"spec": {**declared, "template": template("2")}})

    api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))
    api.until(RELEASES, namespace, "web", message_has("spec.baseline: Fresh, but Traefik counts", "set dataPlane to"))
    assert weights(api, namespace) == [100, 0]

    api.merge(RELEASES, namespace, "web", {"spec": {"objectives": []}})
    api.until(RELEASES, namespace, "web", message_has("spec.baseline: Fresh, but no objective compares"))
    assert not baselines(api, namespace)


def one_rollout(api: Api, mortal: Mortal, point: int, metrics: MetricServer) -> None:
    """A bad candidate goes back while the operator dies after one of its writes, and lives again."""
    with passing(api, f"base-{next(COUNTER)}") as namespace:
        metrics.says = Answer()
        metrics.declare(api, namespace)
        first = [{"name": "first", "weight": 20, "dwell": "1h"}]
        api.create(RELEASES, release(namespace, **fresh(steps=first, replicas=2)))
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        with mortal.dying_at(namespace, point):
            metrics.says = Answer(value=0.5)
            change(api, namespace, "2")
            found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)
            none_left(api, namespace)

        where = f"killed after write {point}"
        assert found["status"]["reason"] == "ObjectiveBreached", where
        assert weights(api, namespace) == [100, 0], where


def test_a_kill_after_any_write_leaves_no_baseline(api: Api, mortal: Mortal) -> None:
    with MetricServer() as metrics:
        mortal.every_point(lambda point: one_rollout(api, mortal, point, metrics), least=8)
