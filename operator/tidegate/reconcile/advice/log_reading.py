"""Reading what both sides log, for advice: the newest lines of some pods, bounded in lines, bytes, time and at once.

What is kept of a line is its signature; the line itself is neither kept, logged nor told.
"""

import asyncio
import math
import time
from collections.abc import Iterable, Iterator
from itertools import islice

import structlog

from tidegate.clients import CallError, Forbidden
from tidegate.judge.new_errors import Heard
from tidegate.reconcile import kinds
from tidegate.reconcile.observe import observe
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.sides import revision_of
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object, Recurring
from tidegate.workloads import pod

from .logs import Logs, Source, rollout_of

EVERY_SECONDS = 60.0
FIRST_SECONDS = 5.0
# Of each side; a pod with several containers takes several.
LOGS_OF_A_SIDE = 4
MOST_LINES, MOST_BYTES = 500, 2**16
SECONDS = 5.0
LINES_AT_ONCE = 50
# However many Releases roll out: the others wait for their turn.
AT_ONCE = 4
# Of stable's past, so that an error that it has at times is not taken for new.
PAST_SECONDS = 3600
log = structlog.get_logger(__name__)


class LogReading:
    """Reads the logs of each Release while its candidate has traffic, once a minute, where that is switched on."""

    def __init__(self, world: World, *, on: bool) -> None:
        self._world = world
        self._on = on
        self._due = Recurring("reading logs", self._read, again=EVERY_SECONDS)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._planned: set[Key] = set()
        world.on_forget(self._forget)
        self._forbidden = False

    async def run(self) -> None:
        """Read until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Read for a Release from its candidate's first weight until its rollout ends."""
        if not self._on or not seen.compared:
            self._forget(key)
            self._world.memory(key).logs = None
        elif key not in self._planned:
            self._planned.add(key)
            self._due.after(key, min(seen.wanted.pinned.spec.interval.total_seconds(), FIRST_SECONDS))

    def _forget(self, key: Key) -> None:
        self._planned.discard(key)
        self._due.cancel(key)

    async def _read(self, key: Key) -> None:
        seen = observe(key, self._world)
        if seen is None or not seen.compared:
            self._planned.discard(key)
            return

        self._due.after(key, EVERY_SECONDS)
        logs, progress = logs_of(key, seen, self._world), seen.snapshot.progress
        age = seen.snapshot.since(progress.started_at).total_seconds()
        for revision, heard, past in (
            (progress.stable, logs.stable, PAST_SECONDS),
            (progress.candidate, logs.candidate, age),
        ):
            sources = islice(sources_of(self._world.store(kinds.PODS).of(key), revision or ""), LOGS_OF_A_SIDE)
            await asyncio.gather(*(self._hear(key, source, heard, logs, past) for source in sources))

        self._world.mark(key)

    async def _hear(self, key: Key, source: Source, heard: Heard, logs: Logs, past: float) -> None:
        """What one container logged since it was read last; of the past, before its first time."""
        before, now = logs.read_at.get(source), time.monotonic()
        async with self._turns:
            text = await self._text(key.namespace, source, past if before is None else now - before)

        if text is None:
            return

        logs.read_at[source], lines = now, text.splitlines()
        for start in range(0, max(len(lines), 1), LINES_AT_ONCE):
            heard.hear(source.pod, lines[start : start + LINES_AT_ONCE], self._world.now())
            # However much is logged, a turn comes between.
            await asyncio.sleep(0)

    async def _text(self, namespace: str, source: Source, seconds: float) -> str | None:
        """The newest lines, or None: a log that is not there, or may not be read, is no trouble of the rollout's."""
        params = {
            "container": source.container,
            "sinceSeconds": str(max(math.ceil(seconds), 1)),
            "tailLines": str(MOST_LINES),
            "limitBytes": str(MOST_BYTES),
        }
        try:
            path = f"{kinds.PODS.path(namespace, source.pod)}/log"
            return await self._world.kube.text(path, params=params, largest=MOST_BYTES, seconds=SECONDS)
        except CallError as error:
            if isinstance(error, Forbidden) and not self._forbidden:
                self._forbidden = True
                log.warning("logs may not be read: the role lacks pods/log", error=str(error))

            return None


def logs_of(key: Key, seen: Seen, world: World) -> Logs:
    """What was read in this rollout; that of another one is forgotten."""
    memory, rollout = world.memory(key), rollout_of(seen.snapshot.progress)
    if memory.logs is None or memory.logs.rollout != rollout:
        memory.logs = Logs(rollout)

    return memory.logs


def sources_of(pods: Iterable[Object], revision: str) -> Iterator[Source]:
    """The containers of a revision, in the order of the pods; those of pods that opt out are left out."""
    for found in pods:
        if revision_of(found) == revision and pod(found) is not None and not found.get("unread"):
            for container in found["status"]["containerStatuses"]:
                yield Source(found["metadata"]["name"], container["name"])
