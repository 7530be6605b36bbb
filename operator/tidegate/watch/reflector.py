"""Keeps a store equal to a collection of the cluster: list, then watch, for ever."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from .store import Object, Store

log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 10.0
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
Trim = Callable[[Object], Object]


@dataclass(frozen=True, slots=True)
class Absence:
    """What says that the cluster does not serve a kind, and what says that our roles never let us read it."""

    missing: type[Exception]
    denied: type[Exception] | None = None


class Reflector:
    """One kind, trimmed by its lister. Any trouble in the stream leads to a new list: nothing is lost."""

    def __init__(
        self,
        name: str,
        store: Store,
        *,
        lister: Lister,
        watcher: Watcher,
        trim: Trim,
        trouble: type[Exception],
        absence: Absence | None = None,
    ) -> None:
        self.name = name
        self.store = store
        self.synced = asyncio.Event()
        self.heard_at = 0.0
        self.relists = 0
        self._lister = lister
        self._watcher = watcher
        self._trim = trim
        self._trouble = trouble
        self._absence = absence

    async def run(self) -> None:
        """List and watch until cancelled."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                version = await self._list()
                wait = FIRST_WAIT_SECONDS
                await self._follow(version)
            except self._trouble as error:
                if self._is_without(error):
                    await self._do_without()
                    continue

                log.warning("watch broken", kind=self.name, error=str(error))

            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads relists
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _is_without(self, error: Exception) -> bool:
        """True where there is nothing to read. What was read once and is denied now is trouble, not absence."""
        if self._absence is None:
            return False

        denied = self._absence.denied is not None and isinstance(error, self._absence.denied)
        return isinstance(error, self._absence.missing) or (denied and not self.relists)

    async def _do_without(self) -> None:
        """The cluster does not serve this kind: there is none of it, until it is installed."""
        self.store.swap((), sys.maxsize)
        self._hear()
        self.synced.set()
        await asyncio.sleep(ABSENT_SECONDS)

    async def _list(self) -> str:
        listed, version = await self._lister()
        self.store.swap(listed, int(version))
        self.relists += 1
        self._hear()
        self.synced.set()
        return version

    async def _follow(self, version: str) -> None:
        """Watch, and watch again from where the last stream ended in good order."""
        while True:
            async for change in self._watcher(version):
                version = change.object["metadata"]["resourceVersion"]
                self._take(change)

            await asyncio.sleep(0)

    def _take(self, change: Change) -> None:
        self._hear()
        match change.type:
            case "ADDED" | "MODIFIED":
                self.store.put(self._trim(change.object))
            case "DELETED":
                self.store.drop(change.object)

    def _hear(self) -> None:
        self.heard_at = time.monotonic()
