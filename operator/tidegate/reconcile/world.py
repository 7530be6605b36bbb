"""All adapters, built once at start: the wiring list."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from tidegate.api.names import ASK_ABORT
from tidegate.clients import CallError, Event, Http, Kind, Kube, NotFound, Recorder, Writer
from tidegate.decision import Phase
from tidegate.decision.reasons import Reason
from tidegate.judge.verdict import Analysis, Measurement
from tidegate.telemetry import Telemetry
from tidegate.watch import Key, Lane, Object, Reflector, Schedule, Store, WorkQueue
from tidegate.watch.memory import settle

from . import kinds
from .pinned import Pinned
from .sources import Sources

SILENCE_SECONDS = 90
REFUSED_SECONDS = 15.0


@dataclass(slots=True)
class RouterMemory:
    """When a route's generation was first seen, and since when our weight is confirmed; on the loop's clock."""

    generation: int = -2
    written: tuple[str, int] | None = None
    seen_at: float = 0.0
    confirmed_at: float | None = None
    unsure_since: float | None = None


@dataclass(slots=True)
class Measured:
    """The measurements of one candidate since its first weight."""

    rollout: tuple[str, str]
    histories: dict[str, deque[Measurement]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """What the API server did not take, in its words, and until when it is not asked again."""

    reason: Reason
    sentence: str
    until: float

    @property
    def left(self) -> float:
        """Seconds until the same is tried again."""
        return self.until - time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the API server said of a declared template: which revision it is, or which ones it is not."""

    declared: str
    same: str = ""
    unlike: frozenset[str] = frozenset()


@dataclass(slots=True)
class Memory:
    """What is known of one Release beside the cluster; all of it may be lost."""

    routers: dict[str, RouterMemory] = field(default_factory=dict)
    measured: Measured | None = None
    analysis: Analysis | None = None
    parsed: dict[tuple[int, str | None, str], Pinned] = field(default_factory=dict)
    refused: Refused | None = None
    hashed: tuple[int | bytes, str] | None = None
    compared: Compared | None = None

    def of_template(self, declared: str) -> Compared:
        """What is known of a declared template."""
        return self.compared if self.compared and self.compared.declared == declared else Compared(declared=declared)

    def router(self, name: str) -> RouterMemory:
        """What is remembered of one route."""
        return self.routers.setdefault(name, RouterMemory())


