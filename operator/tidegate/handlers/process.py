"""The life of the operator process: start in order, end drained."""

import asyncio
import math
import signal
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from tidegate.clients import (
    Credentials,
    Http,
    Kube,
    Lease,
    NoElection,
    electing_namespace,
    end_beside_another,
    take_all,
)
from tidegate.reconcile.advice.log_reading import LogReading
from tidegate.reconcile.advice.usage import UsageReading
from tidegate.reconcile.day_before.rounds import DayJudging
from tidegate.reconcile.failure import tell_of_failure
from tidegate.reconcile.hooks.asking import Asking
from tidegate.reconcile.judging.arrivals import Arrivals
from tidegate.reconcile.judging.checking import Checking
from tidegate.reconcile.judging.queries import Measuring
from tidegate.reconcile.judging.rounds import Judging
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.scraping.scraper import Scraping
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.turn import Followers, take_turn
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry

from .counters import begin
from .exposition import Rollouts
from .options import CannotStart, Options
from .probes import application, serve
from .shell import Shell
from .source_checks import SourceChecks

DRAIN_SECONDS = 3.0
# Events need no Lease: the next leader is at work while the last of them are written.
TELL_SECONDS = 2.0
KOPF_AFTER_SECONDS = 3.0
log = structlog.get_logger(__name__)


class Process:
    """All parts of one operator, and whether they live."""

    def __init__(self, options: Options, who: Credentials) -> None:
        self._options = options
        telemetry = Telemetry()
        scope = Scope(namespaces=options.namespaces, without=options.without)
        self._kube = Kube(who, observer=telemetry.request, streams=scope.streams)
        self._http = Http()
        self._hook_http = Http()
        self._page_http = Http()
        self._lease = Lease(self._kube, options.namespace or who.namespace, options.identity)
        # A pod may not list the Leases of others: whoever installs the chart twice gives each its namespaces.
        self._looks_for_others = options.namespace is None and not who.in_pod
        self._world = World(
            self._kube,
            self._http,
            self._hook_http,
            self._may_write_for,
            telemetry,
            reporter=options.identity,
            scope=scope,
        )
        channel = Channel(self._http, telemetry)
        self._followers = self._beside_turns(channel)
        self._checks = SourceChecks(self._world, channel)
        self._shell = Shell(who, self._checks.changed, options.namespaces)
        self._stop = asyncio.Event()
        self._dead: list[str] = []
        self._refused: NoElection | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turns: asyncio.Task[None] | None = None
        begin(telemetry)
        telemetry.registry.register(Rollouts(self._world))

    def _beside_turns(self, channel: Channel) -> Followers:
        scraping = Scraping(self._world, self._page_http)
        arrivals = Arrivals()
        return Followers(
            measuring=Measuring(self._world, channel),
            judging=Judging(self._world, channel, scraping, arrivals),
            day_judging=DayJudging(self._world, channel, arrivals),
            scraping=scraping,
            asking=Asking(self._world),
            checking=Checking(self._world),
            log_reading=LogReading(self._world, on=self._options.read_logs),
            usage_reading=UsageReading(self._world, channel),
        )

    async def run(self) -> int:
        """Run until told to stop. 0 after a drained end, 1 where a part died: the kubelet starts us again.

        Raises CannotStart where the pages cannot be served, and where to lead would be to lead beside another.
        """
        take_all()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

        pages = await self._serve()
        self._start()
        await self._stop.wait()
        await self._end(pages)
        if self._refused is not None:
            raise CannotStart(str(self._refused)) from self._refused

        return 1 if self._dead else 0

    async def _serve(self) -> web.AppRunner:
        try:
            return await serve(application(self._world, self._stop.is_set), self._options.http)
        except OSError as error:
            await self._close()
            message = (
                f"--http {self._options.http}: cannot listen there: {error.strerror or error}."
                " End what has the address, or give another one"
            )
            raise CannotStart(message) from error

    def _start(self) -> None:
        """Readers first: a standby is warm, and leading begins with the work."""
        for reflector in self._world.reflectors:
            self._keep(f"watch {reflector.where}", reflector.run())

        self._keep("watch tracked configuration", self._world.configs.run())
        self._keep("loop lag", self._world.telemetry.watch_lag())
        if self._options.elect:
            self._keep("lease", self._contend())

        self._keep("lead", self._lead())

    async def _contend(self) -> None:
        """Take part in the cluster's one election, and return when a held Lease is lost."""
        if self._looks_for_others:
            self._lease.move(await electing_namespace(self._kube, self._lease.namespace))
            self._keep("other leases", end_beside_another(self._kube, self._lease.namespace))

        await self._lease.run()

    async def _lead(self) -> None:
        """Wait for the whole view and the Lease; then take turns until the end."""
        await self._world.sync()
        # Turns that wait go first: loading kopf takes half a second of the same interpreter.
        asyncio.get_running_loop().call_later(KOPF_AFTER_SECONDS, self._shell.start)
        if self._options.elect:
            await self._lease.gained.wait()

        self._world.telemetry.leading.set(1)
        log.info("leading", identity=self._options.identity, releases=len(self._world.stores["releases"]))
        self._keep("timers", self._world.schedule.run())
        self._keep("measuring", self._followers.measuring.run())
        self._keep("judging", self._followers.judging.run())
        self._keep("judging by the day before", self._followers.day_judging.run())
        self._keep("scraping", self._followers.scraping.run())
        self._keep("asking hooks", self._followers.asking.run())
        self._keep("making Jobs", self._followers.checking.run())
        self._keep("reading logs", self._followers.log_reading.run())
        self._keep("reading usage", self._followers.usage_reading.run())
        self._keep("source checks", self._checks.run())
        self._keep("events", self._world.recorder.run())
        turn = partial(take_turn, world=self._world, followers=self._followers)
        failed = partial(tell_of_failure, world=self._world)
        self._turns = asyncio.create_task(self._world.queue.work(turn, failed=failed))
        await self._turns

    def _keep(self, name: str, part: Coroutine[Any, Any, None]) -> None:
        """Run a part that must live as long as the process."""
        task = asyncio.create_task(part, name=name)
        self._tasks[name] = task
        task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._stop.is_set() or task.cancelled():
            return

        self._dead.append(name)
        self._stop.set()
        found = task.exception()
        if isinstance(found, NoElection):
            self._refused = found
            return

        log.error("a part of the operator ended", part=name, exc_info=found)

    async def _end(self, pages: web.AppRunner) -> None:
        """Admit nothing, let turns finish, hand the Lease over, tell what was done, and go."""
        log.info("ending")
        self._world.queue.stop()
        turns = (self._turns,) if self._turns is not None else ()
        if turns:
            await asyncio.wait(turns, timeout=DRAIN_SECONDS)

        self._shell.stop()
        for task in (*self._tasks.values(), *turns):
            task.cancel()

        await asyncio.gather(*self._tasks.values(), *turns, return_exceptions=True)
        await asyncio.gather(self._lease.release(), self._world.recorder.drain(TELL_SECONDS))
        await pages.cleanup()
        await self._close()

    async def _close(self) -> None:
        await self._http.close()
        await self._hook_http.close()
        await self._page_http.close()
        await self._kube.close()

    def _may_write_for(self) -> float:
        """Seconds for which effects are ours alone."""
        return self._lease.left() if self._options.elect else math.inf
