"""A template that is written otherwise may be the same to the API server: then it is no new revision."""

from .actions import CompareTemplate
from .decision import Decision, Record
from .reasons import Reason
from .snapshot import Snapshot


def compare_with_stable(seen: Snapshot) -> Decision | None:
    """Before a rollout starts: the declared template may be stable's, with defaults spelled out."""
    return _compare(seen, seen.progress.stable)


def compare_with_candidate(seen: Snapshot) -> Decision | None:
    """Before a candidate gives way to a template, which may be its own. Under FinishFirst it gives way to none."""
    return None if seen.plan.finish_first else _compare(seen, seen.progress.candidate)


def _compare(seen: Snapshot, revision: str | None) -> Decision | None:
    if revision is None or revision not in seen.uncompared:
        return None

    return Decision(
        reason=Reason.PREPARING,
        sentence=f"asking whether the declared template is that of revision {revision}, with defaults spelled out",
        progress=seen.progress,
        actions=(CompareTemplate(revision),),
        record=Record.AFTER_NEXT_LOOK,
    )
