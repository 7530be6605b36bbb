"""What the probes say: alive while the loop is not late, ready while everything that is read is heard of."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tidegate.clients import Credentials, Http, Kube
from tidegate.handlers.probes import LATEST_SECONDS, application
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import SILENCE_SECONDS, World
from tidegate.telemetry import Telemetry
from tidegate.watch import Reflector


@dataclass(slots=True)
class Probed:
    """A world and whoever asks for its pages."""

    world: World
    client: TestClient[web.Request, web.Application]
    leaving: list[bool] = field(default_factory=list)

    async def asked(self, page: str) -> tuple[int, str]:
        answer = await self.client.get(page)
        return answer.status, await answer.text()


@asynccontextmanager
async def probed(scope: Scope) -> AsyncIterator[Probed]:
    """The pages of an operator whose lists are all complete and were heard of just now."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=scope)
    leaving: list[bool] = []
    for reflector in world.reflectors:
        reflector.synced.set()
        reflector.heard_at = time.monotonic()

    async with TestClient(TestServer(application(world, lambda: bool(leaving)))) as client:
        yield Probed(world, client, leaving)

    await kube.close()
    await http.close()


@pytest.mark.parametrize(("late", "status"), [(0.0, 200), (LATEST_SECONDS - 0.001, 200), (LATEST_SECONDS, 503)])
async def test_the_loop_is_alive_until_it_is_five_seconds_late(late: float, status: int) -> None:
    async with probed(Scope()) as found:
        found.world.telemetry.lag_seconds = late

        said = await found.asked("/healthz")

    assert said == (status, f"the loop is {late:.3f} s late\n")


async def test_an_operator_that_has_heard_of_everything_is_ready() -> None:
    async with probed(Scope()) as found:
        assert await found.asked("/readyz") == (200, "every list is complete and heard of\n")


def incomplete(reflector: Reflector) -> None:
    reflector.synced.clear()


def unheard(reflector: Reflector) -> None:
    reflector.heard_at = time.monotonic() - SILENCE_SECONDS


@pytest.mark.parametrize("fault", [incomplete, unheard])
async def test_one_list_that_is_incomplete_or_not_heard_of_for_90_seconds_is_named(
    fault: Callable[[Reflector], None],
) -> None:
    async with probed(Scope()) as found:
        fault(next(each for each in found.world.reflectors if each.name == "httproutes"))

        assert await found.asked("/readyz") == (503, "not heard of: httproutes\n")
        assert (await found.asked("/healthz"))[0] == 200, "a restart would mend nothing"


async def test_a_list_that_was_heard_of_80_seconds_ago_is_still_known() -> None:
    assert SILENCE_SECONDS == 90
    async with probed(Scope()) as found:
        for reflector in found.world.reflectors:
            reflector.heard_at = time.monotonic() - 80

        assert (await found.asked("/readyz"))[0] == 200


async def test_a_namespace_that_refuses_us_is_named_and_takes_no_readiness_away() -> None:
    async with probed(Scope(namespaces=("shop", "blog"))) as found:
        for reflector in found.world.reflectors:
            reflector.refused = reflector.namespace == "blog"

        status, said = await found.asked("/readyz")

    assert status == 200
    assert said.endswith("may not read, so left alone: namespace blog\n")


async def test_whoever_leaves_is_alive_and_not_ready() -> None:
    async with probed(Scope()) as found:
        found.leaving.append(True)

        assert await found.asked("/readyz") == (503, "leaving\n")
        assert (await found.asked("/healthz"))[0] == 200
