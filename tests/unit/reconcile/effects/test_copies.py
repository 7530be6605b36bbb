"""A copy holds what its name says, or there is none."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tidegate.clients import Conflict, Credentials, Http, Kube
from tidegate.reconcile.effects.copies import keep_copy
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key
from tidegate.workloads import Owner, content_of, copy_name

SETTINGS = ("ConfigMap", "shop", "settings")


@dataclass(frozen=True, slots=True)
class Whose:
    owner: Owner = Owner(name="web", namespace="shop", uid="1")


def config_map(text: str) -> dict[str, Any]:
    metadata = {"name": "settings", "namespace": "shop", "uid": "2", "resourceVersion": "7"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": text}}


async def copied(content: str, now: str) -> tuple[World, list[dict[str, Any]]]:
    """A copy of a content is wanted twice, and the ConfigMap holds what it holds now: what was created."""
    created: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response(config_map(now))

        manifest = await request.json()
        manifest["metadata"] |= {"uid": "3", "resourceVersion": "8"}
        created.append(manifest)
        return web.json_response(manifest)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        kube, http = Kube(Credentials(server=str(server.make_url("")).rstrip("/"), namespace="d", tls=None)), Http()
        world = World(kube, http, http, lambda: math.inf, Telemetry(), reporter="test", scope=Scope())
        try:
            for _ in range(2):
                await keep_copy(Whose(), SETTINGS, content, world)
        except Conflict:
            created.append({"refused": True})
        finally:
            await kube.close()
            await http.close()

    return world, created


@pytest.mark.parametrize("text", ["blue", ""])
async def test_a_copy_is_made_once_from_what_was_decided_on(text: str) -> None:
    content = str(content_of("ConfigMap", config_map(text)))

    world, created = await copied(content, text)

    assert [(made["metadata"]["name"], made["data"]) for made in created] == [
        (copy_name("web", "settings", content), {"colour": text})
    ]
    assert [kind for kind, _ in world.configs.copies(Key("shop", "web"))] == ["ConfigMap"]


async def test_what_changed_since_it_was_decided_on_is_not_copied() -> None:
    _, created = await copied(str(content_of("ConfigMap", config_map("blue"))), "red")

    assert created == [{"refused": True}]
