"""Going back to a revision that was stable before, although Git still declares a newer template."""

from tidegate.api import Ask
from tidegate.decision.decision import Decision
from tidegate.decision.progress import Outcome, Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.start import begin_rollout, in_window, opening, served_before, without_pods
from tidegate.decision.upkeep import leftovers

from .in_vain import in_vain


def undo(seen: Snapshot) -> Decision | None:
    """A rollout back; what is declared now is overruled until `retry` or another template."""
    nonce = seen.asked(Ask.UNDO)
    if nonce is None or _others_drain(seen):
        return None

    handled = seen.progress.handled.adding({Ask.UNDO: nonce})
    revision = wanted(seen.progress, nonce)
    if sentence := why_not(seen, revision):
        return in_vain(seen, f"undo: {sentence}", handled=handled)

    straight = in_window(seen, revision)
    told = f"undo of revision {seen.progress.stable}: {opening(seen, revision, straight=straight)}"
    return begin_rollout(
        seen, Reason.UNDO_STARTED, told, revision, straight=straight, handled=handled, overruled=seen.target
    )


def and_its_undo(seen: Snapshot) -> str:
    """What a suspension holds up beside a step forward, as the end of a sentence."""
    asked = seen.asked(Ask.UNDO) and seen.progress.candidate is None
    return "; the undo waits until suspend is None" if asked or seen.progress.overruled else ""


def undo_in_vain(seen: Snapshot) -> Decision | None:
    """In a rollout there is something else that goes back: saying so is better than to guess."""
    nonce = seen.asked(Ask.UNDO)
    if nonce is None:
        return None

    sentence = "undo: a rollout runs; abort goes back to stable, and undo to what was stable before once it has ended"
    return in_vain(seen, sentence, handled=seen.progress.handled.adding({Ask.UNDO: nonce}))


def wanted(progress: Progress, nonce: str) -> str:
    """The revision that an undo names, else the one that the newest promotion replaced; empty where there is none."""
    named, slash, _ = nonce.partition("/")
    if slash:
        return named

    newest = progress.history[0] if progress.history else None
    promoted = newest is not None and newest.outcome is Outcome.PROMOTED and newest.revision == progress.stable
    return next(iter(served_before(progress)), "") if promoted else ""


def why_not(seen: Snapshot, revision: str) -> str:
    """Why there is no way back to a revision; empty where there is one."""
    if seen.progress.stable is None:
        return "nothing is served yet"

    if not revision:
        return (
            f"the newest rollout left no promotion to go back from, and revision {seen.progress.stable} is served;"
            " name a revision that is kept to go further back: <revision>/<nonce>"
        )

    if revision == seen.progress.stable:
        return f"revision {revision} is served"

    if revision in seen.progress.rejected:
        return f"revision {revision} was rejected: declare its template and retry it"

    if not seen.side(revision).exists:
        return f"revision {revision} has no ReplicaSet any more (revisionHistoryLimit): declare its template"

    return _why_not_yet(seen, revision)


def _why_not_yet(seen: Snapshot, revision: str) -> str:
    """What goes by the steps would pass them all without a pod."""
    if in_window(seen, revision) or not without_pods(seen):
        return ""

    return f"the Release is scaled to 0, and revision {revision} goes by the steps: ask again once it has replicas"


def _others_drain(seen: Snapshot) -> bool:
    """Pods of the past finish their requests first; those that come back need not go before that."""
    nonce = seen.asked(Ask.UNDO) or ""
    return any(side.revision != wanted(seen.progress, nonce) for side in leftovers(seen))
