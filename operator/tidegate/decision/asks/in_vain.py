"""Asks that there is nothing for: marked handled, so that they open nothing later, and answered with why."""

from collections.abc import Iterable
from dataclasses import replace

from tidegate.api import Ask
from tidegate.decision.decision import Decision, Record
from tidegate.decision.progress import Asks, Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Snapshot

# What moves the rollout forward in which it is asked.
STEPPING = (Ask.PROMOTE, Ask.PROMOTE_FULL, Ask.SKIP_STEP)


def answer_strays(seen: Snapshot) -> Decision | None:
    """Asks that there is nothing for are no-ops, marked handled so that they open nothing later.

    No step of the next rollout is one that a person saw when asking. A retry of what stays out is for the rest to obey.
    """
    return nothing_to_do(seen, *STEPPING, *(() if _retried_at_rest(seen) else (Ask.RETRY,)))


def nothing_to_do(seen: Snapshot, *asks: Ask) -> Decision | None:
    """Marks those of these asks that are new as handled, and says so."""
    stray = {ask: nonce for ask in asks if (nonce := seen.asked(ask))}
    if not stray:
        return None

    sentence = f"{nothing_for(stray)}{_when_to_ask(seen, stray)}"
    return in_vain(seen, sentence, handled=seen.progress.handled.adding(stray))


def _when_to_ask(seen: Snapshot, asks: Iterable[Ask]) -> str:
    """Who asks along with a new template, or before it starts, learns when its steps may be opened."""
    starts = seen.known and not seen.uncompared and seen.another_waits
    if not starts or set(STEPPING).isdisjoint(asks):
        return ""

    return f" before the rollout of revision {seen.target} has started: ask again then, with another nonce"


def nothing_for(asks: Iterable[Ask]) -> str:
    """Says of these asks that there is nothing to do."""
    return f"{', '.join(sorted(asks))}: nothing to do"


def in_vain(seen: Snapshot, sentence: str, *, handled: Asks, reason: Reason = Reason.ASKED_IN_VAIN) -> Decision:
    """Nothing that the ask could do: it is marked handled, and told."""
    progress = replace(seen.progress, handled=handled)
    return Decision(reason=reason, sentence=sentence, progress=progress, record=Record.STATE_ONLY)


def late_for_this(seen: Snapshot) -> dict[Ask, str]:
    """Asks that a rollout leaves without an answer when it ends, and that would act on what it rejected."""
    return {ask: nonce for ask in (Ask.RETRY, Ask.UNDO) if (nonce := seen.asked(ask))}


def _retried_at_rest(seen: Snapshot) -> bool:
    """True where no rollout is left to go forward, and what is declared was rejected, or is not known yet.

    Of a Release that is deleted while roles change, the retry says with what its Deployment is handed back.
    """
    ended = seen.progress.candidate is None or seen.progress.phase is Phase.ROLLING_BACK or seen.deleting
    return ended and (not seen.known or seen.target in seen.progress.rejected)
