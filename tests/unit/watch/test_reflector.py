"""A reflector keeps its store equal to the cluster through any trouble in the stream."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tidegate.watch import Key, Reflector, Store, Troubles


class TroubleError(Exception):
    pass


class ForbiddenError(TroubleError):
    pass


@dataclass(frozen=True)
class Line:
    type: str
    object: dict[str, Any]


def thing(name: str, version: int) -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name, "resourceVersion": str(version), "uid": name}}


async def test_a_broken_stream_leads_to_a_new_list_and_deletes_are_told() -> None:
    lists = [([thing("a", 1), thing("b", 2)], "2"), ([thing("a", 1)], "9")]
    store = Store()
    gone: list[str] = []
    store.on_change(lambda old, new: gone.append(old["metadata"]["name"]) if old and new is None else None)

    async def lister() -> tuple[list[dict[str, Any]], str]:
        return lists.pop(0) if len(lists) > 1 else lists[0]

    async def watcher(version: str) -> AsyncIterator[Line]:
        yield Line("ADDED", thing("c", int(version) + 1))
        yield Line("BOOKMARK", thing("", int(version) + 5))
        if version == "2":
            raise TroubleError
        await asyncio.sleep(60)

    reflector = Reflector(
        "things", store, lister=lister, watcher=watcher, trim=lambda found: found, troubles=Troubles(any=TroubleError)
    )
    task = asyncio.create_task(reflector.run())
    while reflector.relists < 2:
        await asyncio.sleep(0.005)

    task.cancel()
    assert "b" in gone
    assert store.get(Key("shop", "a"))


async def test_a_stream_that_ends_in_good_order_goes_on_from_its_last_bookmark() -> None:
    asked: list[str] = []

    async def lister() -> tuple[list[dict[str, Any]], str]:
        return [], "1"

    async def watcher(version: str) -> AsyncIterator[Line]:
        asked.append(version)
        if len(asked) > 1:
            await asyncio.sleep(60)
        yield Line("BOOKMARK", thing("", 7))

    reflector = Reflector(
        "things", Store(), lister=lister, watcher=watcher, trim=lambda found: found, troubles=Troubles(any=TroubleError)
    )
    task = asyncio.create_task(reflector.run())
    while len(asked) < 2:
        await asyncio.sleep(0.005)

    task.cancel()
    assert asked == ["1", "7"]
    assert reflector.relists == 1


async def test_a_reflector_that_is_refused_says_so_until_it_may_read() -> None:
    answers: list[Exception | None] = [None, ForbiddenError(), None]
    states: list[bool] = []

    async def lister() -> tuple[list[dict[str, Any]], str]:
        states.append(reflector.refused)
        if (error := answers.pop(0) if answers else None) is not None:
            raise error
        return [thing("a", 1)], "1"

    async def watcher(version: str) -> AsyncIterator[Line]:
        if len(states) < 3:
            raise TroubleError
        await asyncio.sleep(60)
        yield Line("BOOKMARK", thing("", 7))

    reflector = Reflector(
        "things",
        Store(),
        namespace="shop",
        lister=lister,
        watcher=watcher,
        trim=lambda found: found,
        troubles=Troubles(any=TroubleError, forbidden=ForbiddenError),
    )
    task = asyncio.create_task(reflector.run())
    while reflector.relists < 2:
        await asyncio.sleep(0.005)

    task.cancel()
    assert states == [False, False, True], "known as refused only between the refusal and the next list"
    assert not reflector.refused
    assert reflector.answered.is_set()
    assert reflector.store.get(Key("shop", "a")), "what was known before the refusal is kept"
