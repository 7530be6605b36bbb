"""Leadership outlives a connection that goes silent, as long as the server answers on another."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.unit.clients.test_kube import served
from tidegate.clients.lease import Lease, Timing

TIMING = Timing(lasts=3, renew=2, retry=0.1)


@dataclass(slots=True)
class Server:
    """An API server with one Lease. `silent` says of which requests it never answers, by their connection."""

    silent: Callable[[web.Request], bool] = lambda _: False
    lease: dict[str, Any] = field(default_factory=dict)
    renewals: int = 0
    hung: list[asyncio.Transport | None] = field(default_factory=list)
    renewed: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        if self.silent(request):
            self.hung.append(request.transport)
            await asyncio.sleep(3600)

        if request.method == "GET":
            return web.json_response(self.lease, status=200 if self.lease else 404)

        self.renewals += 1
        body = await request.json()
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.renewals)}}
        if self.hung:
            self.renewed.set()

        return web.json_response(self.lease)


async def leads_on(server: Server) -> None:
    """Lead until a Lease is renewed after the silence; fails where leadership ends before."""
    async with served(server.answer) as kube:
        lease = Lease(kube, "tidegate", "one", timing=TIMING)
        leading = asyncio.create_task(lease.run())
        renewed = asyncio.create_task(server.renewed.wait())
        done, _ = await asyncio.wait({leading, renewed}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        held = lease.held()
        leading.cancel()
        renewed.cancel()
        assert done == {renewed}
        assert held
        assert all(connection is None or connection.is_closing() for connection in server.hung)


async def test_a_question_on_a_connection_that_went_silent_costs_no_leadership() -> None:
    server = Server()
    first: list[object] = []

    def silent(request: web.Request) -> bool:
        first.append(request.transport)
        return server.renewals > 1 and request.transport is first[0]

    server.silent = silent
    await leads_on(server)


async def test_a_renewal_that_is_never_answered_costs_no_leadership() -> None:
    server = Server()
    server.silent = lambda request: request.method == "PUT" and server.renewals == 2 and not server.hung
    await leads_on(server)


async def test_a_server_that_answers_nothing_ends_leadership_in_time() -> None:
    server = Server()
    server.silent = lambda _: server.renewals > 1
    async with served(server.answer) as kube:
        lease = Lease(kube, "tidegate", "one", timing=TIMING)

        await asyncio.wait_for(lease.run(), TIMING.renew + 3 * TIMING.call)

        assert not lease.held()


async def test_who_gives_a_lease_up_is_followed_at_the_next_look_however_long_it_would_last() -> None:
    long = Timing(lasts=3600, renew=2400, retry=0.1)
    async with served(Server().answer) as kube:
        leader, standby = (Lease(kube, "tidegate", name, timing=long) for name in ("one", "two"))
        leading = asyncio.create_task(leader.run())
        await asyncio.wait_for(leader.gained.wait(), 10)
        standing_by = asyncio.create_task(standby.run())
        leading.cancel()
        await leader.release()

        await asyncio.wait_for(standby.gained.wait(), 10)

        assert standby.held()
        assert not leader.held()
        standing_by.cancel()


def test_a_leader_is_followed_as_soon_as_is_promised() -> None:
    """Within two seconds of an ordered end; and of a kill within twenty, where it renewed just before."""
    timing = Timing()
    look = timing.retry / 2

    assert look < 2
    assert look + timing.lasts + look < 20
