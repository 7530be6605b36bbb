"""The load generator against a raw server: what is sent once and not answered is lost, and is not asked again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat

from tests.demo.load import Load

ANSWER = b"HTTP/1.1 200 OK\r\nX-Version: v1\r\nContent-Length: 2\r\n\r\nok"
CUT_SHORT = b"HTTP/1.1 200 OK\r\nX-Version: v1\r\nContent-Length: 9\r\n\r\nok"
REDIRECT = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
PER_SECOND = 200
SECONDS = 10


@dataclass(slots=True)
class Server:
    """Answers the first request of each connection; a later one gets `later`, or the end where that is nothing."""

    first: bytes = ANSWER
    later: bytes = b""
    taken: int = 0
    kept: int = 0
    asked_again: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        answers = chain((self.first,), repeat(self.later))
        for place, answer in enumerate(answers):
            if not await whole(reader):
                break

            self.taken += 1
            if place:
                self.kept += 1
                self.asked_again.set()

            writer.write(answer)
            if answer in {b"", CUT_SHORT}:
                break

        writer.close()


async def whole(reader: asyncio.StreamReader) -> bool:
    """Read one request without a body; False where the connection ends before it."""
    try:
        return bool(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return False


@asynccontextmanager
async def asked(server: Server) -> AsyncIterator[Load]:
    """A load on the server, ended as the demo ends it."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    load = Load(f"http://{host}:{port}", "shop.example", PER_SECOND)
    load.start()
    try:
        yield load
    finally:
        await asyncio.to_thread(load.stop)
        listening.close()


def lost(load: Load) -> int:
    return sum(found.status is None for found in load.requests)


async def test_a_kept_connection_that_closes_with_the_request_in_hand_is_one_request_sent_and_lost() -> None:
    server = Server()

    async with asked(server) as load:
        await asyncio.wait_for(server.asked_again.wait(), SECONDS)

    assert server.taken == load.sent
    assert lost(load) == server.kept > 0


async def test_an_answer_that_breaks_off_is_lost_and_is_not_asked_again() -> None:
    server = Server(first=CUT_SHORT)

    async with asked(server) as load:
        await until(lambda: server.taken > 2)

    assert server.taken == load.sent == lost(load)


async def test_a_redirect_is_an_answer_and_not_a_second_request() -> None:
    server = Server(first=REDIRECT, later=REDIRECT)

    async with asked(server) as load:
        await until(lambda: server.taken > 2)

    assert server.taken == load.sent
    assert {found.status for found in load.requests} == {307}


async def test_half_of_the_requests_come_on_kept_connections() -> None:
    server = Server(later=ANSWER)

    async with asked(server) as load:
        # On a busy machine more connections are opened before the first one is free again.
        await until(lambda: server.taken > 20 and server.kept > server.taken / 4)

    assert server.taken == load.sent
    assert not lost(load)
    # The first request on a kept connection is one of a fresh one for the server.
    assert server.kept <= server.taken / 2


async def until(done: Callable[[], bool]) -> None:
    """Wait until the server has seen enough."""
    async with asyncio.timeout(SECONDS):
        while not done():
            await asyncio.sleep(0.005)
