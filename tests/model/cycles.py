"""Endless loops: turns that write again and again while nothing happens, or while only time passes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.model.state import State


@dataclass(slots=True)
class Followers:
    """What each state becomes, each found out once: by the effects of a turn one by one, and by time alone."""

    turns: Callable[[State], Iterator[State]]
    reached: dict[State, tuple[State, ...]] = field(default_factory=dict)
    by_time: dict[State, State] = field(default_factory=dict)

    def of(self, state: State) -> tuple[State, ...]:
        """The states after a crash following each effect, and last the state of a whole turn."""
        if state not in self.reached:
            self.reached[state] = tuple(self.turns(state))

        return self.reached[state]

    def turn(self, state: State) -> State:
        """The state after a whole turn."""
        return self.of(state)[-1]

    def still(self, state: State) -> bool:
        """True where the operator has nothing to do before something happens."""
        return self.of(state) == (state,)

    def endless(self) -> Iterator[tuple[State, ...]]:
        """Loops that no event ends: what repeats after a write, or never stays what it is."""
        by_turn = {state: reached[-1] for state, reached in self.reached.items()}
        later = {state: self.by_time[after] for state, after in by_turn.items() if after in self.by_time}
        for following in (by_turn, later):
            yield from (loop for loop in loops(following) if len(loop) > 1 or not self.still(loop[0]))


def loops(following: Mapping[State, State]) -> Iterator[tuple[State, ...]]:
    """Every loop of a graph in which each state has at most one follower."""
    done: set[State] = set()
    for begin in following:
        path: dict[State, None] = {}
        state: State | None = begin
        while state is not None and state not in done and state not in path:
            path[state] = None
            state = following.get(state)

        if state in path:
            order = list(path)
            yield tuple(order[order.index(state) :])

        done.update(path)
