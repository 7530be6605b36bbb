"""Is what an operator did in a real cluster a path of the model? Its log has one line for each decision."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import heappop, heappush
from itertools import count, pairwise

from tests.model import walk
from tests.model.clocks import canonical
from tests.model.events import calm_events, disturbances
from tests.model.plans import Kind
from tests.model.state import State
from tidegate.decision import decide
from tidegate.decision.reasons import Reason

# What may come between in one rollout: an answer without data, pods that fail, a turn that is taken again.
MOST = 3
# A disturbance must explain so many turns to be tried before one that comes later.
COSTS = 3
EFFORT = 5000
SERVED, NEW = "v1", "v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a turn saw and did, as far as its log line tells."""

    reason: str
    phase: str
    revision: str | None
    step: int
    weight: int
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The turns of one rollout, with the model's names for its revisions, and where it begins."""

    turns: tuple[Turn, ...]
    begin: State


def turns_of(log: Iterable[str], namespace: str, release: str) -> list[Turn]:
    """The turns of one Release in an operator's log that did or recorded something."""
    entries = [json.loads(line) for line in log]
    return [
        Turn(
            reason=entry["reason"],
            phase=entry["phase"],
            revision=entry["revision"],
            step=entry["step"],
            weight=entry["weight"],
            effects=tuple(entry["actions"]),
        )
        for entry in entries
        if "actions" in entry and (entry["namespace"], entry["release"]) == (namespace, release)
    ]


def rollouts(turns: Sequence[Turn], *, kind: Kind, replicas: int) -> Iterator[Rollout]:
    """One after the other: nothing of the last one is left in the next. The first is the first deployment."""
    starts = [place for place, turn in enumerate(turns) if turn.reason == Reason.ROLLOUT_STARTED.value]
    served: str | None = None
    for begin, end in pairwise((*starts, len(turns))):
        own = turns[begin:end]
        names = {own[0].revision: NEW, served: SERVED} if served else {own[0].revision: SERVED}
        state = walk.start(kind, replicas) if served else State(target=SERVED, kind=kind, replicas=replicas)
        yield Rollout(tuple(_renamed(turn, names) for turn in own), state)
        served = own[-1].revision


def _renamed(turn: Turn, names: dict[str | None, str]) -> Turn:
    return replace(turn, revision=names.get(turn.revision, "another"))


def strays(rollout: Rollout, effort: int = EFFORT) -> tuple[Turn, ...]:
    """The turns that no path of the model takes; none where all of them are one path.

    What explains most turns by fewest disturbances is tried first; calm events cost nothing. So many states without
    a turn that is explained are enough.
    """
    turns, furthest, left, number = rollout.turns, 0, effort, count()
    queue = [(0, next(number), 0, 0, rollout.begin)]
    seen: dict[tuple[int, State], int] = {}
    while queue and left and furthest < len(turns):
        _, _, spent, place, state = heappop(queue)
        if seen.get((place, state), MOST + 1) <= spent:
            continue

        seen[place, state] = spent
        left -= 1
        for cost, further, found in steps(state, turns[place]):
            if spent + cost <= MOST:
                rank = COSTS * (spent + cost) - place - further
                heappush(queue, (rank, next(number), spent + cost, place + further, found))

            if place + further > furthest:
                furthest, left = place + further, effort

    return turns[furthest:]


def steps(state: State, wanted: Turn) -> Iterator[tuple[int, int, State]]:
    """What may follow: the disturbances and the turns of the log that it takes, and the next state."""
    turn, following = taken(state)
    if turn == wanted:
        yield 0, 1, following

    if not turn.effects:
        # It may have been worth no line.
        yield 0, 0, following

    yield from ((0, 0, found) for found in calmly(state))
    yield from ((1, 0, found) for found in disturbed(state))


@cache
def taken(state: State) -> tuple[Turn, State]:
    """The turn of the model in a state, and the state that follows."""
    look = state.look()
    decision = decide(look)
    turn = Turn(
        reason=decision.reason.value,
        phase=decision.progress.phase.value,
        revision=decision.progress.candidate or decision.progress.stable,
        step=decision.progress.step,
        weight=look.weight,
        effects=tuple(type(action).__name__ for action in decision.actions),
    )
    return turn, walk.turn(state)


@cache
def calmly(state: State) -> tuple[State, ...]:
    """What may follow where all works."""
    return tuple(canonical(found) for _, found in calm_events(state))


@cache
def disturbed(state: State) -> tuple[State, ...]:
    """What may follow a disturbance, or a turn that was cut between two of its effects."""
    *cut, _ = walk.turns(state)
    return (*cut, *(canonical(found) for _, found in disturbances(state)))
