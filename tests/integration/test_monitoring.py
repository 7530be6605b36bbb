"""What the chart gives the Prometheus Operator, Prometheus and Grafana is taken by their own schemas and programs."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.client.exceptions import ApiException
from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.api import PROMETHEUS_RULES, RELEASES, SERVICE_MONITORS, Api, Object
from tests.cluster.binaries import prometheus_operator_crds
from tests.cluster.control_plane import control_plane
from tests.cluster.manifest import CHART, NAMESPACE, rendered
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.manifests import judged, phase_is, release
from tests.integration.numbers import SECONDS, Numbers, scraping
from tests.integration.steps import change, deploy

KINDS = {"ServiceMonitor": SERVICE_MONITORS, "PrometheusRule": PROMETHEUS_RULES}
ON = [f"{value}.enabled=true" for value in ("serviceMonitor", "prometheusRule", "grafanaDashboard")]
# Each value that changes one of them.
VALUES = {
    "as they are": (),
    "labels": ("serviceMonitor.labels.release=prometheus", "prometheusRule.labels.release=prometheus"),
    "labels of ours": (
        "serviceMonitor.labels.app\\.kubernetes\\.io/name=other",
        "prometheusRule.labels.app\\.kubernetes\\.io/name=other",
    ),
    "no labels": ("serviceMonitor.labels=null", "prometheusRule.labels=null"),
    "every 1m30s": ("serviceMonitor.interval=1m30s",),
    "every day": ("serviceMonitor.interval=1d",),
    "as often as Prometheus scrapes": ("serviceMonitor.interval=",),
    "some namespaces": ("watchNamespaces={shop,bank}",),
}
UNKNOWN: dict[str, Callable[[Object], Object]] = {
    "ServiceMonitor": lambda spec: spec["endpoints"][0],
    "PrometheusRule": lambda spec: spec["groups"][0]["rules"][0],
}
PAUSE = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]
LABEL_VALUES = re.compile(r"label_values\((.+), (\w+)\)")


@pytest.fixture(scope="module")
def watched() -> Iterator[Api]:
    """A cluster with the kinds of the Prometheus Operator, and the operator's namespace."""
    with control_plane(crds=prometheus_operator_crds()) as plane:
        plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        api = Api(plane.kubeconfig())
        api.namespace(NAMESPACE)
        yield api


def of_kind(kind: str, *settings: str) -> Object:
    """The one manifest of a kind."""
    manifests = yaml.safe_load_all(rendered(*ON, *settings))
    chosen: list[Object] = [found for found in manifests if found and found["kind"] == kind]
    (found,) = chosen
    return found


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_values_the_schema_of_the_prometheus_operator_keeps_all_that_was_sent(
    watched: Api, kind: str, values: tuple[str, ...]
) -> None:
    sent = of_kind(kind, *values)

    watched.apply(KINDS[kind], sent)

    stored = watched.get(KINDS[kind], NAMESPACE, "tidegate")
    assert stored["spec"] == sent["spec"]
    assert stored["metadata"].items() >= sent["metadata"].items()


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_the_prometheus_operator_has_not_would_be_refused(watched: Api, kind: str) -> None:
    sent = of_kind(kind)
    UNKNOWN[kind](sent["spec"])["summary"] = "none"

    with pytest.raises(ApiException) as refused:
        watched.apply(KINDS[kind], sent)

    assert "summary: field not declared in schema" in str(refused.value.body)


def test_the_chart_takes_the_intervals_that_the_prometheus_operator_takes() -> None:
    (crd,) = (yaml.safe_load(path.read_text()) for path in prometheus_operator_crds() if "servicemonitors" in path.name)
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    theirs = spec["properties"]["endpoints"]["items"]["properties"]["interval"]
    ours = json.loads((CHART / "values.schema.json").read_text())["properties"]["serviceMonitor"]["properties"]

    assert ours["interval"]["pattern"] == theirs["pattern"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("serviceMonitor", "ServiceMonitor"), ("prometheusRule", "PrometheusRule"), ("grafanaDashboard", "ConfigMap")],
)
def test_labels_of_a_team_are_joined_to_ours_and_take_none_of_them_away(value: str, kind: str) -> None:
    plain = of_kind(kind)["metadata"]["labels"]

    found = of_kind(kind, f"{value}.labels.app\\.kubernetes\\.io/name=other", f"{value}.labels.team=platform")

    assert found["metadata"]["labels"] == plain | {"team": "platform"}


def test_the_service_monitor_selects_the_operators_service_by_its_labels_and_its_port() -> None:
    spec, service = of_kind("ServiceMonitor")["spec"], of_kind("Service")

    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert {found["port"] for found in spec["endpoints"]} == {port["name"] for port in service["spec"]["ports"]}
    assert service["metadata"]["namespace"] == of_kind("ServiceMonitor")["metadata"]["namespace"]


