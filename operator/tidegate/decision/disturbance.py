"""What comes between a rollout and its next step: lost pods, people's hands, suspension, missing parts."""

from tidegate.api import OnTrouble

from .actions import SetWeight, WriteRoute
from .asks.naming import how_to_promote
from .asks.undo import and_its_undo
from .decision import Decision, act, beside, hold
from .plan import FULL, NO_TIME
from .reasons import Reason
from .rollback import allowed_weight, way_to_stable
from .snapshot import Snapshot
from .step import (
    carriable,
    carrying_size,
    lowered,
    lowered_by_hand,
    raised,
    settled,
    step_sentence,
    stranded,
    written_weight,
)
from .takeover import empty_it_again, resume_what_is_empty
from .unsettled import left_from, lost_from, unsettled
from .upkeep import too_few, upkeep


def give_to_the_only_side(seen: Snapshot) -> Decision | None:
    """No share stays on a side without available pods while the other has any. The intent comes first.

    A preview stays one: who tests it by requests that match, or by copies, has let nobody else in. Nor does a route
    give more that a user led elsewhere: the rest of its requests may be no longer stable's.
    """
    if seen.by_pods or not stranded(seen) or seen.weight == FULL or seen.progress.weighted_at is None:
        return None

    if seen.route is not None and all(route.lost for route in seen.routes):
        return None

    if not (seen.weight or seen.progress.desired_weight):
        return None

    sentence, limit = "stable has no available pods: all traffic goes to the candidate", lowered_by_hand(seen)
    if seen.progress.desired_weight < FULL:
        return hold(seen, Reason.STABLE_UNAVAILABLE, sentence, desired_weight=FULL, lowered_to=limit)

    rise = SetWeight(weight=FULL, revision=seen.candidate.revision, raising=True)
    return act(seen, Reason.STABLE_UNAVAILABLE, sentence, *upkeep(seen), rise, lowered_to=limit)


def shed_lost_pods(seen: Snapshot) -> Decision | None:
    """Candidate pods lost: the weight follows at once, and the dwell stops meanwhile."""
    size = carrying_size(seen)
    available = min(seen.candidate.available, size)
    if available >= size or stranded(seen):
        return None

    allowed = seen.progress.desired_weight * available // size
    # Requests that match, and copies, need one pod; without any they go in the same patch.
    sheds = not seen.by_pods and (seen.weight > allowed or (seen.exposed and not available))
    shed = SetWeight(weight=allowed, revision=seen.candidate.revision, keep=seen.exposed and available > 0)
    actions = (*way_to_stable(seen), shed) if sheds else ()
    if not actions and not settled(seen):
        return None

    sentence = "candidate pods are lost: the weight follows those that are available"
    changes = {**unsettled(seen), "deadline_from": lost_from(seen), "lowered_to": lowered_by_hand(seen)}
    return act(seen, Reason.CANDIDATE_PODS_LOST, sentence, *actions, **changes)


def write_a_garbled_route(seen: Snapshot) -> Decision | None:
    """Backends that are not ours, or rules that disagree, have no weight to obey: the route is written anew."""
    route = seen.route
    if route is None or route.attached or route.contested or route.weight is not None:
        return None

    write = WriteRoute(weight=0, revision=seen.candidate.revision)
    return act(seen, Reason.PREPARING, "the route's backends were changed by hand: it is written anew", write)


def note_the_lowering_hand(seen: Snapshot) -> Decision | None:
    """Someone lowered the weight by hand: they know something. It is recorded before anything else is written.

    What is written next would be the weight that we wrote last, and nobody could see who lowered it.
    """
    limit = lowered_by_hand(seen)
    if limit is None or limit == seen.progress.lowered_to:
        return None

    return hold(seen, Reason.LOWERED_BY_HAND, _lowered_to(seen, limit), lowered_to=limit)


def keep_what_was_lowered(seen: Snapshot) -> Decision | None:
    """Until a person lets it rise, no route has more than that: neither by Git nor by the hand that lowered it.

    But for what stable cannot carry.
    """
    limit = seen.progress.lowered_to
    if limit is None:
        return None

    shown = any(route.shown for route in seen.routes)
    if seen.weight <= limit and not shown:
        held = hold(seen, Reason.LOWERED_BY_HAND, _lowered_to(seen, limit))
        # It may last for hours: a Deployment that is scaled up meanwhile has the candidate's template.
        return empty_it_again(seen) or resume_what_is_empty(seen) or held

    goal = max(min(limit, seen.weight), allowed_weight(seen))
    if stranded(seen) or (goal == seen.weight and not shown):
        return hold(seen, *too_few(seen))

    sentence = f"the weight goes back to {limit}, to which it was lowered by hand; {_lets_it_rise(seen)}"
    reason = Reason.RAISED_BY_HAND if _raised_again(seen, limit) else Reason.LOWERED_BY_HAND
    if goal > limit:
        reason, sentence = too_few(seen)

    back = SetWeight(weight=goal, revision=seen.candidate.revision, keep=seen.exposed and not shown)
    return act(seen, reason, sentence, *way_to_stable(seen), back)


