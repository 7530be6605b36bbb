"""What no source should answer, over real sockets, from every kind of source: each a named state, none a pass.

A Job has no answer that could be bad: its state is the API server's.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web

from tests.unit.decision.test_clauses import step_look
from tests.unit.metrics.pages import BOTH, ERRORS, counter
from tests.unit.metrics.recorded import RECORDED, Recorded
from tests.unit.reconcile.advice.test_collected import KEY, look, world_with
from tests.unit.reconcile.judging.test_track import STABLE
from tests.unit.reconcile.scraping.test_reading import WEB, counted
from tests.unit.reconcile.sources.test_sources import usable
from tidegate.api import DataPlane
from tidegate.api.objectives import Objective
from tidegate.clients import Http
from tidegate.decision import decide
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Evidence
from tidegate.metrics.answer import Unusable
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.scrape import Scrape, at
from tidegate.reconcile.judging.ask_raw import THE_SOURCE, ask_in_parts
from tidegate.reconcile.judging.evidence import evidence_of, keep, measured
from tidegate.reconcile.judging.queries import Measuring
from tidegate.reconcile.scraping.pages import page_of
from tidegate.reconcile.scraping.reading import GATEWAY, Reading
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.telemetry import Telemetry
from tidegate.watch import Object

SECRET = {"authSecret": {"name": "key", "namespace": "monitoring"}}
PAGE_OF_LINES = (b" " * 1023 + b"\n") * 1024
MEGABYTES = 100
LINE = counter("candidate", "0.25").encode()
SIGN_IN = b"<html>Sign in</html>\n"
# How long the source may take, where it never answers and where it does.
SHORT, LONG = 0.1, 5.0
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a source of a kind is declared, where its address is $HERE; an answer of 0.25, and one of several."""

    spec: Object
    one: bytes
    several: bytes = b""
    keys: Mapping[str, str] = field(default_factory=dict)


def of(recorded: Recorded, spec: Object, **keys: str) -> Kind:
    return Kind(spec=spec, one=recorded.one, several=recorded.several[0], keys=keys)


QUERIED = {
    "Prometheus": of(RECORDED["Prometheus"], {"prometheus": {"address": "$HERE"}}),
    "Datadog": of(RECORDED["Datadog"], {"datadog": {"address": "$HERE", **SECRET}}, api_key="a", app_key="b"),
    "CloudWatch": of(
        RECORDED["CloudWatch"],
        {"cloudWatch": {"address": "$HERE", "region": "eu-west-1", **SECRET}},
        access_key_id="a",
        secret_access_key="b",
    ),
    "New Relic": of(RECORDED["New Relic"], {"newRelic": {"address": "$HERE", "accountId": 42, **SECRET}}, api_key="a"),
    "Dynatrace": of(RECORDED["Dynatrace"], {"dynatrace": {"address": "$HERE", **SECRET}}, token="a"),
    "InfluxDB": of(
        RECORDED["InfluxDB"], {"influxdb": {"address": "$HERE", "organization": "shop", **SECRET}}, token="a"
    ),
    "Graphite": of(RECORDED["Graphite"], {"graphite": {"address": "$HERE"}}),
    "Web": of(RECORDED["Web"], {"web": {"url": "$HERE/?q=$query", "jsonPath": "data.result[0].value"}}),
}
COUNTS = Kind(
    spec={"prometheus": {"address": "$HERE"}},
    one=b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"0.25"]]}]}}',
)
PAGES = Kind(spec={"scrape": {"addresses": ["$HERE/metrics"]}}, one=LINE, several=LINE * 2)


def declared(kind: Kind, address: str, seconds: float) -> Source:
    """The source of a kind at an address."""
    spec = json.loads(json.dumps(kind.spec).replace("$HERE", address))
    return replace(usable(spec, **kind.keys), seconds=seconds)


@asynccontextmanager
async def served(answer: Answering) -> AsyncIterator[str]:
    """A server that gives one answer to whatever it is asked."""
    pages = web.Application()
    pages.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(pages, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def says(body: bytes, status: int = 200, content_type: str = "text/plain") -> Answering:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type)

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    for _ in range(MEGABYTES):
        await response.write(PAGE_OF_LINES)

    return response


