"""Judging what has all the traffic, by the day before: in the watch with the rollout's α, and after it as a warning.

Both days are asked by the same question at two times, and one question serves all Releases of a shape. After a day
the release would be compared with itself, so only those are asked about that were promoted in the last day.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.day_before import DAY_LENGTH
from tidegate.metrics.raw_counts import read
from tidegate.metrics.samples import Series
from tidegate.metrics.scrape import Scrape
from tidegate.reconcile.accidents import Work
from tidegate.reconcile.judging.arrivals import Arrivals
from tidegate.reconcile.judging.ask_raw import THE_SOURCE, ask_in_parts, ask_raw
from tidegate.reconcile.judging.groups import Due, Group, Groups, Told, apart, fail, together
from tidegate.reconcile.judging.rounds import AGAIN_SECONDS, last_end
from tidegate.reconcile.judging.windows import begin_of_window
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source, place_of
from tidegate.reconcile.world import World
from tidegate.watch import Identity, Key, Lane, Recurring

from .period import days_of, period_of
from .track import WINDOW, Days, DayTrack

Both = tuple[dict[Backend, list[Series]], dict[Backend, list[Series]]]
KEEPS_NO_DAY = "Tidegate reads pages itself, and keeps no day of them"


class DayJudging:
    """Keeps the comparisons with the day before up to date; after a restart all is counted again."""

    def __init__(self, world: World, channel: Channel, arrivals: Arrivals) -> None:
        self._world = world
        self._arrivals = arrivals
        self._channel = channel
        self._due = Recurring("counting the day before", self._round, again=AGAIN_SECONDS)
        self._groups = Groups[DayTrack]()

    async def run(self) -> None:
        """Count until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Compare from full weight on: in the watch, and for a day after."""
        memory, period = self._world.memory(key), period_of(seen)
        if period is None:
            memory.days = None
            return

        if memory.days is not None and memory.days.period == period.identity:
            return

        memory.days = days_of(seen, period, memory.tracks)
        if memory.days is None:
            return

        place = place_of(seen.wanted.pinned.spec.metric_source, key.namespace)
        for identity in self._groups.join(key, place, memory.days.by_name):
            self._due.after(identity, 0)

    async def _round(self, identity: Identity) -> None:
        group = self._groups[identity]
        arrival = self._arrivals.wait(group.place)
        until, wait = last_end(self._world.now().timestamp(), group.cell, arrival)
        members = self._groups.due(identity, partial(self._track, until))
        if not members:
            return

        self._due.after(identity, wait)
        before = {member.key: self._known(member.key) for member in members}
        source = self._world.sources.resolve(*group.place)
        if isinstance(source, Source) and isinstance(source.translator, Scrape):
            fail(members, KEEPS_NO_DAY)
        elif isinstance(source, Source):
            await asyncio.gather(*(self._advance(group, source, due, until) for due in chunks(members, until)))
        else:
            fail(members, source.sentence)

        for member in members:
            member.track.caught_up = member.track.taken >= until

        # Nothing else is told of it, so a Release at rest has no turn for it.
        for key, known in before.items():
            if self._known(key) != known:
                self._world.mark(key, back=self._breached(key))

    def _track(self, until: int, key: Key, name: str) -> DayTrack | None:
        """What is still followed of a Release. After a day it has a last turn."""
        memory = self._world.memories.get(key)
        days = memory.days if memory else None
        if memory and days and days.until is not None and until >= days.until:
            memory.days = days = None
            self._world.queue.mark(key, Lane.REST)

        return days.by_name.get(name) if days else None

    def _days(self, key: Key) -> Days | None:
        memory = self._world.memories.get(key)
        return memory.days if memory else None

    def _known(self, key: Key) -> tuple[bool, frozenset[str]]:
        """What a turn would tell."""
        days = self._days(key)
        return (days.caught_up, days.alarmed) if days else (False, frozenset())

    def _breached(self, key: Key) -> bool:
        """A breach of the watch is urgent; what only warns is not."""
        days = self._days(key)
        return days is not None and days.until is None and bool(days.alarmed)

    async def _advance(self, group: Group, source: Source, due: Sequence[Due[DayTrack]], until: int) -> None:
        """Bring tracks that have come equally far up to a time, window by window; the first failure ends it."""
        while due and (not due[0].track.knows or due[0].track.taken < until):
            first = due[0].track
            asked = window_of(first.taken, until) if first.knows else first.counting.hour
            found = await self._both_days(group, source, due, *asked)
            if isinstance(found, NotWhole) and len(due) > 1:
                half = len(due) // 2
                await asyncio.gather(*(self._advance(group, source, part, until) for part in (due[:half], due[half:])))
                return

            if isinstance(found, Unusable):
                fail(due, found.of(THE_SOURCE))
                return

            due = give(due, *found, partial(self._world.accident, Work.COUNTING_THE_DAY_BEFORE), until=asked[1])

    async def _both_days(
        self, group: Group, source: Source, due: Sequence[Due[DayTrack]], since: int, until: int
    ) -> Both | Unusable:
        sides = tuple(dict.fromkeys(side for member in due for side in member.track.counting.sides))
        ask = ask_in_parts if len(due) == 1 else ask_raw
        today, before = await asyncio.gather(
            ask(self._channel, source, group.shape, sides, since=since, until=until),
            ask(self._channel, source, group.shape, sides, since=since - DAY_LENGTH, until=until - DAY_LENGTH),
        )
        if isinstance(today, Unusable):
            return today

        if isinstance(before, Unusable):
            return before

        return read(group.shape, sides, today), read(group.shape, sides, before)


def window_of(taken: int, until: int) -> tuple[int, int]:
    """What is asked for next; what of it was taken before is passed over."""
    return begin_of_window(taken), min(until, window_after(taken))


def window_after(taken: int) -> int:
    """The end of the window that follows: the same for all."""
    return (taken // WINDOW + 1) * WINDOW


def chunks(members: Iterable[Due[DayTrack]], until: int) -> Iterator[list[Due[DayTrack]]]:
    """Those that are behind, by how far they have come; who has its rules to learn, by when its rollout began."""
    behind = (member for member in members if member.track.taken < until or not member.track.knows)
    return together(behind, lambda track: (0 if track.knows else track.counting.began, track.taken))


def give(
    due: Sequence[Due[DayTrack]],
    today: Mapping[Backend, Sequence[Series]],
    before: Mapping[Backend, Sequence[Series]],
    told: Told,
    *,
    until: int,
) -> list[Due[DayTrack]]:
    """Give each track its own of both days: to choose its rules by, or to judge; those that took it."""

    def one(member: Due[DayTrack]) -> None:
        sides = member.track.counting.sides
        both = ([each for side in sides for each in day.get(side, ())] for day in (today, before))
        if member.track.knows:
            member.track.take(*both, until=until)
        else:
            member.track.learn(*both)

    return apart(due, one, told)
