"""Putting everything back: weight first, confirmed and drained, then pods. It asks nobody."""

from collections.abc import Iterable
from typing import Any

from tidegate.api import When

from .actions import Action, PointService, PrepareRevision, Role, Scale, SetWeight, WriteRoute
from .asks.in_vain import answer_strays, late_for_this, nothing_for
from .baseline import without_baselines
from .copies import remade
from .decision import Decision, Rule, act, hold
from .ending import note_of_ending, unrecorded
from .notices import inform
from .plan import FULL, NO_TIME
from .progress import AT_REST, Outcome, Phase, Rollout
from .reasons import Reason, Why
from .refusal import because
from .route import Route
from .router import unserved
from .snapshot import Snapshot
from .upkeep import astray, gone


def roll_back(seen: Snapshot, reason: Reason, sentence: str, **changes: Any) -> Decision:
    """Take the weight away at once, then record why. A revision that failed is rejected; one replaced is not.

    A retry or an undo from before is none of what this leaves: it is answered along with it.
    """
    progress, late = seen.progress, late_for_this(seen)
    handled = changes.pop("handled", progress.handled).adding(late)
    told = f"{sentence}; {nothing_for(late)}" if late else sentence
    revision = seen.candidate.revision
    line = Rollout(
        revision=revision,
        outcome=Outcome.ROLLED_BACK,
        reason=reason,
        sentence=told,
        started_at=progress.started_at or seen.now,
    )
    rejected = progress.rejecting(revision) if reason.rejects else progress.rejected
    return act(
        seen,
        reason,
        told,
        *weight_to_stable(seen, rejected=reason.rejects, ending=note_of_ending(progress, reason, sentence)),
        phase=Phase.ROLLING_BACK,
        history=progress.remembering(line),
        rejected=rejected,
        desired_weight=0,
        notices=inform(seen, When.ON_ROLLBACK, reason),
        handled=handled,
        **changes,
    )


def go_on_going_back(seen: Snapshot) -> Decision | None:
    """The weight fell to end this rollout, and that is not recorded: it is ended, whatever is measured by now.

    A process that begins has no measurements, and at weight 0 there are none.
    """
    ending = unrecorded(seen)
    return roll_back(seen, ending.reason, ending.sentence) if ending else None


def weight_to_stable(seen: Snapshot, *, rejected: bool = False, ending: str = "") -> tuple[Action, ...]:
    """The fall of the weight that stable's pods allow now, and stable's own pods. `ending` is noted with it.

    A mesh's subset of stable that selects something else goes first: a weight on it would reach nobody.
    """
    if seen.by_pods:
        return (*pods_away(seen, rejected=rejected, ending=ending), *stable_floor(seen))

    goal = allowed_weight(seen)
    stays = goal > 0 or (seen.exposed and not takes_back(seen))
    way = (*way_to_stable(seen), *(way_to_candidate(seen) if stays else ()))
    if goal < seen.weight or unsaid(goal, seen.routes) or takes_back(seen):
        fall = SetWeight(weight=goal, revision=seen.candidate.revision or seen.stable.revision, ending=ending)
        return (*way, fall, *stable_floor(seen))

    # Who fights over a Service is not followed at every turn: only a weight that moves needs it at once.
    return (*(() if seen.services.contested else way), *stable_floor(seen))


def way_to_stable(seen: Snapshot) -> tuple[Action, ...]:
    """What must lead to stable's pods before a weight does: its Service and a mesh's subset, unless given back.

    The Service may be lost, or changed by hand, or still select a revision whose ReplicaSet was lost with the status.
    """
    stable, found = seen.progress.stable, seen.services
    amiss = found.stable != stable or Role.STABLE in found.stale
    elsewhere = stable is not None and seen.stable.exists and amiss and not found.taken
    service = (PointService(Role.STABLE, seen.stable.revision),) if elsewhere and not handed_over(seen) else ()
    given_back = seen.deleting and not seen.services.held
    return (*service, *(() if given_back else astray(seen)))


def way_to_candidate(seen: Snapshot) -> tuple[Action, ...]:
    """The candidate's Service, where it was lost or changed: what it still gets must lead somewhere meanwhile."""
    found, revision = seen.services, seen.candidate.revision
    lost = found.candidate is None or (found.candidate == revision and Role.CANDIDATE in found.stale)
    away = lost and seen.candidate.exists and not found.taken
    return (PointService(Role.CANDIDATE, revision),) if away and not handed_over(seen) else ()


def handed_over(seen: Snapshot) -> bool:
    """True where the Services that are not ours any more were given away, all at once, and not lost."""
    return seen.deleting and seen.progress.handed_over_at is not None and not seen.services.ours


def pods_away(seen: Snapshot, *, rejected: bool, ending: str) -> tuple[Action, ...]:
    """Without a router traffic leaves with the pods: their own grace period is the drain."""
    candidate = seen.candidate
    away = Scale(revision=candidate.revision, replicas=0, rejected=rejected, ending=ending)
    return (away,) if candidate.replicas and not needed(seen) else ()


def needed(seen: Snapshot) -> bool:
    """True where the candidate's pods alone carry what stable cannot."""
    return seen.candidate.available > 0 and uncarried(seen) > 0


def allowed_weight(seen: Snapshot) -> int:
    """What of the live weight stays for now: never more than there is."""
    return min(seen.weight, uncarried(seen))


