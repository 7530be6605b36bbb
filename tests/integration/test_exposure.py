"""Requests that match, copies, and a cookie: what the route holds on the real API server, and when it goes."""

from dataclasses import dataclass
from typing import Any

from tests.cluster.api import GATEWAY_CLASSES, RELEASES, REPLICA_SETS, ROUTES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, reason_is, release
from tests.integration.steps import change, deploy, from_before, gateway

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


def note(route: Object) -> str | None:
    """What the route says of a step's exposure."""
    found: str | None = route["metadata"]["annotations"].get("tidegate.dev/exposed")
    return found


def test_a_breach_takes_matched_requests_back_in_one_patch_and_then_their_rule_goes(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    deploy(api, namespace, **judged(steps=[TESTERS, ALL]))
    change(api, namespace, "2")
    matched = api.until(ROUTES, namespace, "web", lambda found: shares(found) == [100, 0])
    first = matched["spec"]["rules"][0]
    assert [match["headers"][0]["name"] for match in first["matches"]] == ["X-Tester", "Cookie"]

    def breach() -> None:
        metrics.says = Answer(value=0.9)

    seen: list[list[int]] = []
    for found in from_before(api.follow(ROUTES, namespace, "web", 30), breach):
        seen += [shares(found)] if seen[-1:] != [shares(found)] else []
        if seen[-1] == [0]:
            break

    assert seen == [[100, 0], [0, 0], [0]]
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "ObjectiveBreached"
    # A note that stayed would have the route written again, for ever.
    assert note(api.get(ROUTES, namespace, "web")) == ""


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
    assert (shares(ended), note(ended)) == ([0], "")
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
    edge = Edge(api, namespace)
    api.create(RELEASES, edge.release(steps=[{"name": "first", "weight": 20}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": [COPIES]}})
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("FeatureMissing"))
    assert len(api.all(REPLICA_SETS, namespace)) == 1

    edge.reports(*NAMED)

    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    (rule,) = api.get(ROUTES, namespace, "web")["spec"]["rules"]
    mirror = rule["filters"][0]["requestMirror"]
    assert (mirror["backendRef"]["name"], mirror["percent"]) == ("web-candidate", 10)
    assert [ref["weight"] for ref in rule["backendRefs"]] == [100, 0]

    api.ask(namespace, "web", abort="1")
    ended = api.until(ROUTES, namespace, "web", lambda found: not found["spec"]["rules"][0].get("filters"))
    assert shares(ended) == [0]
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_a_raise_that_the_api_server_refuses_is_told_and_can_be_aborted(
    api: Api, namespace: str, operator: Operator
) -> None:
    edge = Edge(api, namespace)
    edge.reports(*NAMED)
    # A route holds sixteen filters in a rule: the copies would be the next.
    elsewhere = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "elsewhere", "port": 80}}}
    api.create(RELEASES, edge.release(steps=[COPIES], rules=[{"filters": [elsewhere] * 16}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("Refused"))

    assert "filters" in found["status"]["message"]
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


@dataclass(frozen=True, slots=True)
class Edge:
    """A Gateway of a class that nobody serves: the settle time alone confirms its routes."""

    api: Api
    namespace: str

    def __post_init__(self) -> None:
        gateway(self.api, self.namespace, "tests.example/nobody")

    def reports(self, *features: str) -> None:
        """The class says what it can."""
        value = [{"op": "add", "path": "/status/supportedFeatures", "value": [{"name": name} for name in features]}]
        self.api.patch(GATEWAY_CLASSES, None, f"{self.namespace}/status", value)

    def release(self, steps: list[Object], **declared: Any) -> Object:
        """A Release behind it."""
        manifest = release(self.namespace, steps=steps)
        traffic = {"confirm": "Settle", "gateway": {"parentRefs": [{"name": "own"}], **declared}}
        manifest["spec"]["traffic"] |= traffic
        return manifest
