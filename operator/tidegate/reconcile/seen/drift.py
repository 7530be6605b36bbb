"""What someone changed that is ours: put back at once, and not as often as somebody likes."""

import time
from datetime import timedelta

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.decision.workload import TRIES
from tidegate.reconcile.memory import Memory, PutBack, RouterMemory

# Who changes an object again so soon fights over it; two tries are at once, each later one waits.
FIGHT_SECONDS = 600.0
PAUSE_SECONDS = 60.0
# A Git tool that applies a route every few seconds is written over each time. Who is quicker answers our own writes,
# and would do so for ever: after so many in a row it is a fight.
QUICK_SECONDS = 3.0
QUICK_TRIES = 10


def contested(memory: Memory, name: str) -> bool:
    """True while an object is left as somebody made it: it was put back too often lately."""
    return fought(memory.put_back.get(name))


def fought(found: PutBack | None, tries: int = TRIES) -> bool:
    """True where something was put back too often lately, and is not put back again yet."""
    return found is not None and found.times >= tries and left(found) > 0


def declared_at_once(memory: RouterMemory) -> bool:
    """True while a route is left with the weights of an owner who answers each of our writes."""
    return fought(memory.asserted, QUICK_TRIES)


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


def weights_overwritten(memory: Memory) -> Blocked | None:
    """A route's owner declares its weights again as soon as ours are written: told by name, for no other can end it."""
    fights = {
        name.replace("/", " "): router.asserted
        for name, router in memory.routers.items()
        if router.asserted is not None and declared_at_once(router)
    }
    if not fights:
        return None

    told = " and ".join(f"{fights[name].field} declares the weights of {name}" for name in sorted(fights))
    sentence = (
        f"{told} again and again, at once when the rollout's are written: let it leave them alone while a rollout runs;"
        " Tidegate writes them once a minute"
    )
    again = timedelta(seconds=min(map(left, fights.values())))
    return Blocked(reason=Reason.OVERWRITTEN, sentence=sentence, again=again)


def count(memory: Memory, name: str, field: str) -> None:
    """Remember that an object was put back just now."""
    memory.put_back[name] = once_more(memory.put_back.get(name), field)


def asserted_again(memory: RouterMemory, owner: str) -> None:
    """Remember that our weights were written over those of a route's owner just now. A fight is one until it rests."""
    fights = memory.asserted is not None and memory.asserted.times >= QUICK_TRIES
    memory.asserted = once_more(memory.asserted, owner, FIGHT_SECONDS if fights else QUICK_SECONDS)


def once_more(before: PutBack | None, field: str, within: float = FIGHT_SECONDS) -> PutBack:
    """The count with one more; what was put back long ago is forgotten."""
    now = time.monotonic()
    times = before.times if before is not None and now - before.at < within else 0
    return PutBack(field=field, times=times + 1, at=now)
