"""Reading pages of metrics where no server keeps them: beside the turns, for every Release that is judged by one."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from tidegate.clients import AskFailed, Http
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.page import Page
from tidegate.metrics.raw_counts import RawSeries, Shape
from tidegate.metrics.samples import MILLISECONDS
from tidegate.metrics.scrape import Scrape, Target
from tidegate.metrics.sifting import Wish
from tidegate.metrics.warm_up import milliseconds
from tidegate.watch import Key, Schedule

from . import kinds
from .observe import Seen
from .pages import page_of, pages_at, pages_of_pods
from .reading import GATEWAY, Follower, Leaf, Reading
from .sources import Place, Source, place_of
from .tracks import candidate_of, shape_of, stable_of
from .world import World

SCRAPE = "scrape"
AGAIN_SECONDS = 5.0
# So long before a cell ends its last page is asked for: what it counts is known when the cell is looked at.
BEFORE = MILLISECONDS
# One that hangs has ten seconds at most.
PAGES_AT_ONCE = 64
log = structlog.get_logger(__name__)


class Scraping:
    """Keeps the counters of followed Releases, of the last hour and in memory."""

    def __init__(self, world: World, http: Http) -> None:
        self._world = world
        self._http = http
        self._due = Schedule(self._begin)
        self._readings: dict[Place, Reading] = {}
        self._places: dict[Key, Place] = {}
        self._of: dict[Key, Place] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(PAGES_AT_ONCE)

    async def run(self) -> None:
        """Read until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Read for a Release, in a rollout and between them: what stable does is known before the next one."""
        place = self._place(key, seen)
        if self._of.get(key) != place:
            self._leave(key)

        if place is None:
            return

        self._of[key] = place
        if place not in self._readings:
            self._readings[place] = Reading()
            identity = (SCRAPE, repr(place))
            self._places[identity] = place
            self._due.after(identity, 0)

        self._readings[place].follow(key, follower_of(seen))

    def raw(
        self, place: Place, shape: Shape, sides: tuple[Backend, ...], *, since: int, until: int
    ) -> list[RawSeries] | Unusable:
        """What was read between two instants, in milliseconds since 1970."""
        found = self._readings.get(place, Reading())
        return found.raw(shape, sides, since=since, until=until)

    def begun(self, key: Key) -> int | None:
        """Since when there are counts for a Release, in milliseconds since 1970."""
        place = self._of.get(key)
        return self._readings[place].begun.get(key) if place else None

    def _place(self, key: Key, seen: Seen) -> Place | None:
        """The source that a Release is counted by, if its pages are read."""
        spec = seen.wanted.pinned.spec
        if not spec.asks_the_data_plane or seen.plane is None:
            return None

        source = self._world.sources.resolve(spec.metric_source, key[0])
        if isinstance(source, Blocked) or not isinstance(source.translator, Scrape):
            return None

        return place_of(spec.metric_source, key[0])

    def _leave(self, key: Key) -> None:
        place = self._of.pop(key, None)
        if place is not None:
            self._readings[place].leave(key)

    def _begin(self, identity: Key) -> None:
        self._start(self._turn(identity), partial(self._due.after, identity, AGAIN_SECONDS))

    def _start(self, work: Coroutine[Any, Any, None], again: Callable[[], None] | None = None) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(partial(self._ended, again))

    def _ended(self, again: Callable[[], None] | None, task: asyncio.Task[None]) -> None:
        """An accident of ours is told, and reading goes on."""
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("reading pages failed", exc_info=error)
            if again:
                again()

    async def _turn(self, identity: Key) -> None:
        """Ask for every page that is due."""
        place = self._places[identity]
        reading = self._readings[place]
        for key in [key for key in reading.followers if self._world.store(kinds.RELEASES).get(key) is None]:
            self._leave(key)

        if not reading.followers:
            del self._readings[place], self._places[identity]
            return

        source = self._world.sources.resolve(*place)
        if isinstance(source, Blocked) or not isinstance(source.translator, Scrape):
            self._due.after(identity, AGAIN_SECONDS)
            return

        now = int(self._world.now().timestamp() * MILLISECONDS)
        interval = milliseconds(source.translator.interval)
        self._due.after(identity, wait_for(now, interval) / MILLISECONDS)
        pages = await self._pages(source, source.translator, reading, reading.due(now, interval))
        for leaf in reading.turn_to(pages):
            leaf.read_now = True
            self._start(self._read(source, reading, leaf))

    async def _pages(
        self, source: Source, scrape: Scrape, reading: Reading, due: list[Key]
    ) -> dict[Key, tuple[Target, ...]]:
        """The pages of the Releases that are due; one gateway's are all Releases'."""
        reading.by_pods = scrape.pods is not None
        if scrape.pods is not None:
            revisions = {key: reading.followers[key].revisions for key in due}
            return {key: tuple(pages_of_pods(key, scrape.pods, revisions[key], self._world)) for key in due}

        if not due:
            return {}

        try:
            found = await pages_at(scrape.addresses, each=scrape.each_address, seconds=source.seconds)
        except AskFailed as error:
            reading.failed = str(error)
            return {GATEWAY: ()}

        reading.failed = ""
        return {GATEWAY: found}

    async def _read(self, source: Source, reading: Reading, leaf: Leaf) -> None:
        try:
            async with self._turns:
                at = int(self._world.now().timestamp() * MILLISECONDS)
                found = await page_of(leaf.target, source, leaf.sifting, self._http)
        finally:
            leaf.read_now = False

        self._world.telemetry.queries.labels("answered" if isinstance(found, Page) else "failed").inc()
        reading.take(leaf, at, found)


def follower_of(seen: Seen) -> Follower:
    """What is read for a Release, for all its objectives and both its sides."""
    progress = seen.snapshot.progress
    sides = candidate_of(seen), stable_of(seen)
    shapes = dict.fromkeys(shape_of(seen, found) for found in seen.wanted.pinned.spec.objectives if found.ratio)
    return Follower(
        wishes=tuple(Wish(shape, sides) for shape in shapes),
        revisions=frozenset(filter(None, (progress.candidate, progress.stable))),
        moving=progress.candidate is not None,
    )


def wait_for(now: int, interval: int) -> int:
    """Milliseconds until the next page: a little before the end of an interval, as cells end there too."""
    phase = interval - min(BEFORE, interval // 2)
    return interval - (now - phase) % interval
