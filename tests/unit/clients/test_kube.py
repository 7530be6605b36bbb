"""Answers that an API server should not give, from a server that gives them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tidegate.clients import (
    CallError,
    Conflict,
    Credentials,
    Expired,
    Forbidden,
    Invalid,
    Kind,
    Kube,
    Unavailable,
    answers,
)
from tidegate.clients import kube as module

PODS = Kind(api="v1", plural="pods", kind="Pod")
WHO = Credentials(server="http://localhost", namespace="default", tls=None)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, *, streams: int = 16) -> AsyncIterator[Kube]:
    """A client of a server with one page."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(application) as server:
        who = Credentials(server=str(server.make_url("")).rstrip("/"), namespace="default", tls=None)
        client = Kube(who, streams=streams)
        try:
            yield client
        finally:
            await client.close()


def pod(name: str) -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": "default", "resourceVersion": "7"}}


async def test_a_list_that_expires_between_its_pages_starts_again() -> None:
    asked: list[str] = []

    async def pages(request: web.Request) -> web.Response:
        place = request.query.get("continue", "")
        asked.append(place)
        if place == "second" and asked.count("second") == 1:
            return web.json_response({"kind": "Status", "message": "too old"}, status=410)

        metadata = {"resourceVersion": "9", **({} if place else {"continue": "second"})}
        return web.json_response({"metadata": metadata, "items": [pod(place or "first")]})

    async with served(pages) as client:
        items, version = await client.list_all(PODS)

    assert [item["metadata"]["name"] for item in items] == ["first", "second"]
    assert version == "9"
    assert asked == ["", "second", "", "second"]


async def test_a_list_that_expires_again_and_again_is_given_up_after_three_tries() -> None:
    asked: list[str] = []

    async def pages(request: web.Request) -> web.Response:
        place = request.query.get("continue", "")
        asked.append(place)
        if place:
            return web.json_response({"kind": "Status", "message": "too old"}, status=410)

        return web.json_response({"metadata": {"resourceVersion": "9", "continue": "second"}, "items": [pod("first")]})

    async with served(pages) as client:
        with pytest.raises(Expired, match="too old"):
            await asyncio.wait_for(client.list_all(PODS), 10)

    assert asked == ["", "second"] * 3


async def test_an_error_within_a_stream_is_named() -> None:
    async def stream(request: web.Request) -> web.Response:
        return web.Response(text='{"type":"ERROR","object":{"code":410,"message":"too old resource version"}}\n')

    async with served(stream) as client:
        with pytest.raises(Expired, match="too old"):
            async for _ in client.watch(PODS, "1"):
                pass


async def test_a_silent_stream_ends_quietly_and_goes_on_from_its_last_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.2)

    async def silence(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}}\n')
        while True:
            await request.content.readany()
            await asyncio.sleep(1)

    async with served(silence) as client:
        seen = [event.object["metadata"]["resourceVersion"] async for event in client.watch(PODS, "5")]

    assert seen == ["8"]


async def test_an_open_stream_without_a_word_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.1)

    async def silence(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(1)
        return response

    async with served(silence) as client:
        assert [event async for event in client.watch(PODS, "5")] == []


@pytest.mark.parametrize(
    ("status", "failure"), [(403, Forbidden), (409, Conflict), (422, Invalid), (429, Unavailable), (503, Unavailable)]
)
async def test_a_refusal_is_named_by_what_to_do(status: int, failure: type[CallError]) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"kind": "Status", "message": "no"}, status=status, headers={"Retry-After": "3"})

    async with served(refuse) as client:
        with pytest.raises(failure, match="no") as refused:
            await client.call("GET", PODS.path("default", "x"))

    assert refused.value.retry_after == 3


@pytest.mark.parametrize("text", ["<html>", "[1, 2", "", "[]", "null"])
async def test_an_answer_that_is_no_json_object_is_no_answer(text: str) -> None:
    async def nonsense(request: web.Request) -> web.Response:
        return web.Response(text=text)

    async with served(nonsense) as client:
        with pytest.raises(Unavailable):
            await client.call("GET", PODS.path())


async def test_an_answer_beyond_its_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST_ANSWER", 1000)

    async def flood(request: web.Request) -> web.Response:
        return web.Response(text="x" * 2000)

    async with served(flood) as client:
        with pytest.raises(Unavailable, match="larger than"):
            await client.call("GET", PODS.path())


@pytest.mark.parametrize("session_of", [module.session_for, module.unkept_session_for], ids=["kept", "unkept"])
async def test_a_cookie_of_an_api_server_or_of_a_proxy_before_it_is_not_kept(
    session_of: Callable[[Credentials], ClientSession],
) -> None:
    cookies: list[dict[str, str]] = []

    async def login(request: web.Request) -> web.Response:
        cookies.append(dict(request.cookies))
        page = web.json_response({})
        page.set_cookie("session", "of a proxy")
        return page

    application = web.Application()
    application.router.add_get("/", login)
    async with TestServer(application) as server, session_of(WHO) as session:
        for _ in range(2):
            await session.get(server.make_url("/").with_host("localhost"))

    assert cookies == [{}, {}]


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    client = Kube(Credentials(server="http://127.0.0.1:1", namespace="default", tls=None))
    with pytest.raises(Unavailable):
        await client.call("GET", PODS.path())

    await client.close()


async def test_watches_of_many_namespaces_leave_connections_for_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALLS_AT_ONCE", 1)
    namespaces = [f"team-{number}" for number in range(5)]
    opened: set[str] = set()
    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.json_response({"items": [pod("web")], "metadata": {"resourceVersion": "7"}})

        stream = web.StreamResponse()
        await stream.prepare(request)
        opened.add(request.path)
        await stream.write(b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}}\n')
        await ended.wait()
        return stream

    async with served(answer, streams=len(namespaces)) as kube:
        watches = [kube.watch(PODS, "1", namespace=name) for name in namespaces]
        async with asyncio.timeout(5):
            for watch in watches:
                assert (await anext(watch)).type == "BOOKMARK"

            listed, _ = await kube.list_all(PODS, "team-1")

        ended.set()

    assert opened == {f"/api/v1/namespaces/{name}/pods" for name in namespaces}
    assert [found["metadata"]["name"] for found in listed] == ["web"]


async def test_a_text_is_cut_at_the_limit_and_a_refusal_is_named() -> None:
    async def log(request: web.Request) -> web.Response:
        if request.path.endswith("/log"):
            return web.Response(text="line\n" * 1000)

        return web.json_response({"kind": "Status", "message": "not you"}, status=403)

    async with served(log) as client:
        found = await client.text("/api/v1/namespaces/a/pods/b/log", params={}, largest=12, seconds=5)
        assert found == "line\nline\nli"

        with pytest.raises(Forbidden, match="not you"):
            await client.text("/elsewhere", params={}, largest=12, seconds=5)


async def test_a_text_that_does_not_come_is_given_up() -> None:
    ended = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await ended.wait()
        return web.Response()

    async with served(silent) as client:
        with pytest.raises(Unavailable):
            await client.text("/log", params={}, largest=12, seconds=0.05)
        ended.set()