async def stalled(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    await response.write(b" ")
    await asyncio.sleep(10)
    return response


def cut(body: bytes) -> Answering:
    """All of a good answer, of which more was promised."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body) + 1), "Content-Type": "text/plain"})
        await response.prepare(request)
        await response.write(body)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


FAULTS: dict[str, Callable[[Kind], Answering]] = {
    "NaN": lambda kind: says(kind.one.replace(b"0.25", b"NaN")),
    "infinite": lambda kind: says(kind.one.replace(b"0.25", b"+Inf")),
    "empty": lambda _: says(b""),
    "several": lambda kind: says(kind.several),
    "100 MB": lambda _: endless,
    "stall": lambda _: stalled,
    "HTML": lambda _: says(SIGN_IN, content_type="text/html"),
    "401": lambda _: says(SIGN_IN, 401),
    "429": lambda _: says(SIGN_IN, 429),
    "503": lambda _: says(SIGN_IN, 503),
    "truncated": lambda kind: cut(kind.one),
}
# What is said of each, by all kinds that are not named beside it.
WORDS = {
    "NaN": "stands in it as a number: a division by zero in the query",
    "infinite": "stands in it as a number: a division by zero in the query",
    "empty": ": it is empty",
    "several": "the query returns 2 series; aggregate them to one",
    "100 MB": "the answer is larger than 1048576 bytes: aggregate it to one number",
    "stall": f"the metric source does not answer: no answer within {SHORT:g} s, its timeout",
    "HTML": "it is a page, HTML or XML: a proxy or a sign-in may have answered",
    "401": "HTTP 401: the source does not let us in: look at its Secret",
    "429": "HTTP 429: the source is asked too often: allow more there, or raise interval",
    "503": "HTTP 503: the source is not available: look at it, or at its proxy",
    "truncated": "the answer is cut off, by who gave it or by a proxy",
}
# Where a number is a text, it may be none; and CSV of no table is empty.
NO_DATA = {
    ("Prometheus", "NaN"): "not a number: nothing is divided by nothing in the query",
    ("InfluxDB", "NaN"): "not a number: nothing is divided by nothing in the query",
    ("InfluxDB", "empty"): "no tables",
}
OTHERWISE = {
    ("Prometheus", "infinite"): "infinite: a division by zero in the query",
    ("InfluxDB", "infinite"): "infinite: a division by zero in the query",
    ("Web", "several"): "data.result[0].value: leads to no number",
}
TOO_LARGE = "the answer is larger than 16777216 bytes: "
OF_COUNTS = {**WORDS, "100 MB": f"{TOO_LARGE}drop series of it that no objective needs, by metricRelabelings"}
OF_PAGES = {
    **WORDS,
    "NaN": "is NaN, which no counter can be",
    "infinite": "is +Inf, which no counter can be",
    "empty": "the page is empty",
    "several": "traefik_service_requests_total is there twice with the same labels",
    "100 MB": f"{TOO_LARGE}let it tell fewer series",
    "HTML": "the page is no page of metrics: its type is text/html",
}
every_fault = pytest.mark.parametrize("fault", FAULTS)


@asynccontextmanager
async def source_with(kind: Kind, answer: Answering) -> AsyncIterator[tuple[Source, Http]]:
    """A source of a kind as it is declared, at a server that answers so."""
    http = Http()
    async with served(answer) as address:
        yield declared(kind, address, SHORT if answer is stalled else LONG), http
        await http.close()


async def evidence_by(kind: Kind, answer: Answering) -> Evidence:
    """What a Release's query of such a source comes to."""
    world = await world_with(crashes=0)
    seen = look(world)
    words = "promql" if "prometheus" in kind.spec else "text"
    objective = Objective.model_validate({"name": "errors", "query": {words: "errors", "max": "0.5"}})
    assert objective.query is not None
    async with source_with(kind, answer) as (source, http):
        measuring = Measuring(world, Channel(http, Telemetry()))
        found = await measuring._answer(seen, objective, objective.query, source)

    progress = seen.snapshot.progress
    keep(measured(KEY, progress, world), objective.name, found)
    return evidence_of(KEY, progress, seen.wanted.pinned.spec, world)


@every_fault
@pytest.mark.parametrize("name", QUERIED)
async def test_a_bad_answer_to_a_query_holds_by_its_name_and_says_what_to_do(name: str, fault: str) -> None:
    evidence = await evidence_by(QUERIED[name], FAULTS[fault](QUERIED[name]))

    nothing = NO_DATA.get((name, fault))
    assert (nothing or OTHERWISE.get((name, fault)) or WORDS[fault]) in evidence.sentence
    assert decide(step_look(evidence=evidence)).reason is (Reason.NO_SIGNAL if nothing else Reason.METRICS_UNAVAILABLE)
    assert not evidence.passed


@pytest.mark.parametrize("kind", QUERIED.values(), ids=QUERIED)
async def test_the_same_answer_without_a_fault_is_one(kind: Kind) -> None:
    evidence = await evidence_by(kind, says(kind.one))

    assert (evidence.unavailable, evidence.no_data) == (False, False)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in {"NaN", "infinite", "several"}])
async def test_a_bad_answer_to_a_question_for_counts_is_none_and_says_what_to_do(fault: str) -> None:
    """Counters may be several, and what no counter can be is left out of them (test_increments.py)."""
    async with source_with(COUNTS, FAULTS[fault](COUNTS)) as (source, http):
        channel, shape = Channel(http, Telemetry()), Shape(DataPlane.TRAEFIK)
        found = await ask_in_parts(channel, source, shape, (STABLE,), since=0, until=60_000)

    assert isinstance(found, Unusable)
    assert OF_COUNTS[fault] in found.of(THE_SOURCE)


@every_fault
async def test_a_bad_page_is_none_and_says_what_to_do(fault: str) -> None:
    reading = Reading()
    reading.follow(WEB, counted())
    async with source_with(PAGES, FAULTS[fault](PAGES)) as (source, http):
        assert isinstance(source.translator, Scrape)
        (leaf,) = reading.turn_to({GATEWAY: map(at, source.translator.addresses)})
        reading.take(leaf, 1000, await page_of(leaf.target, source, leaf.sifting, http))

    found = reading.raw(ERRORS, BOTH, since=0, until=2000)
    assert isinstance(found, Unusable)
    assert OF_PAGES[fault] in found.of(THE_SOURCE)
