"""Can each metric source be asked? Its status says so before a rollout needs it."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from tidegate.clients import Ask, AskFailed, CallError, Conflict, Fenced, Kind, NotSent, Reply, in_own_thread
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import Answer, NotAsked, Unusable
from tidegate.metrics.page import Page
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.scrape import Scrape, Target
from tidegate.metrics.sifting import Sifting, Wanted
from tidegate.metrics.skew import beside
from tidegate.metrics.translator import Question
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.ask_raw import unanswered
from tidegate.reconcile.scraping.pages import page_of, pages_at
from tidegate.reconcile.scraping.reading import PAGES_AT_ONCE
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.reconcile.world import World
from tidegate.sentences import shortened
from tidegate.watch import Identity, Object, Recurring

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

Changed = Callable[[str, str, str], None]
Send = Callable[[Ask], Reply]
CHECK_SECONDS = 300
FIRST_WAIT_SECONDS = 1.0
log = structlog.get_logger(__name__)

KINDS = {kind.kind: kind for kind in (kinds.METRIC_SOURCES, kinds.CLUSTER_METRIC_SOURCES)}


@dataclass(frozen=True, slots=True)
class State:
    """What the condition Ready says."""

    ready: str
    reason: str
    message: str


NOT_ANSWERING, NOT_ASKED = "NotAnswering", "NotAsked"
ANSWERING = State("True", "Answering", "the source answers")


class SourceChecks:
    """Asks each source at its first sight, after each change, and every five minutes."""

    def __init__(self, world: World, channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self._due = Recurring("checking a source", self._check, again=CHECK_SECONDS)

    async def run(self) -> None:
        """Check until cancelled."""
        await self._due.run()

    def changed(self, kind: str, namespace: str, name: str) -> None:
        """Check a source soon: many changes are one check."""
        # An operator of some namespaces shares the cluster's sources with others: two would never agree on one status.
        if not namespace and self._world.scope.namespaces:
            return

        self._due.after((f"{kind}/{namespace}", name), FIRST_WAIT_SECONDS)

    async def _check(self, key: Identity) -> None:
        kind_name, _, namespace = key[0].partition("/")
        kind, name = KINDS[kind_name], key[1]
        found = self._world.find(kind, namespace, name)
        if found is None:
            return

        self._due.after(key, CHECK_SECONDS)
        state = await self._state(self._world.sources.of(found, f"{kind_name} {name}"))
        try:
            await write_state(found, kind, state, self._world)
        except (CallError, Fenced) as error:
            log.info("source check not recorded", source=name, error=str(error))
            if isinstance(error, Conflict):
                self._due.after(key, FIRST_WAIT_SECONDS)

    async def _state(self, source: Source | Blocked) -> State:
        if isinstance(source, Blocked):
            return State("False", NOT_ANSWERING, source.sentence)

        if isinstance(source.translator, Scrape) and source.translator.addresses:
            return page_state(await self._pages(source, source.translator))

        if not source.translator.probe:
            return State("Unknown", NOT_ASKED, "its Secrets are in order; only objectives ask it")

        now = self._world.now()
        ask = source.ask(Question(words=source.translator.probe, end=now, window=source.window))
        try:
            if isinstance(source.translator, Prometheus):
                problem = await in_own_thread(partial(asked, source.translator, ask, self._sender(), source.meaning))
            else:
                problem = problem_of(source.meaning(await self._channel.send(ask)))
        except NotSent as error:
            return State("Unknown", NOT_ASKED, str(error))
        except AskFailed as error:
            return answers_or(shortened(str(error)))

        return answers_or(problem, self._channel.clock(source, "its"))

    async def _pages(self, source: Source, scrape: Scrape) -> Unusable | None:
        """Why a page is of no use; None where all are."""
        try:
            targets = await pages_at(
                scrape.addresses, self._world.http, each=scrape.each_address, seconds=source.seconds
            )
        except AskFailed as error:
            return unanswered(error)

        turns, nothing = asyncio.Semaphore(PAGES_AT_ONCE), Wanted(())

        async def read(found: Target) -> Page | Unusable:
            async with turns:
                return await page_of(found, source, Sifting(nothing, found.ours), self._world.http)

        found = zip(targets, await asyncio.gather(*map(read, targets)), strict=True)
        failed = ((target, page) for target, page in found if isinstance(page, Unusable))
        return next((replace(page, why=why_of(target, page)) for target, page in failed), None)

    def _sender(self) -> Send:
        """How another thread asks: as all do, so that time, size and places are known, and where nothing is sent."""
        loop = asyncio.get_running_loop()
        return lambda ask: asyncio.run_coroutine_threadsafe(self._channel.send(ask), loop).result()


def why_of(target: Target, page: Unusable) -> str:
    """Why a page is of no use, and which one, unless it is not the page's fault."""
    return page.why if isinstance(page, NotAsked) else f"{target.url}: {page.why}"