def _raised_again(seen: Snapshot, limit: int) -> bool:
    """True where a hand did; not where stable was away, nor of the routes beside one that a hand lowered."""
    held = seen.progress.reason in {Reason.LOWERED_BY_HAND, Reason.RAISED_BY_HAND}
    return bool(raised(seen)) or (held and seen.lowest_weight > limit)


def _lowered_to(seen: Snapshot, limit: int) -> str:
    return f"the weight was lowered by hand to {limit}; {_lets_it_rise(seen)}"


def _lets_it_rise(seen: Snapshot) -> str:
    return f"{how_to_promote(seen)} lets it rise again, or promote-full; abort or a new template ends it"


def revert_the_raising_hand(seen: Snapshot) -> Decision | None:
    """Raised by hand: reverted and told."""
    written = written_weight(seen)
    if written is None or not raised(seen) or stranded(seen):
        return None

    sentence = "the weight was raised by hand and is put back: use promote-full"
    keep = seen.exposed and not any(route.shown for route in seen.routes)
    revert = SetWeight(weight=written, revision=seen.candidate.revision, keep=keep)
    return act(seen, Reason.RAISED_BY_HAND, sentence, revert)


def assert_over_git(seen: Snapshot) -> Decision | None:
    """Git declared the weights of an attached route again: no hand's wish, so ours are put back at once.

    Not as often as an owner likes that answers each of our writes: that is told, and what it told stays the reason.
    """
    written = written_weight(seen)
    if written is None or not lowered(seen) or written > seen.progress.desired_weight:
        return None

    # Pods may have been lost since, or the weight outgrew its step while stable was away; and no wrong route rises.
    if written > carriable(seen) or any(route.lost or route.contested for route in seen.routes):
        return None

    again = SetWeight(weight=written, revision=seen.candidate.revision, raising=True)
    sentence = "Git declared the route's weights again: the rollout's are put back"
    if seen.progress.reason is Reason.OVERWRITTEN:
        return beside(seen, sentence, again)

    return act(seen, Reason.RAISING, sentence, again)


def lower_to_the_step(seen: Snapshot) -> Decision | None:
    if seen.weight <= seen.progress.desired_weight:
        return None

    if stranded(seen):
        return hold(seen, *too_few(seen))

    lower = SetWeight(weight=seen.progress.desired_weight, revision=seen.candidate.revision, keep=seen.exposed)
    return act(seen, Reason.CONFIRMING, "the weight goes down to its step's", lower)


def hold_suspended(seen: Snapshot) -> Decision | None:
    if not seen.suspended:
        return None

    return hold(seen, Reason.SUSPENDED, f"suspended: no step forward; a breach still rolls back{and_its_undo(seen)}")


def hold_blocked(seen: Snapshot) -> Decision | None:
    return hold(seen, seen.blocked.reason, seen.blocked.sentence, seen.blocked.again) if seen.blocked else None


def go_back_to_the_step(seen: Snapshot) -> Decision | None:
    """A weight that outgrew its step, while stable was away, goes back once stable can carry its share.

    Whatever else holds: until then more requests than the step's reach what may be broken.
    """
    share = FULL - seen.step.weight
    outgrown = seen.progress.desired_weight != seen.step.weight
    if not outgrown or seen.carried(seen.stable.available, share) < share:
        return None

    return hold(
        seen,
        Reason.PROGRESSING,
        step_sentence(seen),
        desired_weight=seen.step.weight,
        settled_at=None,
        full_at=None,
        deadline_from=left_from(seen),
    )


def hold_above_the_step(seen: Snapshot) -> Decision | None:
    """The weight outgrew its step, and stable cannot carry its share yet."""
    return hold(seen, *too_few(seen)) if seen.progress.desired_weight != seen.step.weight else None


def mend(seen: Snapshot) -> Decision | None:
    actions = upkeep(seen)
    if not actions:
        return None

    return Decision(reason=Reason.PREPARING, sentence="mended", progress=seen.progress, actions=actions)


def forget_silence(seen: Snapshot) -> Decision | None:
    """The clocks of silence and of a held breach run only while they are so: an outage is no silence.

    A restart is none of their ends: what was so before it is so until something else is heard.
    """
    if not seen.evidence.heard:
        return None

    changes: dict[str, None] = {}
    if seen.progress.no_data_since and not seen.evidence.no_data:
        changes["no_data_since"] = None

    if seen.progress.breach_held_since and not seen.evidence.breach:
        changes |= {"breach_held_since": None, "breach_shown": None}

    return hold(seen, Reason.PROGRESSING, step_sentence(seen), **changes) if changes else None


def hold_a_breach(seen: Snapshot) -> Decision | None:
    """`onBreach: Hold`: stay at this weight until `holdLimit`, which rolls back.

    What counts showed is recorded: a restart may not find it again, of what has cooled since or cannot be read twice.
    """
    if not seen.evidence.breach or seen.plan.on_breach is OnTrouble.ROLL_BACK:
        return None

    since = seen.progress.breach_held_since or seen.now
    left = max(seen.plan.hold_limit - seen.since(since), NO_TIME)
    shown = seen.evidence.shown or seen.progress.breach_shown
    return hold(seen, Reason.BREACH_HELD, seen.evidence.sentence, left, breach_held_since=since, breach_shown=shown)
