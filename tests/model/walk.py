"""Walk every reachable state of the model, with a crash between any two effects, and check the invariants."""

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from tests.model import events
from tests.model.amend import amended
from tests.model.baselines import left_behind
from tests.model.clocks import HOUR, aged, canonical
from tests.model.cycles import Followers
from tests.model.deployment import Deployment
from tests.model.effects import after
from tests.model.hands import deletion
from tests.model.invariants import broken_by_effect, broken_by_record, broken_by_words
from tests.model.leaving import lost, unreturned
from tests.model.lost_status import broken_by_loss
from tests.model.plans import REPLICAS, WALKED, Kind
from tests.model.serving import unmended
from tests.model.state import GOOD, State
from tidegate.api import Suspend
from tidegate.decision import decide
from tidegate.decision.actions import Action, Scale, SetWeight
from tidegate.decision.progress import Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Said

DISTURBANCES = 3


@dataclass(slots=True)
class Coverage:
    """What a walk saw."""

    states: int = 0
    crashes: int = 0
    endings: int = 0


class InvariantBrokenError(AssertionError):
    """An invariant does not hold; the events that lead there."""


def start(kind: Kind = Kind.PLAIN, replicas: int = REPLICAS) -> State:
    """A Release whose first revision is served, and whose second is declared; or one that takes a Deployment over."""
    if kind.takes_over:
        route = Route(attached=True, confirmed_for=HOUR) if kind is Kind.TAKEOVER else None
        return State(target="v1", kind=kind, replicas=replicas, route=route, deployment=Deployment())

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
    begun = decision.progress.phase is Phase.ROLLING_BACK and state.progress.phase is not Phase.ROLLING_BACK
    for action in decision.actions:
        complain(state, broken_by_effect(world, action))
        world = after(world, action)
        if begun and takes_requests(action, state):
            world = amended(world, fallen=True)
        yield canonical(world)

    done = world if world.gone else amended(world, progress=decision.progress)
    # What is gone has no record.
    complain(state, iter(()) if done.gone else broken_by_record(state, done, decision))
    complain(state, iter(()) if done.gone else broken_by_words(done, decision))
    evidence = done.evidence if done.progress.candidate == state.progress.candidate else State(target="").evidence
    same = done.progress.waiting == state.progress.waiting
    yield canonical(amended(done, evidence=evidence, heard=done.heard if same else None))


def takes_requests(action: Action, state: State) -> bool:
    """True for the fall of the weight, and where pods are the share for their going."""
    retired = isinstance(action, Scale) and (action.revision, action.replicas) == (state.progress.candidate, 0)
    return retired or isinstance(action, SetWeight)


def complain(state: State, broken: Iterator[str]) -> None:
    """Raise for the first broken invariant."""
    for sentence in broken:
        message = f"{sentence}\n{brief(state)}"
        raise InvariantBrokenError(message)


def brief(value: Any, indent: str = "  ") -> str:
    """The fields of a state that differ from their defaults, for people."""
    lines = []
    for field_of in fields(value):
        found = getattr(value, field_of.name)
        if found == field_of.default:
            continue

        inner = f"\n{brief(found, indent + '  ')}" if is_dataclass(found) else f" {found}"
        lines.append(f"{indent}{field_of.name}:{inner}")

    return "\n".join(lines)


def calm(state: State) -> State:
    """Surroundings that work: pods come up, the router confirms, metrics are good, time passes."""
    pods = tuple(
        amended(found, available=found.replicas, stuck=False, ever=found.replicas > 0, failing=None)
        for found in state.pods
    )
    surroundings = {
        "pods": pods,
        "baselines": tuple(amended(found, available=found.replicas, stuck=False) for found in state.baselines),
        "route": amended(state.route, confirmed=True) if state.route else None,
        "evidence": GOOD if state.progress.settled_at is not None else state.evidence,
        "heard": Said.YES if state.progress.waiting else None,
        "deployment": state.deployment.up() if state.deployment else None,
    }
    better = amended(state, **surroundings, reading=False)
    return canonical(aged(better))


