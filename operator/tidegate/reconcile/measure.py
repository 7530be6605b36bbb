"""Asking the metric sources: one question for each objective that is due, equal questions asked once."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

import structlog

from tidegate.api import InvalidSpec, format_duration
from tidegate.api.objectives import Objective
from tidegate.clients import Ask, AskFailed, Reply
from tidegate.decision import in_rollout
from tidegate.decision.snapshot import Blocked
from tidegate.judge.verdict import Measurement
from tidegate.metrics import data_planes, variables
from tidegate.metrics.answer import Answer, NoData, Sample, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.translator import Question
from tidegate.watch import Key, Lane, Schedule

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
    """Keeps the objectives of every rollout measured at its interval."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = Schedule(self._begin)
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._planned: set[Key] = set()
        self._asked: dict[object, asyncio.Task[Reply]] = {}

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
        answers = await asyncio.gather(
            *(self._answer(seen, objective, source) for objective in seen.wanted.pinned.spec.objectives)
        )
        found = measured(key, seen.snapshot.progress, self._world)
        for objective, answer in zip(seen.wanted.pinned.spec.objectives, answers, strict=True):
            keep(found, objective.name, answer)

        evidence = evidence_of(key, seen.snapshot.progress, seen.wanted.pinned.spec, self._world)
        self._world.queue.mark(key, Lane.ROLLBACK if evidence.breach else Lane.MOVING)

    async def _answer(self, seen: Seen, objective: Objective, source: Source | Blocked) -> Measurement:
        if isinstance(source, Blocked):
            return self._unavailable(source.sentence)

        # A source that was redeclared in mid-rollout is never sent the words of another's language.
        if why := not_understood(objective, source):
            return self._unavailable(f"objective {objective.name}: {why}")

        try:
            ask = source.ask(question(seen, objective, source.window, self._world.now()))
            reply = await self._ask(ask)
        except InvalidSpec as error:
            return self._unavailable(str(error))
        except AskFailed as error:
            self._world.telemetry.queries.labels("failed").inc()
            return self._unavailable(f"the metric source does not answer: {error}")

        self._world.telemetry.queries.labels("answered" if reply.status == HTTPStatus.OK else "failed").inc()
        return meaning(source.meaning(reply), self._world.now(), silence=silence_of(seen, objective))

    async def _ask(self, ask: Ask) -> Reply:
        """Equal questions that are under way are one question: equal in who asks, too."""
        same = (ask.method, ask.url, ask.body, tuple(sorted(ask.headers.items())), ask.tls, ask.link_local)
        if same not in self._asked:
            task = asyncio.create_task(self._world.http.send(ask))
            self._asked[same] = task
            task.add_done_callback(lambda _: self._asked.pop(same, None))

        return await asyncio.shield(self._asked[same])

    def _unavailable(self, why: str) -> Measurement:
        return Measurement(taken_at=self._world.now(), unavailable=True, why=why)


def judged(seen: Seen) -> bool:
    """True while a candidate with traffic may still be rolled back for what it serves."""
    weighted = seen.snapshot.progress.weighted_at is not None
    return weighted and in_rollout(seen.snapshot) and bool(seen.wanted.pinned.spec.objectives)


def question(seen: Seen, objective: Objective, longest: timedelta, now: datetime) -> Question:
    """The question of an objective, over a window that starts at the candidate's first weight at the earliest."""
    progress = seen.snapshot.progress
    elapsed = seen.snapshot.since(progress.weighted_at) // SECOND * SECOND
    window = max(min(elapsed, longest), SECOND)
    if objective.query is None:
        return Question(words=built_in(seen, objective, window), end=now, window=window)

    values = variables.values(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        stable=progress.stable or "",
        candidate=progress.candidate or "",
        weight=seen.snapshot.weight,
        window=window,
    )
    return Question(words=objective.query.words, values=values, end=now, window=window)


def built_in(seen: Seen, objective: Objective, window: timedelta) -> str:
    """The data plane's own count of the candidate's requests. Raises InvalidSpec where none is known."""
    plane, least = seen.plane, seen.wanted.pinned.spec.min_requests
    if plane is None:
        raise InvalidSpec("spec.dataPlane", seen.wanted.choice.sentence)

    side = Backend(
        namespace=seen.owner.namespace,
        release=seen.owner.name,
        revision=seen.snapshot.progress.candidate or "",
        service=seen.routing.backends.candidate,
        port=seen.routing.backends.port,
    )
    if slow := objective.slow_requests:
        return data_planes.slow_requests(plane, side, over=slow.over, window=window, least=least)

    return data_planes.error_ratio(plane, side, window=window, least=least)


def silence_of(seen: Seen, objective: Objective) -> str:
    """What it means that a built-in question has no answer; empty for a question of a user's own."""
    plane = seen.plane
    if objective.ratio is None or plane is None:
        return ""

    counts, least = data_planes.COUNTS[plane], seen.wanted.pinned.spec.min_requests
    if slow := objective.slow_requests:
        bucket = f"no bucket of {format_duration(slow.over)} in {counts.buckets}"
        return f"fewer than {least} requests in the window, or {bucket} ({plane.value})"

    return f"fewer than {least} requests in the window by {counts.counter} ({plane.value})"


def meaning(answer: Answer, now: datetime, *, silence: str = "") -> Measurement:
    """An answer as a measurement, taken now. `silence` says what no answer means."""
    match answer:
        case Sample(value):
            return Measurement(taken_at=now, value=value)
        case NoData(why):
            return Measurement(taken_at=now, why=silence or why)
        case Unusable(why):
            return Measurement(taken_at=now, unavailable=True, why=why)
