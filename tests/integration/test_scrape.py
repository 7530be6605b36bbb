"""Where no Prometheus is, the gateway's own page decides: a real gateway's, a bad candidate's, and none that is bad."""

import re
from collections.abc import Iterator

import pytest

from tests.cluster.api import METRIC_SOURCES, RELEASES, Api
from tests.cluster.operator import Operator
from tests.cluster.page_server import Page, PageServer, read_pods, scrape
from tests.integration.conftest import Setup
from tests.integration.manifests import message_has, phase_is, promoted_after, reason_is, stable_of, template
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, weights
from tests.integration.test_judging import (
    ERRORS,
    LATENCY,
    SHARE,
    a_changed_version_is_counted,
    by_counts,
    line,
)
from tests.integration.test_metric_sources import ready

COUNTER = 'traefik_service_requests_total{code="200",service="{name}-stable-80@x"}'
SLOW = {"name": "slow", "slowRequests": {"over": "1s", "max": "90%"}, "mode": "Advise"}
PAUSE = [{"name": "first", "weight": 20, "dwell": "4s", "pause": "UntilPromoted"}]


@pytest.fixture
def server(api: Api, namespace: str) -> Iterator[PageServer]:
    """A gateway's page, as MetricSource `numbers` of the test's namespace."""
    with PageServer(namespace) as found:
        found.declare(api, namespace)
        yield found


def test_what_a_real_gateway_tells_on_its_page_is_judged(
    api: Api, namespace: str, operator: Operator, setup: Setup
) -> None:
    scrape(api, namespace, f"{setup.cluster.gateway_metrics}/metrics")
    api.until(METRIC_SOURCES, namespace, "numbers", lambda source: ready(source) == ("True", "the source answers"))
    deploy(api, namespace, **by_counts(steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}]))
    a_changed_version_is_counted(api, namespace, setup)


def test_a_good_candidate_is_promoted_and_a_bad_one_goes_back(
    api: Api, namespace: str, operator: Operator, server: PageServer
) -> None:
    first = deploy(api, namespace, **by_counts())
    change(api, namespace, "2")
    second = stable_of(api.until(RELEASES, namespace, "web", promoted_after(first)))
    server.page = Page(candidate=0.2, stable=0.004)
    change(api, namespace, "3")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], stable_of(found)) == ("ObjectiveBreached", second)
    assert re.search(r"errors: breach\. candidate [\d,]+ of [\d,]+ \(2\d(\.\d+)? %\)", found["status"]["message"])


def test_a_slow_tail_is_found_by_all_buckets_of_the_page(
    api: Api, namespace: str, operator: Operator, server: PageServer
) -> None:
    server.page = Page(slow=0.5, stable_slow=0.1)
    first = deploy(api, namespace, **by_counts(objectives=[SLOW, LATENCY]))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], stable_of(found)) == ("ObjectiveBreached", first)
    said = r"latency: breach\. over (0\.1|1) s: candidate [\d,]+ of [\d,]+ \(50 %\), stable [\d,]+ of [\d,]+ \(10 %\)"
    assert re.search(said, found["status"]["message"])


def test_a_candidate_that_sheds_load_is_seen_on_the_page(
    api: Api, namespace: str, operator: Operator, server: PageServer
) -> None:
    server.page = Page(per_second=1)
    first = deploy(api, namespace, **by_counts(objectives=[ERRORS, SHARE]))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], stable_of(found)) == ("ObjectiveBreached", first)
    assert re.search(r"share: breach\. the candidate served [\d,]+ of [\d,]+ requests", found["status"]["message"])


def test_a_candidate_that_serves_what_its_weight_promises_is_promoted(
    api: Api, namespace: str, operator: Operator, server: PageServer
) -> None:
    """Of 25 in a second beside stable's 100 it serves what a fifth promises."""
    server.page = Page(per_second=25, slow=0.1, stable_slow=0.1)
    objectives = [ERRORS, LATENCY, SHARE]
    first = deploy(api, namespace, **by_counts(objectives=objectives, advanceOn="Pass"))
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", promoted_after(first), 180)


