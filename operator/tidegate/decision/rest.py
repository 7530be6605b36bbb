"""No rollout runs: keep what is served whole, and notice a new template."""

from datetime import timedelta
from functools import partial

from .actions import Action, ForgetCopy, ForgetRevision, RestoreRoutes, Scale, SetWeight
from .asks.in_vain import answer_strays
from .asks.restart import note_restart, restart
from .asks.retry import retry
from .asks.undo import undo
from .autoscaled import keep_the_autoscalers_size
from .baseline import forget_baselines
from .beside_ours import say_that_it_is_contested, say_that_it_waits, say_that_it_waits_for_the_route
from .claimed import keep_the_route_whole
from .copies import say_that_a_copy_is_lost
from .decision import Decision, Rule, act, beside, hold, hold_while_reading, wait_until_mended
from .defaulting import compare_with_stable
from .plan import NO_TIME
from .progress import Phase, Rollout
from .reasons import Reason, Why
from .refusal import hold_refused
from .rollback import way_to_stable
from .router import unconfirmed
from .snapshot import Snapshot
from .start import begin_rollout, in_window, opening, start, without_pods
from .step import touched
from .takeover import (
    empty_the_workload,
    hold_its_replicas,
    keep_until_handed_back,
    release_replicas,
    resume_what_is_empty,
    take_the_workload_over,
)
from .undeclared import let_go_of_subsets, let_go_of_what_is_not_declared
from .upkeep import leftovers, put_subsets_back, retired, upkeep


def take_back_stray_weight(seen: Snapshot) -> Decision | None:
    """At rest all traffic is stable's, whoever moved it."""
    if not seen.weight or seen.progress.stable is None or not seen.stable.available:
        return None

    if seen.route and seen.route.attached and not seen.route.touched:
        return None

    actions = (*way_to_stable(seen), SetWeight(weight=0, revision=at_stable(seen)))
    return act(seen, Reason.RAISED_BY_HAND, "weight was moved with no rollout running", *actions)


def mend(seen: Snapshot) -> Decision | None:
    """Recreate what is missing of stable's side."""
    actions = upkeep(seen) if seen.progress.stable is not None else ()
    if not actions:
        return None

    return beside(seen, "mended", *actions)


def retire_leftovers(seen: Snapshot) -> Decision | None:
    """Retired revisions drain for as long as their last requests may take.

    Where nothing is stable yet, they are of a first one that lost its status: it goes on, and retires what it replaces.
    """
    if seen.progress.stable is None or not leftovers(seen):
        return None

    if seen.route is None or not (seen.route.confirmed or seen.route.lost):
        return None

    wait = seen.plan.drain_left(seen.route.confirmed_for)
    if wait > NO_TIME:
        settled = at_target(seen)
        return hold_as_is(seen, look_again=wait) if settled else hold(seen, Reason.DRAINING, DRAINING, wait)

    actions = retired(seen)
    if not actions:
        return None

    return beside(seen, "retired", *actions)


def keep_rejected(seen: Snapshot) -> Decision | None:
    """A revision that was rejected before it got pods is marked too: a lost status must not let it in."""
    unmarked = [side for side in seen.sides if side.revision in seen.progress.rejected and not side.rejected]
    actions = [
        Scale(revision=side.revision, replicas=0, rejected=True)
        for side in unmarked
        if not (side.replicas or side.joins)
    ]
    if not actions:
        return None

    return beside(seen, "rejected revisions are marked", *actions)


def give_routes_back(seen: Snapshot) -> Decision | None:
    """Attached routes are as they were found again, once nothing drains any more.

    Not while those who answer are a lost rollout's candidate alone: it starts again, and gets what it had.
    """
    alone = seen.weight > 0 and not seen.stable.available and any(side.available for side in leftovers(seen))
    if not touched(seen) or alone:
        return None

    return beside(seen, "the attached route is as it was found", RestoreRoutes())


STANDS_STILL = "suspended: only the status is written"
DRAINING = "the last rollout's pods drain before the next one starts"


def say_what_is_refused(seen: Snapshot) -> Decision | None:
    """The API server refuses a part of what is declared: that is no time to say that all is well."""
    return wait_until_mended(seen) if seen.blocked and seen.blocked.reason is Reason.REFUSED else None


def say_that_pods_are_refused(seen: Snapshot) -> Decision | None:
    """What is served lacks pods that the API server does not take."""
    return hold_refused(seen, seen.stable) if at_target(seen) else None


TOLD_AT_REST = frozenset({Reason.CONFIG_MISSING, Reason.CONFIG_UNREADABLE, Reason.INVALID_SPEC, Reason.OVERWRITTEN})


def wait_for_what_is_declared(seen: Snapshot) -> Decision | None:
    """It cannot be made, read, or kept so, or nobody knows it: that stable serves is not all there is to say."""
    meant = seen.blocked is None or seen.blocked.reason not in TOLD_AT_REST
    return None if meant and seen.known else wait_until_mended(seen)


def serve_the_target(seen: Snapshot) -> Decision | None:
    """The declared template is what is served. After a rollback, that is the way back to Ready."""
    if not at_target(seen):
        return None

    if trimmed := trim_history(seen):
        return trimmed

    if seen.progress.phase is Phase.ROLLED_BACK:
        return hold(seen, Reason.REVERTED, after_rollback(seen))

    if seen.progress.phase is Phase.PROMOTED and seen.progress.reason is Reason.PROMOTED:
        return hold_as_is(seen)

    served = hold(seen, Reason.PROMOTED, f"revision {seen.progress.stable} is served", phase=Phase.PROMOTED)
    return unconfirmed(seen, Reason.CONFIRMING, "waiting for the gateway to confirm the route") or served


