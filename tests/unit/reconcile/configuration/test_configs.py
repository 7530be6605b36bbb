"""Which configuration there is, and what it holds: as little is asked and kept as can be."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tidegate.clients import Credentials, Kube
from tidegate.reconcile.configuration.configs import Configs
from tidegate.reconcile.configuration.standing import Absent, Content, Unread, Unreadable, Untracked
from tidegate.reconcile.scope import Scope
from tidegate.watch import Key
from tidegate.workloads import content_of

SETTINGS = ("ConfigMap", "shop", "settings")
KEYS = ("Secret", "shop", "keys")
WEB = Key("shop", "web")


def config_map(version: int, text: str = "blue", **annotations: str) -> dict[str, Any]:
    metadata = {"name": "settings", "namespace": "shop", "uid": "1", "resourceVersion": str(version)}
    return {"metadata": {**metadata, "annotations": annotations}, "data": {"colour": text}}


@dataclass(slots=True)
class Server:
    """An API server with one ConfigMap and one Secret at most, which counts what it is asked."""

    settings: dict[str, Any] | None = None
    keys: dict[str, Any] | None = None
    refused: str = ""
    status: int = 403
    failures: int = 1000
    asked: list[tuple[str, str]] = field(default_factory=list)
    streams: list[asyncio.Queue[dict[str, Any]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers["Accept"]))
        if self.refused and self.failures and request.path.endswith(self.refused):
            self.failures -= 1
            return web.json_response({"kind": "Status", "message": "not allowed"}, status=self.status)

        found = self.settings if "configmaps" in request.path else self.keys
        if "watch" in request.query:
            return await self.stream(request)

        if request.path.startswith("/api/v1/namespaces"):
            return web.json_response(found)

        named = [{"metadata": found["metadata"]}] if found else []
        return web.json_response({"metadata": {"resourceVersion": "5"}, "items": named})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        changes: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        if "configmaps" in request.path:
            self.streams.append(changes)

        while True:
            change = await changes.get()
            await response.write(json.dumps(change).encode() + b"\n")

    def change(self, found: dict[str, Any]) -> None:
        """The ConfigMap is another one now, and the watch says so."""
        self.settings = found
        for stream in self.streams:
            stream.put_nowait({"type": "MODIFIED", "object": {"metadata": found["metadata"]}})

    def reads(self) -> int:
        """How often an object was asked for."""
        return sum(path.startswith("/api/v1/namespaces") for path, _ in self.asked)


@asynccontextmanager
async def watching(server: Server, mark: Callable[[Key], None]) -> AsyncIterator[Configs]:
    """A running view of the server, not wanted yet."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(application) as running:
        kube = Kube(Credentials(server=str(running.make_url("")).rstrip("/"), namespace="default", tls=None))
        configs = Configs(kube, Scope(), mark)
        task = asyncio.create_task(configs.run())
        try:
            yield configs
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await kube.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.005)


async def test_one_change_of_what_many_share_is_read_once_and_marks_each_of_them() -> None:
    server, marked = Server(settings=config_map(3)), set[Key]()
    releases = {Key("shop", f"web-{number}") for number in range(500)}
    async with watching(server, marked.add) as configs:
        configs.want(wanted=True)
        for key in releases:
            configs.follow(key, frozenset({SETTINGS}))

        await until(lambda: bool(marked))
        for key in releases:
            configs.follow(key, frozenset({SETTINGS}))

        await until(lambda: isinstance(configs.look(SETTINGS), Content) and bool(server.streams))
        marked.clear()
        server.change(config_map(7, "red"))
        await until(lambda: marked == releases)
        for key in releases:
            configs.follow(key, frozenset({SETTINGS}))

        await until(lambda: isinstance(configs.look(SETTINGS), Content))

    assert server.reads() == 2


async def test_of_what_is_watched_only_names_and_versions_are_asked() -> None:
    server = Server(settings=config_map(3))
    async with watching(server, lambda _: None) as configs:
        configs.want(wanted=True)
        await until(lambda: configs.look(SETTINGS) == Unread() and len(server.asked) >= 4)

    assert {accept for _, accept in server.asked} == {
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    }


async def test_nothing_is_asked_before_a_release_tracks_and_nothing_is_known_after_the_last() -> None:
    server = Server(settings=config_map(3))
    async with watching(server, lambda _: None) as configs:
        await asyncio.sleep(0)
        assert server.asked == []

        configs.want(wanted=True)
        await until(lambda: configs.look(("ConfigMap", "shop", "other")) == Absent())
        configs.want(wanted=False)
        await until(lambda: configs.look(("ConfigMap", "shop", "other")) == Unread())

        assert len(configs.stores["ConfigMap"]) == 0


async def test_a_new_version_is_unread_until_it_is_read_and_what_was_read_may_be_newer_than_the_watch() -> None:
    server = Server(settings=config_map(3))
    async with watching(server, lambda _: None) as configs:
        configs.want(wanted=True)
        await until(lambda: bool(server.streams))
        server.settings = config_map(9, "red")
        await configs.content(SETTINGS)
        read = configs.look(SETTINGS)

        server.change(config_map(12, "green"))
        await until(lambda: configs.look(SETTINGS) == Unread())
        assert read == Content(str(content_of("ConfigMap", config_map(9, "red"))))


