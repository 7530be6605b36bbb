"""The day before as a real Prometheus kept it: exactly what was counted then, and nothing of today."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import pytest

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.control_plane import free_port
from tests.cluster.operator import Operator
from tests.cluster.processes import Processes, within
from tests.cluster.prometheus import start
from tests.integration.conftest import Setup
from tests.integration.dialects import declare
from tests.integration.expositions import Exposition
from tests.integration.manifests import judged, phase_is, promoted_after
from tests.integration.steps import change, deploy, eventually_told
from tests.integration.two_days import COUNTER, DAY, Gateway, Today, runs, yesterdays_page

# No bound speaks against a fifth of bad answers.
ERRORS = {"name": "errors", "errorRatio": {"max": "50%"}}
AT_ONCE = {"steps": [{"name": "all", "weight": 100, "dwell": "0s"}]}
SAID = re.compile(r"candidate ([\d,]+) of ([\d,]+) \([^)]+\), a day before ([\d,]+) of ([\d,]+) \(")
MINUTE = 60


class Kept(TypedDict, total=False):
    """What is unlike the usual in what was kept of yesterday."""

    path: str
    until: int
    again: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """A Prometheus that takes what is a day old, and the gateway that it scrapes."""

    place: str
    gateway: Gateway

    def serve(self, api: Api, namespace: str, *, path: str = "/same", until: int = 5 * MINUTE, again: int = 0) -> Today:
        """Yesterday's samples of a Release, up to so many seconds after this time of day; its traffic; its source."""
        declare(api, namespace, {"prometheus": {"address": f"http://{self.place}", "timeout": "5s"}})
        then = int(time.time()) - DAY
        today = Today(namespace)
        today.turn("stable", 0.01)
        self.gateway.todays.append(today)
        seconds = [*range(then - 10 * MINUTE, then + 5 * MINUTE), *range(then + 5 * MINUTE, then + until, MINUTE)]
        self.gateway.kept[path] = yesterdays_page(namespace, seconds, begins_again=again)
        assert within(30, lambda: self.known(namespace, seconds[-1]))
        self.gateway.kept[path] = ""
        return today

    def known(self, namespace: str, at: int) -> bool:
        """True once the last of yesterday's samples and one of today's are there."""
        return all(self._has(f'count({COUNTER}{{service=~".*-{namespace}-web-.*"}})', each) for each in (at, None))

    def _has(self, promql: str, at: int | None) -> bool:
        query = urllib.parse.urlencode({"query": promql, **({"time": str(at)} if at else {})})
        with urllib.request.urlopen(f"http://{self.place}/api/v1/query?{query}", timeout=10) as answer:
            return bool(json.loads(answer.read())["data"]["result"])


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Numbers]:
    folder = tmp_path_factory.mktemp("prometheus")
    processes, place = Processes(folder), f"127.0.0.1:{free_port()}"
    with Exposition() as exposition:
        gateway = Gateway(exposition)
        storage = {"tsdb": {"out_of_order_time_window": "2d"}}
        try:
            start(processes, folder, place, {"storage": storage, "scrape_configs": gateway.jobs}, retention="2d")
            yield Numbers(place, gateway)
        finally:
            processes.stop_all()


@pytest.fixture(scope="module", autouse=True)
def worse(setup: Setup, shared: Operator, numbers: Numbers) -> str:
    """Where a Release was promoted and turned bad then. Looks are a minute apart: they begin before the other tests."""
    shared.start()
    namespace = setup.api.namespace("worse-than-yesterday")
    today = numbers.serve(setup.api, namespace)
    first = deploy(setup.api, namespace, **by_counts(watch="0s"))
    change(setup.api, namespace, "2")
    setup.api.until(RELEASES, namespace, "web", promoted_after(first))
    today.turn("stable", 0.2)
    return namespace


def by_counts(*, watch: str) -> Object:
    """A Release that gets all the traffic at once, and is judged every second by what the gateway counts."""
    return judged(objectives=[ERRORS], minRequests=0, promotion={"watch": watch}, **AT_ONCE)


def watched(api: Api, namespace: str, today: Today, bad: float, *, watch: str = "1h") -> Object:
    """A candidate that has all the traffic, and answers some of it badly."""
    deploy(api, namespace, **by_counts(watch=watch))
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Watching"))
    today.turn("candidate", bad)
    return found


def said(sentence: str) -> tuple[int, int, int, int]:
    """The bad ones and all requests of both days."""
    found = SAID.search(sentence)
    assert found, sentence
    bad, requests, bad_before, before = (int(number.replace(",", "")) for number in found.groups())
    return bad, requests, bad_before, before


def is_exact(counts: tuple[int, int, int, int], today: Today, watching: Object) -> None:
    """Each day's counts are its own: the candidate's no more than it served, yesterday's those of whole seconds."""
    bad, requests, bad_before, before = counts
    served = today.served("candidate", time.time())
    settled = int(datetime.fromisoformat(watching["status"]["step"]["settledAt"]).timestamp()) - DAY

    assert 0 < requests <= served.requests
    assert bad <= served.errors
    assert (before, bad_before) in set(runs(range(settled, settled + 5), 2 * MINUTE))


@pytest.mark.parametrize(
    "kept",
    [
        {},
        # The gateway of today is another pod: the labels of all its counters are others.
        {"path": "/gone", "until": 60 * MINUTE},
        {"again": 3},
    ],
    ids=["of the same target", "of a target that has ended 23 hours ago", "of counters that began again"],
)
def test_a_candidate_that_is_worse_than_the_day_before_goes_back_by_counts_that_are_exact(
    api: Api, namespace: str, operator: Operator, numbers: Numbers, kept: Kept
) -> None:
    today = numbers.serve(api, namespace, **kept)

    watching = watched(api, namespace, today, 0.2)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)

    assert found["status"]["reason"] == "ObjectiveBreached"
    counts = said(found["status"]["message"])
    is_exact(counts, today, watching)
    assert 0.15 < counts[0] / counts[1] < 0.25


def test_a_candidate_that_is_as_good_as_the_day_before_is_promoted_after_its_watch(
    api: Api, namespace: str, operator: Operator, numbers: Numbers
) -> None:
    today = numbers.serve(api, namespace)

    watching = watched(api, namespace, today, 0.01, watch="20s")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoting", "RolledBack"), 90)

    (line,) = found["status"]["objectives"]
    counts = said(line["sentence"])
    is_exact(counts, today, watching)
    assert counts[3] > 10 * 400
    assert found["status"]["phase"] == "Promoting"


def test_a_release_that_turns_worse_than_the_day_before_after_its_promotion_is_told_of(api: Api, worse: str) -> None:
    found = api.until(RELEASES, worse, "web", lambda seen: bool(seen["status"].get("advice")), 150)

    (line,) = found["status"]["advice"]
    assert (found["status"]["phase"], line["topic"]) == ("Promoted", "WorseThanYesterday")
    eventually_told(api, worse, "WorseThanYesterday", line["sentence"])
