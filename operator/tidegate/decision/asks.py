"""What people ask for by annotation, beside abort: promote, promote-full, skip-step, retry; and any ask in vain."""

from collections.abc import Iterable
from dataclasses import replace

from .decision import Decision
from .progress import Asks, Phase
from .reasons import Reason
from .snapshot import Snapshot

# What moves the rollout forward in which it is asked.
STEPPING = ("promote", "promote_full", "skip_step")


def abort_in_vain(seen: Snapshot, handled: Asks) -> Decision:
    """Nothing to stop: the ask is marked handled, and the Release stays where it is."""
    late = seen.progress.phase is Phase.PROMOTING
    reason = Reason.PROMOTION_UNDER_WAY if late else Reason.ASKED_IN_VAIN
    sentence = "abort came after the point of no return" if late else "abort: there is nothing to go back from"
    progress = replace(seen.progress, handled=handled)
    return Decision(reason=reason, sentence=sentence, progress=progress, beside=True)


def going_back_for_another(seen: Snapshot) -> bool:
    """True while a rollback makes way for a newer template, which would start next."""
    return seen.progress.phase is Phase.ROLLING_BACK and another_waits(seen)


def another_waits(seen: Snapshot) -> bool:
    """True where a newer template is declared than the one on its way."""
    return seen.target not in {seen.progress.stable, seen.progress.candidate, *seen.progress.rejected}


def reject_the_next(seen: Snapshot, handled: Asks) -> Decision:
    """What would have started next does not; the rollback under way goes on."""
    progress = replace(seen.progress, handled=handled, rejected=seen.progress.rejecting(seen.target))
    sentence = f"aborted by a person: revision {seen.target} does not start"
    return Decision(reason=Reason.ABORTED, sentence=sentence, progress=progress)


def waits_at_rest(seen: Snapshot) -> bool:
    """True where no rollout runs, and a template that is known for another than stable's is held up by something."""
    resting = seen.progress.candidate is None and seen.progress.stable is not None
    return resting and seen.known and seen.progress.stable not in seen.uncompared and another_waits(seen)


def stop_the_next(seen: Snapshot, handled: Asks) -> Decision:
    """What waits to start does not: it stays out as if it had been rolled back."""
    stopped = reject_the_next(seen, handled)
    reason, sentence = stopped.reason, stopped.sentence
    ended = replace(stopped.progress, phase=Phase.ROLLED_BACK, reason=reason, sentence=sentence)
    return replace(stopped, progress=ended)


def late_for_this(seen: Snapshot) -> dict[str, str]:
    """Asks that a rollout leaves without an answer when it ends, and that would act on what it rejected."""
    return {what: nonce for what in ("retry", "undo") if (nonce := seen.asked(what))}


def in_vain(seen: Snapshot, sentence: str, *, handled: Asks) -> Decision:
    """Nothing that the ask could do: it is marked handled, and told."""
    progress = replace(seen.progress, handled=handled)
    return Decision(reason=Reason.ASKED_IN_VAIN, sentence=sentence, progress=progress, beside=True)


def names_this_step(seen: Snapshot, nonce: str) -> bool:
    """True when a promote is for this candidate at this step: one for another opens nothing, now or later."""
    return nonce.startswith(_here(seen))


def how_to_promote(seen: Snapshot) -> str:
    """The annotation that opens what this candidate is held by at this step."""
    return f"tidegate.dev/promote: {_here(seen)}<nonce>"


def _here(seen: Snapshot) -> str:
    return f"{seen.progress.candidate}/{seen.step.name}/"


def handle_stray(seen: Snapshot) -> Decision | None:
    """Asks that there is nothing for are no-ops, marked handled so that they open nothing later.

    No step of the next rollout is one that a person saw when asking. A retry of what stays out is for the rest to obey.
    """
    return nothing_to_do(seen, *STEPPING, *(() if _retried_at_rest(seen) else ("retry",)))


def retry_in_vain(seen: Snapshot) -> Decision | None:
    """In a rollout nothing is retried, and what becomes of its candidate is not known yet."""
    return nothing_to_do(seen, "retry")


def nothing_to_do(seen: Snapshot, *asks: str) -> Decision | None:
    """Marks those of these asks that are new as handled, and says so."""
    stray = {what: nonce for what in asks if (nonce := seen.asked(what))}
    if not stray:
        return None

    return in_vain(seen, nothing_for(stray), handled=replace(seen.progress.handled, **stray))


def nothing_for(asks: Iterable[str]) -> str:
    """Says of these asks that there is nothing to do."""
    return f"{', '.join(sorted(asks)).replace('_', '-')}: nothing to do"


def _retried_at_rest(seen: Snapshot) -> bool:
    """True where no rollout runs that could go forward, and what is declared was rejected, or is not known yet."""
    ended = seen.progress.candidate is None or seen.progress.phase is Phase.ROLLING_BACK
    return ended and (not seen.known or seen.target in seen.progress.rejected)
