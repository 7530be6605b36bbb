"""Work beside the turns: a task for each key, whenever its time has come."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic

from .schedule import K, Schedule
from .tasks import Tasks


class Recurring(Generic[K]):
    """Never two tasks of one key at once, and none ends by an accident: its time comes again.

    `again` is in seconds, after an accident or where the last task still runs: its result is awaited, never lost.
    """

    def __init__(self, what: str, work: Callable[[K], Coroutine[Any, Any, object]], *, again: float) -> None:
        self._work = work
        self._again = again
        self._due = Schedule(self._begin)
        self._running = Tasks(what)

    async def run(self) -> None:
        """Begin what is due, until cancelled."""
        await self._due.run()

    def after(self, key: K, seconds: float) -> None:
        """Work on a key after so long; the latest call wins."""
        self._due.after(key, seconds)

    def cancel(self, key: K) -> None:
        """Forget a key's time. A task that runs goes on."""
        self._due.cancel(key)

    def _begin(self, key: K) -> None:
        again = partial(self._due.after, key, self._again)
        if key in self._running:
            again()
        else:
            self._running.start(key, self._work(key), failed=again)
