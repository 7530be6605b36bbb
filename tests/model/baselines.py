"""The fresh copy of stable in the small world: it comes up late, is lost, or is left behind."""

from collections.abc import Iterator
from dataclasses import replace

from tests.model.plans import Kind
from tests.model.state import Pods, State
from tidegate.api import Suspend
from tidegate.decision.actions import ForgetBaseline, PrepareBaseline
from tidegate.decision.progress import Phase

OnBaseline = PrepareBaseline | ForgetBaseline


def copied(state: State, action: OnBaseline) -> State:
    """What the cluster is after an effect on a baseline; one keeps which rollout it was made for."""
    others = tuple(made for made in state.baselines if made.revision != action.revision)
    if isinstance(action, ForgetBaseline):
        return replace(state, baselines=others)

    new = Pods(action.revision, 0, 0, pinned=state.progress.started_at)
    found = next((made for made in state.baselines if made.revision == action.revision), new)
    sized = replace(found, replicas=action.replicas, available=min(found.available, action.replicas))
    return state.with_baseline(sized)


def comes_up(state: State) -> Iterator[tuple[str, State]]:
    """Where everything works its pods come up."""
    for made in state.baselines:
        if made.available < made.replicas:
            yield "the baseline comes up", state.with_baseline(replace(made, available=made.replicas, stuck=False))


def is_lost(state: State) -> Iterator[tuple[str, State]]:
    """It fails, never starts, or is deleted by a hand."""
    for made in state.baselines:
        yield "a hand deletes the baseline", replace(state, baselines=())
        if made.available:
            yield "the baseline fails", state.with_baseline(replace(made, available=0))
        elif not made.stuck:
            yield "the baseline is stuck", state.with_baseline(replace(made, stuck=True))


def wrongly_made(before: State, action: PrepareBaseline) -> Iterator[str]:
    """A baseline is a copy of what is stable, no larger than that, and only while a rollout may compare with it."""
    progress = before.progress
    if progress.candidate is None or progress.phase in {Phase.PROMOTING, Phase.ROLLING_BACK} or before.deleting:
        yield "no baseline is made where nothing is compared"

    greatest = min(before.pods_of(progress.candidate).replicas, before.pods_of(progress.stable).replicas)
    if action.revision != progress.stable or action.replicas > greatest:
        yield "a baseline is stable's, and no larger than stable or the candidate"


def unjudgeable(before: State, *, rises: bool) -> Iterator[str]:
    """What could not be compared does not rise; a person who goes straight to full weight does without."""
    progress = before.progress
    up = any(made.available and made.pinned == progress.started_at for made in before.baselines)
    if rises and before.kind is Kind.FRESH and not progress.straight and not up:
        yield "no weight rises before the baseline is up"


def left_behind(state: State) -> Iterator[str]:
    """Where no rollout runs, and not only the status may be written."""
    if state.baselines and state.progress.candidate is None and state.suspension is not Suspend.ALL:
        yield "no pod of a baseline remains at rest"
