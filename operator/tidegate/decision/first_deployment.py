"""The first revision of a Release: available, by steps where asked; then served, then Ready."""

from dataclasses import replace

from .actions import PrepareRevision, Role, Scale
from .asks.in_vain import answer_strays
from .asks.restart import note_restart
from .asks.stepping import open_first_steps
from .autoscaled import keep_the_autoscalers_size
from .claimed import keep_the_route_whole
from .copies import remake
from .decision import Decision, Record, Rule, act, first_that_applies, hold, hold_while_reading, wait_until_mended
from .first_steps import first_size, walk_first_steps
from .plan import NO_TIME, soonest
from .progress import Phase
from .promotion import promoted
from .reasons import Reason
from .refusal import because_late, hold_refused, hold_unscheduled
from .router import unconfirmed
from .snapshot import Snapshot
from .start import start
from .step import settle_left, settled
from .takeover import give_room_back, keep_until_handed_back, make_room, regrow, room_is_owed, take_the_workload_over
from .upkeep import leftovers, retired, route, services

DECLARED_SINCE = "; declared since: revision "


def replace_it(seen: Snapshot) -> Decision | None:
    """A new template replaces a first revision that never served; nothing is lost by that.

    But the one that a Deployment serves with is proven, and the new one is not: it waits, to go by steps.
    """
    if seen.target == seen.progress.candidate or (proven(seen) and not _cannot_serve(seen)):
        return None

    return give_room_back(seen) or start(seen)


def proven(seen: Snapshot) -> bool:
    """True while the first revision is the one that the Deployment served with when it was taken over."""
    record = seen.progress.taken_over
    return record is not None and record.proven == seen.progress.candidate


def _cannot_serve(seen: Snapshot) -> bool:
    """True where waiting for the proven template may be in vain: another one may be what mends it.

    Late is nobody whose pods all answer, as many as there is room for.
    """
    candidate, services = seen.candidate, seen.services
    never_served = services.stable != candidate.revision
    late = _late(seen) and never_served and candidate.available < candidate.replicas
    return not candidate.exists or _stuck(seen) or Role.STABLE in services.portless or late


def retire_replaced(seen: Snapshot) -> Decision | None:
    """What was replaced goes; beside a Deployment without pods only when there are others that answer."""
    workload, actions = seen.workload, retired(seen)
    taken = workload is not None and (workload.taken_over or seen.progress.taken_over is not None)
    alone = workload is not None and taken and not workload.available and not seen.candidate.available
    if not actions or (alone and any(side.available for side in leftovers(seen))):
        return None

    return act(seen, Reason.PREPARING, "an earlier first revision goes", *actions)


def bring_up(seen: Snapshot) -> Decision | None:
    candidate, size = seen.candidate, first_size(seen)
    if room_is_owed(seen):
        size = max(1, min(size, candidate.replicas))

    if not candidate.exists or candidate.pinned_for != seen.progress.started_at:
        return act(seen, Reason.PREPARING, "first deployment", PrepareRevision(candidate.revision, size))

    if candidate.replicas != size:
        return act(seen, Reason.PREPARING, "first deployment", Scale(revision=candidate.revision, replicas=size))

    return None


def say_that_it_cannot_start(seen: Snapshot) -> Decision | None:
    """Stalled, not rejected: it heals by itself when its pods do."""
    if not _stuck(seen):
        return None

    return hold(seen, Reason.CANNOT_START, seen.candidate.stuck_sentence, phase=Phase.STALLED)


def _stuck(seen: Snapshot) -> bool:
    candidate = seen.candidate
    return candidate.available < first_size(seen) and 0 < candidate.total <= candidate.stuck


def say_that_it_is_late(seen: Snapshot) -> Decision | None:
    if not _late(seen):
        return None

    sentence = f"the first revision is not available within its progressDeadline{because_late(seen.candidate)}"
    return hold(seen, Reason.DEADLINE_EXCEEDED, sentence, phase=Phase.STALLED)


def _late(seen: Snapshot) -> bool:
    late = seen.since(seen.progress.deadline_from) >= seen.plan.progress_deadline
    return late and seen.candidate.available < first_size(seen) and not settled(seen)


def wait_for_its_pods(seen: Snapshot) -> Decision | None:
    candidate = seen.candidate
    if candidate.available >= first_size(seen):
        return None

    left = seen.plan.progress_deadline - seen.since(seen.progress.deadline_from)
    look_again = soonest(left, candidate.available_in)
    if waiting := hold_refused(seen, candidate, look_again, phase=Phase.STALLED):
        return waiting

    if waiting := hold_unscheduled(seen, candidate, look_again, phase=Phase.PREPARING):
        return waiting

    return hold(seen, Reason.PREPARING, "the first revision's pods start", look_again, phase=Phase.PREPARING)


def serve(seen: Snapshot) -> Decision | None:
    """Services and route come when there is something to serve."""
    served = replace(seen, progress=replace(seen.progress, stable=seen.progress.candidate))
    actions = (*services(served), *route(served))
    if not actions:
        return None

    return act(seen, Reason.PREPARING, "the first revision is available", *actions)


def wait_for_endpoints(seen: Snapshot) -> Decision | None:
    """Pods may be available and behind no Service: without the port that it leads to they get no request."""
    if seen.services.stable_endpoints >= first_size(seen):
        return None

    return hold(seen, Reason.PREPARING, "the first revision is available")


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    if seen.route is not None and seen.route.lost:
        return hold(seen, Reason.ROUTE_MISSING, seen.route.sentence)

    return unconfirmed(seen, Reason.CONFIRMING, "waiting for the gateway to accept the route") or wait_to_settle(seen)


def wait_to_settle(seen: Snapshot) -> Decision | None:
    left = settle_left(seen)
    return hold(seen, Reason.SETTLING, "the route settles", left) if left > NO_TIME else None


def finish(seen: Snapshot) -> Decision:
    return promoted(seen, f"revision {seen.progress.candidate} is served")


FIRST_DEPLOYMENT: tuple[Rule, ...] = (
    keep_the_autoscalers_size,
    open_first_steps,
    note_restart,
    answer_strays,
    regrow,
    replace_it,
    retire_replaced,
    keep_until_handed_back,
    take_the_workload_over,
    remake(Reason.PREPARING, "first deployment"),
    keep_the_route_whole,
    wait_until_mended,
    hold_while_reading,
    bring_up,
    make_room,
    say_that_it_cannot_start,
    say_that_it_is_late,
    wait_for_its_pods,
    walk_first_steps,
    serve,
    wait_for_endpoints,
    wait_for_the_router,
    finish,
)


def deploy_first(seen: Snapshot) -> Decision:
    """The next of a first revision; and what waits for it, in the words of whatever it does."""
    decision = first_that_applies(FIRST_DEPLOYMENT, seen)
    if decision.record is not Record.ALL:
        return decision

    progress = decision.progress
    waits = seen.target != progress.candidate and progress.stable is None
    bare = progress.sentence.partition(DECLARED_SINCE)[0]
    told = f"{bare}{DECLARED_SINCE}{seen.target} goes by steps once {progress.candidate} is served" if waits else bare
    return decision if told == progress.sentence else replace(decision, progress=replace(progress, sentence=told))
