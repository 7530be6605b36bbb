"""What the data plane counts decides, by evidence: a worse candidate, a shared incident, silence, and a restart."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote_plus

import pytest

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.data_plane import BUCKETS
from tests.cluster.metric_source import Answer, MetricServer, envelope
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.cluster.simulated_counts import Said, matrix
from tests.integration.conftest import Setup
from tests.integration.manifests import judged, phase_is, promoted_after, reason_is, release, template
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, eventually_told, weights
from tidegate.api import parse_duration

ERRORS = {"name": "errors", "errorRatio": {"max": "1%"}}
LATENCY = {"name": "latency", "latency": {}}
SHARE = {"name": "share", "requestShare": {}}
SLOW = {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%"}}
FIRST = [{"name": "first", "weight": 20, "dwell": "1s"}]
CUT = envelope("matrix", [])[:-1] + b',"warnings":["results truncated due to limit"]}'


def by_counts(**changes: object) -> Object:
    """The parts of a spec that are judged by what a data plane counts, every second."""
    return judged(**{"objectives": [ERRORS], "steps": FIRST, **changes})


@contextmanager
def users(address: str, host: str) -> Iterator[Counter[int]]:
    """Someone asks the gateway again and again; the statuses of the answers, and 0 for those that did not come."""
    seen: Counter[int] = Counter()
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            request = urllib.request.Request(address, headers={"Host": host})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    seen[answer.status] += 1
            except urllib.error.HTTPError as error:
                seen[error.code] += 1
            except OSError:
                seen[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def line(found: Object, name: str) -> Object:
    """An objective as the status shows it."""
    lines: list[Object] = found["status"].get("objectives") or []
    return next((each for each in lines if each["name"] == name), {})


def test_a_worse_candidate_goes_back_and_the_message_says_it_in_counts(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **by_counts())
    metrics.says = Answer(value=0.2, stable=0.004)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("ObjectiveBreached", first)
    # Two seconds show it, and stable has an error in two and a half.
    said = r"errors: breach\. candidate [\d,]+ of [\d,]+ \(20 %\), stable \d+ of [\d,]+ \(0(\.\d+)? %\)"
    assert re.search(said, found["status"]["message"])


def test_slow_requests_are_judged_by_their_bucket(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts(objectives=[ERRORS, SLOW]))
    metrics.says = Answer(value=0.0, values={"duration_seconds_bucket": 0.5})
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert "slow: breach." in found["status"]["message"]


def test_a_slow_tail_is_found_by_the_whole_histogram_without_a_bound(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts(objectives=[LATENCY]))
    metrics.says = Answer(value=0.0, stable=0.1, values={"duration_seconds": 0.5})
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    said = r"latency: breach\. over [\d.]+ s: candidate [\d,]+ of [\d,]+ \(50 %\), stable [\d,]+ of [\d,]+ \(10 %\)"
    assert re.search(said, found["status"]["message"])


def test_a_candidate_that_sheds_load_goes_back_though_it_has_no_error(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **by_counts(objectives=[ERRORS, SHARE]))
    metrics.says = Answer(value=0.0, per_second=2)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("ObjectiveBreached", first)
    assert re.search(r"share: breach\. the candidate served [\d,]+ of [\d,]+ requests", found["status"]["message"])

    # Of 25 in a second beside stable's 100 it serves what a fifth promises.
    metrics.says = Answer(value=0.0, per_second=25)
    change(api, namespace, "3")
    api.until(RELEASES, namespace, "web", promoted_after(first))


def test_where_no_gateway_counts_no_share_is_promised_and_no_rollout_starts(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts(objectives=[SHARE], dataPlane="Application"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("DataPlaneUnknown"))

    assert "spec.objectives[0].requestShare: is counted at a gateway" in found["status"]["message"]


def test_what_stable_shares_holds_and_blames_nobody(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts())
    metrics.says = Answer(value=0.2, stable=0.2)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("NobodyToBlame"))

    assert weights(api, namespace) == [80, 20]
    assert "over the bound of 1 %" in found["status"]["message"]
    # Each of these seconds counts other requests.
    assert len({seen["status"]["message"] for seen in api.follow(RELEASES, namespace, "web", 5)}) <= 2


def test_at_full_weight_stable_is_asked_nothing_and_every_objective_lets_the_release_through(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    objectives = [ERRORS, SLOW, LATENCY, SHARE]
    first = deploy(api, namespace, **by_counts(objectives=objectives, promotion={"watch": "10s"}, onNoData="RollBack"))
    # Of the 25 in a second beside stable's 100 that a fifth promises, as few are slow as of stable's.
    metrics.says = Answer(value=0.0, stable=0.008, per_second=25, values={"duration_seconds": 0.008})
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Watching"))
    assert weights(api, namespace) == [0, 100]

    metrics.says = replace(metrics.says, stable_until=time.time())
    found = api.until(RELEASES, namespace, "web", lambda seen: "not compared since" in said_of(seen, "latency"), 60)
    assert line(found, "latency")["verdict"] in {"Pass", "Inconclusive"}

    api.until(RELEASES, namespace, "web", promoted_after(first), 60)


def said_of(found: Object, name: str) -> str:
    """An objective's sentence, where there is one."""
    return str(line(found, name).get("sentence", ""))


