"""A Deployment that was there before: paused first, emptied, resumed last, and not fought over a third time."""

from dataclasses import replace

from .actions import (
    Action,
    EmptyWorkload,
    Finalize,
    HoldReplicas,
    PrepareRevision,
    ReleaseReplicas,
    ResizeWorkload,
    RestoreSize,
    ResumeWorkload,
    Scale,
    TakeOver,
)
from .decision import Decision, beside, hold
from .plan import NO_TIME
from .progress import TakenOver
from .reasons import Reason
from .snapshot import Snapshot
from .step import drain_left
from .workload import Workload


def keep_until_handed_back(seen: Snapshot) -> Decision | None:
    """A Release that holds something of a user's, or must leave it serving, is not gone before that is done."""
    needed = seen.keeps or seen.workload is not None or bool(seen.route and seen.route.attached)
    if needed is seen.finalizer:
        return None

    # What holds a Release up may be just this: something is held that is not referred to any more.
    if seen.finalizer and seen.blocked is not None:
        return None

    return beside(seen, "kept until all is handed back" if needed else "nothing to hand back", Finalize(keep=needed))


def hold_its_replicas(seen: Snapshot) -> Decision | None:
    """While Git owns the Deployment's size: own it too, so that Git can let go without a reset to 1."""
    workload = seen.workload
    if workload is None or workload.taken_over or workload.held or not workload.owned_by or workload.contested:
        return None

    return beside(seen, f"holding {workload.replicas} replicas", HoldReplicas(workload.replicas))


def release_replicas(seen: Snapshot) -> Decision | None:
    """A Deployment that was referred to by mistake, and not taken over, is Git's alone again."""
    if not seen.unreferenced:
        return None

    names = ", ".join(seen.unreferenced)
    return beside(seen, f"the replicas of {names} are not held any more", *map(ReleaseReplicas, seen.unreferenced))


def take_the_workload_over(seen: Snapshot) -> Decision | None:
    """Pause it before any pod of ours exists: from here on its template is declared, not rolled out.

    The template that it serves with is kept first, for another one may be declared as soon as it is paused. The pause
    lands on what was seen or not at all: what is kept is what it serves with.
    """
    workload = seen.workload
    if workload is None or _stands_in_the_way(seen, workload):
        return None

    # Who replaces it takes the pause and the note away as well: that is a try too, and there is no third.
    if workload.contested and not workload.taken_over:
        return None

    if workload.taken_over and (workload.paused or not workload.replicas):
        return None

    # A pause against what is declared lasts until the next apply, and that has brought its template by then.
    if workload.taken_over and workload.resumed_by_another:
        return None

    sentence = f"Deployment {workload.name} is paused: its template is only read from here"
    found = _as_it_was_found(seen, workload)
    return _with_record(seen, sentence, *_kept(seen, found.proven), TakeOver(found), record=found)


def _kept(seen: Snapshot, proven: str) -> tuple[Action, ...]:
    """The template that it serves with, as an empty ReplicaSet; none where the first revision is served already."""
    needed = seen.progress.stable is None and seen.declares(proven) and not seen.side(proven).exists
    return (PrepareRevision(proven, 0),) if needed and not seen.by_nodes else ()


def _stands_in_the_way(seen: Snapshot, workload: Workload) -> bool:
    """Nothing is taken while there is something to mend; what was taken once is paused again whatever there is."""
    if workload.taken_over:
        return seen.blocked is not None and seen.blocked.reason is Reason.REFUSED

    return seen.blocked is not None or not seen.known


def _as_it_was_found(seen: Snapshot, workload: Workload) -> TakenOver:
    """What is recorded of it; where nothing is, how it is now, but for what is our own doing."""
    if seen.progress.taken_over is not None:
        return workload.was

    size = max(workload.replicas, seen.replicas) if workload.changed_by_us else workload.replicas
    first = seen.progress.stable is None and not workload.changed_by_us
    return TakenOver(
        name=workload.name,
        replicas=size,
        paused=workload.paused and not workload.paused_by_us,
        proven=seen.target if first else "",
    )


def _with_record(seen: Snapshot, sentence: str, *actions: Action, record: TakenOver) -> Decision:
    """The record keeps what the note says from the same turn on: who replaces the Deployment may do so at once."""
    return replace(beside(seen, sentence, *actions), progress=replace(seen.progress, taken_over=record))


def size_to_keep(record: TakenOver | None, workload: Workload | None) -> int:
    """The least size of a Release until the Deployment is emptied: as many as that one had, or has now.

    Both share the load meanwhile, so whoever divides it by ours alone asks for too few.
    """
    if record is None or record.emptied:
        return 0

    return max(record.replicas, workload.replicas if workload else 0)


