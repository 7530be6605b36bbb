"""A retry: what was rejected may start again."""

from dataclasses import replace

from tidegate.api import Ask
from tidegate.decision.decision import Decision
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.start import start_by_steps, without_pods

from .in_vain import in_vain, nothing_to_do


def retry(seen: Snapshot) -> Decision | None:
    """A person lets a rejected revision start again."""
    nonce = seen.asked(Ask.RETRY)
    if nonce is None or seen.target not in seen.progress.rejected:
        return None

    handled = seen.progress.handled.adding({Ask.RETRY: nonce})
    if without_pods(seen):
        return in_vain(seen, "retry: the Release is scaled to 0: ask again once it has replicas", handled=handled)

    rejected = tuple(kept for kept in seen.progress.rejected if kept != seen.target)
    return start_by_steps(replace(seen, progress=replace(seen.progress, rejected=rejected, handled=handled)))


def retry_in_vain(seen: Snapshot) -> Decision | None:
    """In a rollout nothing is retried, and what becomes of its candidate is not known yet."""
    return nothing_to_do(seen, Ask.RETRY)
