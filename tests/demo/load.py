"""Users: a steady stream of requests, each sent exactly once, half of them on fresh connections.

Every request is a POST without a body. HTTP lets a client and a gateway send a GET again when a kept connection closes
under it (RFC 9110, 9.2.2), and both aiohttp and Traefik do: what a retired pod dropped would be answered by another
one, and seen by nobody. Neither may send a POST twice, so what is dropped anywhere on the way is seen here.

Lost is every request without a whole answer: no connection, a connection that closes or an answer that breaks off with
the request in hand, or nothing within ten seconds. A 5xx is an answer. A server that closes an idle connection just as
a request goes out has lost it too: browsers hide that for a GET, and show it for a POST. It is nobody's excuse here, as
the gateway keeps idle connections for 180 s, and aiohttp itself drops them after 15.
"""

import asyncio
import threading
import time
from dataclasses import dataclass, field

import aiohttp

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the user saw it. No status: no answer came. No version: the gateway answered itself."""

    sent_at: float
    status: int | None
    version: str | None
    trouble: str = ""


@dataclass(slots=True)
class Load:
    """Sends requests from a thread of its own until it is stopped."""

    address: str
    host: str
    per_second: float
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send no more, and wait for the answers that are open."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(ANSWER_SECONDS + 5)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        kept, fresh = aiohttp.TCPConnector(limit=0), aiohttp.TCPConnector(limit=0, force_close=True)
        async with (
            aiohttp.ClientSession(connector=kept, timeout=timeout) as keeping,
            aiohttp.ClientSession(connector=fresh, timeout=timeout) as closing,
            asyncio.TaskGroup() as tasks,
        ):
            started = time.monotonic()
            while not self._stop.is_set():
                self.sent += 1
                tasks.create_task(self._ask(closing if self.sent % 2 else keeping))
                # Against the clock, not after the last one: a slow answer does not thin out the stream.
                await asyncio.sleep(max(started + self.sent / self.per_second - time.monotonic(), 0))

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        sent_at = time.time()
        try:
            async with session.post(self.address, headers={"Host": self.host}, allow_redirects=False) as answer:
                await answer.read()
                self.requests.append(Request(sent_at, answer.status, answer.headers.get("X-Version")))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.requests.append(Request(sent_at, None, None, f"{type(error).__name__}: {error}"))
