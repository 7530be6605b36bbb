"""Can each metric source be asked? Its status says so before a rollout needs it."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from tidegate.clients import CallError, Conflict, Fenced, Kind
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.sources import Source
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object, Schedule

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

Changed = Callable[[str, str, str], None]
CHECK_SECONDS = 300
FIRST_WAIT_SECONDS = 1.0
log = structlog.get_logger(__name__)

KINDS = {kind.kind: kind for kind in (kinds.METRIC_SOURCES, kinds.CLUSTER_METRIC_SOURCES)}


class SourceChecks:
    """Asks each source at its first sight, after each change, and every five minutes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = Schedule(self._begin)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Check until cancelled."""
        await self._due.run()

    def changed(self, kind: str, namespace: str, name: str) -> None:
        """Check a source soon: many changes are one check."""
        # An operator of some namespaces shares the cluster's sources with others: two would never agree on one status.
        if not namespace and self._world.scope.namespaces:
            return

        self._due.after((f"{kind}/{namespace}", name), FIRST_WAIT_SECONDS)

    def _begin(self, key: Key) -> None:
        task = asyncio.create_task(self._check(key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _check(self, key: Key) -> None:
        kind_name, _, namespace = key[0].partition("/")
        kind, name = KINDS[kind_name], key[1]
        found = self._world.store(kind).get((namespace, name))
        if found is None:
            return

        self._due.after(key, CHECK_SECONDS)
        source = self._world.sources.of(found, f"{kind_name} {name}")
        problem = source.sentence if isinstance(source, Blocked) else await asyncio.to_thread(asked, source)
        try:
            await write_state(found, kind, problem, self._world)
        except (CallError, Fenced) as error:
            log.info("source check not recorded", source=name, error=str(error))
            if isinstance(error, Conflict):
                self._due.after(key, FIRST_WAIT_SECONDS)


def asked(source: Source) -> str:
    """Ask the source for the number 1. The empty sentence: it answered."""
    # Slow to load, and only needed here: the operator's start does not wait for it.
    import requests
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException

    session = requests.Session()
    try:
        with PrometheusConnect(
            url=source.address, headers=source.headers, timeout=int(source.seconds) or 1, session=session
        ) as prometheus:
            # After the client has mounted its own adapter, which retries for seconds and knows no authority.
            session.mount(source.address, trusting(source.tls))
            session.verify = source.tls is None or source.tls.verify_mode is ssl.CERT_REQUIRED
            prometheus.custom_query("vector(1)")
    except (PrometheusApiClientException, requests.RequestException, ValueError, KeyError) as error:
        return str(error)[:512] or type(error).__name__

    return ""


def trusting(tls: ssl.SSLContext | None) -> "HTTPAdapter":
    """An adapter for this TLS context."""
    from requests.adapters import HTTPAdapter

    class Trusting(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options, ssl_context=tls)

    return Trusting()


async def write_state(found: Object, kind: Kind, problem: str, world: World) -> None:
    """The condition Ready; nothing is written where it says so already."""
    status = found.get("status") or {}
    before: Object = next(iter(status.get("conditions") or ()), {})
    value, reason = ("False", "NotAnswering") if problem else ("True", "Answering")
    generation = found["metadata"]["generation"]
    same = before.get("status") == value
    condition = {
        "type": "Ready",
        "status": value,
        "reason": reason,
        "message": problem or "the source answers",
        "observedGeneration": generation,
        "lastTransitionTime": before["lastTransitionTime"] if same else world.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if condition != before:
        answer = await world.writer.status(kind, found, {"observedGeneration": generation, "conditions": [condition]})
        world.keep(kind, answer)
