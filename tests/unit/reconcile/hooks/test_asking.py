"""What is sent to hooks, and when."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.clients.test_kube import served
from tests.unit.reconcile.test_replaced import KEY, no_answer, world_of
from tidegate.api import HttpHook, When
from tidegate.clients import Http
from tidegate.clients.room import Room
from tidegate.decision import Decision
from tidegate.decision.progress import Notice
from tidegate.decision.reasons import Reason
from tidegate.reconcile.hooks import asking
from tidegate.reconcile.hooks.asking import Asking, ask_of
from tidegate.reconcile.observe import observe
from tidegate.reconcile.world import World
from tidegate.watch import Key, Lane, WorkQueue

START = datetime(2026, 1, 1, tzinfo=UTC)
# Of a hook that is declared no more: whoever asks has its answer at once.
NOTICE = Notice(
    hook="chat",
    when=When.AFTER_PROMOTION,
    revision="v2",
    stable="v1",
    started_at=START,
    until=START,
    reason=Reason.PROMOTED,
)

DRIBBLING, SHORT = (HttpHook.model_validate({"url": f"http://{name}.shop/"}) for name in ("dribbling", "short"))


def test_large_answers_of_one_hook_keep_no_other_hooks_answer_unread() -> None:
    room = Room(100)
    room.take(ask_of(DRIBBLING, b"", {}).source, 100)

    room.take(ask_of(SHORT, b"", {}).source, 10)


class Answers(WorkQueue):
    """Hears of each answer; after the first one it calls `then`, before anyone knows that its task is over."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.heard = asyncio.Semaphore(0)
        self._then = [then]

    def mark(self, key: Key, lane: Lane = Lane.REST, *, cut: bool = False) -> None:
        self.heard.release()
        while self._then:
            asyncio.get_running_loop().call_soon(self._then.pop())


async def test_what_is_open_again_just_as_its_asking_ends_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "EVERY_SECONDS", 0.01)
    http = Http()
    async with served(no_answer) as kube:
        world = world_of(kube, http)
        found = Asking(world)

        def close_and_open() -> None:
            follow(found, world)
            follow(found, world, NOTICE)

        world.queue = answers = Answers(close_and_open)
        asks = asyncio.create_task(found.run())
        follow(found, world, NOTICE)

        async with asyncio.timeout(5):
            await answers.heard.acquire()
            await answers.heard.acquire()

        asks.cancel()
        await http.close()


def follow(found: Asking, world: World, *notices: Notice) -> None:
    """As after a turn that leaves these to be told."""
    seen = observe(KEY, world)
    assert seen is not None
    progress = replace(seen.snapshot.progress, notices=notices)
    found.follow(KEY, seen, Decision(reason=Reason.PROMOTED, sentence="", progress=progress))
