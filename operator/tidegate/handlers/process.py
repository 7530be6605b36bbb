"""The life of the operator process: start in order, end drained."""

import asyncio
import math
import signal
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from tidegate.clients import Credentials, Http, Kube, Lease
from tidegate.reconcile.asking import Asking
from tidegate.reconcile.channel import Channel
from tidegate.reconcile.judging import Judging
from tidegate.reconcile.measure import Measuring
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.scraping import PAGES_AT_ONCE, Scraping
from tidegate.reconcile.turn import Followers, take_turn, tell_of_failure
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Lane

from .exposition import Rollouts
from .options import Options
from .probes import application, serve
from .shell import Shell
from .source_checks import SourceChecks

WORKERS = 32
# However slow the API server makes the others, a rollback never waits for one of them.
ROLLBACK_WORKERS = 4
DRAIN_SECONDS = 3.0
# Slow hooks of one team keep nobody else's waiting.
HOOKS_AT_ONCE = 256
# Each source has ten at most: slow ones keep nobody else's waiting.
QUESTIONS_AT_ONCE = 512
KOPF_AFTER_SECONDS = 3.0
log = structlog.get_logger(__name__)


class Process:
    """All parts of one operator, and whether they live."""

    def __init__(self, options: Options, who: Credentials) -> None:
        self._options = options
        telemetry = Telemetry()
        scope = Scope(namespaces=options.namespaces, without=options.without)
        self._kube = Kube(who, observer=telemetry.request, streams=scope.streams)
        self._http = Http(limit=QUESTIONS_AT_ONCE)
        self._hook_http = Http(limit=HOOKS_AT_ONCE)
        self._page_http = Http(limit=PAGES_AT_ONCE)
        self._lease = Lease(self._kube, options.namespace or who.namespace, options.identity)
        self._world = World(
            self._kube,
            self._http,
            self._hook_http,
            self._may_write_for,
            telemetry,
            reporter=options.identity,
            scope=scope,
        )
        self._followers = self._beside_turns(telemetry)
        self._checks = SourceChecks(self._world)
        self._shell = Shell(who, self._checks.changed, options.namespaces)
        self._stop = asyncio.Event()
        self._dead: list[str] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._workers: list[asyncio.Task[None]] = []
        telemetry.registry.register(Rollouts(self._world))

    def _beside_turns(self, telemetry: Telemetry) -> Followers:
        channel = Channel(self._http, telemetry)
        scraping = Scraping(self._world, self._page_http)
        return Followers(
            measuring=Measuring(self._world, channel),
            judging=Judging(self._world, channel, scraping),
            scraping=scraping,
            asking=Asking(self._world),
        )

    async def run(self) -> int:
        """Run until told to stop. 0 after a drained end, 1 where a part died: the kubelet starts us again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

        pages = await serve(application(self._world, self._stop.is_set), self._options.http)
        self._start()
        await self._stop.wait()
        await self._end(pages)
        return 1 if self._dead else 0

    def _start(self) -> None:
        """Readers first: a standby is warm, and leading begins with the work."""
        for reflector in self._world.reflectors:
            self._keep(f"watch {reflector.where}", reflector.run())

        self._keep("watch tracked configuration", self._world.configs.run())
        self._keep("loop lag", self._world.telemetry.watch_lag())
        if self._options.elect:
            self._keep("lease", self._lease.run())

        self._keep("lead", self._lead())

    async def _lead(self) -> None:
        """Wait for the whole view and the Lease; then take turns until the end."""
        await self._world.sync()
        # Turns that wait go first: loading kopf takes half a second of the same interpreter.
        asyncio.get_running_loop().call_later(KOPF_AFTER_SECONDS, self._shell.start)
        if self._options.elect:
            await self._lease.gained.wait()

        log.info("leading", identity=self._options.identity, releases=len(self._world.stores["releases"]))
        self._keep("timers", self._world.schedule.run())
        self._keep("measuring", self._followers.measuring.run())
        self._keep("judging", self._followers.judging.run())
        self._keep("scraping", self._followers.scraping.run())
        self._keep("asking hooks", self._followers.asking.run())
        self._keep("source checks", self._checks.run())
        self._keep("events", self._world.recorder.run())
        turn = partial(take_turn, world=self._world, followers=self._followers)
        failed = partial(tell_of_failure, world=self._world)
        lanes = (*(Lane.REST for _ in range(WORKERS)), *(Lane.ROLLBACK for _ in range(ROLLBACK_WORKERS)))
        self._workers = [asyncio.create_task(self._world.queue.work(turn, failed=failed, last=lane)) for lane in lanes]
        await asyncio.gather(*self._workers)

    def _keep(self, name: str, part: Coroutine[Any, Any, None]) -> None:
        """Run a part that must live as long as the process."""
        task = asyncio.create_task(part, name=name)
        self._tasks[name] = task
        task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._stop.is_set() or task.cancelled():
            return

        self._dead.append(name)
        log.error("a part of the operator ended", part=name, exc_info=task.exception())
        self._stop.set()

    async def _end(self, pages: web.AppRunner) -> None:
        """Admit nothing, let turns finish, hand the Lease over, and go."""
        log.info("ending")
        self._world.queue.stop()
        if self._workers:
            await asyncio.wait(self._workers, timeout=DRAIN_SECONDS)

        self._shell.stop()
        for task in (*self._tasks.values(), *self._workers):
            task.cancel()

        await asyncio.gather(*self._tasks.values(), *self._workers, return_exceptions=True)
        await self._lease.release()
        await pages.cleanup()
        await self._http.close()
        await self._hook_http.close()
        await self._page_http.close()
        await self._kube.close()

    def _may_write_for(self) -> float:
        """Seconds for which effects are ours alone."""
        return self._lease.left() if self._options.elect else math.inf
