"""Gates that a hook opens: which is due, and what its answer means. The asking itself is done elsewhere."""

from dataclasses import replace
from typing import Any

from tidegate.api import OnTrouble, When
from tidegate.sentences import shortened

from .actions import PrepareRevision
from .asks.naming import how_to_promote
from .decision import Decision, act, hold
from .plan import NO_TIME, Hook
from .progress import Progress, Waiting
from .reasons import Reason
from .rollback import roll_back
from .snapshot import Answer, Said, Snapshot
from .start import brings_back
from .step import prepared, settled, step_sentence


def before_rollout(seen: Snapshot) -> Decision | None:
    """No candidate pod starts before the yes."""
    return _before_pods(seen, When.BEFORE_ROLLOUT)


def before_share(seen: Snapshot) -> Decision | None:
    """Where pods are the share none of this step's starts before the yes: each that is ready serves users."""
    return _before_pods(seen, When.BEFORE_RISE) if seen.by_pods and not settled(seen) else None


def _before_pods(seen: Snapshot, when: When) -> Decision | None:
    """An empty ReplicaSet keeps the plan that the rollout began with."""
    if closed(seen, when) is None:
        return None

    if not prepared(seen):
        # Pods of earlier steps serve users: it is their note that was lost.
        size = 0 if when is When.BEFORE_ROLLOUT else seen.candidate.replicas
        return act(seen, Reason.PREPARING, step_sentence(seen), PrepareRevision(seen.candidate.revision, size))

    return ask(seen, when)


def before_rise(seen: Snapshot) -> Decision | None:
    """The pods of this step are there, and its weight is not written."""
    return None if settled(seen) else ask(seen, When.BEFORE_RISE)


def before_promotion(seen: Snapshot) -> Decision | None:
    return ask(seen, When.BEFORE_PROMOTION)


def closed(seen: Snapshot, when: When) -> Hook | None:
    """The first gate of this place that has not opened. The emergency exit has none."""
    if brings_back(seen):
        return None

    hooks = (hook for hook in seen.plan.hooks if hook.when is when and _gates(hook, seen))
    return next((hook for hook in hooks if hook.name not in seen.progress.said_yes), None)


def _gates(hook: Hook, seen: Snapshot) -> bool:
    if hook.when is not When.BEFORE_RISE:
        return True

    return seen.step.weight > 0 and (not hook.steps or seen.step.name in hook.steps)


def key_of(progress: Progress, waiting: Waiting) -> str:
    """The name of a question: the same at every ask, also after a restart; another for another place or rollout."""
    started = progress.started_at.isoformat() if progress.started_at else ""
    return f"{progress.candidate}/{started}/{waiting.place}/{waiting.hook}"


def ask(seen: Snapshot, when: When) -> Decision | None:
    """Wait for a yes. That it is waited for is recorded before anyone is asked, so that a restart resets no clock."""
    hook, waiting = closed(seen, when), seen.progress.waiting
    if hook is None:
        return None

    if waiting is None or waiting.hook != hook.name:
        place = seen.step.name if when is When.BEFORE_RISE else when.value
        begun = Waiting(hook=hook.name, place=place, since=seen.now)
        return hold(seen, Reason.HOOK_WAITS, f"hook {hook.name} is asked", hook.expiry, waiting=begun)

    if waiting.interrupted:
        again = replace(waiting, since=seen.now, interrupted=False, refused=False)
        return hold(seen, Reason.HOOK_WAITS, f"hook {hook.name} is asked", hook.expiry, waiting=again)

    return _heard(seen, hook, waiting)


def _heard(seen: Snapshot, hook: Hook, waiting: Waiting) -> Decision:
    answer = seen.answer(key_of(seen.progress, waiting))
    if answer and answer.said is Said.YES:
        return act(seen, Reason.PROGRESSING, f"hook {hook.name} says yes", **gate_opened(seen))

    if answer and answer.said is Said.NO:
        return refuse(seen, hook, answer.sentence)

    if answer is None and waiting.started:
        return refuse(seen, hook, "its Job is gone before it was complete")

    left = hook.expiry - seen.since(waiting.since)
    if left <= NO_TIME or waiting.refused:
        return refuse(seen, hook, f"no yes within its expiry{_last(answer)}")

    started = waiting.started or (answer is not None and answer.started)
    sentence = shortened(f"hook {hook.name} is asked{_last(answer)}")
    return hold(seen, Reason.HOOK_WAITS, sentence, left, waiting=replace(waiting, started=started))


def _last(answer: Answer | None) -> str:
    return f": {answer.sentence}" if answer else ""


def refused(seen: Snapshot) -> bool:
    """True where a gate is a person's to open, whatever is shown of it."""
    waiting = seen.progress.waiting
    if waiting is None or waiting.interrupted:
        return False

    answer = seen.answer(key_of(seen.progress, waiting))
    return waiting.refused or (answer is not None and answer.said is Said.NO)


def gate_opened(seen: Snapshot) -> dict[str, Any]:
    """The gate is open for its step, or for the rollout: nobody is asked again. The pods' clock begins here."""
    waiting = seen.progress.waiting
    names = (*seen.progress.said_yes, waiting.hook) if waiting else seen.progress.said_yes
    return {"said_yes": names, "waiting": None, "deadline_from": seen.now}


def gates_kept(seen: Snapshot) -> dict[str, Any]:
    """What the next step keeps: gates of a rise close again, and those of the rollout are waited for as before."""
    rises = {hook.name for hook in seen.plan.hooks if hook.when is When.BEFORE_RISE}
    waiting = seen.progress.waiting
    return {
        "said_yes": tuple(name for name in seen.progress.said_yes if name not in rises),
        "waiting": waiting if waiting and waiting.hook not in rises else None,
    }


def refuse(seen: Snapshot, hook: Hook, why: str) -> Decision:
    """A no, or no yes in time: back, or a person decides."""
    sentence = shortened(f"hook {hook.name}: {why}")
    if hook.on_expiry is OnTrouble.ROLL_BACK:
        return roll_back(seen, Reason.HOOK_REFUSED, sentence)

    held = replace(seen.progress.waiting, refused=True) if seen.progress.waiting else None
    # Told in its first words: the last answer is not known after a restart.
    if seen.progress.reason is Reason.HOOK_REFUSED:
        return hold(seen, Reason.HOOK_REFUSED, seen.progress.sentence, waiting=held)

    sentence = f"{sentence}; a person opens it: {how_to_promote(seen)}"
    return hold(seen, Reason.HOOK_REFUSED, sentence, waiting=held)
