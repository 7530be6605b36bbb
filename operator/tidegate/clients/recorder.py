"""Events for people: aggregated by object and reason, limited in rate, never in the way."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from .answers import Object
from .errors import CallError
from .kube import Kind, Kube

EVENTS = Kind(api="events.k8s.io/v1", plural="events", kind="Event")
WAITING = 1000
PER_SECOND = 25
# At the end there is no pace: so many are written at once.
AT_ONCE = 16
REPEAT_SECONDS = 300
NOTE_LENGTH = 1024
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is told about a Release."""

    regarding: Object
    reason: str
    sentence: str
    warning: bool


class Recorder:
    """Takes notes without waiting and writes them when it can. What does not fit is counted, not kept."""

    def __init__(self, kube: Kube, reporter: str) -> None:
        self._kube = kube
        self._reporter = reporter
        self._waiting: asyncio.Queue[Note] = asyncio.Queue(WAITING)
        self._told: dict[tuple[str, str, str], float] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self.dropped = 0

    def tell(self, note: Note) -> None:
        """Take a note; the same sentence about the same object is told once in five minutes."""
        key = (note.regarding["metadata"]["uid"], note.reason, note.sentence)
        if time.monotonic() - self._told.get(key, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return

        self._told[key] = time.monotonic()
        try:
            self._waiting.put_nowait(note)
        except asyncio.QueueFull:
            self.dropped += 1

    async def run(self) -> None:
        """Write notes until cancelled. The one that is being written then goes on, for `drain` to wait for."""
        while True:
            await asyncio.shield(self._begin(self._write(await self._waiting.get())))
            self._forget()
            await asyncio.sleep(1 / PER_SECOND)

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

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        writer = asyncio.create_task(work)
        self._writing.add(writer)
        writer.add_done_callback(self._writing.discard)
        return writer

    async def _write_all(self) -> None:
        while not self._waiting.empty():
            await self._write(self._waiting.get_nowait())

    async def _write(self, note: Note) -> None:
        try:
            await self._kube.call("POST", EVENTS.path(_namespace(note)), body=self._event(note))
        except CallError as error:
            self.dropped += 1
            log.warning("event not written", error=str(error))

    def _forget(self) -> None:
        if len(self._told) > WAITING * 10:
            self._told.clear()

    def _event(self, note: Note) -> Object:
        metadata = note.regarding["metadata"]
        now = time.time()
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
            "note": note.sentence[:NOTE_LENGTH],
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
