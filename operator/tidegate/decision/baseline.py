"""A fresh copy of stable, as large as the candidate, to compare it with. No rule that keeps requests safe counts it."""

from dataclasses import replace

from .actions import Action, ForgetBaseline, PrepareBaseline
from .decision import Decision, act, beside, hold
from .plan import FULL, soonest
from .reasons import Reason
from .refusal import because
from .snapshot import Side, Snapshot
from .step import settled, step_sentence, wanted_size


def own_baseline(seen: Snapshot) -> Side:
    """The copy of stable that was made for this very rollout."""
    stable, started_at = seen.stable.revision, seen.progress.started_at
    found = (side for side in seen.baselines if (side.revision, side.pinned_for) == (stable, started_at))
    return next(found, Side(revision=stable, exists=False))


def size_of_baseline(seen: Snapshot) -> int:
    """The candidate's size at this step, and never more than stable's own; 0 where nothing is compared with it.

    At full weight stable serves nothing, and it stays as it was: what is counted is counted of both sides' pods.
    """
    below = steps_below_full(seen)
    if not below or seen.progress.stable is None:
        return 0

    if seen.progress.straight:
        return own_baseline(seen).replicas

    there = replace(seen, progress=replace(seen.progress, step=below[-1]))
    return min(wanted_size(there), seen.full_size)


def steps_below_full(seen: Snapshot) -> list[int]:
    """The steps up to now at which there is something to compare with; none where nobody does."""
    plan = seen.plan
    steps = plan.steps[: seen.progress.step + 1] if plan.fresh and plan.judged else ()
    return [index for index, step in enumerate(steps) if step.weight < FULL]


def compares_with_baseline(seen: Snapshot) -> bool:
    """False too for a rollout that goes straight to full weight: it waits for no pods to compare with."""
    return own_baseline(seen).available > 0 if seen.progress.straight else bool(steps_below_full(seen))


def without_old_baselines(seen: Snapshot) -> tuple[Action, ...]:
    """The end of every copy that this rollout does not compare with: one of an earlier rollout is not fresh."""
    kept = own_baseline(seen) if size_of_baseline(seen) else None
    return tuple(ForgetBaseline(found.revision) for found in seen.baselines if found != kept)


def without_baselines(seen: Snapshot) -> tuple[Action, ...]:
    """The end of every copy."""
    return tuple(ForgetBaseline(found.revision) for found in seen.baselines)


def bring_baseline_up(seen: Snapshot) -> Decision | None:
    """As large as the candidate, and made with it: both sides' pods are of an age then."""
    if ended := without_old_baselines(seen):
        return act(seen, Reason.PREPARING, step_sentence(seen), *ended)

    size = size_of_baseline(seen)
    # Without stable's ReplicaSet nobody knows its template: that it is gone is said elsewhere.
    if own_baseline(seen).replicas == size or not seen.stable.exists:
        return None

    return act(seen, Reason.PREPARING, step_sentence(seen), PrepareBaseline(seen.stable.revision, size))


def wait_for_baseline(seen: Snapshot) -> Decision | None:
    """No weight rises before there is something to compare with. What is lost later shows as what is not counted."""
    if not lacks_baseline(seen):
        return None

    left, found = seen.plan.progress_deadline - seen.since(seen.progress.deadline_from), own_baseline(seen)
    look_again = soonest(left, found.available_in)
    trouble = found.refusal or (found.total and found.stuck >= found.total)
    reason = Reason.BASELINE_UNAVAILABLE if trouble else Reason.PREPARING
    return hold(seen, reason, what_baseline_lacks(seen), look_again)


def lacks_baseline(seen: Snapshot) -> bool:
    """True while a step's weight may not rise yet, for want of pods to compare with."""
    if settled(seen) or seen.progress.straight or not seen.stable.exists:
        return False

    return own_baseline(seen).available < size_of_baseline(seen)


def what_baseline_lacks(seen: Snapshot) -> str:
    """How many pods are there, and why no more."""
    found, size = own_baseline(seen), size_of_baseline(seen)
    why = because(found) or (f": {found.stuck_sentence}" if found.stuck else "")
    return f"baseline: {found.available} of {size} fresh pods of revision {found.revision} are available{why}"


def forget_baselines(seen: Snapshot) -> Decision | None:
    """No rollout runs: a crash, or a lost status, may have left some."""
    ended = without_baselines(seen)
    return beside(seen, "the baseline is gone", *ended) if ended else None
