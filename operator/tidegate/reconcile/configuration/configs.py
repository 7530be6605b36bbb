"""The ConfigMaps and Secrets that Releases track: which there are, and what each holds, as a hash."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import partial

import structlog

from tidegate.api.names import ANNOTATION_TRACK_CONFIG
from tidegate.clients import METADATA, METADATA_LIST, CallError, Event, Forbidden, Kind, Kube, Unavailable
from tidegate.reconcile import kinds
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.seen.trims import trimmed_config
from tidegate.watch import Key, Object, Reflector, Store, Troubles
from tidegate.workloads import content_of

from .standing import Absent, Content, Place, Standing, Unread, Unreadable, Untracked

READS_AT_ONCE = 16
AGAIN_SECONDS = 15.0
UNTRACKED = "false"
# A server that is away for a moment is no news.
PAUSES = (0.5, 1.0, None)
NOT_THE_AUTHORITY = "metadata.name!=kube-root-ca.crt"
log = structlog.get_logger(__name__)

# A kind, and the one namespace of it that is watched; None for all of them.
Part = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class _Read:
    """One version of an object, read; `hash` None: never copied."""

    uid: str
    version: int
    hash: str | None


@dataclass(frozen=True, slots=True)
class _Failed:
    sentence: str
    until: float


class Configs:
    """Watches names and versions only, and only while a Release tracks; reads what is followed, keeps no content."""

    def __init__(self, kube: Kube, scope: Scope, mark: Callable[[Key], None]) -> None:
        self._kube = kube
        self._mark = mark
        self._namespaces: tuple[str | None, ...] = scope.namespaces or (None,)
        self.stores = {kind: Store(kinds.by_release) for kind in kinds.CONFIG_KINDS}
        self._reflectors: dict[Part, Reflector] = {}
        self._wanted, self._unwanted = asyncio.Event(), asyncio.Event()
        self._trouble: dict[Part, str] = {}
        self._read: dict[Place, _Read] = {}
        self._failed: dict[Place, _Failed] = {}
        self._reading: dict[Place, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(READS_AT_ONCE)
        self._followers: dict[Place, set[Key]] = defaultdict(set)
        self._followed: dict[Key, frozenset[Place]] = {}
        for kind, store in self.stores.items():
            store.on_change(partial(self._changed, kind))

    def want(self, *, wanted: bool) -> None:
        """Say whether any Release tracks configuration."""
        on, off = (self._wanted, self._unwanted) if wanted else (self._unwanted, self._wanted)
        on.set()
        off.clear()

    async def run(self) -> None:
        """Watch while that is wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            watches = asyncio.create_task(self._watch())
            unwanted = asyncio.create_task(self._unwanted.wait())
            try:
                done, _ = await asyncio.wait((watches, unwanted), return_when=asyncio.FIRST_COMPLETED)
            finally:
                watches.cancel()
                unwanted.cancel()

            await asyncio.gather(watches, return_exceptions=True)
            if watches in done:
                watches.result()

            self._forget_all()

    def look(self, place: Place) -> Standing:
        """What is known of an object now. It makes no request."""
        kind, namespace, name = place
        part = self._part_of(place)
        reflector = self._reflectors.get(part)
        if trouble := self._trouble.get(part):
            return Unreadable(trouble)

        if reflector is None or not reflector.synced.is_set():
            return Unread()

        found = self.stores[kind].get(Key(namespace, name))
        if found is None:
            return Absent()

        if (found["metadata"].get("annotations") or {}).get(ANNOTATION_TRACK_CONFIG) == UNTRACKED:
            return Untracked()

        return self._known(place, found)

    def follow(self, key: Key, places: frozenset[Place]) -> None:
        """Mark a Release whenever one of these changes, and read those that are not read yet."""
        before = self._followed.get(key, frozenset())
        for place in before - places:
            self._leave(key, place)

        for place in places - before:
            self._followers[place].add(key)

        if places:
            self._followed[key] = places
        else:
            self._followed.pop(key, None)

        for place in places:
            if isinstance(self.look(place), Unread):
                self._begin(place)

    async def content(self, place: Place) -> tuple[Object, str | None]:
        """The object as it is now, and its hash; None for one that is never copied."""
        kind, namespace, name = place
        found = await self._kube.call("GET", kinds.CONFIG_KINDS[kind].path(namespace, name))
        metadata, content = found["metadata"], content_of(kind, found)
        self._read[place] = _Read(metadata["uid"], int(metadata["resourceVersion"]), content)
        self._failed.pop(place, None)
        return found, content

    def copies(self, release: Key) -> Iterable[tuple[str, Object]]:
        """The labelled objects of a Release, with their kinds."""
        return ((kind, found) for kind, store in self.stores.items() for found in store.of(release))

    def silent(self, oldest: float) -> list[str]:
        """Streams not heard since then. One whose trouble its followers are told is no news here."""
        heard = {part: seen for part, seen in self._reflectors.items() if seen.synced.is_set()}
        return [seen.where for part, seen in heard.items() if seen.heard_at < oldest and not self._trouble.get(part)]

    def _known(self, place: Place, found: Object) -> Standing:
        uid, version = found["metadata"]["uid"], int(found["metadata"]["resourceVersion"])
        failed, read = self._failed.get(place), self._read.get(place)
        if failed is not None and failed.until > time.monotonic():
            return Unreadable(failed.sentence, failed.until - time.monotonic())

        # What was read may be newer than what the watch has told.
        if read is None or read.uid != uid or read.version < version:
            return Unread()

        return Content(read.hash) if read.hash else Untracked()

    def _part_of(self, place: Place) -> Part:
        kind, namespace, _ = place
        return kind, namespace if namespace in self._namespaces else None

    async def _watch(self) -> None:
        parts = [(kind, namespace) for kind in kinds.CONFIG_KINDS for namespace in self._namespaces]
        self._reflectors = {part: self._reflector(part) for part in parts}
        async with asyncio.TaskGroup() as group:
            for reflector in self._reflectors.values():
                group.create_task(reflector.run())

    def _reflector(self, part: Part) -> Reflector:
        kind = kinds.CONFIG_KINDS[part[0]]
        return Reflector(
            kind.plural,
            self.stores[kind.kind],
            namespace=part[1],
            lister=partial(self._list, kind, part),
            watcher=partial(self._stream, kind, part),
            trim=trimmed_config,
            troubles=Troubles(any=CallError),
        )

    async def _list(self, kind: Kind, part: Part) -> tuple[list[Object], str]:
        """Every object's name and version. Those who wait for the first list are told, and those who lack the right."""
        try:
            answer = await self._kube.list_all(
                kind, part[1], keep=trimmed_config, fields=NOT_THE_AUTHORITY, accept=METADATA_LIST
            )
        except CallError as error:
            # A server that is away for a moment is no news once the first list is complete.
            if isinstance(error, Forbidden) or not self._reflectors[part].synced.is_set():
                self._say(part, words_of(error))
            raise

        self._say(part, "")
        return answer

    def _stream(self, kind: Kind, part: Part, version: str) -> AsyncIterator[Event]:
        return self._kube.watch(kind, version, namespace=part[1], fields=NOT_THE_AUTHORITY, accept=METADATA)

    def _say(self, part: Part, trouble: str) -> None:
        changed = self._trouble.get(part, "") != trouble or not self._reflectors[part].synced.is_set()
        self._trouble[part] = trouble
        for key in tuple(self._followed) if changed else ():
            self._mark(key)

    def _changed(self, kind: str, old: Object | None, new: Object | None) -> None:
        found = new or old
        if found is not None:
            place = kind, found["metadata"]["namespace"], found["metadata"]["name"]
            # Another version is tried at once, whatever became of the last one.
            self._failed.pop(place, None)
            self._tell(place)

        for key in kinds.by_release(old) if old and new is None else ():
            # A copy is gone: nobody follows those, for they never change.
            self._mark(key)

    def _tell(self, place: Place) -> None:
        for key in self._followers.get(place, ()):
            self._mark(key)

    def _begin(self, place: Place) -> None:
        kind, namespace, name = place
        if place in self._reading or self.stores[kind].get(Key(namespace, name)) is None:
            return

        task = asyncio.create_task(self._fetch(place))
        self._reading[place] = task
        task.add_done_callback(partial(self._ended, place))

    async def _fetch(self, place: Place) -> None:
        for pause in PAUSES:
            error = await self._failure(place)
            if error is None:
                return

            if pause is None or not isinstance(error, Unavailable):
                self._failed[place] = _Failed(words_of(error), time.monotonic() + AGAIN_SECONDS)
                return

            await asyncio.sleep(pause)

    async def _failure(self, place: Place) -> CallError | None:
        """Read an object; what stood in the way."""
        async with self._at_once:
            try:
                await self.content(place)
            except CallError as error:
                return error

        return None

    def _ended(self, place: Place, task: asyncio.Task[None]) -> None:
        """Whoever follows it looks again; a failure of ours is told, and tried again like any other."""
        self._reading.pop(place, None)
        if task.cancelled():
            return

        if error := task.exception():
            log.error("configuration not read", place="/".join(place), exc_info=error)
            self._failed[place] = _Failed(f"{'/'.join(place)} could not be read", time.monotonic() + AGAIN_SECONDS)

        if place not in self._followers:
            self._drop(place)

        self._tell(place)

    def _leave(self, key: Key, place: Place) -> None:
        self._followers[place].discard(key)
        if not self._followers[place]:
            del self._followers[place]
            self._drop(place)

    def _drop(self, place: Place) -> None:
        self._read.pop(place, None)
        self._failed.pop(place, None)

    def _forget_all(self) -> None:
        """Nobody tracks any more: nothing is known, so that nothing old is believed later."""
        self._reflectors, self._trouble = {}, {}
        self._read.clear()
        self._failed.clear()
        self.stores = {kind: Store(kinds.by_release) for kind in kinds.CONFIG_KINDS}
        for kind, store in self.stores.items():
            store.on_change(partial(self._changed, kind))


def words_of(error: CallError) -> str:
    """What the API server says; where a right is missing, also which setting grants it."""
    hint = "; the chart's trackConfig.enabled grants it" if isinstance(error, Forbidden) else ""
    return f"{error.told}{hint}"
