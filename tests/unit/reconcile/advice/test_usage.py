"""Usage is asked once for all Releases of a source, seldom where none is told, and told of pods that are old enough."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.reconcile.judging.test_track import CANDIDATE, STABLE
from tidegate.api.objectives import MetricSourceRef
from tidegate.clients import Credentials, Http, Kube
from tidegate.judge.advice import Topic
from tidegate.metrics.usage import GROWTH, LATELY, MEMORY, PERIODS, THROTTLED
from tidegate.reconcile import kinds
from tidegate.reconcile.advice.usage import EVERY_SECONDS, SELDOM_SECONDS, Asked, UsageReading
from tidegate.reconcile.advice.usage_told import Sides
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
NUMBERS = {PERIODS: 3000.0, THROTTLED: 1500.0, MEMORY: 1e8, GROWTH: 2e4, LATELY: 2e4}
KEYS = [Key("shop", "web"), Key("shop", "cart")]


@dataclass
class Answering:
    """A Prometheus that answers each question with the same series, or with a status that is none."""

    result: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += parse_qs(await request.text())["query"]
        body = {"status": "success", "data": {"resultType": "vector", "result": self.result}}
        return web.Response(body=msgspec.json.encode(body), status=self.status)


@asynccontextmanager
async def reading(prometheus: Answering) -> AsyncIterator[tuple[World, UsageReading, Asked]]:
    """Two Releases of one source, of which usage is asked."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", prometheus.answer)
    async with TestServer(application) as server:
        address = str(server.make_url("")).rstrip("/")
        kube, http = Kube(Credentials(server=address, namespace="tidegate", tls=None)), Http()
        world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope())
        source = {"metadata": {"name": "default", "resourceVersion": "1"}, "spec": {"prometheus": {"address": address}}}
        world.store(kinds.CLUSTER_METRIC_SOURCES).put(source)
        found, asked = UsageReading(world, Channel(http, Telemetry())), Asked(MetricSourceRef(), "")
        for key in KEYS:
            world.memory(key).usage = Sides(CANDIDATE, STABLE)
            found.join(key, asked)

        yield world, found, asked
        await kube.close()
        await http.close()


def series(pod: str, numbers: dict[str, float]) -> list[dict[str, Any]]:
    return [
        {"metric": {"namespace": "shop", "pod": pod, "number": name}, "value": [1, str(value)]}
        for name, value in numbers.items()
    ]


def pod(name: str, minutes: int) -> dict[str, Any]:
    created = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"metadata": {"name": name, "namespace": "shop", "creationTimestamp": created}}


async def test_two_releases_of_a_source_are_one_question_and_each_is_told() -> None:
    prometheus = Answering(series("new", NUMBERS))
    async with reading(prometheus) as (world, found, asked):
        assert await found.tick(asked.identity) == EVERY_SECONDS
        usages = [world.memory(key).usage for key in KEYS]

    assert len(prometheus.asked) == 1
    assert [usage.told for usage in usages if usage] == [{("shop", "new"): NUMBERS}] * 2


async def test_a_source_that_counts_no_pod_or_does_not_answer_is_seldom_asked() -> None:
    for prometheus in (Answering(), Answering(series("new", NUMBERS), status=503)):
        async with reading(prometheus) as (_, found, asked):
            assert await found.tick(asked.identity) == SELDOM_SECONDS


async def test_a_release_that_is_gone_is_asked_for_no_more() -> None:
    prometheus = Answering(series("new", NUMBERS))
    async with reading(prometheus) as (world, found, asked):
        world.memories.clear()
        await found.tick(asked.identity)
        await found.tick(asked.identity)

    assert prometheus.asked == []


def told(minutes: int) -> list[Topic]:
    """What is said of a candidate's pod of an age, which is held back and grows; stable's is old, and does neither."""
    quiet = {PERIODS: 3000.0, THROTTLED: 0.0, MEMORY: 1e8, GROWTH: 0.0, LATELY: 0.0}
    usage = Sides(CANDIDATE, STABLE, NOW, {("shop", "new"): NUMBERS, ("shop", "old"): quiet})
    return [advice.topic for advice in usage.advice([pod("new", minutes)], [pod("old", 9999)]) if advice]


def test_a_pod_is_told_of_when_it_is_old_enough_for_what_is_asked() -> None:
    assert told(5) == []
    assert told(6) == [Topic.THROTTLED]
    assert told(15) == [Topic.THROTTLED, Topic.MEMORY_GROWS]


def test_stable_has_no_limit_where_its_memory_is_told_for_as_long_and_no_period() -> None:
    for stable, topics in (({LATELY: 0.0}, [Topic.THROTTLED]), ({}, [])):
        usage = Sides(CANDIDATE, STABLE, NOW, {("shop", "new"): NUMBERS, ("shop", "old"): {MEMORY: 1e8, **stable}})
        found = usage.advice([pod("new", 6)], [pod("old", 9999)])

        assert [advice.topic for advice in found if advice] == topics


def test_before_the_first_answer_nothing_is_said() -> None:
    assert list(Sides(CANDIDATE, STABLE).advice([pod("new", 99)], [pod("old", 99)])) == []
