"""One heap of times: when to look at a key again."""

import asyncio
import heapq
from collections.abc import Callable

from .store import Key


class Schedule:
    """At most one time for a key: the latest call wins."""

    def __init__(self, due: Callable[[Key], None]) -> None:
        self._due = due
        self._heap: list[tuple[float, Key]] = []
        self._times: dict[Key, float] = {}
        self._sooner = asyncio.Event()

    def __len__(self) -> int:
        return len(self._times)

    def after(self, key: Key, seconds: float) -> None:
        """Look at a key after so long."""
        when = asyncio.get_running_loop().time() + max(seconds, 0)
        self._times[key] = when
        heapq.heappush(self._heap, (when, key))
        if self._heap[0][1] == key:
            self._sooner.set()

    def cancel(self, key: Key) -> None:
        """Forget a key's time."""
        self._times.pop(key, None)

    async def run(self) -> None:
        """Tell of keys that are due, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._tell(loop.time())
            self._sooner.clear()
            wait = self._heap[0][0] - loop.time() if self._heap else None
            try:
                await asyncio.wait_for(self._sooner.wait(), wait)
            except TimeoutError:
                continue

    def _tell(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            when, key = heapq.heappop(self._heap)
            # An entry that was replaced or cancelled stays in the heap until its time.
            if self._times.get(key) == when:
                del self._times[key]
                self._due(key)
