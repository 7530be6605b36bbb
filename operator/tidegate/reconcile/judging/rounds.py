"""Counting for the judge: one round for each source and shape of question, whichever Releases ask it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

import structlog

from tidegate.api import InvalidSpec
from tidegate.decision import in_rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import RawSeries, read, scraped_twice
from tidegate.metrics.samples import MILLISECONDS, Series
from tidegate.metrics.scrape import Scrape
from tidegate.metrics.skew import explained
from tidegate.reconcile import kinds
from tidegate.reconcile.accidents import Work
from tidegate.reconcile.observe import observe
from tidegate.reconcile.scraping.scraper import Scraping
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source, place_of
from tidegate.reconcile.world import World
from tidegate.watch import Identity, Key, Recurring

from .arrivals import SOON, Arrivals
from .ask_raw import THE_SOURCE, ask_in_parts, ask_raw
from .counting import milliseconds
from .groups import Due, Group, Groups, Told, apart, fail, together
from .track import Track, Tracks
from .tracks import promised, rollout_of, tracks_of
from .windows import window_after

AGAIN_SECONDS = 1.0
log = structlog.get_logger(__name__)


class Judging:
    """Keeps the counts of every rollout up to date, and counts again from the first weight after a restart."""

    def __init__(self, world: World, channel: Channel, scraping: Scraping, arrivals: Arrivals) -> None:
        self._world = world
        self._arrivals = arrivals
        self._scraping = scraping
        self._channel = channel
        self._due = Recurring("counting", self._round, again=AGAIN_SECONDS)
        self._groups = Groups[Track]()
        self._told = partial(world.accident, Work.COUNTING)

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
            note_promise(memory.tracks, seen)
            return

        memory.tracks = tracks_of(seen)
        place = place_of(seen.wanted.pinned.spec.metric_source, key.namespace)
        for identity in self._groups.join(key, place, memory.tracks.by_name):
            self._due.after(identity, 0)

    async def _round(self, identity: Identity) -> None:
        group = self._groups[identity]
        members = self._groups.due(identity, self._track)
        if not members:
            return

        until, wait = last_end(self._world.now().timestamp(), group.cell, self._arrivals.wait(group.place))
        self._due.after(identity, wait)
        source = self._world.sources.resolve(*group.place)
        self._note_promises({member.key for member in members})
        self._note_what_stays(members)
        await asyncio.gather(*(self._advance(group, source, found, until) for found in chunks(members, until)))
        clock = self._clock(source)
        for member in members:
            member.track.clock = clock
            # Where this fails, its turn does too, and tells of it.
            self._world.mark(member.key)

        apart(members, partial(self._mark, group, until), self._told)

    def _mark(self, group: Group, until: int, member: Due[Track]) -> None:
        self._mind_late(group, member)
        member.track.caught_up = member.track.knows and member.track.taken >= until
        if member.track.tally.breached:
            self._world.mark(member.key, back=True)

    def _mind_late(self, group: Group, member: Due[Track]) -> None:
        """Count a Release again where a sample came after its block: as after a restart, and from now on with patience.

        What was shown is not taken back. Where a sample comes later than is ever waited for, its block lacks it.
        """
        late, memory = member.track.late, self._world.memories.get(member.key)
        if late is None or not self._arrivals.waits_for(group.place, late):
            return

        if memory is None or memory.shown or self._track(member.key, member.name) is not member.track:
            return

        (namespace, name), seconds = member.key, self._arrivals.wait(group.place).seconds
        log.info("samples came late: counting again", namespace=namespace, release=name, seconds=seconds)
        memory.tracks = memory.days = None

    def _note_what_stays(self, members: Iterable[Due[Track]]) -> None:
        """Which tracks are not counted again, whatever comes late: those judge each answer, for none comes twice."""
        for member in members:
            memory = self._world.memories.get(member.key)
            member.track.stays = memory is not None and memory.shown

    def _note_promises(self, keys: Iterable[Key]) -> None:
        """What the weights are before blocks are held against them: the last turn may have failed after writing one."""
        for key in keys:
            memory = self._world.memories.get(key)
            if memory is None or memory.tracks is None or not memory.tracks.by_weight:
                continue

            seen = observed(key, self._world)
            if seen is None or memory.tracks.rollout != rollout_of(seen):
                memory.tracks.promise(None, 0)
            else:
                note_promise(memory.tracks, seen)

    def _track(self, key: Key, name: str) -> Track | None:
        memory = self._world.memories.get(key)
        return memory.tracks.by_name.get(name) if memory and memory.tracks else None

    async def _advance(self, group: Group, source: Source | Blocked, due: Sequence[Due[Track]], until: int) -> None:
        """Bring tracks that have come equally far up to a time, window by window; the first failure ends it."""
        wait = self._arrivals.wait(group.place)
        while due and (not due[0].track.knows or due[0].track.taken < until):
            first = due[0].track
            past = () if first.knows else first.counting.hour_before
            since, end = past or window_after(first.taken, until)
            sides = stable_sides(due) if past else both_sides(due)
            found = await self._asked(group, source, sides, since, end, alone=len(due) == 1)
            if isinstance(found, NotWhole) and len(due) > 1:
                half = len(due) // 2
                await asyncio.gather(*(self._advance(group, source, part, until) for part in (due[:half], due[half:])))
                return

            if isinstance(found, Unusable):
                fail(due, explained(found, self._clock(source)).of(THE_SOURCE))
                return

            series = read(group.shape, sides, found)
            if past:
                due = learn(due, series, self._told)
                self._tell_of_short_steps(due)
                self._tell_of_copies(due, scraped_twice(group.shape, sides, found))
            else:
                self._resume(due)
                due = take(due, series, self._told, until=end, wait=wait)

    def _clock(self, source: Source | Blocked) -> str:
        return "" if isinstance(source, Blocked) else self._channel.clock(source)

    async def _asked(
        self,
        group: Group,
        source: Source | Blocked,
        sides: tuple[Backend, ...],
        since: int,
        until: int,
        *,
        alone: bool,
    ) -> list[RawSeries] | Unusable:
        """What a server has kept, or what we read ourselves. Of one objective `alone` an answer may be had in parts."""
        if isinstance(source, Source) and isinstance(source.translator, Scrape):
            return self._scraping.raw(group.place, group.shape, sides, since=since, until=until)

        ask = ask_in_parts if alone else ask_raw
        return await ask(self._channel, source, group.shape, sides, since=since, until=until)

    def _resume(self, due: Sequence[Due[Track]]) -> None:
        """What we read ourselves is lost with the process that read it: counts begin where reading began."""
        for member in due:
            begun = self._scraping.begun(member.key)
            if begun is not None:
                member.track.resume(begun)

    def _tell_of_short_steps(self, due: Sequence[Due[Track]]) -> None:
        """Whoever declared the steps learns, while there is time to mend it, that a fault could pass through them."""
        for member in due:
            if member.track.tally.warning:
                self._tell(member, Reason.STEPS_TOO_SHORT, member.track.tally.warning)

    def _tell_of_copies(self, due: Sequence[Due[Track]], jobs: Mapping[Backend, Sequence[str]]) -> None:
        """Whoever scrapes learns that it is done twice: each request counts once here, but not on every dashboard."""
        for member in due:
            if left_out := jobs.get(member.track.counting.before):
                names = ", ".join(left_out)
                self._tell(
                    member, Reason.SCRAPED_TWICE, f"several jobs scrape the same targets; not counted again: {names}"
                )

    def _tell(self, member: Due[Track], reason: Reason, what: str) -> None:
        found = self._world.store(kinds.RELEASES).get(member.key)
        if found is not None:
            sentence = f"{member.name}: {what}"
            log.warning(sentence, namespace=member.key.namespace, release=member.key.name, reason=reason.value)
            self._world.tell(found, reason, sentence)


def observed(key: Key, world: World) -> Seen | None:
    """What is known of a Release; None where that is nothing, or it cannot be read, as its own turn tells."""
    try:
        return observe(key, world)
    except InvalidSpec:
        return None
    except Exception as error:  # noqa: BLE001 - one Release's trouble must not leave the others unjudged
        world.accident(Work.COUNTING, key, error)
        return None


def note_promise(tracks: Tracks, seen: Seen) -> None:
    """What the weight promises now, or that it promises nothing."""
    tracks.promise(promised(seen.snapshot), milliseconds(seen.snapshot.now))


def counted(seen: Seen) -> bool:
    """True while a candidate with traffic may still be rolled back for what the data plane counts."""
    weighted = seen.snapshot.progress.weighted_at is not None
    return weighted and in_rollout(seen.snapshot) and seen.wanted.pinned.spec.asks_the_data_plane


def last_end(now: float, cell: timedelta, arrival: timedelta = SOON) -> tuple[int, float]:
    """The last end of a cell whose samples have arrived, in milliseconds since 1970; and the seconds to the next."""
    length = int(cell.total_seconds() * MILLISECONDS)
    arrived = int((now - arrival.total_seconds()) * MILLISECONDS)
    end = arrived // length * length
    return end, (end + length - arrived) / MILLISECONDS


def chunks(members: Iterable[Due[Track]], until: int) -> Iterator[list[Due[Track]]]:
    """Those that are behind, by how far they have come. Stable's hour is not asked before all of it is stored."""
    begun = (member for member in members if member.track.counting.start <= until)
    behind = (member for member in begun if member.track.taken < until)
    return together(behind, lambda track: (track.knows, track.taken))


