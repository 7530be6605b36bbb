"""Asking what pods take of processors and memory, for advice: one question a minute for all Releases of a source."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from tidegate.api import InvalidSpec
from tidegate.api.objectives import MetricSourceRef
from tidegate.clients import AskFailed
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import Unusable
from tidegate.metrics.samples import MILLISECONDS
from tidegate.metrics.usage import question, read
from tidegate.reconcile.judging.tracks import candidate_of, stable_of
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source, place_of
from tidegate.reconcile.world import World
from tidegate.watch import Identity, Key, Recurring

from .usage_told import Sides

EVERY_SECONDS = 60.0
# Where nothing of any pod is counted, nobody is asked more often than this.
SELDOM_SECONDS = 900.0
TOGETHER = 20
USAGE = "usage"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, and for whom where the source is a namespace's own."""

    source: MetricSourceRef
    namespace: str

    @property
    def identity(self) -> Identity:
        """As a key of a schedule."""
        return USAGE, repr(self)


class UsageReading:
    """Asks for every Release that has objectives, from its candidate's first weight until its rollout ends."""

    def __init__(self, world: World, channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self._due = Recurring("asking for usage", self.tick, again=EVERY_SECONDS)
        self._asked: dict[Identity, Asked] = {}
        self._members: dict[Identity, set[Key]] = {}

    async def run(self) -> None:
        """Ask until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Ask for a Release, or no more."""
        memory, spec = self._world.memory(key), seen.wanted.pinned.spec
        if not seen.compared or not spec.objectives:
            memory.usage = None
            return

        candidate, stable = candidate_of(seen), stable_of(seen)
        if memory.usage is None or (memory.usage.candidate, memory.usage.stable) != (candidate, stable):
            memory.usage = Sides(candidate, stable)

        self.join(key, Asked(*place_of(spec.metric_source, key.namespace)))

    def join(self, key: Key, asked: Asked) -> None:
        """Ask for one more of a source's Releases."""
        members = self._members.setdefault(asked.identity, set())
        if not members:
            self._asked[asked.identity] = asked
            self._due.after(asked.identity, EVERY_SECONDS)

        members.add(key)

    async def tick(self, identity: Identity) -> float:
        """Ask once for all that share a source; the seconds until the next time."""
        keys = sorted(self._members.pop(identity, ()))
        members = {key: sides for key in keys if (sides := self._sides(key))}
        if not members:
            self._asked.pop(identity, None)
            return 0.0

        self._members[identity] = set(members)
        asked, found = self._asked[identity], list(members.values())
        source = self._world.sources.resolve(asked.source, asked.namespace)
        chunks = (found[place : place + TOGETHER] for place in range(0, len(found), TOGETHER))
        told = await asyncio.gather(*(self._ask(source, chunk) for chunk in chunks))
        wait = EVERY_SECONDS if any(told) else SELDOM_SECONDS
        self._due.after(identity, wait)
        for key in members:
            self._world.mark(key)

        return wait

    def _sides(self, key: Key) -> Sides | None:
        memory = self._world.memories.get(key)
        return memory.usage if memory else None

    async def _ask(self, source: Source | Blocked, chunk: Sequence[Sides]) -> bool:
        """True where anything is told. A source that does not answer, or is no Prometheus, tells nothing."""
        if isinstance(source, Blocked):
            return False

        now = self._world.now()
        words = question([side for sides in chunk for side in (sides.candidate, sides.stable)], labels=source.labels)
        try:
            reply = await self._channel.send(source.ask_raw(words, int(now.timestamp() * MILLISECONDS)))
        except (AskFailed, InvalidSpec):
            return False

        answer = source.vector(reply)
        found = {} if isinstance(answer, Unusable) else read(answer)
        for sides in chunk:
            sides.told, sides.at = found, now

        return bool(found)
