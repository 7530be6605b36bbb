"""The way through one step: pods, weight, confirmation, dwell, judgement, gates, and on to the next."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from .actions import Action, PointService, PrepareRevision, Role, Scale, SetWeight
from .asks.naming import how_to_promote
from .baseline import bring_baseline_up, wait_for_baseline
from .deadline import goes_on_undecided, how_to_go_on, late_and_undecided
from .decision import Decision, Rule, act, hold
from .hooks import before_promotion, before_rise, before_rollout, before_share, gates_kept
from .plan import FULL, NO_TIME, soonest
from .progress import STEP_ANEW, Phase
from .promotion import begin
from .reasons import Reason
from .refusal import hold_growth, hold_refused, hold_unscheduled
from .router import unconfirmed
from .snapshot import Snapshot
from .step import (
    drain_left,
    drained,
    dwelling_sentence,
    full_since,
    next_size,
    passing,
    prepared,
    settle_left,
    settled,
    step_sentence,
    stranded,
    wanted_size,
    watching,
)
from .upkeep import too_few


def keep_pods_that_drain(seen: Snapshot) -> Decision | None:
    """Pods that a lower weight needs no more go once it is confirmed and their last requests are done."""
    fewer = prepared(seen) and next_size(seen) < seen.candidate.replicas
    if not fewer or seen.by_pods or drained(seen):
        return None

    told = step_sentence(seen)
    return unconfirmed(seen, Reason.CONFIRMING, told) or hold(seen, Reason.PREPARING, told, drain_left(seen))


def bring_pods_up(seen: Snapshot) -> Decision | None:
    """The candidate's pods at the size of this step. It never shrinks below what its live weight needs."""
    candidate, size = seen.candidate, next_size(seen)
    # A node at a time takes as long as there are nodes: the deadline is for each of them.
    clock = {"deadline_from": seen.now} if seen.by_nodes else {}
    if not prepared(seen):
        return act(seen, Reason.PREPARING, step_sentence(seen), PrepareRevision(candidate.revision, size), **clock)

    if candidate.replicas != size:
        sized = Scale(revision=candidate.revision, replicas=size)
        return act(seen, Reason.PREPARING, step_sentence(seen), sized, **clock)

    return None


def wait_for_pods(seen: Snapshot) -> Decision | None:
    candidate = seen.candidate
    if candidate.available >= wanted_size(seen):
        return None

    if seen.progress.waiting and not seen.progress.waiting.interrupted:
        # Pods were there when a hook was asked: what is lost since has a clock of its own.
        lost = replace(seen.progress.waiting, interrupted=True)
        return hold(seen, Reason.PREPARING, step_sentence(seen), waiting=lost, deadline_from=seen.now)

    left = seen.plan.progress_deadline - seen.since(seen.progress.deadline_from)
    look_again = soonest(left, candidate.available_in)
    waiting = hold_refused(seen, candidate, look_again) or hold_unscheduled(seen, candidate, look_again)
    return waiting or hold_growth(seen, candidate) or hold(seen, Reason.PREPARING, step_sentence(seen), look_again)


def point_candidate_service(seen: Snapshot) -> Decision | None:
    """Re-pointed only while its weight is 0 and confirmed, or where it and stable's lead to nobody at all."""
    candidate = seen.candidate.revision
    if seen.services.candidate == candidate:
        return None

    actions: tuple[Action, ...] = (PointService(Role.CANDIDATE, candidate),)
    if seen.by_pods or (stranded(seen) and not seen.side(seen.services.candidate or "").available):
        return act(seen, Reason.PREPARING, step_sentence(seen), *actions)

    if seen.weight or seen.exposed:
        actions = (SetWeight(weight=0, revision=candidate),)
    elif seen.route is None or not seen.route.confirmed:
        return hold(seen, Reason.CONFIRMING, "waiting for the gateway to confirm weight 0")

    return act(seen, Reason.PREPARING, step_sentence(seen), *actions)


def wait_for_endpoints(seen: Snapshot) -> Decision | None:
    if seen.services.candidate_endpoints >= wanted_size(seen):
        return None

    return hold(seen, Reason.PREPARING, step_sentence(seen))


def hold_for_stable(seen: Snapshot) -> Decision | None:
    """Stable lost pods below what its share needs: the weight stays, unless it goes straight to the candidate.

    Who undoes what fails takes requests off those very pods. Where stable has none at all nobody answers: a candidate
    that has pods gets the weight of its step, and by that the rest. But stable's are waited for while they start.
    """
    left = start_left(seen)
    if seen.progress.straight or (stranded(seen) and seen.progress.desired_weight and left <= NO_TIME):
        return None

    share = FULL - seen.weight
    if seen.by_nodes and seen.stable.available >= seen.full_size - seen.candidate.replicas:
        return None

    if seen.carried(seen.stable.available, share) >= share:
        return None

    why = too_few(seen)
    told = f"{why.sentence}; tidegate.dev/promote-full: <nonce> does not wait for them"
    return hold(seen, why.reason, told, left if left > NO_TIME else None)


def start_left(seen: Snapshot) -> timedelta:
    """How long stable's pods may still take that only start, as after a scale up from 0: as long as a candidate's.

    None where all are stuck, and where any served and is not about to again.
    """
    stable = seen.stable
    failing = stable.ever_available or stable.stuck >= stable.total
    if failing and not stable.available_in:
        return NO_TIME

    return seen.plan.progress_deadline - seen.since(seen.progress.started_at)