def test_pods_pages_tell_of_no_share_and_no_rollout_starts(api: Api, namespace: str, operator: Operator) -> None:
    read_pods(api, namespace)
    deploy(api, namespace)
    declared = by_counts(objectives=[SHARE], dataPlane="Application")
    api.merge(RELEASES, namespace, "web", {"spec": {**declared, "template": template("2")}})

    api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))
    found = api.until(RELEASES, namespace, "web", message_has("objectives[0].requestShare: is counted at a gateway"))
    assert weights(api, namespace) == [100, 0], found["status"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Page(status=401), "HTTP 401"),
        (Page(status=503), "HTTP 503"),
        (Page(body="<html>", content_type="text/html"), "its type is text/html"),
        (Page(body="up 1"), "the page is cut off"),
        (
            Page(body='traefik_service_requests_total{code="200",service="{name}-stable-80@x"} NaN\n'),
            "no counter can be",
        ),
    ],
    ids=["401", "503", "html", "cut", "NaN"],
)
def test_a_page_that_tells_nothing_certain_holds_and_rolls_nothing_back(
    api: Api, namespace: str, operator: Operator, server: PageServer, page: Page, words: str
) -> None:
    deploy(api, namespace, **by_counts())
    body = page.body.replace("{name}", f"{namespace}-web") if page.body else None
    server.page = Page(status=page.status, content_type=page.content_type, body=body)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", message_has(words))
    assert found["status"]["reason"] == "MetricsUnavailable"
    assert weights(api, namespace) == [80, 20]

    server.page = Page()
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_after_a_restart_counts_begin_again_and_the_status_says_so(
    api: Api, namespace: str, mortal: Mortal, server: PageServer
) -> None:
    deploy(api, namespace, **by_counts(steps=PAUSE))
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    assert "Counted since" not in line(found, "errors")["sentence"]

    mortal.kill()
    mortal.start()
    api.until(RELEASES, namespace, "web", lambda seen: "Counted since" in line(seen, "errors").get("sentence", ""))
    assert weights(api, namespace) == [80, 20]

    server.page = Page(candidate=0.3)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "ObjectiveBreached"


def test_pods_whose_pages_cannot_be_read_hold_the_rollout(api: Api, namespace: str, operator: Operator) -> None:
    """Simulated pods have addresses, and no page is there.

    Stable is named where its pods were asked before the first weight: its past comes first. At rest that is every
    quarter of a minute: where they were not yet, there is no past, and the candidate's pods are the first that fail.
    """
    read_pods(api, namespace)
    deploy(api, namespace, **by_counts(dataPlane="Application"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("MetricsUnavailable"))
    assert re.search("no pod of (stable|the candidate) can be read", found["status"]["message"])
    assert weights(api, namespace) == [80, 20]


def test_a_query_is_put_to_no_page(api: Api, namespace: str, operator: Operator, server: PageServer) -> None:
    deploy(api, namespace)
    query = [{"name": "errors", "query": {"promql": "errors", "max": "0.5"}}]
    api.merge(RELEASES, namespace, "web", {"spec": {**by_counts(objectives=query), "template": template("2")}})

    found = api.until(RELEASES, namespace, "web", reason_is("QueryLanguageMismatch"))
    assert "MetricSource numbers only reads pages of metrics" in found["status"]["message"]


def test_what_pods_count_is_on_no_gateways_page(
    api: Api, namespace: str, operator: Operator, server: PageServer
) -> None:
    deploy(api, namespace)
    declared = by_counts(dataPlane="Application")
    api.merge(RELEASES, namespace, "web", {"spec": {**declared, "template": template("2")}})

    api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))
    found = api.until(RELEASES, namespace, "web", message_has("MetricSource numbers needs scrape.pods"))
    assert weights(api, namespace) == [100, 0], found["status"]
