"""One turn at a time for a key, many marks are one turn, rollbacks first."""

import asyncio

from tidegate.watch import Key, Lane, Schedule, WorkQueue


def key(name: str) -> Key:
    return ("shop", name)


async def taken(queue: WorkQueue, turns: int) -> list[str]:
    """The order in which marked keys get their turns."""
    seen: list[str] = []

    async def turn(found: Key) -> None:
        seen.append(found[1])
        if len(seen) == turns:
            queue.stop()

    await asyncio.wait_for(queue.work(turn, failed=lambda found, error: None), 2)
    return seen


async def test_many_marks_are_one_turn_and_rollbacks_go_first() -> None:
    queue = WorkQueue()
    for name in ("a", "b", "a"):
        queue.mark(key(name))
    queue.mark(key("b"), Lane.ROLLBACK)

    assert await taken(queue, 2) == ["b", "a"]


async def test_a_key_marked_during_its_turn_gets_another_turn_after_it() -> None:
    queue = WorkQueue()
    running = 0
    most = 0
    turns = 0

    async def turn(found: Key) -> None:
        nonlocal running, most, turns
        running += 1
        most = max(most, running)
        turns += 1
        queue.mark(found)
        await asyncio.sleep(0)
        running -= 1
        if turns == 3:
            queue.stop()

    queue.mark(key("a"))
    workers = [queue.work(turn, failed=lambda found, error: None) for _ in range(3)]
    await asyncio.wait_for(asyncio.gather(*workers), 2)

    assert (turns, most) == (3, 1)


async def test_a_turn_that_fails_is_told_and_taken_again() -> None:
    queue = WorkQueue()
    told: list[str] = []
    turns = 0

    async def turn(found: Key) -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise ValueError("first")
        queue.stop()

    queue.mark(key("a"))
    await asyncio.wait_for(queue.work(turn, failed=lambda found, error: told.append(str(error))), 2)

    assert (turns, told) == (2, ["first"])


async def test_the_latest_time_of_a_key_wins() -> None:
    due: list[Key] = []
    schedule = Schedule(due.append)
    task = asyncio.create_task(schedule.run())
    schedule.after(key("a"), 0.001)
    schedule.after(key("a"), 30)
    schedule.after(key("b"), 0.01)

    while not due:
        await asyncio.sleep(0.005)

    task.cancel()
    assert due == [key("b")]
    assert len(schedule) == 1
