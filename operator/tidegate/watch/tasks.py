"""Work beside the turns: one task for each key, and an accident in it is told."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """The tasks that run: the event loop itself keeps none of them alive, and is silent about their accidents."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._running: dict[Hashable, asyncio.Task[object]] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._running

    def start(
        self, key: Hashable, work: Coroutine[Any, Any, object], failed: Callable[[], None] = lambda: None
    ) -> None:
        """Begin a key's task, of which none runs; call `failed` where an accident ends it."""
        assert key not in self._running
        task = asyncio.create_task(work)
        self._running[key] = task
        task.add_done_callback(partial(self._ended, key, failed))

    def _ended(self, key: Hashable, failed: Callable[[], None], task: asyncio.Task[object]) -> None:
        del self._running[key]
        if not task.cancelled() and (error := task.exception()):
            log.error("failed beside the turns", what=self._what, of=key, exc_info=error)
            failed()
