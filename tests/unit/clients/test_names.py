"""Names are looked up beside each other: one that hangs keeps nobody waiting but who wants it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import pytest
from aiohttp import web

from tidegate.clients import Ask, AskFailed, Http, NotSent

# More than the loop has threads of its own, on any machine.
DEAD = 40
ANSWER_SECONDS = 2


@dataclass(slots=True)
class NameServer:
    """Knows `healthy`, and leaves whoever asks for another name waiting until it is told to end."""

    ended: Event = field(default_factory=Event)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: Any, **_: Any) -> list[Any]:
        self.asked.append(host)
        if host != "healthy":
            self.ended.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")

        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    yield server
    server.ended.set()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    found = Http()
    yield found
    await found.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="1")

    pages = web.Application()
    pages.add_routes([web.post("/", answer)])
    runner = web.AppRunner(pages)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_any_number_of_names_that_hang_keeps_no_other_waiting(http: Http, port: int, names: NameServer) -> None:
    dead = [asyncio.create_task(http.send(Ask(url=f"http://dead-{n}/", seconds=60))) for n in range(DEAD)]
    while len(names.asked) < DEAD:
        await asyncio.sleep(0)

    reply = await http.send(Ask(url=f"http://healthy:{port}/", seconds=ANSWER_SECONDS))

    assert reply.body == b"1"
    assert not any(task.done() for task in dead)
    names.ended.set()
    failed = await asyncio.gather(*dead, return_exceptions=True)
    assert all(isinstance(each, AskFailed) and "no name server answers" in str(each) for each in failed)


async def test_a_name_that_hangs_is_asked_for_once_however_many_want_it(http: Http, names: NameServer) -> None:
    for _ in range(3):
        with pytest.raises(AskFailed, match="not resolved within"):
            await http.addresses_of("http://dead:9100/metrics", seconds=0.01)

    assert names.asked == ["dead"]


async def test_a_name_is_asked_for_again_once_its_answer_came(http: Http, names: NameServer) -> None:
    for _ in range(2):
        assert await http.addresses_of("http://healthy:9100/metrics", seconds=ANSWER_SECONDS) == ("127.0.0.1",)

    assert names.asked == ["healthy", "healthy"]


async def test_where_no_thread_can_be_started_that_is_told_and_nothing_of_who_was_to_be_asked(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(_: Thread) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(Thread, "start", no_more)

    with pytest.raises(NotSent, match="the operator can start no thread"):
        await http.send(Ask(url="http://healthy/", seconds=ANSWER_SECONDS))

    with pytest.raises(NotSent, match="the operator can start no thread"):
        await http.addresses_of("http://healthy/", seconds=ANSWER_SECONDS)