def make_room(seen: Snapshot) -> Decision | None:
    """`scaleDown: Progressively`: one pod goes for each of ours that is available, and none before."""
    workload = seen.workload
    if workload is None or not workload.progressively or not workload.taken_over or seen.blocked:
        return None

    # The last one stays until ours are served.
    left = max(workload.was.replicas - seen.candidate.available, 1)
    if workload.replicas <= left:
        return None

    return beside(seen, f"Deployment {workload.name} makes room: {left} replicas", ResizeWorkload(left))


def regrow(seen: Snapshot) -> Decision | None:
    """Pods of ours that are lost, or cannot start, carry nothing: as many of the Deployment's come back at once."""
    workload = seen.workload
    if workload is None or not workload.shares_room:
        return None

    needed = workload.was.replicas - seen.candidate.available
    if workload.replicas < needed:
        return beside(seen, f"Deployment {workload.name} gets {needed} pods back", ResizeWorkload(needed))

    # What never starts must not take the room that its pods need: one of ours goes on trying.
    candidate = seen.candidate
    if not room_is_owed(seen) or candidate.replicas <= 1 or candidate.stuck < candidate.total:
        return None

    sentence = f"revision {candidate.revision} gives room to Deployment {workload.name}'s pods"
    return beside(seen, sentence, Scale(revision=candidate.revision, replicas=1))


def room_is_owed(seen: Snapshot) -> bool:
    """True while none of ours answers, and the Deployment's pods are not all back: ours may not grow then."""
    workload = seen.workload
    if workload is None or not workload.shares_room or not seen.candidate.exists:
        return False

    return not seen.candidate.available and workload.available < workload.was.replicas


def give_room_back(seen: Snapshot) -> Decision | None:
    """Another first revision starts: the Deployment serves whole again before the one that took its room goes."""
    workload = seen.workload
    if workload is None or not workload.shares_room:
        return None

    if workload.replicas < workload.was.replicas:
        return beside(seen, f"Deployment {workload.name} gets its pods back", ResizeWorkload(workload.was.replicas))

    if workload.available >= workload.was.replicas:
        return None

    return hold(seen, Reason.PREPARING, f"Deployment {workload.name}'s pods come back before another revision starts")


def empty_the_workload(seen: Snapshot) -> Decision | None:
    """Its pods go last: when ours have been served for as long as a request may take.

    One that a hand emptied before is counted too: from then on the Release's size is what is declared. So is one that
    a hand emptied to end a contest: the tries begin anew.
    """
    workload, route = seen.workload, seen.route
    if workload is None or not workload.taken_over or workload.contested or workload.outgrown is not None:
        return None

    over = not workload.replicas and not workload.conceded
    if over and (workload.was.emptied or not workload.was.replicas):
        return None

    serving = seen.stable.exists and seen.stable.available >= min(seen.stable.replicas, seen.full_size)
    if route is None or not route.confirmed or not serving:
        return None

    sentence = f"Deployment {workload.name} drains before its pods go"
    left = drain_left(seen)
    if left > NO_TIME and not workload.conceded:
        return hold(seen, Reason.TAKING_OVER, sentence, left)

    counted = replace(workload.was, emptied=workload.next_try, emptied_at=seen.now)
    sentence = f"Deployment {workload.name} goes to 0 replicas"
    return _with_record(seen, sentence, *_size_from_here(seen, EmptyWorkload(workload.next_try)), record=counted)


def empty_it_again(seen: Snapshot) -> Decision | None:
    """In mid-rollout too: resumed as it was, it would run the candidate's template beside the steps."""
    if seen.workload is None or not seen.workload.was.emptied:
        return None

    decision = take_the_workload_over(seen) or empty_the_workload(seen)
    # A drain of its pods holds up no rollout.
    return decision if decision is not None and decision.actions else None


def resume_what_is_empty(seen: Snapshot) -> Decision | None:
    """Whoever waits for a paused Deployment waits for ever, and without pods the pause holds nothing back.

    One that was found paused, or that another paused since, is left so.
    """
    workload = seen.workload
    if workload is None or not workload.taken_over or not workload.paused_by_us or workload.was.paused:
        return None

    # One that a hand emptied too early gets its pods back where ours fail, with the template that they had.
    emptied = workload.was.emptied or not workload.was.replicas
    if not workload.empty or not emptied:
        return None

    return beside(seen, f"Deployment {workload.name} is empty, and not paused any more", ResumeWorkload())


def _size_from_here(seen: Snapshot, emptied: EmptyWorkload) -> tuple[Action, ...]:
    """An autoscaler's number from beside the Deployment's pods is no measure of the load without them."""
    size, asked = seen.replicas, seen.workload.asked_meanwhile if seen.workload else None
    if asked is None:
        return (emptied,)

    sentence = f"spec.replicas was {asked} while the Deployment's pods shared the load, and is {size} without them"
    return RestoreSize(replicas=size, sentence=sentence, warns=False), emptied
