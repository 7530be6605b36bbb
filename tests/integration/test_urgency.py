"""What takes a weight away waits for nothing: neither for a Release's own failing writes, nor for anyone's else."""

import time

import pytest

from tests.cluster.api import PODS, RELEASES, ROUTES, SERVICES, Api
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.manifests import judged, phase_is, release
from tests.integration.proxy import Proxy
from tests.integration.steps import change, deploy, eventually_told, weights
from tidegate.watch.queue import TURNS_AT_ONCE

STEPS = [{"name": "some", "weight": 20, "pause": "UntilPromoted"}, {"name": "more", "weight": 60}]
# A loaded machine may stop for seconds; one try of a write that hangs takes longer, all its tries over a minute.
SOON_SECONDS, HANGS_SECONDS = 8, 9


def aborted_soon(api: Api, namespace: str, proxy: Proxy) -> None:
    """All weight is back while own writes still fail, and the rollout is said to be aborted once they are taken."""
    began = time.monotonic()
    api.ask(namespace, "web", abort="1")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [100, 0])

    assert time.monotonic() - began < SOON_SECONDS
    proxy.hanging = None
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "Aborted"


@pytest.mark.parametrize(("seconds", "again"), [(0, 5), (HANGS_SECONDS, 0)], ids=["at once", "after 9 s"])
def test_an_abort_does_not_wait_for_the_own_writes_that_fail(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator], seconds: float, again: int
) -> None:
    proxy, _ = proxied
    # All tries of a write that fails at once take half a minute.
    proxy.again = again
    deploy(api, namespace, steps=STEPS, replicas=5)
    change(api, namespace, "2")
    revision = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    proxy.refused, proxy.hanging = 0, (f"/namespaces/{namespace}/replicasets", seconds)
    api.ask(namespace, "web", promote=f"{revision}/some/1")
    assert within(30, lambda: proxy.refused > 0), "the candidate does not grow"

    aborted_soon(api, namespace, proxy)


@pytest.mark.parametrize("path", ["services/web-candidate", "releases/web/status"], ids=["a Service", "the status"])
def test_an_abort_does_not_wait_for_an_own_write_that_hangs(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator], path: str
) -> None:
    proxy, _ = proxied
    deploy(api, namespace, steps=STEPS)
    change(api, namespace, "2")
    revision = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    proxy.refused, proxy.hanging = 0, (f"/namespaces/{namespace}/{path}", 9)
    # Put back by a write of its own, in the turn before the step's.
    api.merge(SERVICES, namespace, "web-candidate", {"spec": {"selector": {"app": "another"}}})
    api.ask(namespace, "web", promote=f"{revision}/some/1")
    assert within(30, lambda: proxy.refused > 0), "nothing hangs"

    aborted_soon(api, namespace, proxy)


def test_a_candidate_that_loses_its_pod_does_not_wait_for_any_number_of_others_whose_writes_hang(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    others = [f"other-{place}" for place in range(TURNS_AT_ONCE + 4)]
    for name in (*others, "web"):
        api.create(RELEASES, release(namespace, name, steps=STEPS[:1], replicas=1))
    for name in (*others, "web"):
        api.until(RELEASES, namespace, name, phase_is("Promoted"))
    change(api, namespace, "2")
    revision = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    proxy.refused, proxy.hanging = 0, (f"/namespaces/{namespace}/replicasets", HANGS_SECONDS)
    for name in others:
        change(api, namespace, "2", name)
    assert within(30, lambda: proxy.refused >= 28), "the writes of the others do not hang"

    pod = next(iter(api.all(PODS, namespace, f"tidegate.dev/release=web,tidegate.dev/revision={revision}")))
    states = [
        {**state, "status": "False"} if state["type"] == "Ready" else state for state in pod["status"]["conditions"]
    ]
    began = time.monotonic()
    api.merge(PODS, namespace, f"{pod['metadata']['name']}/status", {"status": {"conditions": states}})
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [100, 0])

    assert time.monotonic() - began < SOON_SECONDS


def test_an_abort_that_a_webhook_refuses_says_so_and_is_done_when_that_is_over(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    deploy(api, namespace, steps=STEPS[:1], replicas=1)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    proxy.hanging = (f"/namespaces/{namespace}/httproutes", 0.2)
    api.ask(namespace, "web", abort="1")

    status = api.until(RELEASES, namespace, "web", phase_is("RollingBack"))["status"]

    assert (status["reason"], status["handled"]["abort"]) == ("Aborted", "1")
    assert status["message"].startswith("aborted by a person; not done yet: the API server refuses PATCH ")
    assert "httproutes/web: failed calling webhook" in status["message"]
    assert weights(api, namespace) == [80, 20]
    eventually_told(api, namespace, "Aborted", "failed calling webhook")
    proxy.hanging = None
    status = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))["status"]
    assert (status["reason"], status["message"]) == ("Aborted", "aborted by a person")
    assert weights(api, namespace) == [100, 0]


def test_a_breach_whose_rollback_a_webhook_refuses_is_told_with_todays_verdict(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator], metrics: MetricServer
) -> None:
    proxy, _ = proxied
    deploy(api, namespace, **judged(), steps=STEPS[:1], replicas=1)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    proxy.hanging = (f"/namespaces/{namespace}/httproutes", 0.2)
    metrics.says.value = 0.9

    status = api.until(RELEASES, namespace, "web", phase_is("RollingBack"), 30)["status"]

    assert status["reason"] == "ObjectiveBreached"
    assert "failed calling webhook" in status["message"]
    assert [line["verdict"] for line in status["objectives"]] == ["Breach"]
