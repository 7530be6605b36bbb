"""Asking users' own queries: one question for each that is due, equal questions asked once."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import structlog

from tidegate.api import InvalidSpec
from tidegate.api.objectives import Objective, Query
from tidegate.clients import AskFailed
from tidegate.decision import in_rollout
from tidegate.decision.snapshot import Blocked
from tidegate.judge.verdict import Measurement
from tidegate.metrics import variables
from tidegate.metrics.answer import Answer, NoData, Sample, Unusable
from tidegate.metrics.translator import Question
from tidegate.watch import Key, Lane, Schedule

from .channel import Channel
from .evidence import evidence_of, keep, measured
from .observe import Seen, observe
from .sources import Source
from .wording import not_understood
from .world import World

SECOND = timedelta(seconds=1)
# A source needs a few scrapes of the candidate before it can say anything.
FIRST_WAIT = timedelta(seconds=5)
AGAIN_SECONDS = 1.0
log = structlog.get_logger(__name__)


class Measuring:
    """Keeps the queries of every rollout answered at its interval."""

    def __init__(self, world: World, channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self._due = Schedule(self._begin)
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._planned: set[Key] = set()

    async def run(self) -> None:
        """Measure until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Measure a Release from its candidate's first weight until its rollout ends."""
        wanted = judged(seen)
        if not wanted:
            self._planned.discard(key)
            self._due.cancel(key)
        elif key not in self._planned:
            self._planned.add(key)
            self._due.after(key, min(seen.wanted.pinned.spec.interval, FIRST_WAIT).total_seconds())

    def _begin(self, key: Key) -> None:
        if key in self._running:
            # The last answers are still awaited: they are never lost, and the next question comes soon after.
            self._due.after(key, AGAIN_SECONDS)
            return

        task = asyncio.create_task(self._measure(key))
        self._running[key] = task
        task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        """A measurement that fails is told, and another one follows: judging never ends by an accident."""
        self._running.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("measurement failed", namespace=key[0], release=key[1], exc_info=error)
            self._due.after(key, AGAIN_SECONDS)

    async def _measure(self, key: Key) -> None:
        seen = observe(key, self._world)
        if seen is None or not judged(seen):
            self._planned.discard(key)
            return

        self._due.after(key, seen.wanted.pinned.spec.interval.total_seconds())
        source = self._world.sources.resolve(seen.wanted.pinned.spec.metric_source, key[0])
        asked = [(found, found.query) for found in seen.wanted.pinned.spec.objectives if found.query]
        answers = await asyncio.gather(*(self._answer(seen, found, query, source) for found, query in asked))
        kept = measured(key, seen.snapshot.progress, self._world)
        for (objective, _), answer in zip(asked, answers, strict=True):
            keep(kept, objective.name, answer)

        evidence = evidence_of(key, seen.snapshot.progress, seen.wanted.pinned.spec, self._world)
        self._world.queue.mark(key, Lane.ROLLBACK if evidence.breach else Lane.MOVING)

    async def _answer(self, seen: Seen, objective: Objective, query: Query, source: Source | Blocked) -> Measurement:
        if isinstance(source, Blocked):
            return self._unavailable(source.sentence)

        # A source that was redeclared in mid-rollout is never sent the words of another's language.
        if why := not_understood(objective, source):
            return self._unavailable(f"objective {objective.name}: {why}")

        try:
            ask = source.ask(question(seen, query, source.window, self._world.now()))
            reply = await self._channel.send(ask)
        except InvalidSpec as error:
            return self._unavailable(str(error))
        except AskFailed as error:
            return self._unavailable(f"the metric source does not answer: {error}")

        return meaning(source.meaning(reply), self._world.now())

    def _unavailable(self, why: str) -> Measurement:
        return Measurement(taken_at=self._world.now(), unavailable=True, why=why)


def judged(seen: Seen) -> bool:
    """True while a candidate with traffic may still be rolled back for what a query of a user's own says."""
    weighted = seen.snapshot.progress.weighted_at is not None
    asks = any(objective.query for objective in seen.wanted.pinned.spec.objectives)
    return weighted and in_rollout(seen.snapshot) and asks


def question(seen: Seen, query: Query, longest: timedelta, now: datetime) -> Question:
    """The question of an objective, over a window that starts at the candidate's first weight at the earliest."""
    progress = seen.snapshot.progress
    elapsed = seen.snapshot.since(progress.weighted_at) // SECOND * SECOND
    window = max(min(elapsed, longest), SECOND)
    values = variables.values(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        stable=progress.stable or "",
        candidate=progress.candidate or "",
        weight=seen.snapshot.weight,
        window=window,
    )
    return Question(words=query.words, values=values, end=now, window=window)


def meaning(answer: Answer, now: datetime) -> Measurement:
    """An answer as a measurement, taken now."""
    match answer:
        case Sample(value):
            return Measurement(taken_at=now, value=value)
        case NoData(why):
            return Measurement(taken_at=now, why=why)
        case Unusable(why):
            return Measurement(taken_at=now, unavailable=True, why=why)
