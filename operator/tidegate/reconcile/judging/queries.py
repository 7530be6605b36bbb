"""Asking users' own queries: one question for each that is due, equal ones of many Releases asked once."""

import asyncio
from datetime import UTC, datetime, timedelta
from zlib import crc32

import structlog

from tidegate.api import InvalidSpec
from tidegate.api.objectives import Objective, Query
from tidegate.clients import AskFailed, TooLarge
from tidegate.decision import in_rollout
from tidegate.decision.snapshot import Blocked
from tidegate.judge.verdict import Measurement
from tidegate.metrics import variables
from tidegate.metrics.answer import Answer, NoData, Sample, Unusable
from tidegate.metrics.skew import explained
from tidegate.metrics.translator import Question
from tidegate.reconcile.advice.gauges import look_at_gauges
from tidegate.reconcile.blocks.wording import not_understood
from tidegate.reconcile.observe import observe
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.recent import Recent
from tidegate.reconcile.sources.sources import Source
from tidegate.reconcile.world import World
from tidegate.watch import Key, Recurring, Tasks

from .ask_raw import THE_SOURCE, unanswered
from .evidence import evidence_of, keep, measured

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
        self._recent = Recent(channel, world.now)
        self._due = Recurring("asking queries", self._measure, again=AGAIN_SECONDS)
        self._looks = Tasks("looking at gauges")
        self._planned: set[Key] = set()
        world.on_forget(self._forget)

    async def run(self) -> None:
        """Measure until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Measure a Release from its candidate's first weight until its rollout ends."""
        wanted = judged(seen)
        if not wanted:
            self._forget(key)
        elif key not in self._planned:
            self._planned.add(key)
            self._due.after(key, first_wait(key, seen.wanted.pinned.spec.interval).total_seconds())

    def _forget(self, key: Key) -> None:
        self._planned.discard(key)
        self._due.cancel(key)

    async def _measure(self, key: Key) -> None:
        seen = observe(key, self._world)
        if seen is None or not judged(seen):
            self._planned.discard(key)
            return

        self._due.after(key, seen.wanted.pinned.spec.interval.total_seconds())
        source = self._world.sources.resolve(seen.wanted.pinned.spec.metric_source, key.namespace)
        asked = [(found, found.query) for found in seen.wanted.pinned.spec.objectives if found.query]
        answers = await asyncio.gather(*(self._answer(seen, found, query, source) for found, query in asked))
        kept = measured(key, seen.snapshot.progress, self._world)
        for (objective, _), answer in zip(asked, answers, strict=True):
            keep(kept, objective.name, answer)

        evidence = evidence_of(key, seen.snapshot.progress, seen.wanted.pinned.spec, self._world)
        self._world.mark(key, back=evidence.breach)
        taken = [(objective, answer) for (objective, _), answer in zip(asked, answers, strict=True)]
        if key not in self._looks:
            # What only advises keeps no measurement waiting.
            self._looks.start(key, look_at_gauges(seen, taken, kept, source, self._channel))

    async def _answer(self, seen: Seen, objective: Objective, query: Query, source: Source | Blocked) -> Measurement:
        if isinstance(source, Blocked):
            return self._unavailable(source.sentence)

        # A source that was redeclared in mid-rollout is never sent the words of another's language.
        if why := not_understood(objective, source):
            return self._unavailable(f"objective {objective.name}: {why}")

        try:
            ask = source.ask(question(seen, query, source.window, self._world.now()))
            heard = await self._recent.ask(ask, seen.wanted.pinned.spec.interval)
        except InvalidSpec as error:
            return self._unavailable(str(error))
        except TooLarge as error:
            return self._unavailable(f"{unanswered(error).of(THE_SOURCE)}: aggregate it to one number")
        except AskFailed as error:
            return self._unavailable(unanswered(error).of(THE_SOURCE))

        # An answer tells of the time when it was asked for: what a step waits for is asked after it settled.
        return meaning(explained(source.meaning(heard.reply), self._channel.clock(source)), heard.asked_at)

    def _unavailable(self, why: str) -> Measurement:
        return Measurement(taken_at=self._world.now(), unavailable=True, why=why)


def first_wait(key: Key, interval: timedelta) -> timedelta:
    """Up to a tenth of the interval longer, by the Release's name: those that start together are not asked together."""
    return min(interval, FIRST_WAIT) + interval / 10 * (crc32("/".join(key).encode()) / 2**32)


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


def meaning(answer: Answer, asked_at: datetime) -> Measurement:
    """An answer as a measurement, taken when it was asked for."""
    match answer:
        case Sample(value, until):
            told = None if until is None else datetime.fromtimestamp(until, UTC)
            return Measurement(taken_at=asked_at, value=value, until=told)
        case NoData(why):
            return Measurement(taken_at=asked_at, why=why)
        case Unusable(why):
            return Measurement(taken_at=asked_at, unavailable=True, why=why)
