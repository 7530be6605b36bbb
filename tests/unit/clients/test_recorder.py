"""Events are never in the way of the work, and none that was taken is lost without a word."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest
import structlog
from aiohttp import web

from tests.unit.clients.test_kube import served
from tidegate.clients import Kube, Note, Recorder
from tidegate.clients.recorder import PER_SECOND, TRIES, WAITING

MANY = 3 * PER_SECOND


@dataclass(slots=True)
class Server:
    """An API server that takes so many seconds for each Event, and refuses the first ones with these statuses."""

    seconds: float = 0.0
    refuses: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.names.append(body["metadata"]["name"])
        if self.refuses:
            return web.json_response({"kind": "Status", "message": "no"}, status=self.refuses.pop(0))

        self.notes.append(body["note"])
        await asyncio.sleep(self.seconds)
        return web.json_response(body)


METADATA = {"name": "web", "namespace": "shop", "uid": "u"}
WEB = {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": METADATA}


def aborted(sentence: str, rollout: str = "") -> Note:
    return Note(regarding=WEB, reason="Aborted", sentence=sentence, warning=True, rollout=rollout)


def told_of(kube: Kube, count: int) -> Recorder:
    """A recorder that was told so many things."""
    recorder = Recorder(kube, "test")
    for number in range(count):
        recorder.tell(aborted(f"{number}"))

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


async def test_the_same_is_told_once_of_one_rollout_and_again_of_another() -> None:
    server = Server()
    async with served(server.answer) as kube:
        recorder = Recorder(kube, "test")
        for rollout in ("first", "first", "second", "second"):
            recorder.tell(aborted("aborted by a person", rollout))
        await recorder.drain(2)

    assert server.notes == ["aborted by a person"] * 2


async def test_what_the_server_does_not_take_for_a_moment_is_written_again_under_its_name() -> None:
    server = Server(refuses=[503, 500])
    async with served(server.answer) as kube:
        recorder = told_of(kube, 1)
        await recorder.drain(2)

    assert (server.notes, len(set(server.names)), recorder.dropped) == (["0"], 1, 0)


async def test_a_try_that_was_carried_out_without_an_answer_is_no_loss() -> None:
    server = Server(refuses=[504, 409])
    async with served(server.answer) as kube:
        recorder = told_of(kube, 1)
        await recorder.drain(2)

    assert (len(server.names), recorder.dropped) == (2, 0)


@pytest.mark.parametrize("refuses", [[403], [503] * TRIES], ids=["at once", "again and again"])
async def test_what_is_refused_counts_as_untold(refuses: list[int]) -> None:
    server = Server(refuses=refuses)
    async with served(server.answer) as kube:
        recorder = Recorder(kube, "test")
        recorder.tell(aborted("0"))
        await recorder.drain(2)
        recorder.tell(aborted("0"))
        await recorder.drain(2)

    assert (server.notes, recorder.dropped) == (["0"], 1)


async def test_what_finds_no_room_counts_as_untold() -> None:
    server = Server()
    async with served(server.answer) as kube:
        recorder = told_of(kube, WAITING)
        recorder.tell(aborted("late"))
        await recorder.drain(10)
        recorder.tell(aborted("late"))
        await recorder.drain(2)

    assert (recorder.dropped, server.notes[-1]) == (1, "late")