def test_a_weight_stays_while_the_candidates_own_share_is_over_the_bound(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    """A share so little over the bound is never shown to be more than chance, and stable's is the same."""
    deploy(api, namespace, **by_counts(objectives=[{"name": "errors", "errorRatio": {"max": "1.9%"}}]))
    metrics.says = Answer(value=0.02, stable=0.02)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("OverBound"))
    assert weights(api, namespace) == [80, 20]
    assert "The weight stays while" in found["status"]["message"]

    metrics.says = Answer(value=0.0)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_what_a_real_gateway_counts_for_both_sides_is_judged(
    api: Api, namespace: str, operator: Operator, setup: Setup
) -> None:
    default = {"kind": "ClusterMetricSource", "name": "default"}
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(metricSource=default, steps=pause))
    a_changed_version_is_counted(api, namespace, setup)


def a_changed_version_is_counted(api: Api, namespace: str, setup: Setup) -> None:
    """What people ask of the real gateway at half of the weight is in the sentence of `errors`."""
    with users(setup.cluster.gateway, f"web.{namespace}.example") as seen:
        change(api, namespace, "2")

        # Simulated pods serve nothing: what answers for both sides, or that nobody does, is the machine's affair.
        found = api.until(RELEASES, namespace, "web", told_in("Paused", "NobodyToBlame"), 90)

    said = re.search(r"candidate [\d,]+ of ([\d,]+)|([\d,]+) requests", line(found, "errors")["sentence"])
    assert said is not None
    assert 20 <= int((said[1] or said[2]).replace(",", "")) < seen.total()
    assert weights(api, namespace) == [50, 50]


def test_a_real_gateways_histogram_is_compared_over_its_own_boundaries(
    api: Api, namespace: str, operator: Operator, setup: Setup
) -> None:
    default = {"kind": "ClusterMetricSource", "name": "default"}
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(metricSource=default, steps=pause, objectives=[LATENCY]))
    with users(setup.cluster.gateway, f"web.{namespace}.example") as seen:
        change(api, namespace, "2")

        found = api.until(RELEASES, namespace, "web", told_in("Paused"), 90)

    said = re.search(r"over ([\d.]+) s: candidate [\d,]+ of ([\d,]+)", line(found, "latency")["sentence"])
    assert said is not None
    assert said[1] in BUCKETS.split(",")
    assert 20 <= int(said[2].replace(",", "")) < seen.total()