def raise_weight(seen: Snapshot) -> Decision | None:
    """The intent is recorded already: this turn only carries it out, the weight and what the step shows beside it."""
    desired = seen.progress.desired_weight
    if seen.lowest_weight >= desired and seen.planned:
        return None

    changes = {} if seen.progress.weighted_at or not seen.plan.judged else {"weighted_at": seen.now}
    raised = SetWeight(weight=desired, revision=seen.candidate.revision, raising=True)
    return act(seen, Reason.RAISING, step_sentence(seen), raised, **changes)


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    return unconfirmed(seen, Reason.CONFIRMING, step_sentence(seen))


def settle(seen: Snapshot) -> Decision | None:
    """The weight counts from here; the instant is kept where something counts from it."""
    left = settle_left(seen)
    if settled(seen):
        return None

    # The gateway's silence is no time that pods took.
    heard = {"deadline_from": seen.now} if seen.progress.reason is Reason.ROUTER_SILENT else {}
    if left > NO_TIME:
        return hold(seen, Reason.SETTLING, step_sentence(seen), left, **heard)

    if not seen.plan.needs_settling(seen.step):
        return None

    last = seen.progress.step >= seen.plan.last
    phase = Phase.WATCHING if last else Phase.PROGRESSING
    reason = Reason.WATCHING if last else Reason.DWELLING
    changes: dict[str, Any] = heard if seen.progress.weighted_at else {"weighted_at": seen.now, **heard}
    told = dwelling_sentence(seen, seen.plan.dwell(seen.step) - seen.progress.dwelt)
    return hold(seen, reason, told, phase=phase, settled_at=seen.now, full_at=full_since(seen), **changes)


def hold_without_metrics(seen: Snapshot) -> Decision | None:
    """A source that is down advances nothing and rolls nothing back."""
    if not seen.evidence.unavailable or seen.progress.straight:
        return None

    return hold(seen, Reason.METRICS_UNAVAILABLE, seen.evidence.sentence)


def hold_without_blame(seen: Snapshot) -> Decision | None:
    """Something is wrong that is not shown to be the candidate's doing: it neither rises nor goes back."""
    if not seen.evidence.nobody_to_blame or seen.progress.straight:
        return None

    return hold(seen, Reason.NOBODY_TO_BLAME, seen.evidence.sentence)


def hold_without_signal(seen: Snapshot) -> Decision | None:
    """No data is never a pass and never a breach; its clock is kept for `noDataLimit`."""
    if not seen.evidence.no_data or seen.progress.straight:
        return None

    since = seen.progress.no_data_since
    left = seen.plan.no_data_limit - seen.since(since)
    look_again = left if left > NO_TIME else None
    if since:
        return hold(seen, Reason.NO_SIGNAL, seen.evidence.sentence, look_again)

    return hold(seen, Reason.NO_SIGNAL, seen.evidence.sentence, look_again, no_data_since=seen.now)


def dwell(seen: Snapshot) -> Decision | None:
    if seen.progress.straight or not settled(seen):
        return None

    left = seen.plan.dwell(seen.step) - seen.progress.dwelt - seen.since(seen.progress.settled_at)
    if left <= NO_TIME:
        return None

    reason = Reason.WATCHING if watching(seen) else Reason.DWELLING
    return hold(seen, reason, dwelling_sentence(seen, left), left)


def wait_for_a_measurement(seen: Snapshot) -> Decision | None:
    if passing(seen) or seen.progress.straight or goes_on_undecided(seen):
        return None

    if late_and_undecided(seen):
        return hold(seen, Reason.INCONCLUSIVE, f"{seen.evidence.sentence} {how_to_go_on(seen)}")

    if seen.evidence.over_bound:
        return hold(seen, Reason.OVER_BOUND, seen.evidence.sentence)

    return hold(seen, Reason.WATCHING if watching(seen) else Reason.MEASURING, step_sentence(seen))


def pause(seen: Snapshot) -> Decision | None:
    if not seen.step.pause or seen.progress.opened or seen.progress.straight:
        return None

    sentence = f"step {seen.step.name} waits for a person: {how_to_promote(seen)}"
    return hold(seen, Reason.PAUSED, sentence, phase=Phase.PAUSED)


def next_step(seen: Snapshot) -> Decision | None:
    return None if seen.progress.step >= seen.plan.last else enter(seen, seen.progress.step + 1)


def enter(seen: Snapshot, index: int, **changes: Any) -> Decision:
    """Record the next step and its weight, the intent. Its pods and weight follow in later turns."""
    step = seen.plan.steps[index]
    entered: dict[str, Any] = {
        **STEP_ANEW,
        "phase": Phase.PROGRESSING,
        "step": index,
        "desired_weight": step.weight if seen.progress.stable else 0,
        "entered_at": seen.now,
        "deadline_from": seen.now,
        **gates_kept(seen),
        "full_size": seen.full_size,
        "stable_pods": max(seen.progress.stable_pods, seen.stable.available),
    }
    return act(seen, Reason.STEP_ENTERED, step_sentence(seen, step), **entered, **changes)


def wait_for_the_drain(seen: Snapshot) -> Decision | None:
    """Stable's Service may be re-pointed only when its last requests are done."""
    left = drain_left(seen)
    return hold(seen, Reason.WATCHING, step_sentence(seen), left) if left > NO_TIME else None


def promote(seen: Snapshot) -> Decision:
    return begin(seen, f"revision {seen.progress.candidate} passed every step")


FORWARD: tuple[Rule, ...] = (
    before_rollout,
    before_share,
    keep_pods_that_drain,
    bring_pods_up,
    bring_baseline_up,
    wait_for_pods,
    wait_for_baseline,
    point_candidate_service,
    wait_for_endpoints,
    hold_for_stable,
    before_rise,
    raise_weight,
    wait_for_the_router,
    settle,
    hold_without_metrics,
    hold_without_blame,
    hold_without_signal,
    dwell,
    wait_for_a_measurement,
    pause,
    next_step,
    wait_for_the_drain,
    before_promotion,
    promote,
)
