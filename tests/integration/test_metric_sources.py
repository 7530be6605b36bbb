"""A metric source says in its own status whether it answers, before a rollout needs it."""

import re
import socket

import pytest

from tests.cluster.api import METRIC_SOURCES, RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import QUERY, judged, reason_is
from tests.integration.steps import change, deploy

# More than the loop has threads of its own, on most machines.
DEAD = 40


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


def test_a_source_whose_clock_is_behind_says_so_though_it_answers(api: Api, namespace: str, operator: Operator) -> None:
    with MetricServer() as server:
        server.says = Answer(ahead=-42)
        server.declare(api, namespace)
        found = api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) is not None)
        state = ready(found)
        assert state is not None
        assert state[0] == "True"
        assert re.fullmatch(r"the source answers; its clock is 4[123] s behind the operator's", state[1])


@pytest.mark.parametrize("objective", [QUERY, {"name": "errors", "errorRatio": {"max": "1%"}}], ids=["query", "counts"])
def test_a_rollout_without_data_says_that_the_sources_clock_is_off(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, objective: Object
) -> None:
    steps = [{"name": "first", "weight": 20, "dwell": "1s"}]
    deploy(api, namespace, **judged(objectives=[objective], steps=steps, dataPlane="Traefik"))
    metrics.says = Answer(value=None, ahead=90)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("NoSignal"))

    assert re.search(r"the metric source's clock is (89|90|91) s ahead of the operator's", found["status"]["message"])


def test_sources_that_never_answer_keep_no_other_ones_check_waiting(
    api: Api, namespace: str, operator: Operator
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=10 * DEAD) as dead, MetricServer() as server:
        for number in range(DEAD):
            declare(api, namespace, f"dead-{number}", f"http://127.0.0.1:{dead.getsockname()[1]}")

        server.declare(api, namespace)
        # They are asked for ten seconds each, and all of them are by now.
        found = api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) is not None, seconds=8)
        assert ready(found) == ("True", "the source answers")
        others = [each for each in api.all(METRIC_SOURCES, namespace) if each["metadata"]["name"] != "numbers"]
        assert len(others) == DEAD
        assert all(ready(each) is None for each in others)


def declare(api: Api, namespace: str, name: str, address: str) -> None:
    """A Prometheus with all the time that one may have."""
    api.create(
        METRIC_SOURCES,
        {
            "apiVersion": "tidegate.dev/v1alpha1",
            "kind": "MetricSource",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"prometheus": {"address": address, "timeout": "10s"}},
        },
    )