def test_a_real_gateway_gives_the_candidate_its_share_of_the_requests(
    api: Api, namespace: str, operator: Operator, setup: Setup
) -> None:
    default = {"kind": "ClusterMetricSource", "name": "default"}
    pause = [{"name": "some", "weight": 30, "pause": "UntilPromoted"}]
    # Traefik reports a route up to 2 s before it serves it, and later on a busy machine: what `settle` waits for.
    traffic = {**release(namespace)["spec"]["traffic"], "settle": "8s"}
    # It passes once something was counted while the weight was confirmed all the time.
    plan = by_counts(metricSource=default, traffic=traffic, steps=pause, objectives=[SHARE], advanceOn="Pass")
    deploy(api, namespace, **plan)
    with users(setup.cluster.gateway, f"web.{namespace}.example"):
        change(api, namespace, "2")

        found = api.until(RELEASES, namespace, "web", told_in("Paused"), 90)

    told = line(found, "share")
    said = re.search(r"served ([\d,]+) of ([\d,]+) requests that its weight promised", told["sentence"])
    assert said is not None
    assert (told["verdict"], told["bound"]) == ("Pass", "≥ 0.8")
    # Traefik deals by turns: what differs is how many were under way at the ends.
    served, promised = (int(number.replace(",", "")) for number in said.groups())
    assert 0.7 * promised - 16 <= served <= 1.3 * promised + 16


def told_in(*reasons: str) -> Callable[[Object], bool]:
    """True for a Release that has one of these reasons."""
    return lambda found: (found.get("status") or {}).get("reason") in reasons


@pytest.mark.parametrize(
    "answer",
    [Answer(status=503), Answer(body=b"<html>"), Answer(body=CUT), Answer(body=envelope("vector", []))],
    ids=["503", "html", "cut", "another shape"],
)
def test_a_source_that_does_not_tell_all_holds_and_rolls_nothing_back(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, answer: Answer
) -> None:
    deploy(api, namespace, **by_counts())
    metrics.says = answer
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", reason_is("MetricsUnavailable"))
    assert weights(api, namespace) == [80, 20]

    metrics.says = Answer(value=0.0)
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert len(found["status"]["history"]) == 2


