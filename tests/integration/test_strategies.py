"""One plan language for every strategy: blue/green is a step of weight 0 and then 100."""

from typing import Any

from tests.cluster.api import EVENTS, PODS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.hooks import hook
from tests.integration.manifests import judged, message_has, phase_is, reason_is, stable_of
from tests.integration.restarts import ready
from tests.integration.steps import change, deploy, eventually_told, from_before, uids, weights

BLUE_GREEN: list[dict[str, Any]] = [
    {"name": "preview", "weight": 0, "replicas": 2, "pause": "UntilPromoted"},
    {"name": "all", "weight": 100},
]
RATIO = [{"name": "errors", "errorRatio": {"max": "1%"}}]


def test_blue_green_waits_at_full_size_without_traffic_and_switches_when_a_person_says_so(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=None)
    first = deploy(api, namespace, **judged(steps=BLUE_GREEN, objectives=RATIO))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))

    revision = found["status"]["candidate"]["revision"]
    assert weights(api, namespace) == [100, 0]
    assert api.get(REPLICA_SETS, namespace, f"web-{revision}")["spec"]["replicas"] == 2
    preview = api.get(SERVICES, namespace, "web-candidate")["spec"]["selector"]
    assert preview["tidegate.dev/revision"] == revision != first

    metrics.says = Answer(value=0.0)
    switched = {"promote": f"{revision}/preview/1"}
    seen = []
    for found in from_before(api.follow(ROUTES, namespace, "web", 30), lambda: api.ask(namespace, "web", **switched)):
        seen.append(found["spec"]["rules"][0]["backendRefs"][1]["weight"])
        if 100 in seen and seen[-1] == 0:
            break

    assert set(seen) == {0, 100}
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_smaller_preview_that_is_refused_before_the_switch_never_gets_traffic(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Nothing is measured of a version without requests: whoever tries the preview says by a hook what it is worth."""
    preview = [{**BLUE_GREEN[0], "replicas": 1}, BLUE_GREEN[1]]
    with MetricServer() as tester:
        tester.says = Answer(status=500, body=b"smoke")
        tried = hook(tester, steps=["all"], expiry="10s", onExpiry="RollBack")
        first = deploy(api, namespace, steps=preview, hooks=[tried])
        change(api, namespace, "2")
        found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
        revision = found["status"]["candidate"]["revision"]
        assert api.get(REPLICA_SETS, namespace, f"web-{revision}")["spec"]["replicas"] == 1
        before = api.get(ROUTES, namespace, "web")["metadata"]["generation"]

        api.ask(namespace, "web", promote=f"{revision}/preview/1")
        api.until(RELEASES, namespace, "web", message_has("HTTP 500: smoke"))
        found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    # Its spec was not written since: no weight was ever raised.
    assert weights(api, namespace) == [100, 0]
    assert api.get(ROUTES, namespace, "web")["metadata"]["generation"] == before
    assert found["status"]["stable"]["revision"] == first
    assert found["status"]["rejected"] == [revision]
    assert "smoke" in found["status"]["message"]


def test_after_the_switch_a_breach_switches_back_and_stables_pods_never_went(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    first = deploy(api, namespace, **judged(steps=BLUE_GREEN, promotion={"watch": "1h"}))
    before = uids(api, namespace)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    revision = found["status"]["candidate"]["revision"]
    api.ask(namespace, "web", promote=f"{revision}/preview/1")
    api.until(RELEASES, namespace, "web", phase_is("Watching"))
    assert weights(api, namespace) == [0, 100]

    metrics.says = Answer(value=0.9)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "ObjectiveBreached"
    assert found["status"]["stable"]["revision"] == first
    assert found["status"]["rejected"] == [revision]
    assert weights(api, namespace) == [100, 0]
    assert before <= uids(api, namespace)


def test_where_capacity_shrinks_stable_has_what_its_share_needs_and_grows_before_it_is_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    steps = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    first = deploy(api, namespace, replicas=4, capacity="Shrink", steps=steps)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    old = f"web-{first}"
    # Until its pods are gone too, stable still has all four and need not grow.
    api.until(REPLICA_SETS, namespace, old, lambda found: found["spec"]["replicas"] == found["status"]["replicas"] == 2)

    api.ask(namespace, "web", abort="1")
    api.until(ROUTES, namespace, "web", lambda found: weights(api, namespace) == [100, 0])

    # Its pods tell: what their ReplicaSet counts of them is written later.
    assert len([pod for pod in api.all(PODS, namespace, f"tidegate.dev/revision={first}") if ready(pod)]) == 4
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_under_finish_first_a_rollout_ends_before_the_newest_begins(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, onNewRevision="FinishFirst", steps=[{"name": "half", "weight": 50, "dwell": "2s"}])
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights(api, namespace) == [50, 50])
    change(api, namespace, "3")
    change(api, namespace, "4")

    found = api.until(RELEASES, namespace, "web", lambda found: len(found["status"]["history"]) == 3)

    outcomes = [line["outcome"] for line in found["status"]["history"]]
    assert outcomes == ["Promoted", "Promoted", "Promoted"]


def test_revisions_faster_than_the_ladder_warn_that_it_starves_and_finish_first_lets_one_end(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}])
    seen: set[str | None] = {first, None}
    for version in ("2", "3", "4", "5"):
        change(api, namespace, version)
        found = api.until(RELEASES, namespace, "web", lambda found: candidate_of(found) not in seen)
        seen.add(candidate_of(found))

    eventually_told(api, namespace, "Starved", "onNewRevision: FinishFirst lets one end")
    assert stable_of(found) == first
    (warning,) = [event for event in api.all(EVENTS, namespace) if event["reason"] == "Starved"]
    assert warning["type"] == "Warning"

    last = candidate_of(api.until(RELEASES, namespace, "web", phase_is("Paused")))
    api.merge(RELEASES, namespace, "web", {"spec": {"onNewRevision": "FinishFirst"}})
    for version in ("6", "7"):
        change(api, namespace, version)
    api.ask(namespace, "web", promote=f"{last}/half/1")
    found = api.until(RELEASES, namespace, "web", lambda found: stable_of(found) != first)
    assert stable_of(found) == last


def candidate_of(found: Object) -> str | None:
    candidate: Object = found["status"].get("candidate") or {}
    return candidate.get("revision")


def test_an_edited_plan_serves_the_next_rollout_and_says_so(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}])
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))

    api.merge(RELEASES, namespace, "web", {"spec": {"steps": [{"name": "other", "weight": 10}]}})

    eventually_told(api, namespace, "PlanChanged", "")
    api.ask(namespace, "web", promote=f"{found['status']['candidate']['revision']}/half/1")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert found["status"]["history"][0]["outcome"] == "Promoted"


def test_a_template_of_a_release_at_0_has_no_pod_and_no_weight_before_it_is_scaled_up(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}])
    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 0}}, manager="keda-operator")
    change(api, namespace, "2")
    waits = api.until(RELEASES, namespace, "web", reason_is("ScaledToZero"))["status"]
    assert waits["stable"]["revision"] == first
    assert "starts when the Release has replicas" in waits["message"]
    assert [found["metadata"]["name"] for found in api.all(REPLICA_SETS, namespace)] == [f"web-{first}"]
    assert weights(api, namespace) == [100, 0]

    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 2}}, manager="keda-operator")

    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert weights(api, namespace) == [50, 50]


def test_past_revisions_beyond_their_limit_are_forgotten(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, revisionHistoryLimit=1, steps=[{"name": "half", "weight": 50}])
    for version in ("2", "3"):
        change(api, namespace, version)
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    api.gone(REPLICA_SETS, namespace, f"web-{first}")
    assert len(api.all(REPLICA_SETS, namespace)) == 2
