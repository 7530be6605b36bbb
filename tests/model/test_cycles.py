"""What goes on without end is found: in turns alone, and in turns and time."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.model.cycles import Followers, loops
from tests.model.state import State

HERE, THERE, LATER = State(target="v1"), State(target="v2"), State(target="v3")


def alternating(state: State) -> Iterator[State]:
    """Whatever one turn writes, the next one writes back."""
    yield THERE if state == HERE else HERE


def rewriting(state: State) -> Iterator[State]:
    """Each turn writes, and nothing changes by it."""
    yield state
    yield state


def resting(state: State) -> Iterator[State]:
    yield state


def followers(turns: Callable[[State], Iterator[State]], *states: State) -> Followers:
    found = Followers(turns)
    for state in states:
        found.of(state)
        found.by_time[state] = state

    return found


def test_turns_that_undo_each_other_are_a_loop() -> None:
    found = next(followers(alternating, HERE, THERE).endless())

    assert set(found) == {HERE, THERE}


def test_a_turn_that_writes_what_is_there_is_a_loop() -> None:
    assert next(followers(rewriting, HERE).endless()) == (HERE,)


def test_a_turn_that_only_time_undoes_is_a_loop() -> None:
    found = followers(lambda state: iter((LATER,)), HERE, LATER)
    found.reached[LATER] = (LATER,)
    assert list(found.endless()) == []

    found.by_time[LATER] = HERE
    assert next(found.endless()) == (HERE,)


def test_what_rests_is_none() -> None:
    assert list(followers(resting, HERE, THERE).endless()) == []
    assert list(loops({HERE: THERE, THERE: LATER})) == []


def test_a_loop_is_found_from_outside_of_it() -> None:
    outside = replace(HERE, reading=True)

    assert list(loops({outside: HERE, HERE: THERE, THERE: HERE})) == [(HERE, THERE)]