def test_an_objective_that_advises_is_shown_and_does_nothing(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    pause = [{"name": "first", "weight": 20, "dwell": "6s", "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(objectives=[{**ERRORS, "mode": "Advise"}, SLOW], steps=pause))
    metrics.says = Answer(value=0.2, values={"duration_seconds_bucket": 0.0})
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    told = line(found, "errors")
    assert (told["mode"], told["verdict"], "mode" in line(found, "slow")) == ("Advise", "Breach", False)

    api.ask(namespace, "web", promote=f"{found['status']['candidate']['revision']}/first/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_pass_that_is_awaited_ends_at_the_deadline_as_it_is_told_to(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    steps = [{"name": "first", "weight": 20, "deadline": "15s"}, {"name": "all", "weight": 100, "deadline": "15s"}]
    deploy(api, namespace, **by_counts(steps=steps, advanceOn="Pass"))
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("Inconclusive"), 60)
    assert found["status"]["step"]["name"] == "first"
    assert "tidegate.dev/skip-step" in found["status"]["message"]
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    api.merge(RELEASES, namespace, "web", {"spec": {"onInconclusive": "Promote"}})
    change(api, namespace, "3")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)


def test_releases_of_one_shape_share_a_question(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    pause = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(steps=pause))
    api.create(RELEASES, release(namespace, "cart", **by_counts(steps=pause)))
    api.until(RELEASES, namespace, "cart", phase_is("Promoted"))
    for name in ("web", "cart"):
        api.merge(
            RELEASES,
            namespace,
            name,
            {"spec": {"minReadySeconds": 0, "template": release("", version="2")["spec"]["template"]}},
        )
        api.until(RELEASES, namespace, name, reason_is("Paused"))

    metrics.says = Answer(value=0.0)
    assert metrics.says.heard.wait(30)

    asked = unquote_plus(metrics.says.asked[0][1])
    assert all(f"{namespace}-{name}-{side}" in asked for name in ("web", "cart") for side in ("stable", "candidate"))


def test_equal_queries_of_many_releases_are_asked_once_and_serve_them_all(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    names = [f"web-{number}" for number in range(8)]
    pause = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]
    for name in names:
        api.create(RELEASES, release(namespace, name, **judged(interval="5s", steps=pause)))
    for name in names:
        api.until(RELEASES, namespace, name, phase_is("Promoted"))
    for name in names:
        api.merge(RELEASES, namespace, name, {"spec": {"template": template("2")}})
    for name in names:
        api.until(RELEASES, namespace, name, lambda found: line(found, "errors").get("verdict") == "Pass", 60)

    # Within a tenth of their interval one answer serves all; each would ask for itself at its own instant.
    metrics.says = Answer(value=0.0)
    assert within(60, lambda: len(metrics.says.asked) > 3)
    asked = [at for at, _ in metrics.says.asked]
    assert min(later - earlier for earlier, later in pairwise(asked)) > 0.2


class Stored:
    """What a source tells of its counters: pods that are scraped every second second, each at its own, and late."""

    def __init__(self, late: float) -> None:
        self._late = late

    def __call__(self, form: str, candidate: Said, stable: Said) -> list[Object]:
        known: list[Object] = [dict(each) for each in matrix(form, candidate, stable)]
        return [self._of(each, pod) for each in known for pod in (0, 1)]

    def _of(self, found: Object, pod: int) -> Object:
        newest = time.time() - self._late
        values = [value for value in found["values"] if value[0] % 2 == pod and value[0] <= newest]
        return {"metric": {**found["metric"], "instance": f"gateway-{pod}:9100"}, "values": values}


@pytest.mark.parametrize("late", [0, 6], ids=["at once", "six seconds late"])
def test_pods_that_are_scraped_in_turn_more_rarely_than_is_looked_are_judged(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, monkeypatch: pytest.MonkeyPatch, late: float
) -> None:
    monkeypatch.setattr("tests.cluster.metric_source.matrix", Stored(late))
    deploy(api, namespace, **by_counts())
    metrics.says = Answer(value=0.5, stable=0.0)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"), seconds=60)

    assert "errors: breach. candidate " in found["status"]["message"]
    assert ", stable 0 of " in found["status"]["message"]


def test_a_gateway_that_two_jobs_scrape_is_counted_once_and_people_are_told(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(form: str, candidate: Said, stable: Said) -> list[Object]:
        known: list[Object] = [dict(each) for each in matrix(form, candidate, stable)]
        labels = [{"instance": "10.0.0.1:9100", "job": job} for job in ("pods", "traefik")]
        return [{**each, "metric": {**each["metric"], **found}} for each in known for found in labels]

    monkeypatch.setattr("tests.cluster.metric_source.matrix", twice)
    pause = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(steps=pause))
    change(api, namespace, "2")

    eventually_told(
        api, namespace, "ScrapedTwice", "errors: several jobs scrape the same targets; not counted again: traefik"
    )


def test_after_a_restart_all_is_counted_again_from_the_first_weight(
    api: Api, namespace: str, mortal: Mortal, metrics: MetricServer
) -> None:
    pause = [{"name": "first", "weight": 20, "dwell": "6s", "pause": "UntilPromoted"}]
    deploy(api, namespace, **by_counts(steps=pause))
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    asked = found["status"]["rollout"]["weightedAt"]
    mortal.kill()
    metrics.says = again = Answer(value=0.0)
    mortal.start()
    assert again.heard.wait(30)

    window = re.search(r"\[(\w+)\]", unquote_plus(again.asked[0][1]))
    assert window is not None
    assert parse_duration(window[1]).total_seconds() > 120 + 6, asked
    api.ask(namespace, "web", promote=f"{found['status']['candidate']['revision']}/first/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
