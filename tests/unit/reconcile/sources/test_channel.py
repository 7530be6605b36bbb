"""Questions to sources: one of equal ones, ten at a time to an address, and nobody waits for another's source."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tidegate.clients import Ask, AskFailed, Reply
from tidegate.reconcile.sources.channel import AT_ONCE, Channel
from tidegate.telemetry import Telemetry

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


def ask(url: str, number: int = 0) -> Ask:
    return Ask(url=url, seconds=1, body=b"%d" % number)


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
