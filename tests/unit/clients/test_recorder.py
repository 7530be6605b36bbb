"""Events are never in the way of the work, and none that was taken is lost without a word."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from tests.unit.clients.test_kube import served
from tidegate.clients import Kube, Note, Recorder
from tidegate.clients.recorder import PER_SECOND

MANY = 3 * PER_SECOND


@dataclass(slots=True)
class Server:
    """An API server that takes so many seconds for each Event."""

    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.notes.append(body["note"])
        await asyncio.sleep(self.seconds)
        return web.json_response(body)


def told_of(kube: Kube, count: int) -> Recorder:
    """A recorder that was told so many things."""
    recorder = Recorder(kube, "test")
    metadata = {"name": "web", "namespace": "shop", "uid": "u"}
    regarding = {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata}
    for number in range(count):
        recorder.tell(Note(regarding=regarding, reason="Aborted", sentence=f"{number}", warning=True))

    return recorder


async def cut(recorder: Recorder, after: float) -> None:
    """Let it write for so many seconds."""
    running = asyncio.create_task(recorder.run())
    await asyncio.sleep(after)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_waits_is_written_at_the_end_without_a_pace() -> None:
    server, began = Server(), time.monotonic()
    async with served(server.answer) as kube:
        await told_of(kube, MANY).drain(2)

    assert sorted(server.notes, key=int) == [str(number) for number in range(MANY)]
    assert time.monotonic() - began < MANY / PER_SECOND


async def test_the_one_that_is_being_written_then_is_written_once() -> None:
    server = Server(seconds=0.3)
    async with served(server.answer) as kube:
        recorder = told_of(kube, 3)
        await cut(recorder, after=0.15)
        await recorder.drain(2)

    assert (sorted(server.notes), recorder.dropped) == (["0", "1", "2"], 0)


async def test_what_does_not_fit_is_counted_and_said() -> None:
    server, began = Server(seconds=30), time.monotonic()
    async with served(server.answer) as kube:
        recorder = told_of(kube, MANY)
        await cut(recorder, after=0.1)
        with structlog.testing.capture_logs() as logged:
            await recorder.drain(0.3)

        assert time.monotonic() - began < 3

    assert recorder.dropped == MANY
    assert [(line["event"], line["count"]) for line in logged] == [("events not written before the end", MANY)]


async def test_nothing_to_tell_takes_no_time() -> None:
    began = time.monotonic()
    async with served(Server().answer) as kube:
        await told_of(kube, 0).drain(30)

    assert time.monotonic() - began < 5
