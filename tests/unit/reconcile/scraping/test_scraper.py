"""Pages that hang keep no other source's waiting."""

import asyncio
from functools import partial

from tests.unit.reconcile.scraping.test_reading import gateways
from tests.unit.reconcile.sources.test_sources import usable
from tidegate.clients import Credentials, Http, Kube
from tidegate.metrics.answer import Silent
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.scraping.reading import PAGES_AT_ONCE
from tidegate.reconcile.scraping.scraper import Scraping
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nup 1\n"
SECONDS = 10


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asked: list[str], page: bytes) -> None:
    """A page; or nothing at all, until whoever asks hangs up."""
    asked.append((await reader.readline()).decode())
    writer.write(page)
    await reader.read()
    writer.close()


async def test_any_number_of_pages_that_hang_keeps_no_other_sources_page_waiting() -> None:
    unanswered, answered = list[str](), list[str]()
    dead = await asyncio.start_server(partial(serve, asked=unanswered, page=b""), "127.0.0.1", 0)
    alive = await asyncio.start_server(partial(serve, asked=answered, page=PAGE), "127.0.0.1", 0)
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    scraping = Scraping(World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope()), http)
    hanging, pages = gateways(*(f"{address(dead)}/{number}" for number in range(PAGES_AT_ONCE + 1)))
    healthy, (page,) = gateways(f"{address(alive)}/metrics")
    source = usable({"scrape": {"addresses": [address(alive)], "timeout": "10s"}})

    stuck = [asyncio.create_task(scraping._read(source, hanging, leaf)) for leaf in pages]
    async with asyncio.timeout(SECONDS):
        while len(unanswered) < PAGES_AT_ONCE:
            await asyncio.sleep(0.01)

        await scraping._read(source, healthy, page)

    assert len(answered) == 1
    assert not isinstance(page.failed, Silent)
    assert len(unanswered) == PAGES_AT_ONCE
    for task in stuck:
        task.cancel()

    await asyncio.gather(*stuck, return_exceptions=True)
    await kube.close()
    await http.close()
    for server in (dead, alive):
        server.close()


def address(server: asyncio.Server) -> str:
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
