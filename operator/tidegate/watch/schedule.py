"""One heap of times: when to look at something again."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

# Old entries that are not worth building a small heap anew.
SPARE = 64


# What has a time: an object by its key, or a sort of work and what it is for.
Identity = tuple[str, str]
K = TypeVar("K", bound=Identity)


class Schedule(Generic[K]):
    """At most one time for a key: the latest call wins."""

    def __init__(self, due: Callable[[K], None]) -> None:
        self._due = due
        self._heap: list[tuple[float, K]] = []
        self._times: dict[K, float] = {}
        self._sooner = asyncio.Event()

    def __len__(self) -> int:
        return len(self._times)

    def after(self, key: K, seconds: float) -> None:
        """Look at a key after so long."""
        when = asyncio.get_running_loop().time() + max(seconds, 0)
        self._times[key] = when
        heapq.heappush(self._heap, (when, key))
        self._compact()
        if self._heap[0][1] == key:
            self._sooner.set()

    def cancel(self, key: K) -> None:
        """Forget a key's time."""
        self._times.pop(key, None)
        self._compact()

    @property
    def kept(self) -> int:
        """How many entries the heap has, those that were replaced or cancelled too."""
        return len(self._heap)

    def _compact(self) -> None:
        """Build the heap anew once most of it is of old times: no more than a few steps a call, over many calls."""
        if len(self._heap) > 2 * len(self._times) + SPARE:
            self._heap = [(when, key) for key, when in self._times.items()]
            heapq.heapify(self._heap)

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
            # An entry that was replaced or cancelled may stay in the heap until its time.
            if self._times.get(key) == when:
                del self._times[key]
                self._due(key)
