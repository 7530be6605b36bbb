"""What the world may do to a Release between two turns."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.baselines import comes_up, is_lost
from tests.model.clocks import aged
from tests.model.effects import resized
from tests.model.hands import around_the_deployment, autoscaled, deletion, lost_copies, lost_objects
from tests.model.lost_status import forgotten
from tests.model.plans import LOST_CONFIG, MISSING, NOW, REPLICAS, Kind
from tests.model.state import BAD, DOWN, GOOD, NOBODYS, NONE, OVER, Pods, State
from tidegate.api import Suspend
from tidegate.decision.actions import Role
from tidegate.decision.progress import Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Said

HELD = frozenset({Reason.STEP_DEADLINE, Reason.LOWERED_BY_HAND})


def events(state: State) -> Iterator[tuple[str, State]]:
    """Every next state that the surroundings alone can cause, by name."""
    yield from calm_events(state)
    yield from disturbances(state)
    yield from deletion(state)


def calm_events(state: State) -> Iterator[tuple[str, State]]:
    """What happens where everything works: pods come up, the gateway confirms, metrics are good, time passes."""
    for found in state.pods:
        if found.replicas and found.available < found.replicas:
            up = replace(found, available=found.replicas, stuck=False, ever=True, failing=None)
            yield f"{found.revision} comes up", state.with_pods(up)

    yield from comes_up(state)
    route = state.route
    if route is not None and not route.confirmed:
        yield (
            "the router confirms",
            replace(state, route=replace(route, confirmed=True, silent_for=route.confirmed_for)),
        )

    if state.progress.settled_at is not None and state.evidence != GOOD and state.progress.weighted_at is not None:
        yield "metrics are good", replace(state, evidence=GOOD)

    if state.progress.waiting and state.heard is not Said.YES:
        yield "the hook says yes", replace(state, heard=Said.YES)

    if state.reading:
        yield "the configuration is read", replace(state, reading=False)

    deployment = state.deployment
    if deployment is not None and deployment != deployment.up():
        yield "the Deployment's pods come up, and go", replace(state, deployment=deployment.up())

    if state.kind is Kind.TAKEOVER and state.progress.stable == state.target == "v1" and not state.deleting:
        yield "v2 is declared", replace(state, target="v2")

    yield "time passes", aged(state)


def disturbances(state: State) -> Iterator[tuple[str, State]]:
    """What comes between."""
    if state.gone:
        return

    yield from pods(state)
    yield from is_lost(state)
    yield from router(state)
    yield from lost_objects(state)
    yield from lost_copies(state)
    yield from around_the_deployment(state)
    yield from autoscaled(state)
    if state.progress.phase is not Phase.PENDING:
        yield "the status is lost", forgotten(state)

    if not state.deleting:
        yield from while_it_lives(state)
    elif state.progress.reason is Reason.HAND_BACK_WAITS and not state.asks.retry:
        yield "retry", replace(state, asks=replace(state.asks, retry="1"))


def while_it_lives(state: State) -> Iterator[tuple[str, State]]:
    """What a deleted Release does not look at any more."""
    yield from people(state)
    # How a rollout goes is not what the kinds that take a Deployment over are for.
    if state.kind.takes_over:
        return

    yield from mesh(state)
    yield from metrics(state)
    if state.progress.waiting and state.heard is None:
        yield "the hook says no", replace(state, heard=Said.NO)

    yield from mending(state)


def mending(state: State) -> Iterator[tuple[str, State]]:
    """Something that the rollout needs goes missing, or is there again; the Release is another size."""
    if state.blocked is None and state.progress.stable:
        yield "a need goes missing", replace(state, blocked=MISSING)
        yield "configuration goes missing", replace(state, blocked=LOST_CONFIG)
    elif state.blocked:
        yield "the need is met", replace(state, blocked=None)

    if not state.reading:
        yield "the configuration is changed", replace(state, reading=True)

    if state.replicas == REPLICAS and state.progress.stable:
        yield from sizes(state)


def sizes(state: State) -> Iterator[tuple[str, State]]:
    """Someone scales the Release. How many nodes there are nobody declares: here they only become more."""
    grown = replace(state, replicas=2 * REPLICAS)
    if state.kind is Kind.BY_NODES:
        yield "nodes join", resized(grown)
    else:
        yield "the Release grows", grown
        yield "the Release shrinks", replace(state, replicas=1)


def pods(state: State) -> Iterator[tuple[str, State]]:
    """Pods are lost, get stuck, or fail after they served."""
    for found in state.pods:
        if found.replicas:
            yield from _losses(state, found)


def _losses(state: State, found: Pods) -> Iterator[tuple[str, State]]:
    if found.available > 1:
        yield f"{found.revision} loses a pod", state.with_pods(replace(found, available=1, detached=False))

    if found.available:
        failing = replace(found, available=0, failing=found.failing or NOW)
        yield f"{found.revision} fails", state.with_pods(failing)

    if not found.available and not found.ever and not found.stuck:
        yield f"{found.revision} is stuck", state.with_pods(replace(found, stuck=True))


def mesh(state: State) -> Iterator[tuple[str, State]]:
    """Git declares a subset of the mesh again, or a turn was cut between a subset and its Service."""
    found = state.services
    for role, revision in ((Role.STABLE, found.stable), (Role.CANDIDATE, found.candidate)):
        if revision and role not in found.astray:
            yield (
                f"the subset {role.value} goes astray",
                replace(state, services=replace(found, astray=found.astray | {role}, held=True)),
            )


def router(state: State) -> Iterator[tuple[str, State]]:
    """Someone moves the weight by hand."""
    route = state.route
    if route is None:
        return

    if route.weight is not None and state.progress.stable:
        yield "a hand garbles the route", replace(state, route=replace(route, weight=None, matched=False))

    if route.matched:
        yield "a hand takes matched requests", replace(state, route=replace(route, matched=False, hidden=True))
    elif route.extended and route.weight == 0:
        yield "a hand gives matched requests", replace(state, route=replace(route, matched=True, shown=True))

    if state.progress.lowered_to is not None and route.weight == state.progress.lowered_to:
        yield "a hand raises what was lowered", replace(state, route=replace(route, weight=50))

    if route.weight == 50:
        yield "a hand lowers the weight", replace(state, route=replace(route, weight=0))
        yield "a hand raises the weight", replace(state, route=replace(route, weight=100))


def metrics(state: State) -> Iterator[tuple[str, State]]:
    """Answers turn bad, empty, or stop. They are about a candidate that has had weight."""
    if state.progress.weighted_at is None:
        return

    for name, evidence in (("bad", BAD), ("none", NONE), ("down", DOWN), ("nobody's fault", NOBODYS), ("over", OVER)):
        if evidence != state.evidence:
            yield f"metrics are {name}", replace(state, evidence=evidence)


def _begins(state: State) -> bool:
    """True while a Deployment is being taken over, and nothing of ours serves yet."""
    return state.kind.takes_over and state.progress.stable is None


def people(state: State) -> Iterator[tuple[str, State]]:
    """A new template, an ask by annotation, a suspension. Each ask once: a handled nonce opens nothing."""
    templates = ("v1", "v2") if state.kind.takes_over else ("v1", "v2", "v3")
    for revision in templates:
        # Where there is no room, another first revision is what matters, and not what follows it.
        now = _begins(state) if state.kind is Kind.ROOMLESS else state.progress.stable is not None or _begins(state)
        if revision != state.target and now:
            yield f"{revision} is declared", replace(state, target=revision)

    asks = state.asks
    waits = state.progress.stable is not None and state.target != state.progress.stable
    if (state.progress.candidate or waits) and not asks.abort:
        yield "abort", replace(state, asks=replace(asks, abort="1"))

    # While a rollback drains there is nothing to promote, nor may it wait for the next rollout.
    stepped = {Phase.PROGRESSING, Phase.WATCHING, Phase.ROLLING_BACK}
    if state.progress.phase in stepped and not asks.promote_full:
        yield "promote-full", replace(state, asks=replace(asks, promote_full="1"))

    if state.progress.phase is Phase.ROLLED_BACK and not asks.retry:
        yield "retry", replace(state, asks=replace(asks, retry="1"))

    held = state.progress.phase is Phase.PAUSED or state.progress.reason in HELD
    if held and not asks.promote:
        yield "promote", replace(state, asks=replace(asks, promote=f"{state.progress.candidate}/half/1"))

    if state.progress.candidate and state.progress.stable and not asks.skip_step:
        yield "skip-step", replace(state, asks=replace(asks, skip_step="1"))

    if state.progress.stable and not asks.undo:
        yield "undo", replace(state, asks=replace(asks, undo="1"))
        yield "undo to v1", replace(state, asks=replace(asks, undo="v1/1"))

    if state.suspension is Suspend.NONE:
        yield "suspend", replace(state, suspension=Suspend.ADVANCE)
        yield "suspend all", replace(state, suspension=Suspend.ALL)
    else:
        yield "resume", replace(state, suspension=Suspend.NONE)