def after_rollback(seen: Snapshot) -> str:
    """How the last rollout ended where stable is what is declared: since then, or all along where an undo went back."""
    line = next(iter(seen.progress.history), None)
    if line is None or not line.reason.rejects:
        return "stable's template was declared again"

    how = f"{line.revision} was rolled back, {line.reason.value}: {line.sentence}"
    return f"revision {seen.progress.stable} is served; {how}"


def trim_history(seen: Snapshot) -> Decision | None:
    """Copies go before the last ReplicaSet that names them: what a crash leaves is found again."""
    forgotten: tuple[Action, ...] = (
        *(ForgetCopy(copy.kind, copy.name) for copy in seen.unused),
        *(ForgetRevision(revision) for revision in seen.surplus),
    )
    if not forgotten:
        return None

    return beside(seen, "history trimmed", *forgotten)


def refuse_the_rejected(seen: Snapshot) -> Decision | None:
    """A rolled back revision stays out until `retry`; the reason it had stays in the status."""
    if seen.target not in seen.progress.rejected:
        return None

    return trim_history(seen) or hold(seen, *why_it_stays_out(seen), phase=Phase.ROLLED_BACK)


def out_after_rollback(seen: Snapshot) -> bool:
    """True where the last rollout went back, and what is declared stays out."""
    progress = seen.progress
    return progress.phase is Phase.ROLLED_BACK and progress.candidate is None and seen.target in progress.rejected


def why_it_stays_out(seen: Snapshot) -> Why:
    """Why the declared revision was rejected: what the status says of it, else the line of history."""
    progress = seen.progress
    if progress.phase is Phase.ROLLED_BACK and progress.reason.rejects:
        return Why(progress.reason, progress.sentence.partition(f"; {STANDS_STILL}")[0])

    line = next(filter(partial(_keeps_out, seen), progress.history), None)
    told = "was rolled back or undone before; retry it"
    return Why(line.reason, line.sentence) if line else Why(Reason.REJECTED, told)


def _keeps_out(seen: Snapshot, line: Rollout) -> bool:
    """True for a line of history that tells why the declared revision stays out: its own end, or an undo of it."""
    undone = line.reason is Reason.UNDONE and line.revision == seen.progress.stable
    return undone or (line.revision == seen.target and line.reason.rejects)


def wait_while_suspended(seen: Snapshot) -> Decision | None:
    if seen.suspended and seen.progress.stable is not None:
        return hold(seen, Reason.SUSPENDED, "suspended: no rollout starts", phase=_no_longer_stalled(seen))

    return None


def wait_until_scaled_up(seen: Snapshot) -> Decision | None:
    """Without a pod nothing is proven of what is declared: it waits, and goes by the steps once there are some.

    A revert inside the window needs no proof: waiting, the pods that it leaves would be the first to come up again.
    """
    if not without_pods(seen) or in_window(seen, seen.target):
        return None

    sentence = f"scaled to 0: the rollout of revision {seen.target} starts when the Release has replicas"
    return hold(seen, Reason.SCALED_TO_ZERO, sentence, phase=_no_longer_stalled(seen))


def _no_longer_stalled(seen: Snapshot) -> Phase:
    """What was missing is there: who waits for a person or for replicas has not failed."""
    return Phase.PENDING if seen.progress.phase is Phase.STALLED else seen.progress.phase


def start_with_what_is_proven(seen: Snapshot) -> Decision | None:
    """The template that the Deployment serves with comes first: one that is declared since goes by steps after it."""
    progress = seen.progress
    proven = progress.taken_over.proven if progress.taken_over else ""
    if progress.stable is not None or proven in {"", seen.target} or not seen.side(proven).exists:
        return None

    return begin_rollout(seen, Reason.ROLLOUT_STARTED, opening(seen, proven), proven)


def at_target(seen: Snapshot) -> bool:
    return seen.progress.stable == seen.target


def at_stable(seen: Snapshot) -> str:
    return seen.progress.stable or seen.target


def hold_as_is(seen: Snapshot, look_again: timedelta | None = None) -> Decision:
    progress = seen.progress
    return Decision(reason=progress.reason, sentence=progress.sentence, progress=progress, look_again=look_again)


REST: tuple[Rule, ...] = (
    keep_the_autoscalers_size,
    put_subsets_back,
    take_back_stray_weight,
    mend,
    forget_baselines,
    let_go_of_subsets,
    let_go_of_what_is_not_declared,
    answer_strays,
    undo,
    retire_leftovers,
    keep_rejected,
    give_routes_back,
    say_what_is_refused,
    release_replicas,
    keep_until_handed_back,
    take_the_workload_over,
    empty_the_workload,
    resume_what_is_empty,
    note_restart,
    say_that_pods_are_refused,
    say_that_a_copy_is_lost,
    restart,
    say_that_it_is_contested,
    say_that_it_waits,
    say_that_it_waits_for_the_route,
    wait_for_what_is_declared,
    hold_while_reading,
    serve_the_target,
    compare_with_stable,
    retry,
    refuse_the_rejected,
    hold_its_replicas,
    keep_the_route_whole,
    wait_until_mended,
    wait_while_suspended,
    wait_until_scaled_up,
    start_with_what_is_proven,
    start,
)
