"""What the world may do to a Release between two turns."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.state import BAD, DOWN, GOOD, NONE, NOW, Pods, State, aged
from tidegate.decision.progress import Phase
from tidegate.decision.snapshot import Suspension


def events(state: State) -> Iterator[tuple[str, State]]:
    """Every next state that the surroundings alone can cause, by name."""
    yield from pods(state)
    yield from router(state)
    yield from metrics(state)
    yield from people(state)
    yield "time passes", aged(state)


def pods(state: State) -> Iterator[tuple[str, State]]:
    """Pods come up, are lost, get stuck, or fail after they served."""
    for found in state.pods:
        if not found.replicas:
            continue

        if found.available < found.replicas:
            up = replace(found, available=found.replicas, stuck=False, ever=True, failing=None)
            yield f"{found.revision} comes up", state.with_pods(up)

        yield from _losses(state, found)


def _losses(state: State, found: Pods) -> Iterator[tuple[str, State]]:
    if found.available > 1:
        yield f"{found.revision} loses a pod", state.with_pods(replace(found, available=1))

    if found.available:
        failing = replace(found, available=0, failing=found.failing or NOW)
        yield f"{found.revision} fails", state.with_pods(failing)

    if not found.available and not found.ever and not found.stuck:
        yield f"{found.revision} is stuck", state.with_pods(replace(found, stuck=True))


def router(state: State) -> Iterator[tuple[str, State]]:
    """The gateway confirms, or someone moves the weight by hand."""
    route = state.route
    if route is None:
        return

    if not route.confirmed:
        yield (
            "the router confirms",
            replace(state, route=replace(route, confirmed=True, silent_for=route.confirmed_for)),
        )

    if route.weight == 50:
        yield "a hand lowers the weight", replace(state, route=replace(route, weight=0))
        yield "a hand raises the weight", replace(state, route=replace(route, weight=100))


def metrics(state: State) -> Iterator[tuple[str, State]]:
    """Answers turn good, bad, empty, or stop. They are about a candidate that has had weight."""
    if state.progress.weighted_at is None:
        return

    for name, evidence in (("good", GOOD), ("bad", BAD), ("none", NONE), ("down", DOWN)):
        if evidence != state.evidence and not (evidence is GOOD and state.progress.settled_at is None):
            yield f"metrics are {name}", replace(state, evidence=evidence)


def people(state: State) -> Iterator[tuple[str, State]]:
    """A new template, an ask by annotation, a suspension. Each ask once: a handled nonce opens nothing."""
    for revision in ("v1", "v2", "v3"):
        if revision != state.target and state.progress.stable is not None:
            yield f"{revision} is declared", replace(state, target=revision)

    asks = state.asks
    if state.progress.candidate and not asks.abort:
        yield "abort", replace(state, asks=replace(asks, abort="1"))

    if state.progress.phase in {Phase.PROGRESSING, Phase.WATCHING} and not asks.promote_full:
        yield "promote-full", replace(state, asks=replace(asks, promote_full="1"))

    if state.progress.phase is Phase.ROLLED_BACK and not asks.retry:
        yield "retry", replace(state, asks=replace(asks, retry="1"))

    if state.suspension is Suspension.NONE:
        yield "suspend", replace(state, suspension=Suspension.ADVANCE)
    else:
        yield "resume", replace(state, suspension=Suspension.NONE)
