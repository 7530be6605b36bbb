"""How a rollout starts: the intent is recorded, pods follow in the next turn."""

from .decision import Decision, act
from .plan import Step
from .progress import AT_REST, Outcome, Phase, Progress
from .reasons import Reason
from .snapshot import Snapshot

STARVING = 3


def start(seen: Snapshot) -> Decision:
    """A rollout of the declared template. One that goes back to a revision inside the window goes straight."""
    straight = in_window(seen, seen.target)
    reason = Reason.STARVED if starved(seen) else Reason.ROLLOUT_STARTED
    sentence = opening(seen, seen.target, straight=straight)
    if reason is Reason.STARVED:
        sentence += f"; {STARVING} in a row were superseded before they ended: onNewRevision: FinishFirst lets one end"

    return begin_rollout(seen, reason, sentence, seen.target, straight=straight)


def start_by_steps(seen: Snapshot) -> Decision:
    """A rollout that walks every step, whatever the window says."""
    return begin_rollout(seen, Reason.ROLLOUT_STARTED, opening(seen, seen.target), seen.target)


def begin_rollout(
    seen: Snapshot,
    reason: Reason,
    sentence: str,
    revision: str,
    *,
    straight: bool = False,
    **changes: object,
) -> Decision:
    """Record the candidate, its first step and weight: the intent."""
    weight = first_step(seen, straight=straight).weight if seen.progress.stable else 0
    begun = {
        **AT_REST,
        "phase": Phase.PREPARING,
        "candidate": revision,
        "step": seen.plan.last if straight else 0,
        "desired_weight": weight,
        "started_at": seen.now,
        "entered_at": seen.now,
        "deadline_from": seen.now,
        "full_size": seen.replicas,
        "stable_pods": seen.stable.available,
        "straight": straight,
    }
    return act(seen, reason, sentence, **{**begun, **changes})


def opening(seen: Snapshot, revision: str, *, straight: bool = False) -> str:
    """Which revision starts, and where."""
    first = first_step(seen, straight=straight)
    way = "goes straight to" if straight else "starts:"
    return f"rollout of revision {revision} {way} {first.summary}"


def first_step(seen: Snapshot, *, straight: bool) -> Step:
    """The first step; of a rollout that goes straight, as a first revision does by itself, it is the last."""
    walks = (seen.progress.stable or seen.plan.first_by_steps) and not straight
    return seen.plan.steps[0 if walks else -1]


def without_pods(seen: Snapshot) -> bool:
    """True where somebody scaled what is served to 0: every step of a rollout would pass with no pod at all."""
    return seen.progress.stable is not None and not seen.replicas and not seen.by_nodes


def starved(seen: Snapshot) -> bool:
    """True where no rollout comes to its end any more, because templates change faster."""
    newest = seen.progress.history[:STARVING]
    return len(newest) == STARVING and all(line.reason is Reason.SUPERSEDED for line in newest)


def served_before(progress: Progress) -> tuple[str, ...]:
    """The revisions that were stable before this one, newest first.

    Not those that were rejected, nor those whose last rollout did not end well.
    """
    newest: dict[str, Outcome] = {}
    for line in progress.history:
        newest.setdefault(line.revision, line.outcome)

    out = {progress.stable, *progress.rejected}
    return tuple(
        revision for revision, outcome in newest.items() if outcome is Outcome.PROMOTED and revision not in out
    )


def in_window(seen: Snapshot, revision: str) -> bool:
    """True for a revision that was stable so lately that going back to it needs no steps."""
    return seen.progress.stable is not None and revision in served_before(seen.progress)[: seen.plan.window]


def brings_back(seen: Snapshot) -> bool:
    """True for an undo inside the window: what it brings back was judged before, and its ReplicaSet is there."""
    progress = seen.progress
    back = progress.straight and progress.overruled is not None
    return back and in_window(seen, seen.candidate.revision)
