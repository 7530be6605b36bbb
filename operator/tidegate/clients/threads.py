"""Work that blocks, beside the loop: it waits for nobody else's, and keeps nobody else's waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from .errors import NotSent

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T]) -> T:
    """What the work returns or raises, and NotSent where no thread can be started. A process that ends waits for none.

    The loop's own threads are few, and all who look up a name or read a page share them: what may hang for as long as
    others please does not belong there.
    """
    found: Future[T] = Future()
    try:
        Thread(target=_run, args=(work, found), daemon=True).start()
    except RuntimeError as error:
        message = "the operator can start no thread: raise the limit of its processes (pids)"
        raise NotSent(message) from error

    return await asyncio.wrap_future(found)


def _run(work: Callable[[], T], found: Future[T]) -> None:
    # From here on nobody cancels it: whoever waited may be gone, and the outcome is set all the same.
    if not found.set_running_or_notify_cancel():
        return

    try:
        outcome = work()
    except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
        found.set_exception(error)
    else:
        found.set_result(outcome)
