"""Requests that match, copies, and a cookie: what the route holds on the real API server, and when it goes."""

from typing import Any

from tests.cluster.api import GATEWAY_CLASSES, GATEWAYS, RELEASES, REPLICA_SETS, ROUTES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, reason_is, release
from tests.integration.test_rollout import change, deploy

TESTERS = {
    "name": "testers",
    "weight": 0,
    "dwell": "30s",
    "match": [
        {"headers": [{"name": "X-Tester", "value": "yes"}]},
        {"cookies": [{"name": "group", "value": "beta"}]},
    ],
}
COPIES = {"name": "copies", "weight": 0, "mirror": {"percent": 10}, "pause": "UntilPromoted"}
ALL = {"name": "all", "weight": 100}
NAMED = ("HTTPRoute", "HTTPRouteRequestMirror", "HTTPRouteRequestPercentageMirror")


def shares(route: Object) -> list[int]:
    """The candidate's weight in each rule."""
    return [rule["backendRefs"][1]["weight"] for rule in route["spec"]["rules"]]


def test_a_breach_takes_matched_requests_back_in_one_patch_and_then_their_rule_goes(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    deploy(api, namespace, **judged(steps=[TESTERS, ALL]))
    change(api, namespace, "2")
    matched = api.until(ROUTES, namespace, "web", lambda found: shares(found) == [100, 0])
    first = matched["spec"]["rules"][0]
    assert [match["headers"][0]["name"] for match in first["matches"]] == ["X-Tester", "Cookie"]
    metrics.says = Answer(value=0.9)

    seen: list[list[int]] = []
    for found in api.follow(ROUTES, namespace, "web", 30):
        seen += [shares(found)] if seen[-1:] != [shares(found)] else []
        if seen[-1] == [0]:
            break

    assert seen == [[100, 0], [0, 0], [0]]
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "ObjectiveBreached"


def test_a_candidate_at_weight_0_with_matched_requests_has_one_pod_and_is_judged(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=None)
    ratio = [{"name": "errors", "errorRatio": {"max": "1%"}}]
    deploy(api, namespace, **judged(steps=[{**TESTERS, "dwell": "0s"}, ALL], objectives=ratio))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("NoSignal"))

    revision = found["status"]["candidate"]["revision"]
    assert api.get(REPLICA_SETS, namespace, f"web-{revision}")["spec"]["replicas"] == 1
    metrics.says = Answer(value=0.0)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_who_saw_the_candidate_stays_by_a_cookie_of_its_revision_until_the_end(
    api: Api, namespace: str, operator: Operator
) -> None:
    half = {"name": "half", "weight": 50, "pause": "UntilPromoted"}
    manifest = release(namespace, steps=[half])
    manifest["spec"]["traffic"]["affinity"] = {"cookie": {"maxAge": "1h"}}
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))

    revision = found["status"]["candidate"]["revision"]
    route = api.get(ROUTES, namespace, "web")
    again, main = route["spec"]["rules"]
    assert shares(route) == [100, 50]
    assert f"tidegate-web={revision}" in again["matches"][0]["headers"][0]["value"]
    stable, candidate = main["backendRefs"]
    assert "filters" not in stable
    added = candidate["filters"][0]["responseHeaderModifier"]["add"][0]
    assert added == {"name": "Set-Cookie", "value": f"tidegate-web={revision}; Path=/; Max-Age=3600; HttpOnly"}

    api.ask(namespace, "web", promote=f"{revision}/half/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    ended = api.get(ROUTES, namespace, "web")
    assert shares(ended) == [0]
    assert "filters" not in ended["spec"]["rules"][0]["backendRefs"][1]


def test_copies_that_the_gateway_lacks_are_refused_before_any_pod(api: Api, namespace: str, operator: Operator) -> None:
    api.create(RELEASES, release(namespace, steps=[COPIES]))

    found = api.until(RELEASES, namespace, "web", reason_is("FeatureMissing"))

    for word in ("spec.steps[0].mirror", "GatewayClass traefik", "HTTPRouteRequestMirror"):
        assert word in found["status"]["message"]
    assert api.all(REPLICA_SETS, namespace) == []


def test_a_gateway_that_gains_a_feature_heals_the_release_and_copies_begin(
    api: Api, namespace: str, operator: Operator
) -> None:
    class_name = f"mirroring-{namespace}"
    api.create(GATEWAY_CLASSES, gateway_class(class_name))
    api.create(GATEWAYS, gateway(namespace, class_name))
    manifest = release(namespace, steps=[{"name": "first", "weight": 20}])
    # Nobody serves this Gateway: the settle time alone confirms.
    traffic = {**manifest["spec"]["traffic"], "confirm": "Settle"}
    traffic["gateway"] = {"parentRefs": [{"name": "edge"}]}
    manifest["spec"]["traffic"] = traffic
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": [COPIES]}})
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("FeatureMissing"))
    assert len(api.all(REPLICA_SETS, namespace)) == 1

    reported = [{"op": "add", "path": "/status/supportedFeatures", "value": [{"name": name} for name in NAMED]}]
    api.patch(GATEWAY_CLASSES, None, f"{class_name}/status", reported)

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    (rule,) = api.get(ROUTES, namespace, "web")["spec"]["rules"]
    mirror = rule["filters"][0]["requestMirror"]
    assert (mirror["backendRef"]["name"], mirror["percent"]) == ("web-candidate", 10)
    assert [ref["weight"] for ref in rule["backendRefs"]] == [100, 0]
    assert found["status"]["candidate"]["revision"]

    api.ask(namespace, "web", abort="1")
    ended = api.until(ROUTES, namespace, "web", lambda found: not found["spec"]["rules"][0].get("filters"))
    assert shares(ended) == [0]
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


API = "gateway.networking.k8s.io/v1"


def gateway_class(name: str) -> dict[str, Any]:
    return {
        "apiVersion": API,
        "kind": "GatewayClass",
        "metadata": {"name": name},
        "spec": {"controllerName": "tests.example/nobody"},
    }


def gateway(namespace: str, class_name: str) -> dict[str, Any]:
    return {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": namespace},
        "spec": {
            "gatewayClassName": class_name,
            "listeners": [{"name": "web", "protocol": "HTTP", "port": 80}],
        },
    }
