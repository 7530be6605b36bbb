"""What someone changed of objects that are ours whole: put back at once, and not as often as somebody likes."""

import time
from datetime import timedelta

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.decision.workload import TRIES
from tidegate.reconcile.memory import Memory, PutBack

# Who changes an object again so soon fights over it; two tries are at once, each later one waits.
FIGHT_SECONDS = 600.0
PAUSE_SECONDS = 60.0


def contested(memory: Memory, name: str) -> bool:
    """True while an object is left as somebody made it: it was put back too often lately."""
    return fought(memory.put_back.get(name))


def fought(found: PutBack | None) -> bool:
    """True where something was put back too often lately, and is not put back again yet."""
    return found is not None and found.times >= TRIES and left(found) > 0


def left(found: PutBack) -> float:
    """Seconds until an object may be put back once more."""
    return found.at + PAUSE_SECONDS - time.monotonic()


def overwritten(memory: Memory, drifting: frozenset[str]) -> Blocked | None:
    """Somebody fights over an object of ours: told until it has been left alone for a while."""
    fought = {name: found for name, found in memory.put_back.items() if contested(memory, name)}
    told = {name: found for name, found in fought.items() if found.times > TRIES or name in drifting}
    if not told:
        return None

    # By name: the order in which they were put back is no news.
    fields = " and ".join(f"{told[name].field} of {name}" for name in sorted(told))
    sentence = (
        f"someone else changes {fields} again and again: take it out of what writes it;"
        " Tidegate puts it back once a minute"
    )
    return Blocked(reason=Reason.OVERWRITTEN, sentence=sentence, again=timedelta(seconds=min(map(left, told.values()))))


def count(memory: Memory, name: str, field: str) -> None:
    """Remember that an object was put back just now."""
    memory.put_back[name] = once_more(memory.put_back.get(name), field)


def once_more(before: PutBack | None, field: str) -> PutBack:
    """The count with one more; what was put back long ago is forgotten."""
    now = time.monotonic()
    times = before.times if before is not None and now - before.at < FIGHT_SECONDS else 0
    return PutBack(field=field, times=times + 1, at=now)
