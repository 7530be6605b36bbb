"""A template that was rolled back is not handed back without a word: the Deployment would serve it to everyone."""

from typing import Any

from tidegate.api import Ask

from .decision import Decision, act, hold
from .reasons import Reason
from .rest import why_it_stays_out
from .rollback import stable_floor
from .snapshot import Snapshot
from .upkeep import gone_for_good
from .workload import Workload


def withhold(seen: Snapshot, workload: Workload) -> Decision | None:
    """Stable serves on until another template is declared, or a person takes this one as it is.

    Where stable is gone for good, or the Deployment is, as in a namespace that ends, nothing is waited for.
    """
    progress = seen.progress
    over = progress.handed_over_at is not None or progress.stable is None or gone_for_good(seen, seen.stable)
    if over or not seen.known or seen.target not in {*progress.rejected, progress.overruled}:
        return None

    if nonce := seen.asked(Ask.RETRY):
        sentence = f"Deployment {workload.name} is handed back with revision {seen.target}, as a person asked"
        return act(seen, Reason.HANDING_BACK, sentence, **_let_in(seen, nonce))

    why = why_it_stays_out(seen)
    sentence = (
        f"Deployment {workload.name} declares revision {seen.target}, which stays out"
        f" ({why.reason.value}: {why.sentence}); revision {progress.stable} serves on: declare another template in the"
        " Deployment, or take this one as it is: tidegate.dev/retry: <nonce>"
    )
    if actions := stable_floor(seen):
        return act(seen, Reason.HAND_BACK_WAITS, sentence, *actions)

    return hold(seen, Reason.HAND_BACK_WAITS, sentence)


def _let_in(seen: Snapshot, nonce: str) -> dict[str, Any]:
    """The record without the rejection."""
    progress = seen.progress
    rejected = tuple(kept for kept in progress.rejected if kept != seen.target)
    return {"rejected": rejected, "overruled": None, "handled": progress.handled.adding({Ask.RETRY: nonce})}
