"""Trouble between the operator and the cluster: it holds, heals and says so."""

import threading
from datetime import datetime

import pytest

from tests.cluster.api import GATEWAYS, METRIC_SOURCES, RELEASES, ROUTES, SECRETS, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.manifests import condition, judged, message_has, phase_is, reason_is, release, template
from tests.integration.proxy import Proxy
from tests.integration.steps import change, create_younger, deploy, weights, weights_of

LONG_STEP = [{"name": "first", "weight": 20, "dwell": "1s"}]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=503),
        Answer(body=b"<html>"),
        Answer(body=b'{"status":"error","errorType":"execution","error":"too many samples"}'),
        Answer(value=float("inf")),
        Answer(body=Answer(value=0.0).text()[:-1] + b', "warnings": ["fetch series: a store is gone"]}'),
    ],
    ids=["503", "html", "error", "infinite", "partial"],
)
def test_a_source_without_answers_holds_and_rolls_nothing_back(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, answer: Answer
) -> None:
    deploy(api, namespace, **judged(steps=LONG_STEP))
    metrics.says = answer
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", reason_is("MetricsUnavailable"))
    assert weights(api, namespace) == [80, 20]

    metrics.says = Answer(value=0.0)
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert len(found["status"]["history"]) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body=b" " * 100 * 2**20), "the answer is larger than 1048576 bytes: aggregate it to one number"),
        (Answer(seconds=10), "the metric source does not answer: no answer within 1 s, its timeout"),
    ],
    ids=["100 MB", "stall"],
)
def test_an_answer_that_nobody_can_take_holds_and_the_status_says_what_to_do(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, answer: Answer, words: str
) -> None:
    api.merge(METRIC_SOURCES, namespace, "numbers", {"spec": {"prometheus": {"timeout": "1s"}}})
    deploy(api, namespace, **judged(steps=LONG_STEP))
    metrics.says = answer
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", message_has(words))
    assert found["status"]["reason"] == "MetricsUnavailable"
    assert weights(api, namespace) == [80, 20]

    metrics.says = Answer(value=0.0)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_question_from_before_the_step_settled_does_not_pass_it_however_late_its_answer_is(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    source = {"spec": {"prometheus": {"timeout": "30s"}}}
    api.merge(METRIC_SOURCES, namespace, "numbers", source)
    manifest = release(namespace, **judged(steps=[{"name": "first", "weight": 20, "dwell": "0s"}], interval="2s"))
    manifest["spec"]["traffic"]["settle"] = "8s"
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    seen_settled = threading.Event()

    def wait() -> None:
        seen_settled.wait(30)

    # The first question comes after 2 s, and its answer once the step has settled.
    metrics.says = Answer(value=0.0, told=wait)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda found: "settledAt" in (found["status"].get("step") or {}))
    seen_settled.set()
    left = api.until(RELEASES, namespace, "web", lambda found: found["status"].get("step", {}).get("index") == 1)

    settled, passed = (
        datetime.fromisoformat(step[when]).timestamp()
        for step, when in ((found["status"]["step"], "settledAt"), (left["status"]["step"], "enteredAt"))
    )
    asked = [at for at, _ in metrics.says.asked]
    assert asked[0] < settled
    assert [at for at in asked if settled <= at < passed], "only a question of after that opens the way"


def test_no_data_is_neither_a_pass_nor_a_breach(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **judged(steps=LONG_STEP, onNoData="RollBack", noDataLimit="3s"))
    metrics.says = Answer(value=None)
    change(api, namespace, "2")

    silent = api.until(RELEASES, namespace, "web", reason_is("NoSignal"))
    assert silent["status"]["step"]["confirmedWeight"] == 20
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "NoSignalTooLong"


def test_a_missing_source_a_missing_secret_and_their_coming(api: Api, namespace: str, operator: Operator) -> None:
    with MetricServer() as server:
        first = deploy(api, namespace)
        spec = {**judged(), "template": template("2")}
        api.merge(RELEASES, namespace, "web", {"spec": spec})
        found = api.until(RELEASES, namespace, "web", reason_is("MetricSourceMissing"))
        assert condition(found, "Stalled") == "True"
        assert "spec.metricSource" in found["status"]["message"]

        source = {
            "apiVersion": "tidegate.dev/v1alpha1",
            "kind": "MetricSource",
            "metadata": {"name": "numbers", "namespace": namespace},
            "spec": {"prometheus": {"address": server.address, "authSecret": {"name": "key"}}},
        }
        api.create(METRIC_SOURCES, source)
        found = api.until(RELEASES, namespace, "web", reason_is("SecretMissing"))
        assert "key" in found["status"]["message"]

        metadata = {"name": "key", "namespace": namespace, "labels": {"tidegate.dev/metric-source": "true"}}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": "x"}}
        api.create(SECRETS, secret)
        found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        assert found["status"]["stable"]["revision"] != first


