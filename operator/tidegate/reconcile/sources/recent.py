"""Answers that serve whoever asks the same within a second: the queries of many Releases are often one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tidegate.clients import Ask, Reply

from .channel import Channel, sameness

LONGEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and when it was asked for: it tells of no later time, whoever it serves."""

    reply: Reply
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that was sent, and its answer once it is there."""

    asked_at: datetime
    reply: asyncio.Task[Reply]

    def serves(self, now: datetime, interval: timedelta) -> bool:
        """True under way, and as long as the answer is fresh. A clock that was set back makes none fresh."""
        return not self.reply.done() or timedelta() <= now - self.asked_at <= min(interval / 10, LONGEST)


class Recent:
    """Sends questions, equal ones once for all who ask within a tenth of their interval, a second at most."""

    def __init__(self, channel: Channel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._now = now
        self._asked: dict[object, _Asked] = {}

    async def ask(self, ask: Ask, interval: timedelta) -> Heard:
        """The answer, asked for no longer ago than a tenth of the interval, or under way. Raises AskFailed."""
        same, now = sameness(ask), self._now()
        asked = self._asked.get(same)
        if asked is None or not asked.serves(now, interval):
            asked = self._send(same, ask, now)

        return Heard(await asyncio.shield(asked.reply), asked.asked_at)

    def _send(self, same: object, ask: Ask, now: datetime) -> _Asked:
        asked = _Asked(now, asyncio.create_task(self._channel.send(ask)))
        self._asked[same] = asked
        asked.reply.add_done_callback(partial(self._done, same, asked))
        return asked

    def _done(self, same: object, asked: _Asked, reply: asyncio.Task[Reply]) -> None:
        """A failure serves nobody else; an answer is kept no longer than it may serve."""
        if reply.cancelled() or reply.exception():
            self._forget(same, asked)
        else:
            asyncio.get_running_loop().call_later(LONGEST.total_seconds(), self._forget, same, asked)

    def _forget(self, same: object, asked: _Asked) -> None:
        if self._asked.get(same) is asked:
            del self._asked[same]
