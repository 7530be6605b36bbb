"""A metric source says in its own status whether it answers, before a rollout needs it."""

from tests.cluster.api import METRIC_SOURCES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator


def ready(found: Object) -> tuple[str, str] | None:
    conditions = (found.get("status") or {}).get("conditions") or []
    return next(((seen["status"], seen["message"]) for seen in conditions if seen["type"] == "Ready"), None)


def test_a_source_that_answers_is_ready(api: Api, namespace: str, operator: Operator, metrics: MetricServer) -> None:
    found = api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) is not None)
    assert ready(found) == ("True", "the source answers")


def test_a_source_that_does_not_answer_says_why(api: Api, namespace: str, operator: Operator) -> None:
    with MetricServer() as server:
        server.says = Answer(status=503)
        server.declare(api, namespace)
        found = api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) is not None)
        state = ready(found)
        assert state is not None
        assert state[0] == "False"
        assert "503" in state[1]


def test_a_source_that_is_changed_is_asked_again(api: Api, namespace: str, operator: Operator) -> None:
    with MetricServer() as server:
        server.declare(api, namespace)
        address = server.address
        nowhere = {"spec": {"prometheus": {"address": "http://127.0.0.1:1"}}}
        api.merge(METRIC_SOURCES, namespace, "numbers", nowhere)
        api.until(METRIC_SOURCES, namespace, "numbers", lambda source: (ready(source) or ("",))[0] == "False")
        api.merge(METRIC_SOURCES, namespace, "numbers", {"spec": {"prometheus": {"address": address}}})
        api.until(METRIC_SOURCES, namespace, "numbers", lambda source: (ready(source) or ("",))[0] == "True")
