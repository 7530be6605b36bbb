"""A rollout goes forward and back by what each kind of metric source says."""

import re
from urllib.parse import unquote

import pytest

from tests.cluster.api import METRIC_SOURCES, RELEASES, Api
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.integration.dialects import DIALECTS, DialectServer, declare
from tests.integration.manifests import (
    condition,
    judged,
    message_has,
    phase_is,
    promoted_after,
    reason_is,
    stable_of,
    template,
)
from tests.integration.steps import change, deploy, weights
from tests.integration.test_metric_sources import ready

UNFILLED = re.compile(r"\$(candidate|window|namespace|query)")
LONG_STEP = [{"name": "first", "weight": 20, "dwell": "1s"}]


def asking(words: str) -> dict[str, object]:
    """What is judged by the source `numbers`, in its own words."""
    return judged(objectives=[{"name": "errors", "query": {"text": words, "max": "0.5"}}], steps=LONG_STEP)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_rollout_is_promoted_and_rolled_back_by_any_kind_of_source(
    api: Api, namespace: str, operator: Operator, name: str
) -> None:
    with DialectServer(name) as server:
        server.declare(api, namespace)
        first = deploy(api, namespace, **asking(server.dialect.words))
        change(api, namespace, "2")
        second = stable_of(api.until(RELEASES, namespace, "web", promoted_after(first)))
        server.value = 0.75
        change(api, namespace, "3")
        found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

        assert found["status"]["reason"] == "ObjectiveBreached"
        assert stable_of(found) == second
        header, value = server.dialect.header
        assert {heard.headers.get(header) for heard in server.heard} == {value}
        assert any(second in heard.text for heard in server.heard)
        assert not [heard.text for heard in server.heard if UNFILLED.search(unquote(heard.text))]


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_source_that_refuses_holds_the_rollout_and_says_why(
    api: Api, namespace: str, operator: Operator, status: int
) -> None:
    with DialectServer("Datadog") as server:
        server.declare(api, namespace)
        deploy(api, namespace, **asking(server.dialect.words))
        server.status = status
        change(api, namespace, "2")
        found = api.until(RELEASES, namespace, "web", message_has(f"HTTP {status}"))
        assert found["status"]["reason"] == "MetricsUnavailable"
        assert weights(api, namespace) == [80, 20]

        server.status = 200
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_source_that_is_asked_in_another_language_stalls_and_heals(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {**asking("avg:errors{*}"), "template": template("2")}})
    found = api.until(RELEASES, namespace, "web", reason_is("QueryLanguageMismatch"))
    assert condition(found, "Stalled") == "True"
    assert "spec.objectives[0].query.text: MetricSource numbers speaks PromQL" in found["status"]["message"]

    api.merge(RELEASES, namespace, "web", {"spec": judged()})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_promql_and_built_in_questions_are_not_for_another_source(api: Api, namespace: str, operator: Operator) -> None:
    with DialectServer("Datadog") as server:
        server.declare(api, namespace)
        deploy(api, namespace)
        api.merge(RELEASES, namespace, "web", {"spec": {**judged(), "template": template("2")}})
        api.until(RELEASES, namespace, "web", message_has("query.promql", "Datadog's", "ask by query.text"))
        ratio = [{"name": "errors", "errorRatio": {"max": "1%"}}]
        api.merge(RELEASES, namespace, "web", {"spec": {"objectives": ratio}})
        found = api.until(RELEASES, namespace, "web", message_has("errorRatio", "is counted by a Prometheus"))

        assert found["status"]["reason"] == "QueryLanguageMismatch"
        assert weights(api, namespace) == [100, 0]


def test_a_source_that_is_redeclared_in_mid_rollout_is_not_sent_anothers_words(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    with DialectServer("Datadog") as server:
        deploy(api, namespace, **judged(steps=[{"name": "first", "weight": 20, "pause": "UntilPromoted"}]))
        change(api, namespace, "2")
        api.until(RELEASES, namespace, "web", reason_is("Paused"))
        server.declare(api, namespace)
        api.until(RELEASES, namespace, "web", reason_is("QueryLanguageMismatch"))
        api.until(METRIC_SOURCES, namespace, "numbers", lambda source: (ready(source) or ("",))[0] == "True")

        assert not [heard.text for heard in server.heard if "errors" in heard.text]


@pytest.mark.parametrize("name", ["Prometheus", *DIALECTS])
def test_a_source_says_whether_it_answers(api: Api, namespace: str, operator: Operator, name: str) -> None:
    asked = (("True", "the source answers"), ("Unknown", "its Secrets are in order; only objectives ask it"))
    with MetricServer() if name == "Prometheus" else DialectServer(name) as server:
        server.declare(api, namespace)

        # The operator may hear of it before it hears of its Secret.
        api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) == asked[name.startswith("Web")])


@pytest.mark.parametrize(
    "spec",
    [{"prometheus": {"address": "http://169.254.169.254"}}, {"graphite": {"address": "http://169.254.169.254"}}],
    ids=["through the Prometheus client", "through our own"],
)
def test_a_source_where_credentials_are_is_never_asked(
    api: Api, namespace: str, operator: Operator, spec: dict[str, object]
) -> None:
    declare(api, namespace, spec)
    state = ready(api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) is not None))

    assert state is not None
    assert state[0] == "False"
    assert "169.254.169.254 is link-local, or a machine's metadata service" in state[1]
