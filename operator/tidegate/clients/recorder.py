"""Events for people: aggregated by object and reason, limited in rate, never in the way."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from .errors import CallError
from .kube import Kind, Kube, Object

EVENTS = Kind(api="events.k8s.io/v1", plural="events", kind="Event")
WAITING = 1000
PER_SECOND = 25
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
        """Write notes until cancelled."""
        while True:
            note = await self._waiting.get()
            try:
                await self._kube.call("POST", EVENTS.path(_namespace(note)), body=self._event(note))
            except CallError as error:
                self.dropped += 1
                log.warning("event not written", error=str(error))

            self._forget()
            await asyncio.sleep(1 / PER_SECOND)

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
