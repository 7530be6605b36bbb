"""A proxy before the API server that makes faults: a death around a write, a refused or a cut answer."""

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.cluster.control_plane import ControlPlane

EVERY = "*"
LOG = re.compile("/namespaces/([^/]+)/pods/([^/]+)/log$")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HOP = frozenset({"Transfer-Encoding", "Content-Length", "Connection", "Keep-Alive"})


class Side(Enum):
    """Where a fault strikes: before the write reaches the server, or after it is done and before it is told."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Write:
    """One write that passed."""

    verb: str
    path: str
    body: bytes


@dataclass(slots=True)
class Proxy:
    """Listens on loopback. `strike` is called once, around write number `point` in `namespace`.

    Paths like `refusing` are answered with its status; `refused` counts the writes among them. Writes to paths like
    `hanging` fail after its seconds, as with a webhook that does not answer, and say to come `again` after so many.
    `logs` says what a pod logged, by its namespace and name, where nodes are simulated: `log_reads` are the questions
    for it. `unknown` is in no answer, as in none of a server that has no such field.
    """

    plane: ControlPlane
    writes: list[Write] = field(default_factory=list)
    namespace: str = ""
    point: int = -1
    side: Side = Side.BEFORE
    strike: Callable[[], None] = lambda: None
    refusing: tuple[str, int] | None = None
    refused: int = 0
    hanging: tuple[str, float] | None = None
    again: int = 0
    logs: Callable[[str, str], str] | None = None
    log_reads: list[dict[str, str]] = field(default_factory=list)
    unknown: bytes = b""
    streams: set[asyncio.Task[None]] = field(default_factory=set)
    address: str = ""
    struck: threading.Event = field(default_factory=threading.Event)
    _striking: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _session: aiohttp.ClientSession | None = None
    _upstream: list[socket.socket] = field(default_factory=list)
    _runner: web.AppRunner | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(10)

        self._loop.close()

    def arm(self, namespace: str, point: int, side: Side, strike: Callable[[], None]) -> None:
        """Count writes of a namespace from here, and strike around one of them."""
        self.writes.clear()
        self.struck.clear()
        self._striking = False
        self.namespace, self.point, self.side, self.strike = namespace, point, side, strike

    def disarm(self) -> bool:
        """From here no strike begins; true where one has begun, `struck` tells of its end."""
        return asyncio.run_coroutine_threadsafe(self._disarm(), self._loop).result(10)

    def cut_streams(self) -> None:
        """End every open watch in the middle of a line."""
        self._loop.call_soon_threadsafe(lambda: [stream.cancel() for stream in tuple(self.streams)])

    async def _start(self) -> None:
        context = ssl.create_default_context(cafile=str(self.plane.authority))
        connector = aiohttp.TCPConnector(ssl=context, limit=0, socket_factory=self._opened)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        assert self._session is not None
        assert self._runner is not None
        self.cut_streams()
        await self._runner.cleanup()
        await self._session.close()
        # However busy the machine is: a connection that was taken a moment ago, and whoever answers on one, end first.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()

        await asyncio.gather(*left, return_exceptions=True)
        await self._closed()

    def _opened(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket to the server, of which `_closed` knows."""
        family, kind, protocol, _, _ = address
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        self._upstream.append(opened)
        return opened

    async def _closed(self) -> None:
        """Wait until the server took its leave of every connection: on a busy machine that takes seconds."""
        while any(opened.fileno() >= 0 for opened in self._upstream):
            await asyncio.sleep(0.02)

        # Aborted transports of callers close in the next rounds of the loop.
        await asyncio.sleep(0.2)

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        counted = self._counted(request)
        if counted and len(self.writes) == self.point and self.side is Side.BEFORE:
            return await self._struck()

        if self.refusing and re.search(self.refusing[0], request.path):
            self.refused += request.method in WRITES
            return web.json_response({"kind": "Status", "message": "made by a test"}, status=self.refusing[1])

        if self.hanging and request.method in WRITES and re.search(self.hanging[0], request.path):
            self.refused += 1
            await asyncio.sleep(self.hanging[1])
            later = {"Retry-After": str(self.again)}
            return web.json_response({"kind": "Status", "message": "failed calling webhook"}, status=500, headers=later)

        if self.logs and (asked := LOG.search(request.path)):
            self.log_reads.append({"namespace": asked[1], **request.query})
            return web.Response(text=self.logs(asked[1], asked[2]))

        return await self._forward(request, body, counted)

    async def _forward(self, request: web.Request, body: bytes, counted: bool) -> web.StreamResponse:
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name not in {"Host", *HOP}}
        if self.unknown:
            headers["Accept-Encoding"] = "identity"

        address = self.plane.server + request.raw_path
        async with self._session.request(
            request.method, address, data=body or None, headers=headers, timeout=aiohttp.ClientTimeout(total=None)
        ) as answer:
            if "watch" in request.query:
                return await self._stream(request, answer)

            text = await answer.read()
            if counted:
                self.writes.append(Write(request.method, request.path, body))
                if len(self.writes) == self.point + 1 and self.side is Side.AFTER:
                    return await self._struck()

            kept = {name: value for name, value in answer.headers.items() if name not in HOP}
            return web.Response(status=answer.status, body=self._known(text), headers=kept)

    async def _stream(self, request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
        await response.prepare(request)
        # A field may lie across two chunks, but never across two lines.
        parts = answer.content if self.unknown else answer.content.iter_any()
        task = asyncio.create_task(self._copy(parts, response.write))
        self.streams.add(task)
        try:
            await task
        except (asyncio.CancelledError, OSError):
            # Cut by a test, or the caller is dead: either way nothing more is said.
            if request.transport:
                request.transport.abort()
        finally:
            self.streams.discard(task)

        return response

    async def _struck(self) -> web.StreamResponse:
        """The caller dies; whatever is answered, nobody hears it."""
        self.point, self._striking = -1, True
        await asyncio.get_running_loop().run_in_executor(None, self.strike)
        self.struck.set()
        return web.Response(status=500)

    async def _copy(self, parts: AsyncIterable[bytes], write: Callable[[bytes], Awaitable[None]]) -> None:
        async for part in parts:
            await write(self._known(part))

    def _known(self, text: bytes) -> bytes:
        return text.replace(self.unknown, b"") if self.unknown else text

    async def _disarm(self) -> bool:
        self.point = -1
        return self._striking

    def _counted(self, request: web.Request) -> bool:
        """Events are told, not state: they are not counted."""
        ours = self.namespace == EVERY or f"/namespaces/{self.namespace}/" in request.path
        return request.method in WRITES and ours and "/events" not in request.path
