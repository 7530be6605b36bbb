"""Events for people: the same is told once in a while, limited in rate, never in the way."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from tidegate.sentences import shortened

from .answers import Object
from .errors import CallError, Conflict, Unavailable
from .kube import Kind, Kube

EVENTS = Kind(api="events.k8s.io/v1", plural="events", kind="Event")
WAITING = 1000
PER_SECOND = 25
# At the end there is no pace: so many are written at once.
AT_ONCE = 16
REPEAT_SECONDS = 300
NOTE_LENGTH = 1024
# An API server that is away for a moment takes none: so often is one written, with a pause after each that failed.
TRIES = 5
AGAIN_SECONDS = 1.0
log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is told about a Release. `rollout`: which one it is about; the same of another one is told too."""

    regarding: Object
    reason: str
    sentence: str
    warning: bool
    rollout: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same as another one."""
        return (self.regarding["metadata"]["uid"], self.rollout, self.reason, self.sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A note that waits. When it was taken names its Event, so that a second try writes no second one."""

    note: Note
    at: float
    tries: int = TRIES


class Recorder:
    """Takes notes without waiting and writes them when it can. What does not fit is counted, not kept."""

    def __init__(self, kube: Kube, reporter: str) -> None:
        self._kube = kube
        self._reporter = reporter
        self._waiting: asyncio.Queue[Taken] = asyncio.Queue(WAITING)
        self._told: dict[tuple[str, ...], float] = {}
        self._writing: set[asyncio.Task[Any]] = set()
        self.dropped = 0

    def tell(self, note: Note) -> None:
        """Take a note; the same of the same object and rollout is told once in five minutes, unless it was lost."""
        now = time.monotonic()
        if now - self._told.get(note.key, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return

        self._told[note.key] = now
        self._put(Taken(note=note, at=time.time()))

    def _put(self, taken: Taken) -> None:
        try:
            self._waiting.put_nowait(taken)
        except asyncio.QueueFull:
            self._lose(taken)

    def _lose(self, taken: Taken) -> None:
        """Count what is not written. It was not told: whoever says it again is heard."""
        self.dropped += 1
        self._told.pop(taken.note.key, None)

    async def run(self) -> None:
        """Write notes until cancelled. The one that is being written then goes on, for `drain` to wait for."""
        while True:
            done = await asyncio.shield(self._begin(self._write(await self._waiting.get())))
            self._forget()
            await asyncio.sleep(1 / PER_SECOND if done else AGAIN_SECONDS)

    async def drain(self, seconds: float) -> None:
        """Write what waits, many at once. What is not written after so many seconds is counted, and said in the log."""
        writers = {self._begin(self._write_all()) for _ in range(AT_ONCE)}
        _, late = await asyncio.wait(writers | self._writing, timeout=seconds)
        for writer in late:
            writer.cancel()

        await asyncio.gather(*late, return_exceptions=True)
        if lost := self._waiting.qsize() + len(late):
            self.dropped += lost
            log.warning("events not written before the end", count=lost)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        writer = asyncio.create_task(work)
        self._writing.add(writer)
        writer.add_done_callback(self._writing.discard)
        return writer

    async def _write_all(self) -> None:
        while not self._waiting.empty():
            await self._write(self._waiting.get_nowait())

    async def _write(self, taken: Taken) -> bool:
        """Write one. False where the server is away: it waits for another try, behind the others."""
        try:
            await self._kube.call("POST", EVENTS.path(_namespace(taken.note)), body=self._event(taken))
        except Conflict:
            # The try before was carried out, and its answer lost.
            return True
        except CallError as error:
            away = isinstance(error, Unavailable)
            self._again(taken, error, tries=taken.tries - 1 if away else 0)
            return not away

        return True

    def _again(self, taken: Taken, error: CallError, *, tries: int) -> None:
        if tries:
            self._put(replace(taken, tries=tries))
            return

        log.warning("event not written", error=str(error))
        self._lose(taken)

    def _forget(self) -> None:
        if len(self._told) > WAITING * 10:
            self._told.clear()

    def _event(self, taken: Taken) -> Object:
        note, now = taken.note, taken.at
        metadata = note.regarding["metadata"]
        return {
            "apiVersion": EVENTS.api,
            "kind": EVENTS.kind,
            "metadata": {"name": f"{metadata['name']}.{int(now * 1e9):x}", "namespace": _namespace(note)},
            "eventTime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": "tidegate.dev/operator",
            "reportingInstance": self._reporter,
            "action": note.reason,
            "reason": note.reason,
            "type": "Warning" if note.warning else "Normal",
            "note": shortened(note.sentence, NOTE_LENGTH),
            "regarding": {
                "apiVersion": note.regarding["apiVersion"],
                "kind": note.regarding["kind"],
                "name": metadata["name"],
                "namespace": _namespace(note),
                "uid": metadata["uid"],
            },
        }


def _namespace(note: Note) -> str:
    namespace: str = note.regarding["metadata"]["namespace"]
    return namespace
