"""However many Releases are judged, who ask alike are asked for together: one question for fifty of them."""

import asyncio
import json
import math
import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from tests.unit.reconcile.advice.test_collected import KINDS, STORED
from tests.unit.reconcile.judging.test_bad_answers import served
from tests.unit.reconcile.seen.test_sides import empty_world
from tidegate.api.objectives import Objective, Query
from tidegate.clients import Http
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.arrivals import Arrivals
from tidegate.reconcile.judging.groups import TOGETHER
from tidegate.reconcile.judging.queries import Measuring
from tidegate.reconcile.judging.rounds import Judging
from tidegate.reconcile.observe import observe
from tidegate.reconcile.scraping.scraper import Scraping
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key, Object, key_of

RELEASES = 120
CHUNKS = math.ceil(RELEASES / TOGETHER)
OBJECTIVES = [
    {"name": "errors", "errorRatio": {"max": "1%"}},
    {"name": "slow", "slowRequests": {"over": "300ms", "max": "5%"}},
]
QUERY = Query(promql="sum(errors)", max="1")
QUERIED = Objective(name="errors", query=QUERY)
METRICS = ("traefik_service_requests_total", "traefik_service_request_duration_seconds_bucket")
# A minute after the stored rollout's first weight.
NOW = datetime(2026, 11, 27, 14, 10, 50, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SECONDS = 20
NAMESPACE = re.compile(r"shop-\d{3}")
NOTHING = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}}).encode()


class Asked:
    """The questions that came, each as its form; whoever waits is told of each."""

    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self._more = asyncio.Condition()

    async def answer(self, request: web.Request) -> web.Response:
        """Nobody was counted."""
        async with self._more:
            self.forms.append(parse_qs(await request.text()))
            self._more.notify_all()

        return web.Response(body=NOTHING)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(SECONDS), self._more:
            await self._more.wait_for(lambda: len(self.forms) >= count)

    def by_look(self) -> dict[tuple[str, str], list[set[str]]]:
        """By metric and time, whom each of the questions is for."""
        found: dict[tuple[str, str], list[set[str]]] = {}
        for form in self.forms:
            (query,), (at,) = form["query"], form["time"]
            found.setdefault((query.partition("{")[0], at), []).append(set(NAMESPACE.findall(query)))

        return found


def judged(found: Object, namespace: str) -> Object:
    """A stored object as another namespace's, judged by what a gateway counts."""
    spec, metadata = found["spec"], found["metadata"]
    metadata |= {"namespace": namespace, "uid": f"{namespace}/{metadata['name']}", "resourceVersion": "1"}
    counts = {"objectives": OBJECTIVES, "metricSource": {"kind": "ClusterMetricSource", "name": "default"}}
    annotations = metadata.get("annotations", {})
    if found["kind"] == "Release":
        spec |= {**counts, "dataPlane": "Traefik"}
    elif "tidegate.dev/plan" in annotations:
        plan = json.loads(annotations["tidegate.dev/plan"])
        annotations["tidegate.dev/plan"] = json.dumps({**plan, **counts, "dataPlane": "Traefik"})

    return found


async def world_of(count: int, address: str) -> World:
    """So many Releases in the middle of their rollouts, all by one source."""
    world = await empty_world()
    source = {"metadata": {"name": "default", "uid": "s", "resourceVersion": "1"}}
    world.keep(kinds.CLUSTER_METRIC_SOURCES, {**source, "spec": {"prometheus": {"address": address}}})
    for number in range(count):
        for found in deepcopy([each for each in STORED if each["kind"] in KINDS]):
            world.keep(KINDS[found["kind"]], judged(found, f"shop-{number:03}"))

    return world


def all_seen(world: World) -> dict[Key, Seen]:
    """What is known of each Release."""
    known = {key_of(found): observe(key_of(found), world) for found in world.store(kinds.RELEASES)}
    return {key: seen for key, seen in known.items() if seen is not None}


async def test_a_look_at_120_releases_of_two_shapes_is_three_questions_for_each_shape(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, http, clock = Asked(), Http(), [NOW]
    async with served(asked.answer) as address:
        world = await world_of(RELEASES, address)
        monkeypatch.setattr(world, "now", lambda: clock[0])
        judging = Judging(world, Channel(http, Telemetry()), Scraping(world, http), Arrivals())
        for key, seen in all_seen(world).items():
            judging.follow(key, seen)

        running = asyncio.create_task(judging.run())
        a_look = CHUNKS * len(METRICS)
        # Stable's hour, what came since, and the next look's.
        await asked.until(2 * a_look)
        clock[0] += SECOND
        await asked.until(3 * a_look)
        running.cancel()
        await http.close()

    assert {tuple(sorted(form)) for form in asked.forms} == {("limit", "query", "time", "timeout")}
    looks = asked.by_look()
    assert sorted({metric for metric, _ in looks}) == sorted(METRICS)
    assert len(looks) == 3 * len(METRICS)
    for questions in looks.values():
        assert sorted(map(len, questions)) == [RELEASES % TOGETHER, TOGETHER, TOGETHER]
        assert len(set().union(*questions)) == RELEASES


async def test_an_equal_query_of_120_releases_each_at_its_own_instant_is_one_question_and_an_answer_to_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, http, clock = Asked(), Http(), [NOW]
    async with served(asked.answer) as address:
        world = await world_of(RELEASES, address)
        monkeypatch.setattr(world, "now", lambda: clock[0])
        measuring = Measuring(world, Channel(http, Telemetry()))
        found = []
        for key, seen in all_seen(world).items():
            source = world.sources.resolve(seen.wanted.pinned.spec.metric_source, key.namespace)
            found.append(await measuring._answer(seen, QUERIED, QUERY, source))
            clock[0] += seen.wanted.pinned.spec.interval / 10 / RELEASES

        await http.close()

    assert [form["query"] for form in asked.forms] == [["sum(errors)"]]
    assert [answer.why for answer in found] == ["the query returns a matrix; one number is needed"] * RELEASES
