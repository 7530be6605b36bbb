"""Walk every reachable state of the model, with a crash between any two effects, and check the invariants."""

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace

from tests.model import events
from tests.model.events import calm_events
from tests.model.invariants import broken_by_effect, broken_by_loss, broken_by_record
from tests.model.state import GOOD, REPLICAS, WALKED, Kind, Pods, State, after, aged, canonical
from tidegate.decision import decide
from tidegate.decision.progress import Phase
from tidegate.decision.snapshot import Said

DISTURBANCES = 3


@dataclass(slots=True)
class Coverage:
    """What a walk saw."""

    states: int = 0
    turns: int = 0
    crashes: int = 0
    endings: int = 0


class InvariantBrokenError(AssertionError):
    """An invariant does not hold; the path leads there."""


def start(kind: Kind = Kind.PLAIN, replicas: int = REPLICAS) -> State:
    """A Release whose first revision is served, and whose second is declared."""
    state = State(target="v1", kind=kind, replicas=replicas)
    for _ in range(40):
        state = calm(turn(state))
    return replace(state, target="v2")


def turn(state: State) -> State:
    """One undisturbed turn: decide, act, record; and the checks."""
    return list(turns(state))[-1]


def turns(state: State) -> Iterator[State]:
    """The states after a crash following each effect, and last the state of a whole turn."""
    decision = decide(state.look())
    world = state
    for action in decision.actions:
        complain(state, broken_by_effect(world, action))
        world = after(world, action)
        yield canonical(world)

    done = replace(world, progress=decision.progress)
    complain(state, broken_by_record(state, done, decision))
    evidence = done.evidence if done.progress.candidate == state.progress.candidate else State(target="").evidence
    same = done.progress.waiting == state.progress.waiting
    yield canonical(replace(done, evidence=evidence, heard=done.heard if same else None))


def complain(state: State, broken: Iterator[str]) -> None:
    """Raise for the first broken invariant."""
    for sentence in broken:
        message = f"{sentence}\n{brief(state)}"
        raise InvariantBrokenError(message)


def brief(value: object, indent: str = "  ") -> str:
    """The fields of a state that differ from their defaults, for people."""
    lines = []
    for field in fields(value):  # type: ignore[arg-type]
        found = getattr(value, field.name)
        if found == field.default:
            continue

        inner = f"\n{brief(found, indent + '  ')}" if is_dataclass(found) else f" {found}"
        lines.append(f"{indent}{field.name}:{inner}")

    return "\n".join(lines)


def calm(state: State) -> State:
    """Surroundings that work: pods come up, the router confirms, metrics are good, time passes."""
    pods = tuple(
        replace(found, available=found.replicas, stuck=False, ever=found.replicas > 0, failing=None)
        for found in state.pods
    )
    route = replace(state.route, confirmed=True) if state.route else None
    judged = state.progress.settled_at is not None
    heard = Said.YES if state.progress.waiting else None
    evidence = GOOD if judged else state.evidence
    better = replace(state, pods=pods, route=route, evidence=evidence, heard=heard, reading=False)
    return canonical(aged(better))


def walk(disturbances: int = DISTURBANCES, limit: int | None = None, *, kind: Kind = Kind.PLAIN) -> Coverage:
    """Breadth first over all states within so many disturbances; calm events are free."""
    seen: dict[State, int] = {}
    queue = deque([(start(kind), 0)])
    coverage = Coverage()
    settled: set[State] = set()
    # A path to rest takes turns that the walk takes later: each is taken once.
    taken: dict[State, tuple[State, ...]] = {}
    while queue:
        state, spent = queue.popleft()
        if seen.get(state, disturbances + 1) <= spent:
            continue

        if state not in seen:
            coverage.states += 1
            converges(state, settled, taken)
            complain(state, broken_by_loss(state))
            coverage.endings = len(settled)
            if limit and coverage.states > limit:
                break

        seen[state] = spent
        reached = taken.pop(state, None) or tuple(turns(state))
        coverage.turns += 1
        coverage.crashes += len(reached) - 1
        queue.extend((next_state, spent) for next_state in reached if next_state != state)
        queue.extend((canonical(next_state), spent) for _, next_state in calm_events(state))
        if spent < disturbances:
            queue.extend((canonical(next_state), spent + 1) for _, next_state in events.disturbances(state))

    return coverage


def converges(state: State, settled: set[State], taken: dict[State, tuple[State, ...]]) -> None:
    """In calm surroundings every state comes to rest: the target is served, or refused, or a person is asked.

    The states on the way become `settled`, and the turns from them `taken`.
    """
    path = []
    current = state
    for _ in range(120):
        if current in settled:
            break

        path.append(current)
        taken[current] = tuple(turns(current))
        following = calm(taken[current][-1])
        if following == current:
            complain(state, restless(current))
            break

        current = following
    else:
        message = f"does not come to rest\nfrom {brief(state)}\nat {brief(current)}"
        raise InvariantBrokenError(message)

    settled.update(path)


def restless(state: State) -> Iterator[str]:
    """Why this is no place to rest."""
    progress = state.progress
    waits = {"Suspended", "LoweredByHand", "Paused", "GatewayMissing", "StepDeadline", "ConfigMissing"}
    waiting = progress.reason.value in waits
    if progress.candidate is not None and not waiting:
        yield "a rollout neither ends nor asks a person"

    if progress.candidate is None and state.route is not None and state.route.extended:
        yield "a rule of a step is left behind"

    leftovers = [found for found in state.pods if found.replicas and found.revision != progress.stable]
    if leftovers and progress.candidate is None and not waiting:
        yield f"pods are left over: {leftovers}"

    unmarked = [found for found in state.pods if found.revision in progress.rejected and not found.rejected]
    if unmarked and progress.candidate is None:
        yield f"a lost status would let rejected revisions in: {unmarked}"

    if progress.phase not in {Phase.PROMOTED, Phase.ROLLED_BACK} and progress.candidate is None and not waiting:
        yield f"rests in phase {progress.phase.value}"


def main() -> None:
    """Print how much was covered."""
    disturbances = int(sys.argv[1]) if len(sys.argv) > 1 else DISTURBANCES
    for kind in WALKED:
        sys.stdout.write(f"disturbances at most {disturbances}, {kind.value}: {walk(disturbances, kind=kind)}\n")


if __name__ == "__main__":
    main()


__all__ = ["Coverage", "InvariantBrokenError", "Pods", "walk"]
