"""What is written is kept at once, and what is deleted is forgotten, without a wait for the watch."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.reconcile.stores import made
from tidegate.clients import Conflict, Credentials, Http, Kind, Kube
from tidegate.reconcile import kinds
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry

FOUND = made("web-a", uid="1")
NEWER = made("web-a", uid="1") | {"spec": {"replicas": 3, "minReadySeconds": 0}}
NEWER["metadata"] |= {"resourceVersion": "2"}


@asynccontextmanager
async def answering(status: int, body: dict[str, Any]) -> AsyncIterator[World]:
    """A world whose API server has one answer to every write."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        kube, http = Kube(Credentials(server=str(server.make_url("")).rstrip("/"), namespace="d", tls=None)), Http()
        try:
            yield World(kube, http, http, lambda: math.inf, Telemetry(), reporter="test", scope=Scope())
        finally:
            await kube.close()
            await http.close()


@pytest.mark.parametrize("kind", [kinds.REPLICA_SETS, kinds.CONFIG_MAPS], ids=["a part", "a copy of configuration"])
@pytest.mark.parametrize("status", [200, 404], ids=["deleted now", "gone already"])
async def test_what_is_gone_already_is_as_good_as_deleted(kind: Kind, status: int) -> None:
    async with answering(status, {"message": "as told"}) as world:
        world.store(kind).put(FOUND)
        await world.delete(kind, FOUND)

        assert world.find(kind, "shop", "web-a") is None


async def test_another_object_that_has_the_name_by_now_is_neither_deleted_nor_forgotten() -> None:
    async with answering(409, {"message": "the UID is another one"}) as world:
        world.store(kinds.REPLICA_SETS).put(FOUND)
        with pytest.raises(Conflict):
            await world.delete(kinds.REPLICA_SETS, FOUND)

        assert world.find(kinds.REPLICA_SETS, "shop", "web-a") is FOUND


async def test_what_a_merge_answers_is_kept_as_the_watch_would_keep_it() -> None:
    async with answering(200, {**NEWER, "status": {"replicas": 2}}) as world:
        world.store(kinds.SERVICES).put(FOUND)
        await world.merge(kinds.SERVICES, FOUND, {"spec": {}})

        kept = world.find(kinds.SERVICES, "shop", "web-a")
        assert kept is not None
        assert kept["metadata"]["resourceVersion"] == "2"
        assert "status" not in kept