def both_sides(due: Sequence[Due[Track]]) -> tuple[Backend, ...]:
    """All sides of these tracks, each once, a candidate before its stable; objectives of one Release share theirs."""
    return tuple(dict.fromkeys(side for member in due for side in sides_of(member.track)))


def stable_sides(due: Sequence[Due[Track]]) -> tuple[Backend, ...]:
    """Stable's sides alone, as they were before the rollouts."""
    return tuple(dict.fromkeys(member.track.counting.before for member in due))


def sides_of(track: Track) -> tuple[Backend, Backend]:
    """Both sides that a track counts."""
    return track.counting.candidate, track.counting.stable


def take(
    due: Sequence[Due[Track]], series: Mapping[Backend, Sequence[Series]], told: Told, *, until: int, wait: timedelta
) -> list[Due[Track]]:
    """Give each track its own of the series; those that took it."""

    def give(member: Due[Track]) -> None:
        mine = (each for side in sides_of(member.track) for each in series.get(side, ()))
        member.track.take(mine, until=until, wait=wait)

    return apart(due, give, told)


def learn(due: Sequence[Due[Track]], series: Mapping[Backend, Sequence[Series]], told: Told) -> list[Due[Track]]:
    """Let each track choose its rules by stable's past; those that did."""
    return apart(due, lambda member: member.track.learn(series.get(member.track.counting.before, ())), told)
