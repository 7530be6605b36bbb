"""What the data plane counts decides, by evidence: a worse candidate, a shared incident, silence, and a restart."""

import re
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote_plus

import pytest

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer, envelope
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.manifests import judged, phase_is, reason_is, release
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, weights
from tidegate.api import parse_duration

ERRORS = {"name": "errors", "errorRatio": {"max": "1%"}}
SLOW = {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%"}}
FIRST = [{"name": "first", "weight": 20, "dwell": "1s"}]
CUT = envelope("matrix", [])[:-1] + b',"warnings":["results truncated due to limit"]}'


def by_counts(**changes: object) -> Object:
    """The parts of a spec that are judged by what a data plane counts, every second."""
    return judged(**{"objectives": [ERRORS], "steps": FIRST, **changes})


@contextmanager
def users(address: str, host: str) -> Iterator[Counter[int]]:
    """Someone asks the gateway again and again; the statuses of the answers."""
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


def test_what_stable_shares_holds_and_blames_nobody(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts())
    metrics.says = Answer(value=0.2, stable=0.2)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("NobodyToBlame"))

    assert weights(api, namespace) == [80, 20]
    assert "over the bound of 1 %" in found["status"]["message"]


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
    assert metrics.says.heard.wait(10)

    asked = unquote_plus(metrics.says.asked[0][1])
    assert all(f"{namespace}-{name}-{side}" in asked for name in ("web", "cart") for side in ("stable", "candidate"))


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
