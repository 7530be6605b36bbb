"""An abort: what runs goes back, and what would start next does not."""

from dataclasses import replace

from tidegate.api import Ask, Suspend
from tidegate.decision.decision import Decision
from tidegate.decision.progress import Asks, Phase
from tidegate.decision.promotion import go_back_as_begun
from tidegate.decision.reasons import Reason
from tidegate.decision.rollback import cause, roll_back
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.step import in_rollout

from .in_vain import in_vain


def abort(seen: Snapshot) -> Decision | None:
    """A person's stop outranks everything, also under `suspend: All`, up to the point of no return."""
    nonce = seen.asked(Ask.ABORT)
    if nonce is None:
        return None

    handled = seen.progress.handled.adding({Ask.ABORT: nonce})
    if back := stop_on_its_way_back(seen, handled):
        return back

    if waits_at_rest(seen):
        return stop_the_next(seen, handled)

    if not in_rollout(seen):
        return go_back_all_the_same(seen, nonce) or abort_in_vain(seen, handled)

    if not seen.another_waits:
        return roll_back(seen, Reason.ABORTED, "aborted by a person", handled=handled)

    alone = replace(seen, progress=replace(seen.progress, rejected=seen.progress.rejecting(seen.target)))
    sentence = f"aborted by a person: revision {seen.target}, declared since, does not start either"
    return roll_back(alone, Reason.ABORTED, sentence, handled=handled)


def go_back_all_the_same(seen: Snapshot, nonce: str) -> Decision | None:
    """Its weight fell before the record of the promotion came: that abort is not late."""
    begun = go_back_as_begun(seen)
    if begun is None:
        return None

    return replace(begun, progress=replace(begun.progress, handled=begun.progress.handled.adding({Ask.ABORT: nonce})))


def abort_in_vain(seen: Snapshot, handled: Asks) -> Decision:
    """Nothing to stop: the ask is marked handled, and the Release stays where it is."""
    late = seen.progress.phase is Phase.PROMOTING
    reason = Reason.PROMOTION_UNDER_WAY if late else Reason.ASKED_IN_VAIN
    sentence = "abort came after the point of no return" if late else "abort: there is nothing to go back from"
    return in_vain(seen, sentence, handled=handled, reason=reason)


def stop_on_its_way_back(seen: Snapshot, handled: Asks) -> Decision | None:
    if goes_back_no_further(seen):
        return go_back_to_the_end(seen, handled)

    return reject_the_next(seen, handled) if going_back_for_another(seen) else None


def goes_back_no_further(seen: Snapshot) -> bool:
    """True where `suspend: All` holds a rollback of another reason: the candidate may still get requests."""
    suspended = seen.suspension is Suspend.ALL and seen.progress.phase is Phase.ROLLING_BACK
    return suspended and cause(seen).reason is not Reason.ABORTED


def go_back_to_the_end(seen: Snapshot, handled: Asks) -> Decision:
    """The rollback under way becomes an aborted one, which nothing suspends. What would start next does not."""
    progress, told = seen.progress, f"aborted by a person on its way back: {cause(seen).sentence}"
    if seen.another_waits:
        progress = replace(progress, rejected=progress.rejecting(seen.target))

    line, earlier = progress.history[:1], progress.history[1:]
    aborted = replace(
        progress,
        reason=Reason.ABORTED,
        sentence=told,
        handled=handled,
        rejected=progress.rejecting(seen.candidate.revision),
        history=(*(replace(begun, reason=Reason.ABORTED, sentence=told) for begun in line), *earlier),
    )
    return Decision(reason=Reason.ABORTED, sentence=told, progress=aborted)


def going_back_for_another(seen: Snapshot) -> bool:
    """True while a rollback makes way for a newer template, which would start next."""
    return seen.progress.phase is Phase.ROLLING_BACK and seen.another_waits


def reject_the_next(seen: Snapshot, handled: Asks) -> Decision:
    """What would have started next does not; the rollback under way goes on."""
    progress = replace(seen.progress, handled=handled, rejected=seen.progress.rejecting(seen.target))
    sentence = f"aborted by a person: revision {seen.target} does not start"
    return Decision(reason=Reason.ABORTED, sentence=sentence, progress=progress)


def waits_at_rest(seen: Snapshot) -> bool:
    """True where no rollout runs, and a template that is known for another than stable's is held up by something."""
    resting = seen.progress.candidate is None and seen.progress.stable is not None
    return resting and seen.known and seen.progress.stable not in seen.uncompared and seen.another_waits


def stop_the_next(seen: Snapshot, handled: Asks) -> Decision:
    """What waits to start does not: it stays out as if it had been rolled back."""
    stopped = reject_the_next(seen, handled)
    reason, sentence = stopped.reason, stopped.sentence
    ended = replace(stopped.progress, phase=Phase.ROLLED_BACK, reason=reason, sentence=sentence)
    return replace(stopped, progress=ended)
