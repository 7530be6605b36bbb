"""Questions on their way to the sources: equal ones are one, and a slow source keeps nobody else's waiting."""

import asyncio
from collections import defaultdict
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from tidegate.clients import Ask, AskFailed, Reply
from tidegate.telemetry import Telemetry

# Of one address. A Prometheus answers 20 at a time, and others ask it too.
AT_ONCE = 10


class Sends(Protocol):
    """What an `Http` is to a Channel."""

    async def send(self, ask: Ask) -> Reply:
        """The answer. Raises AskFailed."""
        ...


class Channel:
    """Sends questions, at most ten at a time to one address: the time of a question begins with its turn."""

    def __init__(self, http: Sends, telemetry: Telemetry) -> None:
        self._http = http
        self._telemetry = telemetry
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._asked: dict[object, asyncio.Task[Reply]] = {}

    async def send(self, ask: Ask) -> Reply:
        """The answer, whatever its status. Equal questions that are under way are one: equal in who asks, too."""
        same = (ask.method, ask.url, ask.body, tuple(sorted(ask.headers.items())), ask.tls, ask.link_local)
        if same not in self._asked:
            task = asyncio.create_task(self._send(ask))
            self._asked[same] = task
            task.add_done_callback(lambda _: self._asked.pop(same, None))

        return await asyncio.shield(self._asked[same])

    async def _send(self, ask: Ask) -> Reply:
        try:
            async with self._turns[urlsplit(ask.url).netloc]:
                reply = await self._http.send(ask)
        except AskFailed:
            self._telemetry.queries.labels("failed").inc()
            raise

        self._telemetry.queries.labels("answered" if reply.status == HTTPStatus.OK else "failed").inc()
        return reply
