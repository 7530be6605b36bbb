"""What nobody declared is told in the status and by an Event, and the rollout goes its way."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from tests.cluster.api import RELEASES, Api
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.advice import crash, pods_of, topics
from tests.integration.conftest import Setup
from tests.integration.manifests import judged, phase_is, promoted, reason_is, template
from tests.integration.proxy import Proxy
from tests.integration.steps import change, deploy, eventually_told

PAUSE = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]


def test_restarts_and_kills_are_told_once_and_the_rollout_goes_on(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=PAUSE)
    change(api, namespace, "2")
    revision = api.until(RELEASES, namespace, "web", reason_is("Paused"))["status"]["candidate"]["revision"]
    (name,) = pods_of(api, namespace, revision)

    crash(api, namespace, name, times=3, reason="OOMKilled")

    found = api.until(RELEASES, namespace, "web", lambda seen: len(topics(seen)) == 2)
    restarted = f"1 of 1 candidate pods restarted, 3 times in all; 0 of 2 of stable's did: {name}"
    assert (topics(found)["Restarts"], found["status"]["reason"]) == (restarted, "Paused")
    eventually_told(api, namespace, "Advice", f"Restarts: {restarted}")
    eventually_told(api, namespace, "Advice", "OutOfMemory: ")

    api.ask(namespace, "web", promote=f"{revision}/half/1")
    found = api.until(RELEASES, namespace, "web", promoted(2))
    assert phase_is("Promoted")(found)
    assert topics(found) == {}


def test_more_4xx_than_stable_has_are_told_and_stop_nothing(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    errors = [{"name": "errors", "errorRatio": {"max": "1%"}}]
    deploy(api, namespace, **judged(objectives=errors, steps=PAUSE))
    metrics.says = Answer(value=0.0, refused=0.2)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda seen: "ClientErrors" in topics(seen))
    assert " (20 %), stable 0 of " in topics(found)["ClientErrors"]
    eventually_told(api, namespace, "Advice", "ClientErrors: 4xx: candidate ")

    paused = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.ask(namespace, "web", promote=f"{paused['status']['candidate']['revision']}/half/1")
    api.until(RELEASES, namespace, "web", promoted(2))


def test_a_query_that_advises_is_told_where_stables_day_does_not_know_its_value(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    query = {"name": "queue", "mode": "Advise", "query": {"promql": "queue{pod=~'$candidate_pods'}", "max": "1000"}}
    first = deploy(api, namespace, **judged(objectives=[query], steps=PAUSE))
    metrics.says = Answer(value=500.0, past=[10.0 + minute % 7 for minute in range(1440)])
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda seen: "Unusual" in topics(seen))

    assert topics(found) == {"Unusual": "queue is 500: outside of what it was in the day before, 10 to 16"}
    past = next(unquote_plus(question) for _, question in metrics.says.asked if "step=" in question)
    assert f"web-{first}-" in past
    paused = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.ask(namespace, "web", promote=f"{paused['status']['candidate']['revision']}/half/1")
    api.until(RELEASES, namespace, "web", promoted(2))


@pytest.fixture
def reader(setup: Setup, through: Path) -> Iterator[Operator]:
    """An operator that reads logs, as the proxy tells them: simulated nodes have none."""
    flags = ("--no-leader-election", "--read-logs")
    found = Operator(folder=setup.folder / "reader", kubeconfig=through, flags=flags)
    found.start()
    yield found
    found.stop()


def test_an_error_that_stable_never_logs_is_told_and_no_value_of_its_line(
    api: Api, namespace: str, proxy: Proxy, reader: Operator
) -> None:
    first = deploy(api, namespace, steps=PAUSE, interval="1s")
    shared, new = "ERROR cannot reach 10.0.0.1\n" * 9, "ERROR order 4711 of ada@shop.example lost\n" * 5
    proxy.logs = lambda _, pod: shared + ("" if f"-{first}-" in pod else new)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda seen: "NewError" in topics(seen))

    told = "5 times in the logs of 1 of 1 candidate pods read, never on 2 of stable's: ERROR order * of * lost"
    assert topics(found) == {"NewError": told}
    eventually_told(api, namespace, "Advice", told)
    mine = [asked for asked in proxy.log_reads if asked["namespace"] == namespace]
    limits = {(asked["tailLines"], asked["limitBytes"], asked["container"]) for asked in mine}
    assert limits == {("500", "65536", "web")}
    assert "4711" not in reader.log.read_text()
    paused = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.ask(namespace, "web", promote=f"{paused['status']['candidate']['revision']}/half/1")
    api.until(RELEASES, namespace, "web", promoted(2))


def test_pods_that_opt_out_are_not_read(api: Api, namespace: str, proxy: Proxy, reader: Operator) -> None:
    """Those of another Release, whose turn comes later, are."""
    other, read = api.namespace(f"{namespace}-read"), threading.Event()

    def logged(of: str, _: str) -> str:
        if of == other:
            read.set()

        return ""

    proxy.logs = logged
    unread = {"metadata": {"labels": {"app": "web"}, "annotations": {"tidegate.dev/read-logs": "false"}}}
    deploy(api, namespace, steps=PAUSE, interval="1s", template=template("1") | unread)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2") | unread}})
    api.until(RELEASES, namespace, "web", reason_is("Paused"))

    deploy(api, other, steps=PAUSE, interval="1s")
    change(api, other, "2")
    assert read.wait(60)

    # What other tests left rolling out is read too.
    assert namespace not in {asked["namespace"] for asked in proxy.log_reads}
