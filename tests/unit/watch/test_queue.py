"""One turn at a time for a key, many marks are one turn, rollbacks first."""

import asyncio
from functools import partial

import pytest

from tidegate.watch import Key, Lane, Schedule, WorkQueue
from tidegate.watch.queue import TURNS_AT_ONCE
from tidegate.watch.schedule import SPARE


def key(name: str) -> Key:
    return Key("shop", name)


async def taken(queue: WorkQueue, turns: int) -> list[str]:
    """The order in which marked keys get their turns."""
    seen: list[str] = []

    async def turn(found: Key) -> None:
        seen.append(found[1])
        if len(seen) == turns:
            queue.stop()

    await asyncio.wait_for(queue.work(turn, failed=untold), 2)
    return seen


async def untold(found: Key, error: Exception) -> None:
    """A turn that may fail."""


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
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert (turns, most) == (3, 1)


async def test_what_arrives_between_turns_that_wait_for_nothing_is_heard_before_the_next() -> None:
    queue = WorkQueue()
    seen: list[str] = []

    async def turn(found: Key) -> None:
        seen.append(found[1])
        if len(seen) == 1:
            # As a read of a socket does: the loop must run for it.
            asyncio.get_running_loop().call_soon(queue.mark, key("moving"), Lane.MOVING)
        if len(seen) == 101:
            queue.stop()

    for place in range(100):
        queue.mark(key(f"at-rest-{place}"))
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert seen.index("moving") <= 2


@pytest.mark.parametrize("lane", [Lane.ROLLBACK, Lane.EXPOSED])
async def test_what_may_take_weight_away_finds_room_beside_any_number_of_turns_that_do_not_end(lane: Lane) -> None:
    queue = WorkQueue()
    begun: list[str] = []
    hanging = asyncio.Event()

    async def turn(found: Key) -> None:
        begun.append(found[1])
        if found[1] == "back-49":
            queue.stop()
            hanging.set()
        if len(begun) == TURNS_AT_ONCE:
            for place in range(50):
                queue.mark(key(f"back-{place}"), lane)
        await hanging.wait()

    for place in range(TURNS_AT_ONCE + 1):
        queue.mark(key(f"slow-{place}"), Lane.MOVING)
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert begun[TURNS_AT_ONCE:] == [f"back-{place}" for place in range(50)]


async def test_turns_that_may_take_weight_away_hold_no_place_of_others() -> None:
    queue = WorkQueue()
    hanging = asyncio.Event()

    async def turn(found: Key) -> None:
        if found[1] == "moving":
            queue.stop()
            hanging.set()
        await hanging.wait()

    for place in range(2 * TURNS_AT_ONCE):
        queue.mark(key(f"exposed-{place}"), Lane.EXPOSED)
    queue.mark(key("moving"), Lane.MOVING)
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert queue.turns == 2 * TURNS_AT_ONCE + 1


async def interrupted(
    lane: Lane, *, by: Lane = Lane.ROLLBACK, cut: bool = False, hangs: bool = True
) -> tuple[list[str], list[str], WorkQueue]:
    """What a turn and the next one did, where its key is marked meanwhile; and what was told."""
    queue, did, told = WorkQueue(), list[str](), list[str]()

    async def tell(found: Key, error: Exception) -> None:
        told.append(str(error))

    async def turn(found: Key) -> None:
        did.append("begun")
        if len(did) > 1:
            queue.stop()
            return

        queue.mark(found, Lane.REST)
        asyncio.get_running_loop().call_soon(partial(queue.mark, found, by, cut=cut))
        try:
            await asyncio.sleep(30 if hangs else 0.01)
        except asyncio.CancelledError:
            raise ValueError("a write fails as the turn is cut") from None
        did.append("ended")

    queue.mark(key("a"), lane)
    await asyncio.wait_for(queue.work(turn, failed=tell), 2)
    return did, told, queue


async def test_a_rollback_cuts_the_turn_of_its_own_key_and_that_is_no_failure() -> None:
    did, told, queue = await interrupted(Lane.MOVING)

    assert (did, told, queue.turns) == (["begun", "begun"], [], 2)
    assert not queue.failures


async def test_what_time_alone_may_end_cuts_a_turn_too_where_that_is_asked_for() -> None:
    did, told, _ = await interrupted(Lane.EXPOSED, by=Lane.EXPOSED, cut=True)

    assert (did, told) == (["begun", "begun"], [])


async def test_a_rollback_is_seen_to_its_end_by_the_next_one() -> None:
    did, told, _ = await interrupted(Lane.ROLLBACK, hangs=False)

    assert (did, told) == (["begun", "ended", "begun"], [])


async def test_a_turn_that_finds_something_urgent_itself_is_not_cut() -> None:
    queue = WorkQueue()
    ended: list[str] = []

    async def turn(found: Key) -> None:
        queue.mark(found, Lane.ROLLBACK)
        await asyncio.sleep(0.01)
        ended.append(found[1])
        queue.stop()

    queue.mark(key("a"))
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert ended == ["a"]


async def test_a_turn_that_is_cut_before_it_began_leaves_its_place() -> None:
    queue = WorkQueue()
    begun: list[str] = []

    async def turn(found: Key) -> None:
        begun.append(found[1])
        if found[1] == "a":
            # The turn of the next one is picked, and has not begun, when this is heard.
            asyncio.get_running_loop().call_soon(queue.mark, key("b"), Lane.ROLLBACK)
        else:
            queue.stop()

    queue.mark(key("a"))
    queue.mark(key("b"))
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert begun == ["a", "b"]


async def test_turns_that_began_are_seen_to_their_end_and_no_other_begins() -> None:
    queue = WorkQueue()
    ended: list[str] = []

    async def turn(found: Key) -> None:
        queue.stop()
        await asyncio.sleep(0.01)
        ended.append(found[1])

    queue.mark(key("a"))
    queue.mark(key("b"))
    await asyncio.wait_for(queue.work(turn, failed=untold), 2)

    assert ended == ["a"]


async def test_a_turn_that_fails_is_told_and_taken_again() -> None:
    queue = WorkQueue()
    told: list[tuple[str, int]] = []
    turns = 0

    async def tell(found: Key, error: Exception) -> None:
        told.append((str(error), queue.failures[found]))

    async def turn(found: Key) -> None:
        nonlocal turns
        turns += 1
        if turns <= 2:
            raise ValueError(str(turns))
        queue.stop()

    queue.mark(key("a"))
    await asyncio.wait_for(queue.work(turn, failed=tell), 2)

    assert (turns, told) == (3, [("1", 1), ("2", 2)])
    assert key("a") not in queue.failures, "one that succeeds ends the count"


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


async def test_a_schedule_keeps_no_more_than_a_few_old_times_however_often_they_change() -> None:
    due: list[Key] = []
    schedule = Schedule(due.append)
    for turn in range(3600):
        for name in ("a", "b", "c"):
            schedule.after(key(name), 30 + turn % 7)

        assert schedule.kept <= 2 * len(schedule) + SPARE

    for name in ("a", "b", "c"):
        schedule.cancel(key(name))

    assert (len(schedule), schedule.kept <= SPARE) == (0, True)


async def test_a_time_outlives_the_old_ones_of_other_keys() -> None:
    due: list[Key] = []
    schedule = Schedule(due.append)
    schedule.after(key("kept"), 0.01)
    for _ in range(10 * SPARE):
        schedule.after(key("moving"), 30)

    task = asyncio.create_task(schedule.run())
    while not due:
        await asyncio.sleep(0.005)

    task.cancel()
    assert due == [key("kept")]
