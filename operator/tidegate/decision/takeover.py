"""A Deployment that was there before: paused first, emptied last, and never fought over a third time."""

from .actions import EmptyWorkload, Finalize, HoldReplicas, ReleaseReplicas, ResizeWorkload, TakeOver
from .decision import Decision, beside, hold
from .plan import NO_TIME
from .progress import Phase
from .reasons import Reason
from .snapshot import Snapshot
from .step import drain_left


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
    if workload is None or workload.taken_over or workload.held or not workload.owned_by:
        return None

    return beside(seen, f"holding {workload.replicas} replicas", HoldReplicas(workload.replicas))


def release_replicas(seen: Snapshot) -> Decision | None:
    """A Deployment that was referred to by mistake, and not taken over, is Git's alone again."""
    if not seen.unreferenced:
        return None

    names = ", ".join(seen.unreferenced)
    return beside(seen, f"the replicas of {names} are not held any more", *map(ReleaseReplicas, seen.unreferenced))


def take_the_workload_over(seen: Snapshot) -> Decision | None:
    """Pause it before anything of ours exists: from here on its template is declared, not rolled out."""
    workload = seen.workload
    if workload is None or seen.blocked is not None or not seen.known:
        return None

    unpaused = workload.replicas > 0 and not workload.paused and not workload.contested
    if workload.taken_over and not unpaused:
        return None

    return beside(seen, f"Deployment {workload.name} is paused: its template is only read from here", TakeOver())


def make_room(seen: Snapshot) -> Decision | None:
    """`scaleDown: Progressively`: one pod goes for each of ours that is available, and none before."""
    workload = seen.workload
    if workload is None or not workload.progressively or not workload.taken_over or seen.blocked:
        return None

    # The last one stays until ours are served.
    left = max(workload.was_replicas - seen.candidate.available, 1)
    if workload.replicas <= left:
        return None

    return beside(seen, f"Deployment {workload.name} makes room: {left} replicas", ResizeWorkload(left))


def give_room_back(seen: Snapshot) -> Decision | None:
    """Another first revision is declared: the Deployment serves whole again before the one that took its room goes."""
    workload = seen.workload
    replaced = seen.target != seen.progress.candidate
    if workload is None or not workload.progressively or not workload.taken_over or not replaced:
        return None

    if workload.replicas < workload.was_replicas:
        return beside(seen, f"Deployment {workload.name} gets its pods back", ResizeWorkload(workload.was_replicas))

    if workload.available >= workload.was_replicas:
        return None

    return hold(seen, Reason.PREPARING, f"Deployment {workload.name}'s pods come back before another revision starts")


def empty_the_workload(seen: Snapshot) -> Decision | None:
    """Its pods go last: when ours have been served for as long as a request may take."""
    workload, route = seen.workload, seen.route
    if workload is None or not workload.taken_over or not workload.replicas or workload.contested:
        return None

    serving = seen.stable.exists and seen.stable.available >= min(seen.stable.replicas, seen.full_size)
    if route is None or not route.confirmed or not serving:
        return None

    sentence = f"Deployment {workload.name} drains before its pods go"
    left = drain_left(seen)
    if left > NO_TIME:
        return hold(seen, Reason.TAKING_OVER, sentence, left)

    return beside(seen, f"Deployment {workload.name} goes to 0 replicas", EmptyWorkload())


def say_that_it_is_contested(seen: Snapshot) -> Decision | None:
    """Someone else scales it up again and again: told, and left to people."""
    workload = seen.workload
    if workload is None or not workload.contested or seen.progress.stable != seen.target:
        return None

    sentence = (
        f"Deployment {workload.name} was scaled to {workload.replicas} again by another after two tries: "
        "its pods run beside the Release's; take replicas out of what declares it"
    )
    return hold(seen, Reason.CONTESTED, sentence, phase=Phase.PROMOTED)
