"""A reflector keeps its store equal to the cluster through any trouble in the stream."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tidegate.watch import Absence, Reflector, Store


class TroubleError(Exception):
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
        "things", store, lister=lister, watcher=watcher, trim=lambda found: found, trouble=TroubleError
    )
    task = asyncio.create_task(reflector.run())
    while reflector.relists < 2:
        await asyncio.sleep(0.005)

    task.cancel()
    assert "b" in gone
    assert store.get(("shop", "a"))


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
        "things", Store(), lister=lister, watcher=watcher, trim=lambda found: found, trouble=TroubleError
    )
    task = asyncio.create_task(reflector.run())
    while len(asked) < 2:
        await asyncio.sleep(0.005)

    task.cancel()
    assert asked == ["1", "7"]
    assert reflector.relists == 1


class MissingError(TroubleError):
    pass


class DeniedError(TroubleError):
    pass


@pytest.mark.parametrize("why", [MissingError, DeniedError])
async def test_a_kind_that_is_absent_or_never_ours_to_read_is_empty_and_holds_nobody_up(why: type[Exception]) -> None:
    async def lister() -> tuple[list[dict[str, Any]], str]:
        raise why

    reflector = reflected(Store(), lister, Absence(MissingError, DeniedError))
    task = asyncio.create_task(reflector.run())

    await asyncio.wait_for(reflector.synced.wait(), 5)
    task.cancel()


async def test_what_was_read_once_and_is_denied_now_is_kept() -> None:
    lists = [[thing("a", 1)]]
    denied = asyncio.Event()
    store = Store()

    async def lister() -> tuple[list[dict[str, Any]], str]:
        if lists:
            return lists.pop(), "1"
        denied.set()
        raise DeniedError

    reflector = reflected(store, lister, Absence(MissingError, DeniedError))
    task = asyncio.create_task(reflector.run())

    await asyncio.wait_for(denied.wait(), 5)
    await asyncio.sleep(0)
    task.cancel()
    assert store.get(("shop", "a"))


def reflected(store: Store, lister: Any, absence: Absence) -> Reflector:
    """A reflector whose every stream breaks at once."""

    async def watcher(version: str) -> AsyncIterator[Line]:
        raise TroubleError
        yield

    return Reflector(
        "things", store, lister=lister, watcher=watcher, trim=lambda found: found, trouble=TroubleError, absence=absence
    )
