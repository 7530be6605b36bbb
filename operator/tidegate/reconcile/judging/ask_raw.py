"""Asking a metric source for the raw counts of some sides: all of them in a window, or why there are none."""

import asyncio
from datetime import timedelta

from tidegate.api import InvalidSpec
from tidegate.clients import AskFailed, TooLarge
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import NotAsked, NotWhole, Silent, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import RawSeries, Shape, questions
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source

# As sentences of the status name it.
THE_SOURCE = "the metric source"


async def ask_raw(
    channel: Channel, source: Source | Blocked, shape: Shape, sides: tuple[Backend, ...], *, since: int, until: int
) -> list[RawSeries] | Unusable:
    """The samples between two instants, in milliseconds since 1970."""
    if isinstance(source, Blocked):
        return NotAsked(source.sentence)

    window = timedelta(milliseconds=until - since)
    try:
        asks = [source.ask_raw(selector, until) for selector in questions(shape, sides, window)]
        replies = await asyncio.gather(*map(channel.send, asks))
    except AskFailed as error:
        return unanswered(error)
    except InvalidSpec as error:
        return NotAsked(str(error))

    found: list[RawSeries] = []
    for reply in replies:
        answer = source.raw(reply)
        if isinstance(answer, Unusable):
            return answer

        found += answer

    return found


def unanswered(error: AskFailed) -> Unusable:
    """Why nothing can be read: one answer that was too large may be had in parts."""
    return NotWhole(str(error)) if isinstance(error, TooLarge) else Silent(str(error))
