"""An autoscaler decides the size: who else writes the number takes no pods away."""

from .actions import RestoreSize
from .decision import Decision, beside
from .reasons import Reason
from .snapshot import Snapshot


def keep_the_autoscalers_size(seen: Snapshot) -> Decision | None:
    """A number below the autoscaler's is written over at once: from 1 it would go on at its least, at any load.

    Where the API server refuses that, all else goes on until it is tried again.
    """
    refused = seen.blocked is not None and seen.blocked.reason is Reason.REFUSED
    if seen.undercut is None or refused:
        return None

    size, place = seen.replicas, "spec.replicas"
    if seen.progress.stable is None:
        # Left out, it is 1: that is how a Release begins, and nobody has taken anything away.
        told = f"{place} is {size}, as the autoscaler asked last, for the first revision to start at"
        return beside(seen, told, RestoreSize(replicas=size, sentence=told, warns=False))

    sentence = f"{place} became {seen.undercut} beside an autoscaler that asked for {size}, and is {size} again"
    told = f"{sentence}: leave replicas out of what declares the Release"
    return beside(seen, told, RestoreSize(replicas=size, sentence=told))
