"""A server that is at fault is asked less and less often, and what it does not say is not taken for said."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tidegate.clients import CallError, Credentials, Kind, Kube
from tidegate.watch import Reflector, Store, Troubles
from tidegate.watch import reflector as module

PODS = Kind(api="v1", plural="pods", kind="Pod")
BOOKMARK = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"%s"}}}\n'
GONE = '{"type":"ERROR","object":{"code":410,"message":"too old resource version"}}\n'
# Waits of 0.1, 0.2, 0.4 s and so on, each shortened by half at most: more tries than these do not fit.
SECONDS, MOST_TRIES = 1.0, 6
Stream = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def followed(stream: Stream) -> AsyncIterator[tuple[Reflector, list[str]]]:
    """A reflector of a server that lists nothing; and what it was asked, in order."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        watches = "watch" in request.query
        asked.append("watch" if watches else "list")
        if watches:
            return await stream(request)

        return web.json_response({"metadata": {"resourceVersion": "5"}, "items": []})

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server:
        who = Credentials(server=str(server.make_url("")).rstrip("/"), namespace="default", tls=None)
        kube = Kube(who)
        reflector = Reflector(
            "pods",
            Store(),
            lister=partial(kube.list_all, PODS),
            watcher=partial(kube.watch, PODS),
            trim=lambda found: found,
            troubles=Troubles(any=CallError),
        )
        task = asyncio.create_task(reflector.run())
        yield reflector, asked
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await kube.close()


async def hangs_up(request: web.Request) -> web.StreamResponse:
    return web.Response()


async def says_the_same(request: web.Request) -> web.StreamResponse:
    return web.Response(text=BOOKMARK % "5")


async def expires(request: web.Request) -> web.StreamResponse:
    return web.Response(text=GONE)


async def refuses(request: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


async def test_streams_that_bring_nothing_are_opened_less_and_less_often() -> None:
    """Four servers beside each other: the time is the same for all."""

    async def asked_of(stream: Stream) -> list[str]:
        async with followed(stream) as (_, asked):
            await asyncio.sleep(SECONDS)

        return asked

    all_asked = await asyncio.gather(*map(asked_of, (hangs_up, says_the_same, expires, refuses)))

    assert all(2 <= asked.count("watch") <= MOST_TRIES for asked in all_asked), all_asked
    assert all(asked.count("list") <= MOST_TRIES for asked in all_asked), all_asked


async def test_a_stream_that_brought_something_is_followed_by_the_next_one_soon() -> None:
    opened: list[float] = []
    version = 5

    async def one_each(request: web.Request) -> web.StreamResponse:
        nonlocal version
        version += 1
        opened.append(time.monotonic())
        return web.Response(text=BOOKMARK % version)

    async with followed(one_each):
        while len(opened) < 10:
            await asyncio.sleep(0.01)

    longest = max(after - before for before, after in itertools.pairwise(opened))
    assert longest < 1.0, "ten doubled waits would end at tens of seconds"
    assert opened[-1] - opened[0] > 9 * 0.04, "and never at once"


async def test_a_stream_that_is_open_and_says_nothing_is_not_heard() -> None:
    opened = asyncio.Event()

    async def silence(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        opened.set()
        await asyncio.sleep(60)
        return response

    async with followed(silence) as (reflector, _):
        await opened.wait()
        listed = reflector.heard_at
        await asyncio.sleep(0.2)

        assert reflector.heard_at == listed


async def test_after_streams_without_a_word_a_list_proves_what_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNHEARD_SECONDS", 0.3)

    async with followed(hangs_up) as (reflector, asked):
        while reflector.relists < 2:
            await asyncio.sleep(0.01)

    assert asked[:3] == ["list", "watch", "watch"], "not after each stream"
    assert asked.count("list") == 2


async def test_what_a_stream_says_is_heard() -> None:
    async def speaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(0.1)
        await response.write((BOOKMARK % "5").encode())
        await asyncio.sleep(60)
        return response

    async with followed(speaks) as (reflector, _):
        await reflector.synced.wait()
        listed = reflector.heard_at
        while reflector.heard_at == listed:
            await asyncio.sleep(0.01)

        assert reflector.relists == 1
