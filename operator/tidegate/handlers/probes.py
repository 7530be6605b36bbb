"""/healthz, /readyz and /metrics."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from tidegate.reconcile.world import World

# A loop that is so late would miss the Lease's deadline before long.
LATEST_SECONDS = 5.0


def application(world: World, leaving: Callable[[], bool]) -> web.Application:
    """The pages; `leaving` is true from SIGTERM on."""

    async def health(_: web.Request) -> web.Response:
        lag = world.telemetry.lag_seconds
        return web.Response(status=200 if lag < LATEST_SECONDS else 503, text=f"the loop is {lag:.3f} s late\n")

    async def readiness(_: web.Request) -> web.Response:
        if leaving():
            return web.Response(status=503, text="leaving\n")

        silent = world.silent()
        sentence = f"not heard of: {', '.join(silent)}" if silent else "every list is complete and heard of"
        if refusing := world.refusing():
            sentence += f"; may not read, so left alone: namespace {', '.join(refusing)}"

        return web.Response(status=503 if silent else 200, text=f"{sentence}\n")

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(world.telemetry.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    pages = web.Application()
    pages.add_routes([web.get("/healthz", health), web.get("/readyz", readiness), web.get("/metrics", metrics)])
    return pages


async def serve(pages: web.Application, address: str) -> web.AppRunner:
    """Listen on `host:port`."""
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host or None, int(port)).start()
    return runner
