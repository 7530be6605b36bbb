"""Questions on their way to the sources: equal ones are one, and a slow source keeps nobody else's waiting."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol
from weakref import WeakValueDictionary

from tidegate.clients import Ask, AskFailed, Reply
from tidegate.metrics.skew import TOGETHER, sentence_of, skew
from tidegate.telemetry import Telemetry

from .sources import Source

# Of one source. A Prometheus answers 20 at a time, and others ask it too.
AT_ONCE = 10
THE_SOURCES = "the metric source's"


class Sends(Protocol):
    """What an `Http` is to a Channel."""

    async def send(self, ask: Ask) -> Reply:
        """The answer. Raises AskFailed."""
        ...


class Channel:
    """Sends questions, at most ten at a time to one source: the time of a question begins with its turn.

    Two sources are two, also at one address: what one of them is asked may be slow, or be behind a proxy and dead.
    """

    def __init__(self, http: Sends, telemetry: Telemetry) -> None:
        self._http = http
        self._telemetry = telemetry
        # Kept as long as a question is under way, or waits for its turn.
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._asked: dict[object, asyncio.Task[Reply]] = {}
        # By source, of those whose clock does not go with ours.
        self._ahead: dict[str, timedelta] = {}

    def clock(self, source: Source, whose: str = THE_SOURCES) -> str:
        """What is wrong with a source's clock, as its last answer showed; empty where nothing is."""
        return sentence_of(self._ahead.get(source.identity, TOGETHER), whose)

    async def send(self, ask: Ask) -> Reply:
        """The answer, whatever its status. Equal questions that are under way are one: equal in who asks, too."""
        same = sameness(ask)
        if same not in self._asked:
            task = asyncio.create_task(self._send(ask))
            self._asked[same] = task
            task.add_done_callback(lambda _: self._asked.pop(same, None))

        return await asyncio.shield(self._asked[same])

    async def _send(self, ask: Ask) -> Reply:
        turns = self._turns.setdefault(ask.source, asyncio.Semaphore(AT_ONCE))
        try:
            async with turns:
                reply = await self._http.send(ask)
        except AskFailed:
            self._telemetry.query(answered=False)
            raise

        self._note_clock(ask.source, reply)
        self._telemetry.query(answered=reply.status == HTTPStatus.OK)
        return reply

    def _note_clock(self, source: str, reply: Reply) -> None:
        """An answer without a date forgets what an earlier one showed: it may be another's, at another address."""
        dated = reply.dated
        ahead = skew(dated.date, dated.sent, dated.heard) if dated else TOGETHER
        if ahead:
            self._ahead[source] = ahead
        else:
            self._ahead.pop(source, None)


def sameness(ask: Ask) -> object:
    """Equal for two asks that have one answer: the same is asked, of the same source, by the same."""
    what, who = (ask.method, ask.url, ask.body), (ask.source, ask.tls, ask.link_local)
    return (*what, *who, tuple(sorted(ask.headers.items())))