def uncarried(seen: Snapshot) -> int:
    """0 while stable has half of the pods it had; less, and it takes what it can carry; none, and nothing moves.

    What it had, not what it should have: a Release that just grew has lost nothing. Where stable shrank by plan, it
    grows again before traffic returns, and nothing moves while pods that shrinking ends may still be counted.
    """
    if seen.by_nodes:
        return 0

    available, had = seen.stable.available, min(seen.progress.stable_pods, seen.full_size)
    if seen.plan.shrink and seen.candidate.available and not seen.stable.observed:
        return FULL

    if seen.plan.shrink and available < had and seen.candidate.available:
        return FULL - FULL * available // had

    if 2 * available >= had and (available or not seen.full_size):
        return 0

    if available and not seen.candidate.available:
        return 0

    return FULL - FULL * available // max(had, 1)


def takes_back(seen: Snapshot) -> bool:
    """True where what is beside the weight can go back: copies always, requests only to pods that are there."""
    matched = seen.route is not None and seen.route.matched
    return seen.exposed and (not matched or seen.stable.available > 0 or not seen.candidate.available)


def unsaid(goal: int, routes: Iterable[Route]) -> bool:
    """True where Git or a hand lowered the weight before us: ours is written too, so that its drain counts from now."""
    return goal == 0 and any(route.written and route.written.weight for route in routes)


def stable_floor(seen: Snapshot) -> tuple[Action, ...]:
    """Stable's pods, and before them the configuration that they start with."""
    return (*remade(seen), *up_to_floor(seen))


def up_to_floor(seen: Snapshot) -> tuple[Action, ...]:
    stable = seen.stable
    if seen.by_nodes and stable.exists:
        back = not seen.candidate.replicas and not stable.whole
        return (Scale(revision=stable.revision, replicas=seen.full_size),) if back else ()

    if not stable.exists and seen.declares(stable.revision):
        return (PrepareRevision(stable.revision, seen.full_size),)

    short = stable.exists and stable.replicas < seen.full_size
    return (Scale(revision=stable.revision, replicas=seen.full_size),) if short else ()


def cause(seen: Snapshot) -> Why:
    """Why this rollback began: the newest line of history, so a crash does not forget it; else what was said last."""
    line = next(iter(seen.progress.history), seen.progress)
    return Why(line.reason, line.sentence)


def write_a_lost_route(seen: Snapshot) -> Decision | None:
    if seen.route is not None and (seen.route.attached or seen.route.weight is not None):
        return None

    return act(seen, *cause(seen), WriteRoute(weight=0, revision=seen.candidate.revision))


def take_weight_away(seen: Snapshot) -> Decision | None:
    actions = weight_to_stable(seen)
    return act(seen, *cause(seen), *actions) if actions else None


def mend_the_route(seen: Snapshot) -> Decision | None:
    """Changed by hand it may never be confirmed; the weight has moved before."""
    route = seen.route
    if route is None or not route.drift or route.contested:
        return None

    return act(seen, *cause(seen), WriteRoute(weight=seen.weight, revision=seen.candidate.revision))


def wait_for_stable(seen: Snapshot) -> Decision | None:
    """Stable cannot carry all of it: the rest stays where pods are. Where stable is gone, they are all that is left."""
    if seen.stable.exists and not carries(seen):
        return None

    return hold(seen, *(what_stable_lacks(seen) or cause(seen)))


def carries(seen: Snapshot) -> bool:
    """True while requests stay on the candidate's side."""
    return bool(needed(seen) and seen.candidate.replicas if seen.by_pods else seen.weight or seen.exposed)


def what_stable_lacks(seen: Snapshot) -> Why | None:
    """What stable lacks that somebody must mend; None where its pods only take their time."""
    if not seen.stable.exists:
        return gone(seen, Reason.ROLLBACK_BLOCKED)

    if seen.plan.shrink and not seen.stable.stuck and not seen.stable.refusal:
        return None

    few = f"stable has too few available pods to take all traffic back{because(seen.stable)}"
    return Why(Reason.ROLLBACK_BLOCKED, few)


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    return unserved(seen, *cause(seen))


def drain(seen: Snapshot) -> Decision | None:
    """Requests under way finish before their pods go."""
    served = [route.confirmed_for for route in (seen.route, seen.undeclared) if route]
    wait = seen.plan.drain_left(min(served, default=seen.plan.drain))
    return hold(seen, *cause(seen), look_again=wait) if wait > NO_TIME else None


def point_candidate_at_stable(seen: Snapshot) -> Decision | None:
    """No live Service of ours may select pods that are about to go."""
    stable = seen.stable.revision
    if seen.services.candidate == stable or not seen.stable.exists or seen.services.taken:
        return None

    return act(seen, *cause(seen), PointService(Role.CANDIDATE, stable))


def retire_candidate(seen: Snapshot) -> Decision | None:
    """One that is rejected is marked too, with pods or without: a lost status must not let it in."""
    candidate = seen.candidate
    rejected = candidate.revision in seen.progress.rejected
    unmarked = rejected and candidate.exists and not candidate.rejected
    if not candidate.replicas and not unmarked:
        return None

    return finish(seen, Scale(revision=candidate.revision, replicas=0, rejected=rejected))


def finish(seen: Snapshot, *actions: Action) -> Decision:
    """Say it only now: traffic is back, drained, and the pods are told to go."""
    ended = seen.progress.ended(seen.now)
    actions = (*actions, *without_baselines(seen))
    return act(seen, *cause(seen), *actions, phase=Phase.ROLLED_BACK, history=ended, **AT_REST)


ROLLBACK: tuple[Rule, ...] = (
    write_a_lost_route,
    take_weight_away,
    mend_the_route,
    answer_strays,
    wait_for_stable,
    wait_for_the_router,
    drain,
    point_candidate_at_stable,
    retire_candidate,
    finish,
)
