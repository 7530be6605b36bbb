"""Counting for the judge: one tick for each source and shape of question, whichever Releases ask it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from tidegate.api.objectives import MetricSourceRef
from tidegate.clients import Note
from tidegate.decision import in_rollout
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import RawSeries, Shape, read
from tidegate.metrics.samples import MILLISECONDS, Series
from tidegate.metrics.scrape import Scrape
from tidegate.watch import Key, Lane, Schedule

from . import kinds
from .ask_raw import ask_raw
from .channel import Channel
from .observe import Seen
from .scraping import Scraping
from .sources import Source, place_of
from .track import Track
from .tracks import rollout_of, tracks_of
from .world import World

# A scrape is stored when it is done: samples that are younger may not be there yet.
ARRIVAL = timedelta(seconds=2)
# What is asked at once of one Release's past, and how many Releases share a question.
LONGEST_WINDOW = timedelta(minutes=30)
TOGETHER = 50
AGAIN_SECONDS = 1.0
TICK = "tick"
STEPS_TOO_SHORT = "StepsTooShort"
Member = tuple[Key, str]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Group:
    """Who is asked, for whom where the source is a namespace's own, what, and how often."""

    source: MetricSourceRef
    namespace: str
    shape: Shape
    cell: timedelta

    @property
    def identity(self) -> Key:
        """As a key of a schedule."""
        return TICK, repr(self)


@dataclass(frozen=True, slots=True)
class Due:
    """A track with the Release and the objective that it is of."""

    key: Key
    name: str
    track: Track


