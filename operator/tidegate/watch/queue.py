"""Dirty keys: many marks are one turn, one turn at a time for a key, rollbacks first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from .store import Key

Turn = Callable[[Key], Awaitable[None]]

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0


class WorkQueue:
    """Keys that someone should look at."""

    def __init__(self) -> None:
        self._urgent: OrderedDict[Key, None] = OrderedDict()
        self._dirty: OrderedDict[Key, None] = OrderedDict()
        self._running: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self.turns = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._dirty)

    def mark(self, key: Key, *, urgent: bool = False) -> None:
        """Say that a key should be looked at; the latest state is what the turn will see."""
        if urgent:
            self._dirty.pop(key, None)
            self._urgent[key] = None
        elif key not in self._urgent:
            self._dirty[key] = None

        self._wake.set()

    def stop(self) -> None:
        """Admit nothing more; workers end when their turn does."""
        self._stopping = True
        self._wake.set()

    async def work(self, turn: Turn, *, failed: Callable[[Key, Exception], None]) -> None:
        """Take turns until stopped. A turn that fails is taken again, later each time."""
        while not self._stopping:
            key = self._next()
            if key is None:
                self._wake.clear()
                await self._wake.wait()
                continue

            await self._take(key, turn, failed)

    async def _take(self, key: Key, turn: Turn, failed: Callable[[Key, Exception], None]) -> None:
        self._running.add(key)
        self.turns += 1
        try:
            await turn(key)
            self._failures.pop(key, None)
        except Exception as error:  # noqa: BLE001 - the loop's own boundary: told, and taken again
            failed(key, error)
            self._again(key)
        finally:
            self._running.discard(key)
            self._wake.set()

    def _again(self, key: Key) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(failures, 10), LONGEST_WAIT_SECONDS)
        asyncio.get_running_loop().call_later(wait, self.mark, key)

    def _next(self) -> Key | None:
        for lane in (self._urgent, self._dirty):
            for key in lane:
                if key not in self._running:
                    del lane[key]
                    return key

        return None
