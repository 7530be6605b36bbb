"""Reading pages of metrics where no server keeps them: beside the turns, for every Release that is judged by one."""

import structlog

from tidegate.clients import AskFailed, Http
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.page import Page
from tidegate.metrics.raw_counts import RawSeries, Shape
from tidegate.metrics.samples import MILLISECONDS, milliseconds
from tidegate.metrics.scrape import OfPods, Scrape, Target
from tidegate.metrics.sifting import Wish
from tidegate.reconcile.accidents import Work
from tidegate.reconcile.judging.ask_raw import unanswered
from tidegate.reconcile.judging.tracks import candidate_of, compared_of, shape_of, stable_of
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.sources import Place, Source, place_of
from tidegate.reconcile.world import World
from tidegate.watch import Identity, Key, Recurring

from .pages import page_of, pages_at, pages_of_pods
from .reading import GATEWAY, Counted, Leaf, Reading

SCRAPE = "scrape"
AGAIN_SECONDS = 5.0
# So long before a cell ends its last page is asked for: what it counts is known when the cell is looked at.
BEFORE = MILLISECONDS
log = structlog.get_logger(__name__)


class Scraping:
    """Keeps the counters of followed Releases, of the last hour and in memory."""

    def __init__(self, world: World, http: Http) -> None:
        self._world = world
        self._http = http
        self._due = Recurring("reading pages", self._turn, again=AGAIN_SECONDS)
        self._readings: dict[Place, Reading] = {}
        self._places: dict[Identity, Place] = {}
        self._of: dict[Key, Place] = {}
        world.on_forget(self._leave)

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

        self._readings[place].follow(key, counted_of(seen))

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

        source = self._world.sources.resolve(spec.metric_source, key.namespace)
        if isinstance(source, Blocked) or not isinstance(source.translator, Scrape):
            return None

        return place_of(spec.metric_source, key.namespace)

    def _leave(self, key: Key) -> None:
        place = self._of.pop(key, None)
        if place is not None:
            self._readings[place].leave(key)

    async def _turn(self, identity: Identity) -> None:
        """Ask for every page that is due."""
        place = self._places[identity]
        reading = self._readings[place]
        if not reading.counted:
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
            reading.reads.start(leaf, self._read(source, reading, leaf))

    async def _pages(
        self, source: Source, scrape: Scrape, reading: Reading, due: list[Key]
    ) -> dict[Key, tuple[Target, ...]]:
        """The pages of the Releases that are due; one gateway's are all Releases'."""
        reading.by_pods = scrape.pods is not None
        if scrape.pods is not None:
            return {key: self._pages_of(key, scrape.pods, reading) for key in due}

        if not due:
            return {}

        try:
            found = await pages_at(scrape.addresses, self._http, each=scrape.each_address, seconds=source.seconds)
        except AskFailed as error:
            reading.failed = unanswered(error)
            return {GATEWAY: ()}

        reading.failed = None
        return {GATEWAY: found}

    def _pages_of(self, key: Key, pods: OfPods, reading: Reading) -> tuple[Target, ...]:
        """Those of one Release. Where its pods cannot be read it has none, and the others have theirs."""
        try:
            return tuple(pages_of_pods(key, pods, reading.counted[key].revisions, self._world))
        except Exception as error:  # noqa: BLE001 - one Release's trouble must not leave the others unread
            self._world.accident(Work.FINDING_PAGES, key, error)
            return ()

    async def _read(self, source: Source, reading: Reading, leaf: Leaf) -> None:
        async with reading.turns:
            at = int(self._world.now().timestamp() * MILLISECONDS)
            found = await page_of(leaf.target, source, leaf.sifting, self._http)

        self._world.telemetry.query(answered=isinstance(found, Page))
        reading.take(leaf, at, found)


def counted_of(seen: Seen) -> Counted:
    """What is read for a Release, for all its objectives and both its sides, and a baseline beside them."""
    progress = seen.snapshot.progress
    sides = tuple(dict.fromkeys((candidate_of(seen), stable_of(seen), compared_of(seen))))
    shapes = dict.fromkeys(shape_of(seen, found) for found in seen.wanted.pinned.spec.objectives if found.counted)
    return Counted(
        wishes=tuple(Wish(shape, sides) for shape in shapes),
        revisions=frozenset(filter(None, (progress.candidate, progress.stable))),
        moving=progress.candidate is not None,
    )


def wait_for(now: int, interval: int) -> int:
    """Milliseconds until the next page: a little before the end of an interval, as cells end there too."""
    phase = interval - min(BEFORE, interval // 2)
    return interval - (now - phase) % interval
