"""What the operator sees and acts through: stores, queue, timers, clients and memory, all built once at start."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import structlog

from tidegate.api.names import LABEL_HOOK, LABEL_METRIC_SOURCE
from tidegate.clients import CallError, Event, Forbidden, Http, Kind, Kube, Note, NotFound, Recorder, Writer
from tidegate.decision.reasons import Reason
from tidegate.sentences import shortened
from tidegate.telemetry import Telemetry
from tidegate.watch import Key, Lane, Object, Reflector, Schedule, Store, Tasks, Troubles, WorkQueue, key_of
from tidegate.watch.memory import tune_collector

from . import kinds
from .accidents import What, keeping, reading
from .configuration.configs import Configs
from .lanes import lane_of
from .memory import Memory, Refusal
from .scope import Scope
from .seen.trims import trimmed_config
from .sources.secrets import Secrets
from .sources.sources import Sources
from .wiring import Wiring

SILENCE_SECONDS = 90
REFUSED_SECONDS = 15.0
log = structlog.get_logger(__name__)


class World:
    """The stores, the queue, the timers and the clients."""

    def __init__(
        self,
        kube: Kube,
        http: Http,
        hook_http: Http,
        fence: Callable[[], float],
        telemetry: Telemetry,
        *,
        reporter: str,
        scope: Scope,
    ) -> None:
        self.scope = scope
        self.kube = kube
        self.http = http
        self.hook_http = hook_http
        self.writer = Writer(kube, fence)
        self.recorder = Recorder(kube, reporter)
        self.telemetry = telemetry
        self.queue = WorkQueue()
        self.refusals = Tasks("telling of a refused rollback")
        self.schedule = Schedule(self._due)
        self.memories: dict[Key, Memory] = {}
        self.blocked: set[Key] = set()
        self._forgetting: list[Callable[[Key], None]] = []
        self.stores = {watched.kind.key: self._store(watched) for watched in kinds.WATCHED}
        self._trims: dict[str, Callable[[Object], Object | None]] = {
            **{watched.kind.key: partial(self._trimmed, watched) for watched in kinds.WATCHED},
            **{kind.key: trimmed_config for kind in kinds.CONFIG_KINDS.values()},
        }
        self.reflectors = [self._reflector(watched, namespace) for watched, namespace in scope.places()]
        self.sources = Sources(
            self.store(kinds.METRIC_SOURCES),
            self.store(kinds.CLUSTER_METRIC_SOURCES),
            Secrets(self.store(kinds.METRIC_SECRETS), LABEL_METRIC_SOURCE, scope),
        )
        self.hook_secrets = Secrets(self.store(kinds.HOOK_SECRETS), LABEL_HOOK, scope)
        self.configs = Configs(kube, scope, self.mark)
        Wiring(self).connect()

    def store(self, kind: Kind) -> Store:
        """The store of a kind; that of tracked configuration is empty while nobody tracks."""
        return self.stores[kind.key] if kind.key in self.stores else self.configs.stores[kind.kind]

    def find(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """One object as it was seen last, or None."""
        return self.store(kind).get(Key(namespace, name))

    def keep(self, kind: Kind, answer: Object) -> None:
        """Put a write's own answer into its store, trimmed as the reflector trims."""
        kept = self._trims[kind.key](answer)
        if kept is not None:
            self.store(kind).put(kept)

    async def create(self, kind: Kind, manifest: Object, *, urgent: bool = False, strict: bool = False) -> None:
        """Create an object as the writer does, and keep it."""
        self.keep(kind, await self.writer.create(kind, manifest, urgent=urgent, strict=strict))

    async def apply(self, kind: Kind, manifest: Object) -> None:
        """Apply a manifest as the writer does, and keep what the object is then."""
        self.keep(kind, await self.writer.apply(kind, manifest))

    async def merge(self, kind: Kind, found: Object, body: Object, *, urgent: bool = False, late: bool = False) -> None:
        """Merge-patch an object as the writer does, and keep what it is then."""
        self.keep(kind, await self.writer.merge(kind, found, body, urgent=urgent, late=late))

    async def patch(self, kind: Kind, found: Object, operations: list[Object], *, urgent: bool = False) -> None:
        """Patch an object by RFC 6902 as the writer does, and keep what it is then."""
        metadata = found["metadata"]
        answer = await self.writer.patch(kind, metadata["namespace"], metadata["name"], operations, urgent=urgent)
        self.keep(kind, answer)

    async def delete(self, kind: Kind, found: Object) -> None:
        """Delete exactly this object, and forget it."""
        metadata = found["metadata"]
        # What is gone already is as wanted: a try whose answer was lost is made again, and finds nothing.
        with suppress(NotFound):
            await self.writer.delete(kind, metadata["namespace"], metadata["name"], metadata["uid"])

        self.store(kind).drop(found)

    def accident(self, what: What, key: Key, error: Exception) -> None:
        """What failed of one object while the others went on: logged by its name, and counted."""
        self.telemetry.accidents.labels(what).inc()
        log.error("this failed of one object, and not of the others", what=what, of=key, exc_info=error)

    def tell(
        self, found: Object, reason: Reason, sentence: str, *, warns: bool | None = None, rollout: str = ""
    ) -> None:
        """An Event of a Release: a Warning where its reason warns, unless told otherwise."""
        warning = reason.warns if warns is None else warns
        note = Note(regarding=found, reason=reason.value, sentence=sentence, warning=warning, rollout=rollout)
        self.recorder.tell(note)

    def now(self) -> datetime:
        """The one reader of the wall clock: instants in snapshots and records come from here."""
        return datetime.fromtimestamp(time.time(), UTC)

    def refuse(self, key: Key, reason: Reason, sentence: str) -> None:
        """Remember what was not taken, so that it is said, and tried again later."""
        memory, until = self.memory(key), time.monotonic() + REFUSED_SECONDS
        memory.refused = Refusal(sentence=sentence, until=until, reason=reason, declared=memory.declared)

    def refused_by(self, key: Key, error: CallError) -> None:
        """Remember what the API server did not take, in its words."""
        self.refuse(key, Reason.REFUSED, shortened(error.told))

    def memory(self, key: Key) -> Memory:
        """What is remembered of a Release."""
        return self.memories.setdefault(key, Memory())

    def uid(self, key: Key) -> str | None:
        """Which Release has a name now; None where none has."""
        found = self.store(kinds.RELEASES).get(key)
        return found["metadata"]["uid"] if found is not None else None

    def on_forget(self, told: Callable[[Key], None]) -> None:
        """Be told of every Release that is gone, also where another one has its name by now."""
        self._forgetting.append(told)

    def forget(self, key: Key) -> None:
        """Nothing stays of a Release that is gone: the next one of its name begins anew."""
        for told in self._forgetting:
            told(key)

        self.memories.pop(key, None)
        self.blocked.discard(key)
        self.configs.follow(key, frozenset())
        self.schedule.cancel(key)
        self.queue.forget(key)

    def mark(self, key: Key, *, back: bool = False) -> None:
        """Queue a turn; `back`: what was seen may take weight away. After a start all are marked at once."""
        self.queue.mark(key, Lane.ROLLBACK if back else self._lane(key))

    def _due(self, key: Key) -> None:
        """Time alone may end what a candidate gets: that does not wait for a turn under way."""
        lane = self._lane(key)
        self.queue.mark(key, lane, cut=lane is Lane.EXPOSED)

    def _lane(self, key: Key) -> Lane:
        found = self.store(kinds.RELEASES).get(key)
        return lane_of(found) if found is not None else Lane.REST

    async def sync(self) -> None:
        """Wait until every list is complete: no turn before that. A namespace that refuses us stops only its own."""
        await asyncio.gather(*(reflector.answered.wait() for reflector in self.reflectors))
        tune_collector()

    def complete(self, namespace: str) -> bool:
        """False while something of a namespace may not be read: its Releases wait, no others do."""
        near = (reflector for reflector in self.reflectors if reflector.namespace == namespace)
        return all(reflector.synced.is_set() and not reflector.refused for reflector in near)

    def silent(self) -> list[str]:
        """Kinds whose stream was not heard for too long, or whose first list is not complete."""
        oldest = time.monotonic() - SILENCE_SECONDS
        silent = [
            reflector.where
            for reflector in self.reflectors
            if not reflector.refused and (not reflector.synced.is_set() or reflector.heard_at < oldest)
        ]
        return silent + self.configs.silent(oldest)

    def refusing(self) -> list[str]:
        """Watched namespaces whose roles are missing, as where one was deleted."""
        return sorted(
            {reflector.namespace for reflector in self.reflectors if reflector.namespace and reflector.refused}
        )

    def _store(self, watched: kinds.Watched) -> Store:
        return Store(watched.index, accident=partial(self.accident, keeping(watched.kind)))

    def _trimmed(self, watched: kinds.Watched, found: Object) -> Object | None:
        """What is kept of an object. One that cannot be trimmed ends no watch, and hides no other."""
        try:
            return watched.trim(found)
        except Exception as error:  # noqa: BLE001 - the boundary of one object: told of, and the others are read
            self.accident(reading(watched.kind), key_of(found), error)
            return watched.unread(found, error) if watched.unread else None

    def _reflector(self, watched: kinds.Watched, namespace: str | None) -> Reflector:
        trim = self._trims[watched.kind.key]
        return Reflector(
            watched.kind.key,
            self.stores[watched.kind.key],
            namespace=namespace,
            lister=partial(self.kube.list_all, watched.kind, namespace, keep=trim, selector=watched.selector),
            watcher=partial(self._watch, watched, namespace),
            trim=trim,
            # Where one role serves all, a refusal is ours to mend; one namespace's must not stop the others.
            troubles=Troubles(
                any=CallError,
                absent=NotFound if watched.optional else None,
                forbidden=Forbidden if namespace else None,
            ),
        )

    def _watch(self, watched: kinds.Watched, namespace: str | None, version: str) -> AsyncIterator[Event]:
        return self.kube.watch(watched.kind, version, namespace=namespace, selector=watched.selector)
