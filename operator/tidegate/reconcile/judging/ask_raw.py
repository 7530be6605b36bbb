"""Asking a metric source for the raw counts of some sides: all of them in a window, or why there are none."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain

from tidegate.api import InvalidSpec
from tidegate.clients import AskFailed, NotSent, TooLarge, Unreadable
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import NotAsked, Silent, TooMuch, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.clusters import ambiguous
from tidegate.metrics.raw_counts import RawSeries, Shape, questions
from tidegate.metrics.samples import MILLISECONDS
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source

from .windows import begin_of_window

# As sentences of the status name it.
THE_SOURCE = "the metric source"
# What is too large is asked for in halves of its time, not shorter than this: so are all answers together not too large
# for the memory that there is: a sample takes a hundred bytes.
SHORTEST = timedelta(minutes=15)
MOST_SAMPLES = 1_500_000
TOO_MANY = "drop series of it that no objective needs, by metricRelabelings, or scrape it more rarely"


async def ask_in_parts(
    channel: Channel,
    source: Source | Blocked,
    shape: Shape,
    sides: tuple[Backend, ...],
    *,
    since: int,
    until: int,
    most: int = MOST_SAMPLES,
) -> list[RawSeries] | Unusable:
    """The samples between two instants, in halves of the time where one answer would be too large."""
    found = await ask_raw(channel, source, shape, sides, since=since, until=until)
    if not isinstance(found, TooMuch):
        return found

    if until - since < 2 * SHORTEST.total_seconds() * MILLISECONDS:
        return TooMuch(f"{found.why}: {TOO_MANY}")

    middle, parts = begin_of_window((since + until) // 2), list[list[RawSeries]]()
    for begin, end in ((since, middle), (middle, until)):
        part = await ask_in_parts(channel, source, shape, sides, since=begin, until=end, most=most)
        if isinstance(part, Unusable):
            return part

        parts.append(part)
        if sum(len(each.samples) + len(each.native) for each in chain(*parts)) > most:
            return TooMuch(f"the answers have more than {most:,} samples: {TOO_MANY}")

    return joined(*parts)


def joined(earlier: Iterable[RawSeries], later: Iterable[RawSeries]) -> list[RawSeries]:
    """One after the other, as one answer would have them: a sample just between the two may be in both."""
    found = {tuple(sorted(each.labels.items())): each for each in earlier}
    for each in later:
        key = tuple(sorted(each.labels.items()))
        before = found.get(key)
        found[key] = each if before is None else _continued(before, each)

    return list(found.values())


def _continued(before: RawSeries, after: RawSeries) -> RawSeries:
    at = before.samples[-1].at if before.samples else None
    samples = tuple(each for each in after.samples if at is None or each.at > at)
    native_at = before.native[-1].at if before.native else None
    native = tuple(each for each in after.native if native_at is None or each.at > native_at)
    return RawSeries(before.labels, before.samples + samples, before.native + native)


async def ask_raw(
    channel: Channel, source: Source | Blocked, shape: Shape, sides: tuple[Backend, ...], *, since: int, until: int
) -> list[RawSeries] | Unusable:
    """The samples between two instants, in milliseconds since 1970."""
    if isinstance(source, Blocked):
        return NotAsked(source.sentence)

    window = timedelta(milliseconds=until - since)
    try:
        asks = [source.ask_raw(selector, until) for selector in questions(shape, sides, window, labels=source.labels)]
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

    return found if source.labels else ambiguous(shape, sides, found) or found


def unanswered(error: AskFailed) -> Unusable:
    """Why nothing can be read. What was too large may be had in parts; what was not sent is nobody's fault."""
    match error:
        case TooLarge():
            return TooMuch(str(error))
        case Unreadable():
            return Unusable(str(error))
        case NotSent():
            return NotAsked(str(error))

    return Silent(str(error))
