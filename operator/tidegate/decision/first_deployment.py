"""The first revision of a Release: available, by steps where asked; then served, then Ready."""

from dataclasses import replace

from .actions import PrepareRevision, Scale
from .asks import handle_stray
from .decision import Decision, Rule, act, hold, hold_while_reading, wait_until_mended
from .first_steps import first_size, handle_first_asks, walk_first_steps
from .plan import NO_TIME
from .progress import Phase
from .promotion import promoted
from .reasons import Reason
from .refusal import because, hold_refused
from .restart import note_restart
from .router import unconfirmed
from .snapshot import Snapshot
from .start import start
from .step import settle_left, settled
from .takeover import give_room_back, keep_until_handed_back, make_room, take_the_workload_over
from .upkeep import leftovers, retired, route, services


def replace_it(seen: Snapshot) -> Decision | None:
    """A new template replaces a first revision that never served; nothing is lost by that."""
    if seen.target == seen.progress.candidate:
        return None

    return start(seen)


def retire_replaced(seen: Snapshot) -> Decision | None:
    """What was replaced goes; beside a Deployment without pods only when there are others that answer."""
    workload, actions = seen.workload, retired(seen)
    alone = workload is not None and workload.taken_over and not workload.available and not seen.candidate.available
    if not actions or (alone and any(side.available for side in leftovers(seen))):
        return None

    return act(seen, Reason.PREPARING, "an earlier first revision goes", *actions)


def bring_up(seen: Snapshot) -> Decision | None:
    candidate, size = seen.candidate, first_size(seen)
    if not candidate.exists or candidate.pinned_for != seen.progress.started_at:
        return act(seen, Reason.PREPARING, "first deployment", PrepareRevision(candidate.revision, size))

    if candidate.replicas != size:
        return act(seen, Reason.PREPARING, "first deployment", Scale(candidate.revision, size))

    return None


def say_that_it_cannot_start(seen: Snapshot) -> Decision | None:
    """Stalled, not rejected: it heals by itself when its pods do."""
    candidate = seen.candidate
    if candidate.available >= first_size(seen) or not candidate.total or candidate.stuck < candidate.total:
        return None

    return hold(seen, Reason.CANNOT_START, candidate.stuck_sentence, phase=Phase.STALLED)


def say_that_it_is_late(seen: Snapshot) -> Decision | None:
    late = seen.since(seen.progress.deadline_from) >= seen.plan.progress_deadline
    if seen.candidate.available >= first_size(seen) or settled(seen) or not late:
        return None

    sentence = f"the first revision is not available within its progressDeadline{because(seen.candidate)}"
    return hold(seen, Reason.DEADLINE_EXCEEDED, sentence, phase=Phase.STALLED)


def wait_for_its_pods(seen: Snapshot) -> Decision | None:
    candidate = seen.candidate
    if candidate.available >= first_size(seen):
        return None

    left = seen.plan.progress_deadline - seen.since(seen.progress.deadline_from)
    look_again = min(left, candidate.available_in) if candidate.available_in else left
    if waiting := hold_refused(seen, candidate, look_again, phase=Phase.STALLED):
        return waiting

    return hold(seen, Reason.PREPARING, "the first revision's pods start", look_again, phase=Phase.PREPARING)


def serve(seen: Snapshot) -> Decision | None:
    """Services and route come when there is something to serve."""
    served = replace(seen, progress=replace(seen.progress, stable=seen.progress.candidate))
    actions = (*services(served), *route(served))
    if not actions:
        return None

    return act(seen, Reason.PREPARING, "the first revision is available", *actions)


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    if seen.route is not None and seen.route.lost:
        return hold(seen, Reason.ROUTE_MISSING, seen.route.sentence)

    return unconfirmed(seen, Reason.CONFIRMING, "waiting for the gateway to accept the route") or settle(seen)


def settle(seen: Snapshot) -> Decision | None:
    left = settle_left(seen)
    return hold(seen, Reason.SETTLING, "the route settles", left) if left > NO_TIME else None


def finish(seen: Snapshot) -> Decision:
    return promoted(seen, f"revision {seen.progress.candidate} is served")


FIRST_DEPLOYMENT: tuple[Rule, ...] = (
    handle_first_asks,
    note_restart,
    handle_stray,
    give_room_back,
    replace_it,
    retire_replaced,
    keep_until_handed_back,
    wait_until_mended,
    hold_while_reading,
    take_the_workload_over,
    bring_up,
    make_room,
    say_that_it_cannot_start,
    say_that_it_is_late,
    wait_for_its_pods,
    walk_first_steps,
    serve,
    wait_for_the_router,
    finish,
)
