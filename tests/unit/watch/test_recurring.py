"""Work that comes back."""

import asyncio
from collections.abc import Coroutine

import pytest

from tidegate.watch import Identity, Recurring

KEY = ("shop", "web")
SOON = 0.01


async def until_it_ends(part: Coroutine[None, None, None], ended: asyncio.Event) -> None:
    running = asyncio.create_task(part)
    await asyncio.wait_for(ended.wait(), 5)
    running.cancel()


def test_an_accident_is_told_and_the_key_has_its_turn_again(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> list[Identity]:
        begun: list[Identity] = []
        twice = asyncio.Event()

        async def work(key: Identity) -> None:
            begun.append(key)
            if len(begun) == 2:
                twice.set()
                return

            raise ValueError("an accident")

        recurring = Recurring("counting", work, again=SOON)
        recurring.after(KEY, 0)
        await until_it_ends(recurring.run(), twice)
        return begun

    assert asyncio.run(main()) == [KEY, KEY]
    told = capsys.readouterr().out
    assert all(word in told for word in ("counting", "'shop', 'web'", "an accident"))


def test_no_key_has_two_tasks_at_once_and_none_loses_its_time() -> None:
    async def main() -> tuple[int, int]:
        at_once = most = begun = 0
        release, second = asyncio.Event(), asyncio.Event()

        async def work(key: Identity) -> None:
            nonlocal at_once, most, begun
            at_once, begun = at_once + 1, begun + 1
            most = max(most, at_once)
            if begun == 1:
                # Due again while it runs.
                recurring.after(key, 0)
                asyncio.get_running_loop().call_later(5 * SOON, release.set)
                await release.wait()
            else:
                second.set()

            at_once -= 1

        recurring = Recurring("counting", work, again=SOON)
        recurring.after(KEY, 0)
        await until_it_ends(recurring.run(), second)
        return most, begun

    assert asyncio.run(main()) == (1, 2)


def test_a_key_that_was_cancelled_is_not_worked_on() -> None:
    async def main() -> list[Identity]:
        begun: list[Identity] = []
        other = asyncio.Event()

        async def work(key: Identity) -> None:
            begun.append(key)
            other.set()

        recurring = Recurring("counting", work, again=SOON)
        recurring.after(KEY, 0)
        recurring.cancel(KEY)
        recurring.after(("shop", "other"), SOON)
        await until_it_ends(recurring.run(), other)
        return begun

    assert asyncio.run(main()) == [("shop", "other")]
