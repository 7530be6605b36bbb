"""Without a router: sizes make the share of the pods behind one Service."""

from tests.cluster.api import RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, reason_is, template
from tests.integration.steps import change, deploy

SHARED = {"podRatio": {"service": "front"}, "settle": "0s", "drain": "0s"}
HELD = [{"name": "fifth", "weight": 20, "pause": "UntilPromoted"}, {"name": "half", "weight": 50}]


def front(namespace: str, labels: Object) -> Object:
    """The team's own Service."""
    ports = [{"port": 80, "targetPort": 8080}]
    spec = {"selector": labels, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "front", "namespace": namespace}, "spec": spec}


def size(api: Api, namespace: str, revision: str) -> int:
    return int(api.get(REPLICA_SETS, namespace, f"web-{revision}")["spec"]["replicas"])


def test_the_share_is_made_of_pods_and_no_route_exists(api: Api, namespace: str, operator: Operator) -> None:
    api.create(SERVICES, front(namespace, {"app": "web"}))
    first = deploy(api, namespace, replicas=4, traffic=SHARED, steps=HELD)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    second = found["status"]["candidate"]["revision"]
    assert (size(api, namespace, first), size(api, namespace, second)) == (4, 1)
    assert found["status"]["step"]["confirmedWeight"] == 20

    api.ask(namespace, "web", promote=f"{second}/fifth/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert (size(api, namespace, first), size(api, namespace, second)) == (0, 4)
    assert api.all(ROUTES, namespace) == []
    assert api.get(SERVICES, namespace, "front")["spec"]["selector"] == {"app": "web"}


def test_a_breach_takes_the_candidates_pods_away(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.0)
    api.create(SERVICES, front(namespace, {"app": "web"}))
    first = deploy(api, namespace, **judged(replicas=4, traffic=SHARED, steps=HELD))
    change(api, namespace, "2")
    paused = api.until(RELEASES, namespace, "web", phase_is("Paused"))

    metrics.says = Answer(value=0.9)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    second = paused["status"]["candidate"]["revision"]
    assert (found["status"]["reason"], found["status"]["rejected"]) == ("ObjectiveBreached", [second])
    assert (size(api, namespace, first), size(api, namespace, second)) == (4, 0)


def test_a_service_that_reaches_neither_side_is_told_and_heals(api: Api, namespace: str, operator: Operator) -> None:
    api.create(SERVICES, front(namespace, {"app": "web"}))
    first = deploy(api, namespace, traffic=SHARED)
    api.merge(SERVICES, namespace, "front", {"spec": {"selector": {"app": "other"}}})
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert "does not select the template's labels" in found["status"]["message"]
    assert found["status"]["stable"]["revision"] == first

    api.merge(SERVICES, namespace, "front", {"spec": {"selector": {"app": "web"}}})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_of_a_template_that_the_service_does_not_select_nothing_is_said_of_stable(
    api: Api, namespace: str, operator: Operator
) -> None:
    labelled, plain = template("1"), template("2")
    labelled["metadata"]["labels"]["tier"], plain["metadata"]["labels"]["tier"] = "front", None
    api.create(SERVICES, front(namespace, {"app": "web", "tier": "front"}))
    first = deploy(api, namespace, traffic=SHARED, template=labelled)

    api.merge(RELEASES, namespace, "web", {"spec": {"template": plain}})

    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert found["status"]["message"].endswith("does not select the template's labels: its pods are not behind it")
    assert (found["status"]["stable"]["revision"], size(api, namespace, first)) == (first, 2)