def page_state(failed: Unusable | None) -> State:
    """Answering, or why a page is of no use; what could not be asked says nothing of the source."""
    if isinstance(failed, NotAsked):
        return State("Unknown", NOT_ASKED, failed.why)

    return answers_or(shortened(failed.why) if failed else "")


def answers_or(problem: str, clock: str = "") -> State:
    """Answering, or why not; and what is wrong with the clock of who answers."""
    state = State("False", NOT_ANSWERING, problem) if problem else ANSWERING
    return replace(state, message=beside(state.message, clock))


def problem_of(answer: Answer) -> str:
    """Why an answer is none; empty where the source answers, if only that it has nothing."""
    return answer.why if isinstance(answer, Unusable) else ""


def asked(prometheus: Prometheus, ask: Ask, send: Send, meaning: Callable[[Reply], Answer]) -> str:
    """Ask a Prometheus for the number 1. The empty sentence: it answered. Raises AskFailed.

    What is wrong with an answer is said as a rollout says it: the client's words for it are Python's.
    """
    # Slow to load, and only needed here: the operator's start does not wait for it.
    import requests
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException

    replies: list[Reply] = []

    def heard(question: Ask) -> Reply:
        replies.append(send(question))
        return replies[-1]

    session = requests.Session()
    try:
        with PrometheusConnect(url=prometheus.address, session=session) as connected:
            # After the client has mounted its own adapter, which retries for seconds and goes anywhere.
            session.mount(prometheus.address, transport(ask, heard))
            connected.custom_query(prometheus.probe)
    except (PrometheusApiClientException, requests.RequestException, ValueError, KeyError) as error:
        said = problem_of(meaning(replies[-1])) if replies else ""
        return said or shortened(str(error)) or type(error).__name__

    return ""


def transport(ask: Ask, send: Send) -> "BaseAdapter":
    """What carries the client's questions: each goes out as `ask` does."""
    import requests
    from requests.adapters import BaseAdapter

    class Ours(BaseAdapter):
        def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
            reply = send(replace(ask, method="GET", url=str(request.url), body=b""))
            response = requests.Response()
            response.status_code, response.raw, response.url = reply.status, io.BytesIO(reply.body), str(request.url)
            return response

        def close(self) -> None:
            """The client stays open for others."""

    return Ours()


async def write_state(found: Object, kind: Kind, state: State, world: World) -> None:
    """The condition Ready; nothing is written where it says so already."""
    status = found.get("status") or {}
    before: Object = next(iter(status.get("conditions") or ()), {})
    generation = found["metadata"]["generation"]
    same = before.get("status") == state.ready
    condition = {
        "type": "Ready",
        "status": state.ready,
        "reason": state.reason,
        "message": state.message,
        "observedGeneration": generation,
        "lastTransitionTime": before["lastTransitionTime"] if same else world.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if condition != before:
        answer = await world.writer.status(kind, found, {"observedGeneration": generation, "conditions": [condition]})
        world.keep(kind, answer)