@pytest.mark.parametrize("values", [(), ("watchNamespaces={shop,bank}",)], ids=["everywhere", "some namespaces"])
def test_prometheus_evaluates_every_alert_as_the_prometheus_operator_hands_it_over(
    tmp_path: Path, values: tuple[str, ...]
) -> None:
    spec = of_kind("PrometheusRule", *values)["spec"]
    alerts = [(rule["alert"], "ok") for group in spec["groups"] for rule in group["rules"]]
    # What the Prometheus Operator writes: the spec is Prometheus' own format.
    written = tmp_path / "rules.yaml"
    written.write_text(yaml.safe_dump(spec))

    with scraping(tmp_path, [], rules=[written]) as numbers:
        evaluated = within(SECONDS, lambda: healths(numbers) == alerts)

        assert evaluated, healths(numbers)


def healths(numbers: Numbers) -> list[tuple[str, str]]:
    """Each alert that Prometheus has loaded, and what came of its evaluation."""
    groups = asked(numbers, "rules")["groups"]
    return [(rule["name"], rule["health"]) for group in groups for rule in group["rules"]]


def asked(numbers: Numbers, path: str, **words: str) -> Any:
    """The data of an answer of Prometheus' API."""
    url = f"{numbers.address}/api/v1/{path}?{urllib.parse.urlencode(words)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())["data"]


@pytest.fixture
def dashboard() -> Object:
    """What Grafana's sidecar reads of the ConfigMap."""
    found: Object = json.loads(of_kind("ConfigMap")["data"]["tidegate.json"])
    return found


def with_all_chosen(words: str) -> str:
    """A question as Grafana sends it, where every namespace and every Release is chosen."""
    return words.replace("$namespace", ".*").replace("$release", ".*")


def panels(dashboard: Object) -> dict[str, str]:
    """Each panel's question."""
    return {
        panel["title"]: with_all_chosen(found["expr"]) for panel in dashboard["panels"] for found in panel["targets"]
    }


def variables(dashboard: Object) -> dict[str, tuple[str, str]]:
    """Of each variable of the dashboard that Prometheus answers: the series, and the label whose values it offers."""
    lists = [found for found in dashboard["templating"]["list"] if found["type"] == "query"]
    matches = {found["name"]: LABEL_VALUES.fullmatch(with_all_chosen(found["query"]["query"])) for found in lists}
    return {name: (match[1], match[2]) for name, match in matches.items() if match}


def metrics_of(tree: Any) -> set[str]:
    """Every metric that a question names, from Prometheus' own parse of it."""
    if isinstance(tree, list):
        return {name for part in tree for name in metrics_of(part)}

    if not isinstance(tree, dict):
        return set()

    own = {tree["name"]} if tree.get("type") in {"vectorSelector", "matrixSelector"} else set()
    return own.union(*(metrics_of(part) for part in tree.values()))


def exposed(operator: Operator) -> set[str]:
    """The name of every series on the operator's page."""
    with urllib.request.urlopen(f"{operator.pages}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {sample.name for family in families for sample in family.samples}


def test_in_a_rollout_prometheus_answers_every_panel_and_variable_from_what_an_operator_exposes(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, tmp_path: Path, dashboard: Object
) -> None:
    api.create(RELEASES, stalled(namespace))
    deploy(api, namespace, **judged(steps=PAUSE))
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    api.until(RELEASES, namespace, "stalled", phase_is("Stalled"))
    place = operator.pages.removeprefix("http://")
    job: dict[str, object] = {"job_name": "tidegate", "static_configs": [{"targets": [place]}]}
    questions, offered = panels(dashboard), variables(dashboard)

    with scraping(tmp_path, [job]) as numbers:
        within(SECONDS, lambda: not unanswered(numbers, questions))
        named = metrics_of([asked(numbers, "parse_query", query=words) for words in questions.values()])
        found = {
            name: asked(numbers, f"label/{label}/values", **{"match[]": series})
            for name, (series, label) in offered.items()
        }

        assert unanswered(numbers, questions) == []

    assert named <= exposed(operator)
    assert namespace in found["namespace"]
    assert {"web", "stalled"} <= set(found["release"])


def stalled(namespace: str) -> Object:
    """A Release of a Deployment that is not there."""
    manifest = release(namespace, "stalled", workloadRef={"name": "missing"})
    del manifest["spec"]["template"]
    return manifest


def unanswered(numbers: Numbers, questions: dict[str, str]) -> list[str]:
    """The panels that show nothing."""
    return [title for title, words in questions.items() if not numbers.vector(words)]
