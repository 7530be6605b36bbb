"""What people ask for by annotation, beside abort: promote, promote-full, skip-step, retry."""

from dataclasses import replace

from .decision import Decision
from .progress import Asks, Phase
from .reasons import Reason
from .snapshot import Snapshot


def abort_in_vain(seen: Snapshot, handled: Asks) -> Decision:
    """Nothing to stop: the ask is marked handled, and the Release stays where it is."""
    late = seen.progress.phase is Phase.PROMOTING
    reason = Reason.PROMOTION_UNDER_WAY if late else Reason.ASKED_IN_VAIN
    sentence = "abort came after the point of no return" if late else "abort: nothing is in progress"
    progress = replace(seen.progress, handled=handled)
    return Decision(reason=reason, sentence=sentence, progress=progress)


def opened(seen: Snapshot) -> bool:
    """True when a person's promote names this candidate and this step; handled ones stay open for their step."""
    prefix = f"{seen.progress.candidate}/{seen.step.name}/"
    return any(
        nonce is not None and nonce.startswith(prefix) for nonce in (seen.asks.promote, seen.progress.handled.promote)
    )


def handle_stray(seen: Snapshot) -> Decision | None:
    """Asks with nothing in progress are no-ops, marked handled so that they open nothing later."""
    stray = {what: nonce for what in ("promote", "promote_full", "skip_step", "retry") if (nonce := seen.asked(what))}
    if not stray:
        return None

    progress = replace(seen.progress, handled=replace(seen.progress.handled, **stray))
    sentence = f"{', '.join(sorted(stray)).replace('_', '-')}: nothing to do"
    return Decision(reason=Reason.ASKED_IN_VAIN, sentence=sentence, progress=progress)
