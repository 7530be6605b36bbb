"""Leader election on a Lease. Effects are fenced by its deadline, on the local monotonic clock."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from .answers import Object
from .errors import CallError, Conflict, NotFound, Unavailable
from .kube import Kind, Kube, Patience

LEASES = Kind(api="coordination.k8s.io/v1", plural="leases", kind="Lease")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a Lease lasts, how long the holder tries to renew it, and how often anyone tries."""

    lasts: float = 15
    renew: float = 10
    retry: float = 2

    @property
    def call(self) -> float:
        """How long one call may take: a connection that went silent leaves time for others before all is lost."""
        return self.renew * 0.3


@dataclass(frozen=True, slots=True)
class Seen:
    """The Lease as last seen, and when on our own clock: no two machines' clocks are compared."""

    version: str
    at: float


class Lease:
    """One candidate for leadership."""

    def __init__(
        self,
        kube: Kube,
        namespace: str,
        identity: str,
        *,
        name: str = "tidegate",
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kube = kube
        self._namespace = namespace
        self._identity = identity
        self._name = name
        self._timing = timing or Timing()
        self._clock = clock
        self._valid_until = 0.0
        self._seen = Seen("", 0.0)
        # After a call without an answer the next ones go over a connection of their own.
        self._anew = False
        self.gained = asyncio.Event()

    @property
    def namespace(self) -> str:
        """Where it is."""
        return self._namespace

    def move(self, namespace: str) -> None:
        """Contend in another namespace; only before it runs."""
        self._namespace = namespace

    def left(self) -> float:
        """The fence: seconds for which nobody else can hold the Lease."""
        return self._valid_until - self._clock()

    def held(self) -> bool:
        """True only while nobody else can hold the Lease."""
        return self.left() > 0

    async def run(self) -> None:
        """Take the Lease and renew it until cancelled. Returns when a held Lease is lost: the process must end."""
        while True:
            await self._attempt()
            if self.gained.is_set() and not self.held():
                log.error("lease lost", reason="LeaseLost")
                return

            await asyncio.sleep(self._pause())

    def _pause(self) -> float:
        """Seconds until the next attempt: sooner where nobody leads, and at once almost where no answer came."""
        if self._anew:
            return self._timing.retry / 4

        return self._timing.retry if self.held() else self._timing.retry / 2

    async def release(self) -> None:
        """Hand over at once: the next holder need not wait for the end of the Lease."""
        if not self.held():
            return

        self._valid_until = 0.0
        try:
            found = await self._get()
            spec = {**found["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
            await self._call("PUT", self._path(), {**found, "spec": spec})
        except CallError as error:
            log.warning("lease not released", error=str(error))

    async def _attempt(self) -> None:
        asked_at = self._clock()
        try:
            written = await self._take(await self._get())
        except NotFound:
            written = await self._create()
        except CallError as error:
            self._anew = isinstance(error, Unavailable)
            log.warning("lease not renewed", error=str(error))
            return

        self._anew = False

        if written:
            # Counted from before the request: the server cannot have granted it earlier.
            self._valid_until = asked_at + self._timing.renew
            self.gained.set()

    async def _take(self, found: Object) -> bool:
        """Write ourselves as the holder, if we are, or nobody is any more."""
        spec = found.get("spec") or {}
        holder = spec.get("holderIdentity")
        if holder not in {None, "", self._identity} and not self._ended(found):
            # Whoever took it while it was ours may be at work already.
            self._valid_until = 0.0
            return False

        changed = holder != self._identity
        transitions = int(spec.get("leaseTransitions") or 0) + int(changed)
        acquired = _now() if changed else spec.get("acquireTime")
        body = {**found, "spec": self._spec(transitions=transitions, acquired=acquired)}
        try:
            await self._call("PUT", self._path(), body)
        except Conflict:
            return False

        return True

    def _ended(self, found: Object) -> bool:
        """True when the Lease has not changed for its whole length, on our own clock."""
        version = found["metadata"]["resourceVersion"]
        if version != self._seen.version:
            self._seen = replace(self._seen, version=version, at=self._clock())
            return False

        return self._clock() - self._seen.at > float(found["spec"].get("leaseDurationSeconds") or self._timing.lasts)

    async def _create(self) -> bool:
        body = {
            "apiVersion": LEASES.api,
            "kind": LEASES.kind,
            "metadata": {"name": self._name, "namespace": self._namespace},
            "spec": self._spec(transitions=0, acquired=_now()),
        }
        try:
            await self._call("POST", LEASES.path(self._namespace), body)
        except CallError as error:
            log.warning("lease not created", error=str(error))
            return False

        return True

    def _spec(self, *, transitions: int, acquired: str | None) -> Object:
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": int(self._timing.lasts) or 1,
            "acquireTime": acquired,
            "renewTime": _now(),
            "leaseTransitions": transitions,
        }

    async def _get(self) -> Object:
        return await self._call("GET", self._path())

    async def _call(self, verb: str, path: str, body: object = None) -> Object:
        patience = Patience(seconds=self._timing.call, anew=self._anew)
        return await self._kube.call(verb, path, body=body, patience=patience)

    def _path(self) -> str:
        return LEASES.path(self._namespace, self._name)


def _now() -> str:
    """For people who read the Lease; nobody decides by it."""
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
