"""Asking a metric source for the raw counts of some sides: all of them in a window, or why there are none."""

import asyncio
from datetime import timedelta

from tidegate.api import InvalidSpec
from tidegate.clients import AskFailed, TooLarge
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import RawSeries, Shape, questions

from .channel import Channel
from .sources import Source


async def ask_raw(
    channel: Channel, source: Source | Blocked, shape: Shape, sides: tuple[Backend, ...], *, since: int, until: int
) -> list[RawSeries] | Unusable:
    """The samples between two instants, in milliseconds since 1970."""
    if isinstance(source, Blocked):
        return Unusable(source.sentence)

    window = timedelta(milliseconds=until - since)
    try:
        asks = [source.ask_raw(selector, until) for selector in questions(shape, sides, window)]
        replies = await asyncio.gather(*map(channel.send, asks))
    except TooLarge as error:
        return NotWhole(str(error))
    except (AskFailed, InvalidSpec) as error:
        return Unusable(str(error))

    found: list[RawSeries] = []
    for reply in replies:
        answer = source.raw(reply)
        if isinstance(answer, Unusable):
            return answer

        found += answer

    return found
