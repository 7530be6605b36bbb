"""Copies of configuration that someone deleted: made again where that can be, said where it cannot."""

from datetime import timedelta

from tidegate.sentences import shortened

from .actions import RemakeCopy
from .decision import Decision, Rule, act, hold
from .progress import Phase
from .reasons import Reason
from .snapshot import Blocked, LostCopy, Original, Snapshot

# An original that could not be read is tried again.
AGAIN = timedelta(seconds=15)
# What was tried a moment ago, or is someone else's now, is not tried at once again: nothing waits for a copy.
IN_VAIN = frozenset({Reason.REFUSED, Reason.NAME_TAKEN})


def remade(seen: Snapshot) -> tuple[RemakeCopy, ...]:
    """The copies of stable's and the candidate's pods whose originals still hold the same."""
    if seen.blocked is not None and seen.blocked.reason in IN_VAIN:
        return ()

    again = (copy for copy in seen.lost if copy.now is Original.SAME)
    # Two revisions may name one copy.
    return tuple(
        dict.fromkeys(RemakeCopy(kind=copy.kind, original=copy.original, content=copy.content) for copy in again)
    )


def remake(reason: Reason, sentence: str) -> Rule:
    """A clause that makes lost copies again, and says no more than what goes on anyway."""

    def remake_copies(seen: Snapshot) -> Decision | None:
        actions = remade(seen)
        return act(seen, reason, sentence, *actions) if actions else None

    return remake_copies


def copy_missing(seen: Snapshot) -> Blocked | None:
    """A copy that cannot be made again and is in the way.

    The candidate's always is: its pods would not start. Stable's is while a rollout may have to go back to it, and at
    rest while nothing else is to be served: another revision is a remedy.
    """
    progress = seen.progress
    gone = [copy for copy in seen.lost if copy.now is Original.OTHER]
    if found := _of(gone, progress.candidate):
        return _blocked(found, "abort")

    found = _of(gone, progress.stable)
    if found is None:
        return None

    if progress.candidate is None:
        stays = not (seen.known and seen.another_waits)
        return _blocked(found, "declare another revision") if stays else None

    # A person who promotes in full, or goes back by an undo, does without stable.
    return None if progress.straight else _blocked(found, "promote-full")


def say_that_a_copy_is_lost(seen: Snapshot) -> Decision | None:
    """No pod of stable's is to go that could not come back."""
    missing = copy_missing(seen)
    return hold(seen, missing.reason, missing.sentence, missing.again, phase=Phase.STALLED) if missing else None


def _of(gone: list[LostCopy], revision: str | None) -> LostCopy | None:
    return next((copy for copy in gone if copy.revision == revision), None)


def _blocked(lost: LostCopy, otherwise: str) -> Blocked:
    what = f"{lost.kind} {lost.name} is missing, without which no pod of revision {lost.revision} starts"
    sentence = f"{what}: give {lost.kind} {lost.original} the content of then again, or {otherwise}"
    return Blocked(reason=Reason.CONFIG_MISSING, sentence=shortened(f"spec.trackConfig: {sentence}"), again=AGAIN)