@dataclass(slots=True)
class Walk:
    """Breadth first over all states within so many disturbances; calm events are free."""

    disturbances: int
    followers: Followers = field(default_factory=lambda: Followers(turns))
    came: dict[State, tuple[str, State | None]] = field(default_factory=dict)
    queue: deque[tuple[State, int, str, State | None]] = field(default_factory=deque)
    settled: set[State] = field(default_factory=set)
    coverage: Coverage = field(default_factory=Coverage)

    def run(self, begin: State) -> Coverage:
        """Visit them all, each by the fewest disturbances that lead there."""
        self.queue.append((begin, 0, "", None))
        while self.queue:
            state, spent, event, before = self.queue.popleft()
            if state not in self.came:
                self.came[state] = event, before
                self.visit(state, spent)

        for loop in self.followers.endless():
            message = "goes on without end\n" + "\n  -- then --\n".join(map(brief, loop))
            raise InvariantBrokenError(message + self.trail(loop[0]))

        return self.coverage

    def visit(self, state: State, spent: int) -> None:
        """One state: what it becomes by a turn, cut anywhere; what becomes of it in peace; what may happen to it."""
        try:
            reached = self.followers.of(state)
            complain(state, broken_by_loss(state))
            converges(state, self.settled, self.followers)
            if self.followers.still(state):
                complain(state, unmended(state))
        except InvariantBrokenError as error:
            raise InvariantBrokenError(str(error) + self.trail(state)) from None

        self.coverage.states += 1
        self.coverage.crashes += len(reached) - 1
        self.coverage.endings = len(self.settled)
        calmly = [(name, canonical(following)) for name, following in events.calm_events(state)]
        self.followers.by_time[state] = calmly[-1][1]
        self.queue.extendleft((following, spent, name, state) for name, following in calmly)
        self.queue.extendleft((following, spent, "a turn", state) for following in reached)
        deleted = [(name, canonical(following)) for name, following in deletion(state)]
        if state.kind.deleted_anywhere:
            self.queue.extendleft((following, spent, name, state) for name, following in deleted)

        if spent < self.disturbances:
            disturbed = [(name, canonical(following)) for name, following in events.disturbances(state)]
            self.queue.extend((following, spent + 1, name, state) for name, following in (*disturbed, *deleted))

    def trail(self, state: State) -> str:
        """The events that lead to a state."""
        names = []
        place: State | None = state
        while place in self.came:
            name, place = self.came[place]
            names.append(name)

        return "\nby: " + ", ".join(reversed(names))


def walk(disturbances: int = DISTURBANCES, *, kind: Kind = Kind.PLAIN) -> Coverage:
    """All states of one kind of Release within so many disturbances."""
    return Walk(disturbances).run(start(kind))


def converges(state: State, settled: set[State], followers: Followers) -> None:
    """In calm surroundings every state comes to rest: the target is served, or refused, or a person is asked."""
    path = []
    current = state
    for _ in range(120):
        if current in settled:
            break

        path.append(current)
        following = calm(followers.turn(current))
        if following == current:
            complain(state, restless(current))
            break

        current = following
    else:
        message = f"does not come to rest\nfrom {brief(state)}\nat {brief(current)}"
        raise InvariantBrokenError(message)

    settled.update(path)


WAITS = {"Suspended", "LoweredByHand", "Paused", "GatewayMissing", "StepDeadline", "ConfigMissing", "TakeoverWaits"}
FOR_STABLE = {Reason.STABLE_UNAVAILABLE, Reason.ROLLBACK_BLOCKED}


def restless(state: State) -> Iterator[str]:
    """Why this is no place to rest."""
    yield from unquiet(state)
    if state.deleting:
        yield from unreturned(state)
        return

    progress = state.progress
    waiting = progress.reason.value in WAITS or (lost(state) and progress.reason in FOR_STABLE)
    # A weight that a hand changed, and a stable side that is gone, are a person's before anything else.
    asks = lost(state) or progress.reason is Reason.LOWERED_BY_HAND or state.suspension is Suspend.ALL
    found = state.deployment
    if found is not None and found.resumable and not asks:
        yield "a Deployment that is empty is left paused: who waits for it waits for ever"

    if progress.candidate is not None and not waiting:
        yield "a rollout neither ends nor asks a person"

    if progress.candidate is None and state.route is not None and state.route.extended:
        yield "a rule of a step is left behind"

    # Where stable is lost with every record of it, what is there may be all that answers.
    leftovers = [found for found in state.pods if found.replicas and found.revision != progress.stable]
    if leftovers and progress.stable is not None and progress.candidate is None and not waiting:
        yield f"pods are left over: {leftovers}"

    yield from left_behind(state)
    unmarked = [found for found in state.pods if found.revision in progress.rejected and not found.rejected]
    if unmarked and progress.candidate is None:
        yield f"a lost status would let rejected revisions in: {unmarked}"

    if progress.phase not in {Phase.PROMOTED, Phase.ROLLED_BACK} and progress.candidate is None and not waiting:
        yield f"rests in phase {progress.phase.value}"


def unquiet(state: State) -> Iterator[str]:
    """At rest no turn writes: neither an effect nor, with all its words, a record."""
    first = decide(state.look())
    second = decide(replace(state, progress=first.progress).look())
    if first.actions or second.actions:
        yield f"at rest something is written again and again: {first.actions or second.actions}"

    if first.progress != second.progress:
        yield "at rest the record changes again and again"


def main() -> None:
    """Print how much was covered."""
    disturbances = int(sys.argv[1]) if len(sys.argv) > 1 else DISTURBANCES
    for kind in WALKED:
        sys.stdout.write(f"disturbances at most {disturbances}, {kind.value}: {walk(disturbances, kind=kind)}\n")


if __name__ == "__main__":
    main()
