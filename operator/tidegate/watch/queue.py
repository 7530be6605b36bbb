"""Dirty keys: many marks are one turn, one turn at a time for a key, rollbacks first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from tidegate.api.key import Key

Turn = Callable[[Key], Awaitable[None]]
Failed = Callable[[Key, Exception], Awaitable[None]]

# However slow the API server makes these, what may take a weight away never waits for one of them.
TURNS_AT_ONCE = 32
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0


class Lane(IntEnum):
    """Whose turn comes first; of those that may end in a fall of a weight, any number runs at once."""

    ROLLBACK = 0
    EXPOSED = 1
    MOVING = 2
    REST = 3


AT_ONCE = (Lane.ROLLBACK, Lane.EXPOSED)


@dataclass(slots=True)
class Running:
    """A turn that runs, and whether it was cut."""

    task: asyncio.Task[None]
    lane: Lane
    cut: bool = False


class WorkQueue:
    """Keys that someone should look at."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, OrderedDict[Key, None]] = {lane: OrderedDict() for lane in Lane}
        self._running: dict[Key, Running] = {}
        self._failures: dict[Key, int] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self.turns = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def mark(self, key: Key, lane: Lane = Lane.REST, *, cut: bool = False) -> None:
        """Say that a key should be looked at; the latest state is what the turn will see.

        A rollback waits for no other turn of its key: one that runs is `cut`, and told as no failure.
        """
        waiting = next((found for found, keys in self._lanes.items() if key in keys), None)
        if waiting is None or lane < waiting:
            self._lanes[lane][key] = None
            if waiting is not None:
                del self._lanes[waiting][key]

        if cut or lane is Lane.ROLLBACK:
            self._cut(key)

        self._wake.set()

    @property
    def failures(self) -> Mapping[Key, int]:
        """How many turns of a key failed one after the other; a key whose last one did not is not in it."""
        return self._failures

    def forget(self, key: Key) -> None:
        """Count a key's failures anew. If it is marked, it stays so."""
        self._failures.pop(key, None)

    def stop(self) -> None:
        """Admit nothing more; workers end when their turn does."""
        self._stopping = True
        self._wake.set()

    async def work(self, turn: Turn, *, failed: Failed) -> None:
        """Take turns until stopped, and see those that began to their end. One that fails comes again, later each time.

        After each start the loop hears what has arrived: a thousand Releases at rest keep none that moves waiting.
        """
        async with asyncio.TaskGroup() as turns:
            while not self._stopping:
                found = self._next(self._room())
                if found is None:
                    self._wake.clear()
                    await self._wake.wait()
                    continue

                key, lane = found
                task = turns.create_task(self._take(key, turn, failed))
                self._running[key] = Running(task, lane)
                # Also where the turn was cut before it began.
                task.add_done_callback(partial(self._ended, key))
                await asyncio.sleep(0)

    async def _take(self, key: Key, turn: Turn, failed: Failed) -> None:
        self.turns += 1
        running = self._running[key]
        try:
            await turn(key)
            self._failures.pop(key, None)
        except Exception as error:  # noqa: BLE001 - the loop's own boundary: told, and taken again
            if not running.cut:
                self._again(key, running.lane)
                await failed(key, error)

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:  # noqa: ARG002 - the shape of a callback
        del self._running[key]
        self._wake.set()

    def _cut(self, key: Key) -> None:
        """End a turn of less urgency at its next wait. What a turn itself finds urgent follows it."""
        running = self._running.get(key)
        if running is None or running.cut or running.lane is Lane.ROLLBACK:
            return

        if running.task is not asyncio.current_task():
            running.cut = True
            running.task.cancel()

    def _again(self, key: Key, lane: Lane) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(failures, 10), LONGEST_WAIT_SECONDS)
        asyncio.get_running_loop().call_later(wait, self.mark, key, lane)

    def _room(self) -> tuple[Lane, ...]:
        """The lanes of which one more turn may begin."""
        held = sum(running.lane not in AT_ONCE for running in self._running.values())
        return tuple(Lane) if held < TURNS_AT_ONCE else AT_ONCE

    def _next(self, lanes: Iterable[Lane]) -> tuple[Key, Lane] | None:
        for lane in lanes:
            keys = self._lanes[lane]
            for key in keys:
                if key not in self._running:
                    del keys[key]
                    return key, lane

        return None
