"""Keeps a store equal to a collection of the cluster: list, then watch, for ever."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from .backoff import LONGEST_WAIT_SECONDS, Backoff
from .store import Object, Store

log = structlog.get_logger(__name__)

# A stream that was open for so long is no sign of a server that hangs up at once.
LIVED_SECONDS = 5.0
# A stream that ends after so long a silence may have been dead: a list proves what is so. With the 70 s that a stream
# may be silent, nothing is unheard of for more than the 90 s of /readyz.
UNHEARD_SECONDS = 15.0
# A kind that the cluster does not serve may be installed later.
ABSENT_SECONDS = 30.0


class Change(Protocol):
    """One line of a watch."""

    @property
    def type(self) -> str: ...
    @property
    def object(self) -> Object: ...


Lister = Callable[[], Awaitable[tuple[list[Object], str]]]
Watcher = Callable[[str], AsyncIterator[Change]]
# None: the object is left out.
Trim = Callable[[Object], Object | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """How a call may fail, by what a reflector does then: list again, do without the kind, or trust it no more."""

    any: type[Exception]
    absent: type[Exception] | None = None
    forbidden: type[Exception] | None = None


class Reflector:
    """One kind, trimmed by its lister. Any trouble in the stream leads to a new list: nothing is lost."""

    def __init__(
        self,
        name: str,
        store: Store,
        *,
        namespace: str | None = None,
        lister: Lister,
        watcher: Watcher,
        trim: Trim,
        troubles: Troubles,
    ) -> None:
        self.name = name
        self.store = store
        self.namespace = namespace
        self.synced = asyncio.Event()
        self.answered = asyncio.Event()
        self.refused = False
        self.heard_at = 0.0
        self.relists = 0
        self._lister = lister
        self._watcher = watcher
        self._trim = trim
        self._troubles = troubles
        self._backoff = Backoff()

    @property
    def where(self) -> str:
        """What it reads, in words."""
        return f"{self.name} in {self.namespace}" if self.namespace else self.name

    async def run(self) -> None:
        """List and watch until cancelled."""
        while True:
            try:
                await self._follow(await self._list())
            except self._troubles.any as error:
                if self._troubles.absent and isinstance(error, self._troubles.absent):
                    await self._do_without()
                    continue

                self._note(error)

            await self._backoff.rest(ABSENT_SECONDS if self.refused else LONGEST_WAIT_SECONDS)

    def _note(self, error: Exception) -> None:
        """Say what broke. Where we may be refused, that is an answer too: what is kept is no longer trusted."""
        log.warning("watch broken", kind=self.name, namespace=self.namespace, error=str(error))
        forbidden = self._troubles.forbidden
        self.refused = forbidden is not None and isinstance(error, forbidden)
        if self.refused:
            self.answered.set()

    async def _do_without(self) -> None:
        """The cluster does not serve this kind: there is none of it, until it is installed."""
        self.store.empty(self.namespace)
        self._complete()
        await asyncio.sleep(ABSENT_SECONDS)

    async def _list(self) -> str:
        listed, version = await self._lister()
        self.store.swap(listed, int(version), self.namespace)
        self.relists += 1
        self._complete()
        return version

    def _complete(self) -> None:
        self._hear()
        self.refused = False
        self.synced.set()
        self.answered.set()

    async def _follow(self, version: str) -> None:
        """Watch, and watch again from where the last stream ended in good order, until only a list can tell what is so.

        An open stream without a word proves nothing: only what the server says is heard.
        """
        while True:
            version = await self._stream(version)
            if time.monotonic() - self.heard_at >= UNHEARD_SECONDS:
                return

            await self._backoff.rest()

    async def _stream(self, version: str) -> str:
        """One stream; the version to go on from. Hung up at once, or broken, the next one waits longer and longer."""
        opened, before = time.monotonic(), version
        try:
            async for change in self._watcher(version):
                version = change.object["metadata"]["resourceVersion"]
                self._take(change)
        finally:
            if version != before or time.monotonic() - opened >= LIVED_SECONDS:
                self._backoff.reset()

        return version

    def _take(self, change: Change) -> None:
        self._hear()
        match change.type:
            case "ADDED" | "MODIFIED":
                self._keep(change.object)
            case "DELETED":
                self.store.drop(change.object)

    def _keep(self, found: Object) -> None:
        """Keep what the trim keeps; of what it leaves out, nothing older stays either."""
        kept = self._trim(found)
        if kept is None:
            self.store.drop(found)
        else:
            self.store.put(kept)

    def _hear(self) -> None:
        self.heard_at = time.monotonic()
