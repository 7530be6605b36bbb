"""Questions to sources: one of equal ones, ten at a time to a source, and nobody waits for another's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from tidegate.clients import Ask, AskFailed, Dated, Http, Reply, take_all
from tidegate.metrics.prometheus import Prometheus
from tidegate.reconcile.sources.channel import AT_ONCE, Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.telemetry import Telemetry

# With ten questions each they were more than all connections that there once were for all sources together.
DEAD = 52
SECONDS = 15.0
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SLOW, QUICK = "http://slow:9090/api/v1/query", "http://quick:9090/api/v1/query"


@dataclass(slots=True)
class Addresses:
    """An HTTP client in which one address never answers until it is told to, and another never at all."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[str] = field(default_factory=list)

    async def send(self, ask: Ask) -> Reply:
        self.sent.append(ask.url)
        if ask.url == SLOW:
            await self.open.wait()

        if "dead" in ask.url:
            message = "connection refused"
            raise AskFailed(message)

        return Reply(200, ask.body)


def ask(url: str, number: int = 0, source: str = "") -> Ask:
    return Ask(url=url, seconds=1, body=b"%d" % number, source=source or url)


def test_a_slow_source_has_ten_questions_at_a_time_and_keeps_nobody_elses_waiting() -> None:
    async def run() -> None:
        addresses = Addresses()
        channel = Channel(addresses, Telemetry())
        slow = [asyncio.create_task(channel.send(ask(SLOW, number))) for number in range(30)]
        await asyncio.sleep(0)

        assert (await channel.send(ask(QUICK))).body == b"0"
        assert addresses.sent.count(SLOW) == AT_ONCE
        addresses.open.set()
        assert [reply.body for reply in await asyncio.gather(*slow)] == [b"%d" % number for number in range(30)]

    asyncio.run(run())


def test_equal_questions_are_one_and_each_has_the_answer() -> None:
    async def run() -> None:
        addresses = Addresses()
        channel = Channel(addresses, Telemetry())

        replies = await asyncio.gather(*(channel.send(ask(QUICK)) for _ in range(5)))

        assert {reply.body for reply in replies} == {b"0"}
        assert addresses.sent == [QUICK]
        await channel.send(ask(QUICK))
        assert addresses.sent == [QUICK] * 2

    asyncio.run(run())


def test_a_source_that_fails_is_told_to_all_who_asked() -> None:
    async def run() -> None:
        channel = Channel(Addresses(), Telemetry())

        for _ in range(AT_ONCE + 1):
            with pytest.raises(AskFailed):
                await channel.send(ask("http://dead:9090"))

    asyncio.run(run())


def test_another_source_at_the_same_address_has_ten_of_its_own_and_equal_questions_wait_for_none() -> None:
    async def run() -> None:
        addresses = Addresses()
        channel = Channel(addresses, Telemetry())
        slow = [asyncio.create_task(channel.send(ask(SLOW, number, "shop/a"))) for number in range(AT_ONCE + 1)]
        await asyncio.sleep(0)

        equal = asyncio.create_task(channel.send(ask(SLOW, AT_ONCE, "shop/b")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        assert addresses.sent.count(SLOW) == AT_ONCE + 1
        addresses.open.set()
        await asyncio.gather(*slow, equal)

    asyncio.run(run())


@asynccontextmanager
async def dead_source(asked: list[bytes]) -> AsyncIterator[str]:
    """Takes every connection and every question, and never answers."""

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = await reader.readline()
        if question.startswith(b"POST /dead "):
            # Whoever else asks here takes this port for another's that had it before.
            asked.append(question)

        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/dead"
    server.close()


@asynccontextmanager
async def healthy_source(asked: list[bytes]) -> AsyncIterator[str]:
    """Answers what it is asked."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.read())
        return web.Response(body=asked[-1])

    pages = web.Application()
    pages.add_routes([web.post("/", answer)])
    runner = web.AppRunner(pages)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_dead_sources_however_many_starve_no_healthy_one() -> None:
    # Both ends of each connection are in this process.
    take_all()
    unanswered, answered = list[bytes](), list[bytes]()
    http = Http()
    channel = Channel(http, Telemetry())
    async with AsyncExitStack() as sources:
        healthy = await sources.enter_async_context(healthy_source(answered))
        urls = [await sources.enter_async_context(dead_source(unanswered)) for _ in range(DEAD)]
        stuck = [
            asyncio.create_task(channel.send(replace(ask(url, number), seconds=60)))
            for url in urls
            for number in range(2 * AT_ONCE)
        ]
        async with asyncio.timeout(SECONDS):
            while len(unanswered) < DEAD * AT_ONCE:
                await asyncio.sleep(0.01)

            replies = await asyncio.gather(*(channel.send(ask(healthy, number)) for number in range(3 * AT_ONCE)))

        assert [reply.status for reply in replies] == [200] * 3 * AT_ONCE
        assert len(answered) == 3 * AT_ONCE
        assert len(unanswered) == DEAD * AT_ONCE
        for task in stuck:
            task.cancel()

        await http.close()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_time_that_is_waited_for_a_turn_is_not_the_sources() -> None:
    """The last question waits longer for its turn than it has time for its answer."""

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response(body=await request.read())

    pages = web.Application()
    pages.add_routes([web.post("/", slow)])
    runner = web.AppRunner(pages)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    http = Http()
    channel = Channel(http, Telemetry())
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"

    replies = await asyncio.gather(*(channel.send(ask(url, number)) for number in range(5 * AT_ONCE)))

    assert [reply.status for reply in replies] == [200] * 5 * AT_ONCE
    await http.close()
    await runner.cleanup()


@dataclass(slots=True)
class Clock:
    """An HTTP client whose every answer is of noon and bears a date, unless it tells none."""

    date: str = ""
    dated: bool = True

    async def send(self, ask: Ask) -> Reply:
        return Reply(200, b"", dated=Dated(self.date, NOW, NOW + timedelta(milliseconds=80)) if self.dated else None)


def test_a_clock_that_does_not_go_with_ours_is_known_until_it_does() -> None:
    async def run() -> None:
        http = Clock("Sun, 01 Mar 2026 11:59:18 GMT")
        channel, source = (
            Channel(http, Telemetry()),
            Source(where="here", identity="shop/a", translator=Prometheus(address=QUICK), seconds=1),
        )
        await channel.send(ask(QUICK, source="shop/a"))
        assert channel.clock(source) == "the metric source's clock is 42 s behind the operator's"
        assert channel.clock(replace(source, identity="shop/b")) == ""

        http.date = "Sun, 01 Mar 2026 12:00:00 GMT"
        await channel.send(ask(QUICK, source="shop/a"))
        assert channel.clock(source) == ""

    asyncio.run(run())


def test_what_one_answer_showed_of_a_clock_is_not_told_after_one_that_tells_no_date() -> None:
    """A source that was declared anew may be another server, behind a proxy that passes no date on."""

    async def run() -> None:
        http = Clock("Sun, 01 Mar 2026 11:59:18 GMT")
        channel = Channel(http, Telemetry())
        source = Source(where="here", identity="shop/a", translator=Prometheus(address=QUICK), seconds=1)
        await channel.send(ask(QUICK, source="shop/a"))
        assert channel.clock(source) != ""

        http.dated = False
        await channel.send(ask(QUICK, source="shop/a"))
        assert channel.clock(source) == ""

    asyncio.run(run())
