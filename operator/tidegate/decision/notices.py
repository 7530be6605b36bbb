"""Hooks that are told how a rollout ended: recorded with the end, told later, and they hold nothing."""

from dataclasses import replace

from tidegate.api import When

from .progress import NOTICES_KEPT, Notice, Progress
from .reasons import Reason
from .snapshot import Said, Snapshot


def inform(seen: Snapshot, when: When, reason: Reason) -> tuple[Notice, ...]:
    """What is still to be told, with this end of the rollout. A first deployment is no rollout: nobody is told."""
    progress = seen.progress
    if progress.stable is None or progress.candidate is None:
        return progress.notices

    ours = (hook for hook in seen.plan.hooks if hook.when is when)
    news = tuple(
        Notice(
            hook=hook.name,
            when=when,
            revision=progress.candidate,
            stable=progress.stable,
            started_at=progress.started_at or seen.now,
            until=seen.now + hook.expiry,
            reason=reason,
        )
        for hook in ours
    )
    return (*progress.notices, *news)[-NOTICES_KEPT:]


def without_heard(seen: Snapshot, progress: Progress) -> Progress:
    """Forget what was heard, refused, or told in vain until its time was over: each was told at least once."""
    left = tuple(notice for notice in progress.notices if not over(seen, notice))
    return replace(progress, notices=left) if len(left) < len(progress.notices) else progress


def over(seen: Snapshot, notice: Notice) -> bool:
    answer = seen.answer(notice.key)
    return answer is not None and (answer.said is not Said.NOT_YET or seen.now >= notice.until)