class Judging:
    """Keeps the counts of every rollout up to date, and counts again from the first weight after a restart."""

    def __init__(self, world: World, channel: Channel, scraping: Scraping) -> None:
        self._world = world
        self._scraping = scraping
        self._channel = channel
        self._due = Schedule(self._begin)
        self._groups: dict[Key, Group] = {}
        self._members: dict[Key, dict[Member, None]] = {}
        self._running: dict[Key, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Count until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Count for a Release from its candidate's first weight until its rollout ends."""
        memory = self._world.memory(key)
        if not counted(seen):
            memory.tracks = None
            return

        if memory.tracks is not None and memory.tracks.rollout == rollout_of(seen):
            return

        memory.tracks = tracks_of(seen)
        source, namespace = place_of(seen.wanted.pinned.spec.metric_source, key[0])
        for name, track in memory.tracks.by_name.items():
            group = Group(source, namespace, track.counting.shape, track.counting.cell)
            self._groups[group.identity] = group
            self._members.setdefault(group.identity, {})[key, name] = None
            self._due.after(group.identity, 0)

    def _begin(self, identity: Key) -> None:
        if identity in self._running:
            self._due.after(identity, AGAIN_SECONDS)
            return

        task = asyncio.create_task(self._tick(identity))
        self._running[identity] = task
        task.add_done_callback(partial(self._ended, identity))

    def _ended(self, identity: Key, task: asyncio.Task[None]) -> None:
        """An accident of ours is told, and the next tick comes: judging never ends by one."""
        self._running.pop(identity, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("counting failed", exc_info=error)
            self._due.after(identity, AGAIN_SECONDS)

    async def _tick(self, identity: Key) -> None:
        group = self._groups[identity]
        members = list(self._alive(identity))
        if not members:
            del self._groups[identity], self._members[identity]
            return

        until, wait = last_end(self._world.now().timestamp(), group.cell)
        self._due.after(identity, wait)
        source = self._world.sources.resolve(group.source, group.namespace)
        await asyncio.gather(*(self._advance(group, source, found, until) for found in chunks(members, until)))
        for member in members:
            member.track.caught_up = member.track.taken >= until
            breached = member.track.state.breached > 0
            self._world.queue.mark(member.key, Lane.ROLLBACK if breached else Lane.MOVING)

    def _alive(self, identity: Key) -> Iterator[Due]:
        """The tracks that are still followed; the others are forgotten."""
        for key, name in list(self._members[identity]):
            memory = self._world.memories.get(key)
            track = memory.tracks.by_name.get(name) if memory and memory.tracks else None
            group = self._groups[identity]
            if track is None or (track.counting.shape, track.counting.cell) != (group.shape, group.cell):
                del self._members[identity][key, name]
            else:
                yield Due(key, name, track)

    async def _advance(self, group: Group, source: Source | Blocked, due: Sequence[Due], until: int) -> None:
        """Bring tracks that have come equally far up to a time, window by window; the first failure ends it."""
        longest = int(LONGEST_WINDOW.total_seconds() * MILLISECONDS)
        while not due[0].track.knows or due[0].track.taken < until:
            first = due[0].track
            past = () if first.knows else first.counting.hour_before
            since, end = past or (first.taken, min(until, first.taken + longest))
            sides = stable_sides(due) if past else both_sides(due)
            found = await self._asked(group, source, sides, since, end)
            if isinstance(found, NotWhole) and len(due) > 1:
                half = len(due) // 2
                await asyncio.gather(*(self._advance(group, source, part, until) for part in (due[:half], due[half:])))
                return

            if isinstance(found, Unusable):
                fail(due, found.why)
                return

            series = read(group.shape, sides, found)
            if past:
                learn(due, series)
                self._tell_of_short_steps(due)
            else:
                self._resume(due)
                take(due, series, until=end)

    async def _asked(
        self, group: Group, source: Source | Blocked, sides: tuple[Backend, ...], since: int, until: int
    ) -> list[RawSeries] | Unusable:
        """What a server has kept, or what we read ourselves."""
        if isinstance(source, Source) and isinstance(source.translator, Scrape):
            place = group.source, group.namespace
            return self._scraping.raw(place, group.shape, sides, since=since, until=until)

        return await ask_raw(self._channel, source, group.shape, sides, since=since, until=until)

    def _resume(self, due: Sequence[Due]) -> None:
        """What we read ourselves is lost with the process that read it: counts begin where reading began."""
        for member in due:
            begun = self._scraping.begun(member.key)
            if begun is not None:
                member.track.resume(begun)

    def _tell_of_short_steps(self, due: Sequence[Due]) -> None:
        """Whoever declared the steps learns, while there is time to mend it, that a fault could pass through them."""
        for member in due:
            found = self._world.store(kinds.RELEASES).get(member.key)
            if found is not None and member.track.warning:
                sentence = f"{member.name}: {member.track.warning}"
                log.warning(sentence, namespace=member.key[0], release=member.key[1], reason=STEPS_TOO_SHORT)
                note = Note(regarding=found, reason=STEPS_TOO_SHORT, sentence=sentence, warning=True)
                self._world.recorder.tell(note)


def counted(seen: Seen) -> bool:
    """True while a candidate with traffic may still be rolled back for what the data plane counts."""
    weighted = seen.snapshot.progress.weighted_at is not None
    return weighted and in_rollout(seen.snapshot) and seen.wanted.pinned.spec.asks_the_data_plane


def last_end(now: float, cell: timedelta) -> tuple[int, float]:
    """The last end of a cell whose samples have arrived, in milliseconds since 1970; and the seconds to the next."""
    length = int(cell.total_seconds() * MILLISECONDS)
    arrived = int((now - ARRIVAL.total_seconds()) * MILLISECONDS)
    end = arrived // length * length
    return end, (end + length - arrived) / MILLISECONDS


def chunks(members: Iterable[Due], until: int) -> Iterator[list[Due]]:
    """Tracks that have come equally far share a question, so many at most; near each other by namespace."""
    alike: dict[tuple[bool, int], list[Due]] = {}
    for member in members:
        if member.track.taken < until:
            alike.setdefault((member.track.knows, member.track.taken), []).append(member)

    for found in alike.values():
        found.sort(key=lambda member: member.key)
        yield from (found[place : place + TOGETHER] for place in range(0, len(found), TOGETHER))


def both_sides(due: Sequence[Due]) -> tuple[Backend, ...]:
    """All sides of these tracks, each once, a candidate before its stable; objectives of one Release share theirs."""
    return tuple(dict.fromkeys(side for member in due for side in sides_of(member.track)))


def stable_sides(due: Sequence[Due]) -> tuple[Backend, ...]:
    """Stable's sides alone."""
    return tuple(dict.fromkeys(member.track.counting.stable for member in due))


def sides_of(track: Track) -> tuple[Backend, Backend]:
    """Both sides that a track counts."""
    return track.counting.candidate, track.counting.stable


def take(due: Sequence[Due], series: Mapping[Backend, Sequence[Series]], *, until: int) -> None:
    """Give each track its own of the series."""
    for member in due:
        mine = (each for side in sides_of(member.track) for each in series.get(side, ()))
        member.track.take(mine, until=until)


def learn(due: Sequence[Due], series: Mapping[Backend, Sequence[Series]]) -> None:
    """Let each track choose its rules by stable's past."""
    for member in due:
        member.track.learn(series.get(member.track.counting.stable, ()))


def fail(due: Sequence[Due], why: str) -> None:
    """Say of each track why nothing more is counted."""
    for member in due:
        member.track.failed = f"the metric source does not answer: {why}"