def test_a_missing_gateway_stalls_and_heals_when_it_appears(api: Api, namespace: str, operator: Operator) -> None:
    manifest = release(namespace)
    manifest["spec"]["traffic"]["gateway"]["parentRefs"] = [{"name": "absent"}]
    api.create(RELEASES, manifest)
    found = api.until(RELEASES, namespace, "web", reason_is("GatewayMissing"))
    assert "spec.traffic.gateway.parentRefs[0]" in found["status"]["message"]

    public = api.get(GATEWAYS, "gateways", "public")
    metadata = {"name": "absent", "namespace": namespace}
    api.create(GATEWAYS, {**{name: public[name] for name in ("apiVersion", "kind", "spec")}, "metadata": metadata})

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert [parent["name"] for parent in found["spec"]["traffic"]["gateway"]["parentRefs"]] == ["absent"]


def test_a_missing_gateway_stalls_and_heals_when_another_is_named(api: Api, namespace: str, operator: Operator) -> None:
    manifest = release(namespace)
    manifest["spec"]["traffic"]["gateway"]["parentRefs"] = [{"name": "absent"}]
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", reason_is("GatewayMissing"))

    parents = [{"name": "public", "namespace": "gateways"}]
    api.merge(RELEASES, namespace, "web", {"spec": {"traffic": {"gateway": {"parentRefs": parents}}}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_foreign_service_of_our_name_is_left_alone(api: Api, namespace: str, operator: Operator) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web-stable", "namespace": namespace},
        "spec": {"selector": {"app": "other"}, "ports": [{"port": 80}]},
    }
    api.create(SERVICES, foreign)
    api.create(RELEASES, release(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("NameTaken"))
    assert found["status"]["message"].startswith("metadata.name: Service web-stable exists")
    assert api.get(SERVICES, namespace, "web-stable")["spec"]["selector"] == {"app": "other"}

    api.delete(SERVICES, namespace, "web-stable")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_service_that_passes_the_gate_by_holds_the_rollout(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    bypass = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "old", "namespace": namespace},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    api.create(SERVICES, bypass)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("NotIsolated"))
    assert condition(found, "Isolated") == "False"
    assert "old" in found["status"]["message"]

    api.delete(SERVICES, namespace, "old")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_of_two_claims_on_one_route_the_older_wins(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    rival = release(namespace, "rival")
    rival["spec"]["traffic"]["gateway"]["hostnames"] = [f"web.{namespace}.example"]
    create_younger(api, namespace, rival)
    found = api.until(RELEASES, namespace, "rival", reason_is("TargetClaimed"))
    assert found["status"]["message"].startswith(f"spec.traffic: Release {namespace}/web is older")
    assert f", host web.{namespace}.example, every request: declare another one here" in found["status"]["message"]
    assert api.find(ROUTES, namespace, "rival") is None

    api.delete(RELEASES, namespace, "web")
    api.until(RELEASES, namespace, "rival", phase_is("Promoted"))


def test_two_releases_on_two_ports_of_one_gateway_claim_different_parents(
    api: Api, namespace: str, operator: Operator
) -> None:
    for name, port in (("web", 8000), ("calls", 8001)):
        manifest = release(namespace, name)
        # The Gateway of these tests has one listener, and says nothing of another port.
        traffic = manifest["spec"]["traffic"]
        traffic["confirm"], gateway = "Settle", traffic["gateway"]
        gateway["hostnames"] = [f"web.{namespace}.example"]
        gateway["parentRefs"] = [{**gateway["parentRefs"][0], "port": port}]
        api.create(RELEASES, manifest)

    for name in ("web", "calls"):
        api.until(RELEASES, namespace, name, phase_is("Promoted"))


def test_streams_that_are_cut_lose_nothing(api: Api, namespace: str, proxied: tuple[Proxy, Operator]) -> None:
    proxy, _ = proxied
    deploy(api, namespace)
    for version in "234":
        proxy.cut_streams()
        change(api, namespace, version)
        proxy.cut_streams()
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_server_that_refuses_for_a_while_is_asked_again(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    deploy(api, namespace)
    proxy.refusing = (f"/namespaces/{namespace}/(replicasets|httproutes)", 503)
    change(api, namespace, "2")
    assert within(30, lambda: proxy.refused > 1), "what was refused is not tried again"
    assert weights(api, namespace) == [100, 0]
    proxy.refusing = None
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_deleted_release_takes_all_it_owns_with_it(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    api.delete(RELEASES, namespace, "web")
    for kind, name in ((ROUTES, "web"), (SERVICES, "web"), (SERVICES, "web-stable"), (SERVICES, "web-candidate")):
        # The garbage collector may have heard of the kind only a moment ago: it looks twice a minute.
        api.gone(kind, namespace, name, 90)


def test_what_the_api_server_refuses_is_said_in_its_words_and_heals(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = release(namespace)
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = ""
    api.create(RELEASES, manifest)
    found = api.until(RELEASES, namespace, "web", reason_is("Refused"))
    assert condition(found, "Stalled") == "True"
    assert "spec.template.spec.containers[0].image" in found["status"]["message"]

    change(api, namespace, "1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_misspelt_field_of_a_template_is_refused_by_its_name_and_not_dropped(
    api: Api, namespace: str, operator: Operator
) -> None:
    """A probe that is dropped without a word is a gate that every pod passes."""
    misspelt = template("1")
    misspelt["spec"]["containers"][0]["readinesProbe"] = {"httpGet": {"path": "/", "port": 8080}}
    stable = deploy(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": misspelt}})
    found = api.until(RELEASES, namespace, "web", reason_is("Refused"))

    assert condition(found, "Stalled") == "True"
    assert 'unknown field "spec.template.spec.containers[0].readinesProbe"' in found["status"]["message"]
    assert found["status"]["stable"]["revision"] == stable
    assert weights(api, namespace) == [100, 0]


def test_a_misspelt_field_of_the_first_route_is_refused_by_its_name_and_not_dropped(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = release(namespace)
    header = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"ad": [{"name": "a", "value": "b"}]}}
    manifest["spec"]["traffic"]["gateway"]["rules"] = [{"filters": [header]}]
    api.create(RELEASES, manifest)
    found = api.until(RELEASES, namespace, "web", reason_is("Refused"))

    assert 'unknown field "spec.rules[0].filters[0].requestHeaderModifier.ad"' in found["status"]["message"]


@pytest.mark.parametrize("served", [False, True], ids=["first", "newer"])
def test_a_template_that_was_mended_is_tried_at_once_and_is_not_told_as_refused(
    api: Api, namespace: str, operator: Operator, served: bool
) -> None:
    """A tool that waits takes a Release that is stalled in its newest generation for one that failed."""
    broken = template("2")
    broken["spec"]["containers"][0]["image"] = ""
    if served:
        deploy(api, namespace)
        api.merge(RELEASES, namespace, "web", {"spec": {"template": broken}})
    else:
        api.create(RELEASES, release(namespace, template=broken))

    api.until(RELEASES, namespace, "web", reason_is("Refused"))
    change(api, namespace, "3")
    states: list[Object] = []

    def served_now(found: Object) -> bool:
        states.append(found)
        return bool(phase_is("Promoted")(found))

    api.until(RELEASES, namespace, "web", served_now)

    mended = [found for found in states if found["status"]["observedGeneration"] == found["metadata"]["generation"]]
    assert [condition(found, "Stalled") for found in mended] == [None] * len(mended)


def test_a_foreign_route_of_our_name_is_left_alone_and_its_end_heals(
    api: Api, namespace: str, operator: Operator
) -> None:
    parents = [{"name": "public", "namespace": "gateways"}]
    foreign = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": namespace, "labels": {"tidegate.dev/release": "web"}},
        "spec": {"parentRefs": parents, "hostnames": ["theirs.example"]},
    }
    api.create(ROUTES, foreign)
    api.create(RELEASES, release(namespace))
    api.until(RELEASES, namespace, "web", reason_is("NameTaken"))
    assert api.get(ROUTES, namespace, "web")["spec"]["hostnames"] == ["theirs.example"]

    api.delete(ROUTES, namespace, "web")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


@pytest.mark.parametrize(
    ("data", "words"),
    [({"token": "\u00e4\u0001"}, "key token"), ({"other": "x"}, "neither the key token")],
    ids=["garbage", "no known key"],
)
def test_a_secret_that_nobody_can_use_stalls_with_its_key(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, data: dict[str, str], words: str
) -> None:
    metadata = {"name": "key", "namespace": namespace, "labels": {"tidegate.dev/metric-source": "true"}}
    api.create(SECRETS, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
    api.merge(METRIC_SOURCES, namespace, "numbers", {"spec": {"prometheus": {"authSecret": {"name": "key"}}}})

    api.create(RELEASES, release(namespace, **judged()))

    found = api.until(RELEASES, namespace, "web", reason_is("SecretInvalid"))
    assert words in found["status"]["message"]


def test_a_source_that_hangs_once_is_asked_again_and_a_breach_still_rolls_back(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    api.merge(METRIC_SOURCES, namespace, "numbers", {"spec": {"prometheus": {"timeout": "1s"}}})
    deploy(api, namespace, **judged(steps=[{"name": "first", "weight": 20, "dwell": "60s"}]))
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights_of(found) == [80, 20])
    metrics.says = Answer(value=0.1, seconds=2.5)
    api.until(RELEASES, namespace, "web", reason_is("MetricsUnavailable"))
    metrics.says = Answer(value=0.9)

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_an_answer_in_many_packets_is_read_to_its_end(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1, in_pieces=True)
    deploy(api, namespace, **judged())

    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert found["status"]["history"][0]["outcome"] == "Promoted"
