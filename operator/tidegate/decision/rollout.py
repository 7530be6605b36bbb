"""A rollout under way, before the point of no return: what ends it, what holds it, what moves it on."""

from tidegate.api import OnTrouble, When

from .asks.in_vain import answer_strays
from .asks.restart import note_restart
from .asks.retry import retry_in_vain
from .asks.stepping import go_straight_to_full, open_step, skip_step
from .asks.undo import undo_in_vain
from .autoscaled import keep_the_autoscalers_size
from .baseline import lacks_baseline, what_baseline_lacks
from .deadline import hold_a_late_step, roll_back_a_late_step
from .decision import Decision, Rule, hold, hold_while_reading
from .defaulting import compare_with_candidate
from .disturbance import (
    assert_over_git,
    forget_silence,
    give_to_the_only_side,
    go_back_to_the_step,
    hold_a_breach,
    hold_above_the_step,
    hold_blocked,
    hold_suspended,
    keep_what_was_lowered,
    lower_to_the_step,
    mend,
    note_the_lowering_hand,
    revert_the_raising_hand,
    shed_lost_pods,
    write_a_garbled_route,
)
from .hooks import closed
from .promotion import begin
from .reasons import Reason
from .refusal import because_late
from .rollback import go_on_going_back, roll_back
from .snapshot import Snapshot
from .step import drain_left, drained, lowered_by_hand, passing, settled, wanted_size, watching
from .steps import FORWARD
from .stop import stopped
from .takeover import empty_it_again, keep_until_handed_back, resume_what_is_empty
from .upkeep import gone_for_good, put_subsets_back


def roll_back_on_breach(seen: Snapshot) -> Decision | None:
    """An objective is broken with enough evidence."""
    if not seen.evidence.breach or seen.progress.weighted_at is None:
        return None

    held = seen.since(seen.progress.breach_held_since)
    if seen.plan.on_breach is OnTrouble.HOLD and held < seen.plan.hold_limit:
        return None

    return roll_back(seen, Reason.OBJECTIVE_BREACHED, seen.evidence.sentence)


def roll_back_unhealthy(seen: Snapshot) -> Decision | None:
    """Half or more of the candidate's pods served and then fail, for `unhealthyAfter`."""
    since = seen.candidate.unhealthy_since
    if since is None or seen.since(since) < seen.plan.unhealthy_after:
        return None

    return roll_back(seen, Reason.CANDIDATE_UNHEALTHY, "half or more of the candidate's pods fail after they served")


def roll_back_what_cannot_start(seen: Snapshot) -> Decision | None:
    """No candidate pod was ever available, and every one is stuck."""
    candidate = seen.candidate
    if candidate.ever_available or seen.progress.weighted_at or not candidate.total:
        return None

    if candidate.stuck < candidate.total:
        return None

    return roll_back(seen, Reason.CANNOT_START, candidate.stuck_sentence)


def roll_back_late(seen: Snapshot) -> Decision | None:
    """A step's pods are not available in time. Restarts do not reset the clock; pauses do not consume it."""
    short = seen.candidate.available < wanted_size(seen)
    if settled(seen) or not (short or lacks_baseline(seen)) or stopped(seen) or asking(seen):
        return None

    if seen.since(seen.progress.deadline_from) < seen.plan.progress_deadline:
        return None

    sentence = f"the candidate's pods for step {seen.step.name} are not available within progressDeadline"
    sentence += because_late(seen.candidate)
    if not short:
        sentence = f"step {seen.step.name} does not begin within progressDeadline: {what_baseline_lacks(seen)}"

    return roll_back(seen, Reason.DEADLINE_EXCEEDED, sentence)


def roll_back_without_signal(seen: Snapshot) -> Decision | None:
    since = seen.progress.no_data_since
    if since is None or not seen.evidence.no_data or seen.plan.on_no_data is OnTrouble.HOLD:
        return None

    if seen.since(since) < seen.plan.no_data_limit:
        return None

    return roll_back(seen, Reason.NO_SIGNAL_LIMIT, f"no data for noDataLimit: {seen.evidence.sentence}")


def roll_back_what_is_gone(seen: Snapshot) -> Decision | None:
    """An undo's ReplicaSet was deleted: it was the only copy of its template."""
    if not seen.progress.overruled or not gone_for_good(seen, seen.candidate):
        return None

    return roll_back(seen, Reason.CANNOT_START, f"the ReplicaSet of revision {seen.candidate.revision} is gone")


def follow_stables_template(seen: Snapshot) -> Decision | None:
    """Stable's template was declared again: a fast rollback that rejects nothing."""
    if seen.goal != seen.progress.stable:
        return None

    return roll_back(seen, Reason.REVERTED, "stable's template was declared again")


def follow_a_newer_template(seen: Snapshot) -> Decision | None:
    """Another revision: starts from 0 against the same stable; in the watch a passing candidate is promoted first.

    Under FinishFirst it waits. A candidate without a ReplicaSet gives way even then: its template is gone.
    """
    if seen.goal == seen.progress.candidate or (seen.plan.finish_first and seen.candidate.exists):
        return None

    if watching(seen) and passing(seen) and (seen.suspended or seen.blocked):
        return None

    held = lowered_by_hand(seen) is not None or (seen.step.pause and not seen.progress.opened)
    gates = not held and closed(seen, When.BEFORE_PROMOTION) is None
    ready = watching(seen) and passing(seen) and gates
    if ready and not drained(seen):
        return hold(seen, Reason.WATCHING, "the watch ends when stable has drained", drain_left(seen))

    if ready:
        return begin(seen, f"revision {seen.target} is declared: the candidate passed at 100 and is promoted at once")

    return roll_back(seen, Reason.SUPERSEDED, f"superseded by revision {seen.target}")


def asking(seen: Snapshot) -> bool:
    """True while a hook stands between the rollout and its pods: their deadline begins with its yes."""
    waiting = seen.progress.waiting
    return (waiting is not None and not waiting.interrupted) or closed(seen, When.BEFORE_ROLLOUT) is not None


ROLLOUT: tuple[Rule, ...] = (
    go_on_going_back,
    roll_back_on_breach,
    roll_back_unhealthy,
    roll_back_what_cannot_start,
    roll_back_late,
    roll_back_without_signal,
    roll_back_a_late_step,
    roll_back_what_is_gone,
    follow_stables_template,
    compare_with_candidate,
    undo_in_vain,
    follow_a_newer_template,
    put_subsets_back,
    give_to_the_only_side,
    shed_lost_pods,
    keep_the_autoscalers_size,
    forget_silence,
    open_step,
    go_straight_to_full,
    retry_in_vain,
    write_a_garbled_route,
    note_the_lowering_hand,
    mend,
    keep_what_was_lowered,
    revert_the_raising_hand,
    assert_over_git,
    go_back_to_the_step,
    lower_to_the_step,
    hold_a_breach,
    keep_until_handed_back,
    empty_it_again,
    resume_what_is_empty,
    hold_suspended,
    skip_step,
    note_restart,
    answer_strays,
    hold_blocked,
    hold_while_reading,
    hold_above_the_step,
    hold_a_late_step,
    *FORWARD,
)