class World:
    """The stores, the queue, the timers and the clients."""

    def __init__(
        self, kube: Kube, http: Http, fence: Callable[[], float], telemetry: Telemetry, *, reporter: str
    ) -> None:
        self.kube = kube
        self.http = http
        self.writer = Writer(kube, fence)
        self.recorder = Recorder(kube, reporter)
        self.telemetry = telemetry
        self.queue = WorkQueue()
        self.schedule = Schedule(self.mark)
        self.memories: dict[Key, Memory] = {}
        self.blocked: set[Key] = set()
        self.stores = {watched.kind.plural: Store(watched.index) for watched in kinds.WATCHED}
        self._trims = {watched.kind.plural: watched.trim for watched in kinds.WATCHED}
        self.reflectors = [self._reflector(watched) for watched in kinds.WATCHED]
        self.sources = Sources(
            self.stores["metricsources"], self.stores["clustermetricsources"], self.stores["secrets"]
        )
        self._wire()

    def store(self, kind: Kind) -> Store:
        """The store of a kind."""
        return self.stores[kind.plural]

    def keep(self, kind: Kind, answer: Object) -> None:
        """Put a write's own answer into its store, trimmed as the reflector trims."""
        self.stores[kind.plural].put(self._trims[kind.plural](answer))

    def now(self) -> datetime:
        """The one reader of the wall clock: instants in snapshots and records come from here."""
        return datetime.fromtimestamp(time.time(), UTC)

    def refuse(self, key: Key, reason: Reason, sentence: str) -> None:
        """Remember what was not taken, so that it is said, and tried again later."""
        self.memory(key).refused = Refused(reason, sentence, time.monotonic() + REFUSED_SECONDS)

    def memory(self, key: Key) -> Memory:
        """What is remembered of a Release."""
        return self.memories.setdefault(key, Memory())

    def mark(self, key: Key) -> None:
        """Going back first, then what moves, then what rests: after a start, all are marked at once."""
        found = self.store(kinds.RELEASES).get(key)
        self.queue.mark(key, lane_of(found) if found is not None else Lane.REST)

    async def sync(self) -> None:
        """Wait until every list is complete: no turn before that."""
        await asyncio.gather(*(reflector.synced.wait() for reflector in self.reflectors))
        settle()

    def silent(self) -> list[str]:
        """Kinds whose stream was not heard for too long, or whose first list is not complete."""
        oldest = time.monotonic() - SILENCE_SECONDS
        return [
            reflector.name
            for reflector in self.reflectors
            if not reflector.synced.is_set() or reflector.heard_at < oldest
        ]

    def _reflector(self, watched: kinds.Watched) -> Reflector:
        return Reflector(
            watched.kind.plural,
            self.stores[watched.kind.plural],
            lister=partial(self.kube.list_all, watched.kind, keep=watched.trim, selector=watched.selector),
            watcher=partial(self._watch, watched),
            trim=watched.trim,
            trouble=CallError,
            absent=NotFound if watched.optional else None,
        )

    def _watch(self, watched: kinds.Watched, version: str) -> AsyncIterator[Event]:
        return self.kube.watch(watched.kind, version, selector=watched.selector)

    def _wire(self) -> None:
        """Every change only marks keys; nobody acts on an event's content."""
        self.store(kinds.RELEASES).on_change(self._release_changed)
        for kind in (kinds.REPLICA_SETS, kinds.PODS, kinds.ENDPOINT_SLICES, kinds.ROUTES):
            self.store(kind).on_change(self._part_changed)

        used = {"route": kinds.ROUTE_KINDS, "objectives": kinds.SET_KINDS, "workload": kinds.WORKLOAD_KINDS}
        for use, named in used.items():
            for kind in named.values():
                self.store(kind).on_change(partial(self._used_changed, use, kind))

        self.store(kinds.SERVICES).on_change(self._service_changed)
        for kind in (
            kinds.GATEWAYS,
            kinds.METRIC_SOURCES,
            kinds.CLUSTER_METRIC_SOURCES,
            kinds.SECRETS,
            kinds.AUTOSCALERS,
        ):
            self.store(kind).on_change(self._need_changed)

        # Someone else's route with our name goes away, and a blocked Release goes on.
        self.store(kinds.ROUTES).on_change(self._came_or_went)

    def _came_or_went(self, old: Object | None, new: Object | None) -> None:
        if old is None or new is None:
            self._need_changed(old, new)

    def _release_changed(self, old: Object | None, new: Object | None) -> None:
        found = new or old
        if found is not None:
            self.mark((found["metadata"]["namespace"], found["metadata"]["name"]))

        if new is None or old is None:
            self._need_changed(old, new)

    def _part_changed(self, old: Object | None, new: Object | None) -> None:
        for found in (old, new):
            for key in kinds.by_release(found) if found else ():
                self.mark(key)

    def _used_changed(self, use: str, kind: Kind, old: Object | None, new: Object | None) -> None:
        """Something of a user's that Releases name in their spec."""
        found = new or old
        for release in self.store(kinds.RELEASES).of(kinds.by_name(use, kind, found)) if found else ():
            self.mark((release["metadata"]["namespace"], release["metadata"]["name"]))

    def _service_changed(self, old: Object | None, new: Object | None) -> None:
        self._part_changed(old, new)
        if _selector(old) == _selector(new) or any(map(kinds.is_ours, (old, new))):
            return

        found = new or old
        for release in self.store(kinds.RELEASES).of((found["metadata"]["namespace"], "")) if found else ():
            self.queue.mark((release["metadata"]["namespace"], release["metadata"]["name"]))

    def _need_changed(self, old: Object | None, new: Object | None) -> None:  # noqa: ARG002 - the shape of a change
        for key in self.blocked:
            self.queue.mark(key)


def lane_of(found: Object) -> Lane:
    """How urgent a Release's next turn is."""
    status = found.get("status") or {}
    asked = (found["metadata"].get("annotations") or {}).get(ASK_ABORT)
    aborting = asked and asked != (status.get("handled") or {}).get("abort")
    if aborting or status.get("phase") == Phase.ROLLING_BACK.value:
        return Lane.ROLLBACK

    return Lane.MOVING if moves(found) else Lane.REST


def moves(found: Object) -> bool:
    """True for a Release that has not seen its newest spec, or is on its way."""
    status = found.get("status") or {}
    seen = status.get("observedGeneration") == found["metadata"].get("generation")
    return not seen or "candidate" in status


def _selector(found: Object | None) -> object:
    return (found.get("spec") or {}).get("selector") if found else None
