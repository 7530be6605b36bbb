"""Which data plane is asked: by the GatewayClass, by the route's status in a mesh, or as declared; never by a guess."""

import json
from typing import Any

from tests.cluster.api import (
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    Api,
    Object,
)
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, message_has, phase_is, reason_is, release
from tests.integration.steps import GATEWAY_API, change, eventually_told, gateway, gateway_class, weights

ISTIO, STRANGE = "istio.io/gateway-controller", "example.com/strange-controller"
BUILT_IN = {"name": "errors", "errorRatio": {"max": "1%"}}
STEPS = [{"name": "first", "weight": 20, "dwell": "2s"}]


def behind(namespace: str, **changes: Any) -> Object:
    """A Release behind that Gateway, judged by its data plane."""
    traffic = {
        "gateway": {"parentRefs": [{"name": "own"}], "hostnames": [f"{namespace}.example"]},
        "settle": "0s",
        "drain": "0s",
        "confirm": "Settle",
    }
    return release(namespace, **judged(objectives=[BUILT_IN], steps=STEPS, traffic=traffic, **changes))


def asked(answer: Answer) -> str:
    """All that was asked, as one text."""
    return " ".join(question for _, question in answer.asked)


def message_of(found: Object) -> str:
    message: str = found["status"]["message"]
    return message


def started(api: Api, namespace: str) -> list[Object]:
    return [found for found in api.all(REPLICA_SETS, namespace) if found["spec"]["replicas"]]


def test_the_gateway_class_chooses_and_the_rollout_keeps_the_choice(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, ISTIO)
    # After its promotion the data plane that is declared then would be asked how it was a day before.
    promotion = {"watch": "0s", "afterwards": "Nothing"}
    api.create(RELEASES, behind(namespace, onNoData="Hold", promotion=promotion))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    silence = Answer(value=None)
    metrics.says = silence
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("NoSignal"))
    assert "nothing is counted for both sides by istio_requests_total (Istio)" in message_of(found)
    candidate = found["status"]["candidate"]["revision"]

    api.merge(RELEASES, namespace, "web", {"spec": {"dataPlane": "Traefik"}})
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["observedGeneration"] == 3)
    metrics.says = Answer(value=0.0)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert "istio_requests_total" in asked(silence)
    assert "traefik" not in asked(silence) + asked(metrics.says)
    kept = api.get(REPLICA_SETS, namespace, f"web-{candidate}")["metadata"]["annotations"]["tidegate.dev/plan"]
    assert json.loads(kept)["dataPlane"] == "Istio"


def test_an_experimental_data_plane_is_told_when_a_rollout_starts(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, ISTIO)
    api.create(RELEASES, behind(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")

    eventually_told(api, namespace, "DataPlane", "Istio are experimental")


def test_an_unknown_controller_blocks_before_a_pod_starts_and_the_field_heals_it(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, STRANGE)
    api.create(RELEASES, behind(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")

    # Without a name as long as the GatewayClass is not heard of.
    found = api.until(RELEASES, namespace, "web", message_has(STRANGE))

    assert reason_is("DataPlaneUnknown")(found)
    assert "set spec.dataPlane" in message_of(found)
    assert len(started(api, namespace)) == 1
    assert weights(api, namespace) == [100, 0]

    api.merge(RELEASES, namespace, "web", {"spec": {"dataPlane": "Application"}})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert "http_requests_total" in asked(metrics.says)


def test_a_gateway_class_that_comes_later_heals_by_itself(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, None)
    api.create(RELEASES, behind(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))
    assert "no controller is known" in message_of(found)

    gateway_class(api, namespace, "projectcontour.io/gateway-controller")

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert "envoy_cluster_upstream_rq" in asked(metrics.says)


def test_questions_of_a_users_own_need_no_data_plane(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, STRANGE)
    manifest = behind(namespace)
    manifest["spec"]["objectives"] = judged()["objectives"]
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda seen: len(seen["status"].get("history") or ()) == 2)

    assert found["status"]["history"][0]["outcome"] == "Promoted"


def test_in_a_mesh_the_routes_status_names_the_controller(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    parent = {"group": "", "kind": "Service", "name": "web"}
    refs = [{"name": "web-stable", "port": 80, "weight": 100}, {"name": "web-candidate", "port": 80, "weight": 0}]
    route = {
        "apiVersion": GATEWAY_API,
        "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"parentRefs": [parent], "rules": [{"name": "all", "backendRefs": refs}]},
    }
    api.create(ROUTES, route)
    manifest = behind(namespace)
    manifest["spec"]["traffic"] = {"route": {"name": "web"}, "settle": "0s", "drain": "0s", "confirm": "Settle"}
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))

    accepted = {
        "type": "Accepted",
        "status": "True",
        "reason": "Accepted",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    told = {"controllerName": "linkerd.io/policy-controller", "parentRef": parent, "conditions": [accepted]}
    api.merge(ROUTES, namespace, "web/status", {"status": {"parents": [told]}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert "outbound_http_route_backend_response_statuses_total" in asked(metrics.says)


def test_a_plan_from_before_there_was_a_choice_is_judged_by_todays(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    gateway(api, namespace, ISTIO)
    api.create(RELEASES, behind(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    metrics.says = Answer(value=None)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("NoSignal"))
    name = f"web-{found['status']['candidate']['revision']}"
    plan = json.loads(api.get(REPLICA_SETS, namespace, name)["metadata"]["annotations"]["tidegate.dev/plan"])
    del plan["dataPlane"]

    metrics.says = good = Answer(value=0.0)
    annotations = {"tidegate.dev/plan": json.dumps(plan)}
    api.merge(REPLICA_SETS, namespace, name, {"metadata": {"annotations": annotations}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert "istio_requests_total" in asked(good)


def test_two_releases_that_look_the_same_to_the_gateway_are_not_judged_by_it(
    api: Api, namespace: str, operator: Operator
) -> None:
    near = api.namespace(f"{namespace}-near")
    api.create(RELEASES, release(near, objectives=[BUILT_IN]))
    api.until(RELEASES, near, "web", phase_is("Promoted"))
    api.create(RELEASES, release(namespace, "near-web"))
    change(api, near, "2")

    found = api.until(RELEASES, near, "web", reason_is("DataPlaneAmbiguous"))

    assert f"Traefik cannot tell {namespace}-near/web and {namespace}/near-web apart" in message_of(found)
    api.delete(RELEASES, namespace, "near-web")
    api.until(RELEASES, near, "web", lambda seen: "candidate" in seen["status"])


def test_the_longest_name_goes_through_a_rollout_though_kubernetes_cuts_its_pods_names(
    api: Api, namespace: str, operator: Operator
) -> None:
    name = "w" * 52
    manifest = release(namespace, name)
    manifest["spec"]["traffic"]["gateway"]["hostnames"] = ["long.example"]
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, name, phase_is("Promoted"))
    api.merge(RELEASES, namespace, name, {"spec": {"template": release(namespace, version="2")["spec"]["template"]}})

    found = api.until(RELEASES, namespace, name, lambda seen: len(seen["status"].get("history") or ()) == 2)

    assert found["status"]["history"][0]["outcome"] == "Promoted"
