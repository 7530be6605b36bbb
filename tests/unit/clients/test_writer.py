"""Writes are fenced by the Lease alone; a status is written as the difference to what is there."""

import asyncio
import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.clients.test_kube import PODS, served
from tidegate.clients import Fenced, Unavailable, Writer
from tidegate.clients import kube as module
from tidegate.clients import writer as writing
from tidegate.clients.writer import difference

# Null has no place in a status: in a merge patch it means «gone».
LEAVES = st.sampled_from([0, 1, "x", [], [1]])
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), LEAVES | inner, max_size=3),
    max_leaves=8,
)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, word for word."""
    if not isinstance(patch, dict):
        return patch

    target = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)

    return target


@given(before=OBJECTS, after=OBJECTS)
def test_a_difference_leads_from_one_object_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert merged(before, difference(before, after)) == after


@given(same=OBJECTS)
def test_equal_objects_have_no_difference(same: dict[str, Any]) -> None:
    assert difference(same, same) == {}


def test_a_nested_field_that_is_gone_is_null() -> None:
    assert difference({"rollout": {"noDataSince": "x", "kept": 1}}, {"rollout": {"kept": 1}}) == {
        "rollout": {"noDataSince": None}
    }


async def written(seconds: float, fence: Callable[[], float]) -> object:
    """One write to a server that takes so long."""

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.json_response({"metadata": {}})

    async with served(answer) as kube:
        return await Writer(kube, fence).merge(PODS, {"metadata": {"name": "a", "namespace": "b", "uid": "u"}}, {})


async def test_a_write_that_is_slower_than_the_lease_lasts_is_waited_for_while_that_is_renewed() -> None:
    assert await written(0.5, lambda: 0.1) == {"metadata": {}}


async def test_a_write_ends_with_the_lease() -> None:
    began = time.monotonic()

    with pytest.raises(Fenced, match="ended before the write did"):
        await written(5, lambda: began + 0.5 - time.monotonic())

    assert time.monotonic() - began < 3


async def test_nothing_is_written_without_the_lease() -> None:
    with pytest.raises(Fenced, match="not held"):
        await written(0, lambda: 0.0)


async def test_a_write_without_an_answer_in_time_is_an_unavailable_server_while_the_lease_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = {**(module.Kube.call.__kwdefaults__ or {}), "patience": module.Patience(seconds=0.2)}
    monkeypatch.setattr(module.Kube.call, "__kwdefaults__", usual)
    monkeypatch.setattr(writing, "TRIES", 2)

    with pytest.raises(Unavailable):
        await written(5, lambda: 0.1)


@dataclass(slots=True)
class Cut:
    """Two writes one after the other, in a task that is told to end while the server is at the first."""

    seconds: float = 0.2
    status: int = 200
    late: bool = False
    version: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    kept: list[object] = field(default_factory=list)
    under_way: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.under_way.set()
        await asyncio.sleep(self.seconds)
        return web.json_response({"kind": "Status", "message": "slow"}, status=self.status)

    async def run(self) -> float:
        """Seconds from the word to the end of the task."""
        async with served(self.answer) as kube:
            writer = Writer(kube, lambda: 10.0)

            async def both() -> None:
                for _ in range(2):
                    found = {"metadata": {"name": "a", "namespace": "b", "uid": "u"}}
                    self.kept.append(await writer.merge(PODS, found, {"metadata": self.version}, late=self.late))

            task = asyncio.create_task(both())
            await self.under_way.wait()
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            return time.monotonic() - began


async def test_a_write_under_way_is_seen_to_its_end_in_a_task_that_is_cut_and_no_other_begins() -> None:
    cut = Cut()

    seconds = await cut.run()

    assert (cut.asked, len(cut.kept)) == (1, 1), "its answer is kept: what follows must not decide without it"
    assert seconds > 0.1


async def test_a_write_that_fails_is_not_tried_again_in_a_task_that_is_cut() -> None:
    cut = Cut(status=503)

    seconds = await cut.run()

    assert (cut.asked, cut.kept) == (1, [])
    assert seconds < 2


async def test_a_write_that_waits_for_its_next_try_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("/slow"):
            return web.json_response({"metadata": {}})

        failed.set()
        return web.json_response({"kind": "Status", "message": "slow"}, status=503)

    monkeypatch.setattr(writing, "LANE", 1)
    monkeypatch.setattr(writing, "FIRST_WAIT_SECONDS", 30.0)
    async with served(answer) as kube:
        writer = Writer(kube, lambda: 60.0)
        slow = asyncio.create_task(writer.merge(PODS, {"metadata": {"name": "slow", "namespace": "b", "uid": "u"}}, {}))
        await failed.wait()
        found = {"metadata": {"name": "a", "namespace": "b", "uid": "u"}}

        assert await asyncio.wait_for(writer.merge(PODS, found, {}), 5) == {"metadata": {}}
        slow.cancel()


@pytest.mark.parametrize(
    "cut",
    [Cut(seconds=5, late=True), Cut(seconds=5, version={"resourceVersion": "1"})],
    ids=["said so", "of what was seen, or not at all"],
)
async def test_a_write_that_may_land_late_is_not_waited_for_in_a_task_that_is_cut(cut: Cut) -> None:
    assert await cut.run() < 2
    assert (cut.asked, cut.kept) == (1, [])


async def test_the_answer_of_a_write_that_may_land_late_is_kept_where_it_comes_at_once() -> None:
    cut = Cut(seconds=0.05, late=True)

    await cut.run()

    assert (cut.asked, len(cut.kept)) == (1, 1)


async def tries(status: int, *, urgent: bool = False, aside: bool = False) -> tuple[int, float]:
    """How often a status is written to a server that refuses it so, and for how many seconds."""
    asked, began = [], time.monotonic()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"kind": "Status", "message": "no"}, status=status)

    async with served(answer) as kube:
        found = {"metadata": {"name": "a", "namespace": "b", "resourceVersion": "1"}}
        with pytest.raises(Unavailable):
            await Writer(kube, lambda: 60.0).status(PODS, found, {"phase": "x"}, urgent=urgent, aside=aside)

    return len(asked), time.monotonic() - began


async def test_what_takes_a_weight_away_gives_up_soon_so_that_what_refuses_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "URGENT_SECONDS", 0.5)

    asked, seconds = await tries(503, urgent=True)

    assert 3 < asked < writing.TRIES
    assert seconds < 2


async def test_a_word_aside_is_tried_once() -> None:
    assert (await tries(503, aside=True))[0] == 1
