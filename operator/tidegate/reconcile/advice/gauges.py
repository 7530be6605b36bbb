"""Queries that only advise: a day of stable's is learned, and the candidate's values are looked at by it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tidegate.api import InvalidSpec, Mode
from tidegate.api.objectives import Objective, Query
from tidegate.clients import AskFailed
from tidegate.decision.snapshot import Blocked
from tidegate.judge.unusual import EVERY, PAST, Gauge
from tidegate.judge.verdict import Measurement
from tidegate.metrics import variables
from tidegate.metrics.answer import Unusable
from tidegate.metrics.translator import Question
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source

Taken = Sequence[tuple[Objective, Measurement]]


async def look_at_gauges(seen: Seen, taken: Taken, kept: Measured, source: Source | Blocked, channel: Channel) -> None:
    """Learn what is not known yet, once in a rollout, and look at the newest values."""
    for objective, measurement in taken:
        if objective.mode is not Mode.ADVISE or objective.query is None:
            continue

        if objective.name not in kept.gauges:
            kept.gauges[objective.name] = Gauge.learned(await past(seen, objective.query, source, channel))

        if measurement.value is not None:
            kept.gauges[objective.name].see(objective.name, measurement.value, measurement.taken_at)


async def past(seen: Seen, query: Query, source: Source | Blocked, channel: Channel) -> list[float]:
    """A day of stable's values before the candidate's first weight; none where the source does not tell them."""
    weighted_at = seen.snapshot.progress.weighted_at
    if weighted_at is None or isinstance(source, Blocked):
        return []

    try:
        ask = source.ask_past(of_stable(seen, query, source.window, weighted_at), since=weighted_at - PAST, every=EVERY)
        found = source.raw(await channel.send(ask))
    except (AskFailed, InvalidSpec):
        return []

    # Of several series nobody could say which is meant.
    if isinstance(found, Unusable) or len(found) != 1:
        return []

    return [sample.value for sample in found[0].samples]


def of_stable(seen: Seen, query: Query, window: timedelta, end: datetime) -> Question:
    """The question as if stable were the candidate: what is usual for its pods."""
    stable = seen.snapshot.progress.stable or ""
    values = variables.values(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        stable=stable,
        candidate=stable,
        weight=0,
        window=window,
    )
    return Question(words=query.words, values=values, end=end, window=window)