async def test_what_its_user_keeps_out_and_tokens_are_used_by_their_own_names() -> None:
    token = {"metadata": {"name": "keys", "namespace": "shop", "uid": "2", "resourceVersion": "4"}}
    out = config_map(3, **{"tidegate.dev/track-config": "false"})
    server = Server(settings=out, keys={**token, "type": "kubernetes.io/service-account-token"})
    async with watching(server, lambda _: None) as configs:
        configs.want(wanted=True)
        await until(lambda: configs.look(SETTINGS) == Untracked() and configs.look(KEYS) == Unread())
        configs.follow(WEB, frozenset({SETTINGS, KEYS}))
        await until(lambda: configs.look(KEYS) == Untracked())

    assert server.reads() == 1


async def test_what_cannot_be_read_says_why_and_when_it_is_tried_again() -> None:
    server, marked = Server(settings=config_map(3), refused="/configmaps/settings"), set[Key]()
    async with watching(server, marked.add) as configs:
        configs.want(wanted=True)
        await until(lambda: bool(server.streams))
        configs.follow(WEB, frozenset({SETTINGS}))
        await until(lambda: marked == {WEB})
        found = configs.look(SETTINGS)

    assert isinstance(found, Unreadable)
    assert found.sentence.endswith("not allowed; the chart's trackConfig.enabled grants it")
    assert server.reads() == 1
    assert 0 < (found.again or 0) <= 15


async def test_a_server_that_is_away_for_a_moment_is_no_news() -> None:
    server = Server(settings=config_map(3), refused="/configmaps/settings", status=503, failures=1)
    looks = list[object]()
    async with watching(server, lambda _: looks.append(configs.look(SETTINGS))) as configs:
        configs.want(wanted=True)
        await until(lambda: bool(server.streams))
        configs.follow(WEB, frozenset({SETTINGS}))
        await until(lambda: bool(looks))

    assert looks == [Content(str(content_of("ConfigMap", config_map(3))))]


async def test_another_version_of_what_could_not_be_read_is_tried_at_once() -> None:
    server, marked = Server(settings=config_map(3), refused="/configmaps/settings"), set[Key]()
    async with watching(server, marked.add) as configs:
        configs.want(wanted=True)
        await until(lambda: bool(server.streams))
        configs.follow(WEB, frozenset({SETTINGS}))
        await until(lambda: isinstance(configs.look(SETTINGS), Unreadable))
        server.change(config_map(4))

        await until(lambda: configs.look(SETTINGS) == Unread())


async def test_without_the_right_to_list_every_follower_is_told() -> None:
    server, marked = Server(settings=config_map(3), refused="/configmaps"), set[Key]()
    async with watching(server, marked.add) as configs:
        configs.follow(WEB, frozenset({SETTINGS}))
        configs.want(wanted=True)
        await until(lambda: marked == {WEB} and configs.look(SETTINGS) != Unread())
        refused, other = configs.look(SETTINGS), configs.look(KEYS)
        marked.clear()
        server.refused = ""
        await until(lambda: marked == {WEB} and configs.look(SETTINGS) == Unread())

    assert isinstance(refused, Unreadable)
    assert refused.again is None
    assert not isinstance(other, Unreadable)


async def test_what_nobody_follows_any_more_is_forgotten() -> None:
    server, marked = Server(settings=config_map(3)), list[Key]()
    async with watching(server, marked.append) as configs:
        configs.want(wanted=True)
        await until(lambda: bool(server.streams))
        configs.follow(WEB, frozenset({SETTINGS}))
        await until(lambda: isinstance(configs.look(SETTINGS), Content))
        configs.follow(WEB, frozenset())
        marked.clear()

        server.change(config_map(7, "red"))
        await until(lambda: [found["metadata"]["resourceVersion"] for found in configs.stores["ConfigMap"]] == ["7"])

        assert configs.look(SETTINGS) == Unread()
        assert marked == []


async def test_a_watch_that_is_not_heard_of_any_more_is_named() -> None:
    async with watching(Server(settings=config_map(3)), set[Key]().add) as configs:
        unwanted = configs.silent(time.monotonic() + 1)
        configs.want(wanted=True)
        await until(lambda: len(configs.silent(time.monotonic() + 1)) == 2)
        silent, heard = configs.silent(time.monotonic() + 1), configs.silent(time.monotonic() - 90)

    assert silent == ["configmaps", "secrets"]
    assert heard == []
    assert unwanted == []


async def test_a_watch_that_was_never_allowed_is_told_to_its_followers_alone() -> None:
    server, marked = Server(settings=config_map(3), refused="/configmaps"), set[Key]()
    async with watching(server, marked.add) as configs:
        configs.follow(WEB, frozenset({SETTINGS}))
        configs.want(wanted=True)
        await until(
            lambda: isinstance(configs.look(SETTINGS), Unreadable) and not isinstance(configs.look(KEYS), Unread)
        )
        silent = configs.silent(time.monotonic() + 1)

    assert silent == ["secrets"]
