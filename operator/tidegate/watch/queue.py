"""Dirty keys: many marks are one turn, one turn at a time for a key, rollbacks first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from enum import IntEnum

from .store import Key

Turn = Callable[[Key], Awaitable[None]]

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0


class Lane(IntEnum):
    """Whose turn comes first."""

    ROLLBACK = 0
    MOVING = 1
    REST = 2


class WorkQueue:
    """Keys that someone should look at."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, OrderedDict[Key, None]] = {lane: OrderedDict() for lane in Lane}
        self._running: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self.turns = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def mark(self, key: Key, lane: Lane = Lane.REST) -> None:
        """Say that a key should be looked at; the latest state is what the turn will see."""
        waiting = next((found for found, keys in self._lanes.items() if key in keys), None)
        if waiting is None or lane < waiting:
            self._lanes[lane][key] = None
            if waiting is not None:
                del self._lanes[waiting][key]

        self._wake.set()

    def stop(self) -> None:
        """Admit nothing more; workers end when their turn does."""
        self._stopping = True
        self._wake.set()

    async def work(self, turn: Turn, *, failed: Callable[[Key, Exception], None], last: Lane = Lane.REST) -> None:
        """Take turns of the lanes up to `last` until stopped. A turn that fails is taken again, later each time."""
        while not self._stopping:
            found = self._next(last)
            if found is None:
                self._wake.clear()
                await self._wake.wait()
                continue

            await self._take(*found, turn, failed)

    async def _take(self, key: Key, lane: Lane, turn: Turn, failed: Callable[[Key, Exception], None]) -> None:
        self._running.add(key)
        self.turns += 1
        try:
            await turn(key)
            self._failures.pop(key, None)
        except Exception as error:  # noqa: BLE001 - the loop's own boundary: told, and taken again
            failed(key, error)
            self._again(key, lane)
        finally:
            self._running.discard(key)
            self._wake.set()

    def _again(self, key: Key, lane: Lane) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(failures, 10), LONGEST_WAIT_SECONDS)
        asyncio.get_running_loop().call_later(wait, self.mark, key, lane)

    def _next(self, last: Lane) -> tuple[Key, Lane] | None:
        for lane, keys in self._lanes.items():
            for key in keys if lane <= last else ():
                if key not in self._running:
                    del keys[key]
                    return key, lane

        return None
