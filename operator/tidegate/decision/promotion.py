"""The change of role, after the point of no return: no pod is restarted, and no weight but 0 is written."""

from dataclasses import replace

from tidegate.api import When

from .actions import Action, PointService, PrepareRevision, Role, Scale, SetWeight, WriteRoute
from .asks.in_vain import answer_strays
from .asks.restart import note_restart
from .baseline import without_baselines
from .copies import remake
from .decision import Decision, Rule, act, hold
from .notices import inform
from .plan import FULL, NO_TIME
from .progress import AT_REST, Outcome, Phase, Progress, Rollout
from .reasons import Reason
from .rollback import go_on_going_back, roll_back, unsaid
from .router import unconfirmed, unserved
from .snapshot import Snapshot
from .step import settle_left
from .upkeep import astray, gone_for_good

SENTENCE = "changing roles: the candidate becomes stable"


def begin(seen: Snapshot, sentence: str) -> Decision:
    """Record the intent. From here a breach or an abort is only reported."""
    return act(seen, Reason.PROMOTING, sentence, phase=Phase.PROMOTING)


def go_back_from_what_is_gone(seen: Snapshot) -> Decision | None:
    """No role has changed yet, and nothing makes the candidate's pods again: only stable's can answer."""
    candidate, stable = seen.candidate, seen.stable
    if not gone_for_good(seen, candidate) or _turned(seen) or not stable.available:
        return None

    return roll_back(seen, Reason.CANNOT_START, f"the ReplicaSet of revision {candidate.revision} is gone")


def go_back_as_begun(seen: Snapshot) -> Decision | None:
    """The weight fell to end this rollout while the record of the promotion was under way, and that one came first.

    A rollback waits for no record that hangs: as long as no role has changed, what was begun last is gone on with.
    """
    promoting = seen.progress.phase is Phase.PROMOTING
    return go_on_going_back(seen) if promoting and not _turned(seen) else None


def _turned(seen: Snapshot) -> bool:
    """True where stable's Service does not lead to stable any more."""
    return seen.services.stable != seen.stable.revision


def keep_its_pods(seen: Snapshot) -> Decision | None:
    """The candidate carries everything from here: its ReplicaSet comes back where it is lost, and it grows."""
    candidate, size = seen.candidate, seen.full_size
    if seen.by_nodes or (candidate.exists and candidate.replicas >= size):
        return None

    if candidate.exists:
        return act(seen, Reason.PROMOTING, SENTENCE, Scale(revision=candidate.revision, replicas=size))

    if seen.declares(candidate.revision):
        return act(seen, Reason.PROMOTING, SENTENCE, PrepareRevision(candidate.revision, size))

    gone = f"the ReplicaSet of revision {candidate.revision}, which becomes stable, is gone: declare its template again"
    return hold(seen, Reason.ROLLBACK_BLOCKED, gone)


def wait_for_lost_pods(seen: Snapshot) -> Decision | None:
    """Git or a hand gave stable a share again: that is not turned to fewer pods than it needs."""
    turned = seen.services.stable in {seen.progress.candidate, None}
    if seen.by_pods or turned or seen.lowest_weight == FULL or not seen.stable.available:
        return None

    if seen.carried(seen.candidate.available, FULL) == FULL:
        return None

    sentence = "the candidate's pods are lost, and stable has requests again: roles change once they are back"
    return hold(seen, Reason.CANDIDATE_PODS_LOST, sentence)


def point_stable(seen: Snapshot) -> Decision | None:
    """`<name>-stable` and `<name>` select the candidate: stable's share was 0, confirmed and drained."""
    if seen.blocked and (seen.services.taken or seen.services.stale & seen.services.contested):
        return hold(seen, seen.blocked.reason, seen.blocked.sentence)

    candidate = seen.candidate.revision
    turning = tuple(PointService(role, candidate) for role in roles(seen))
    # Of a subset that someone declared again, only that of the candidate has its weight now.
    mended = tuple(action for action in astray(seen) if action.revision == candidate)
    actions = (*mended, *turning)
    return act(seen, Reason.PROMOTING, SENTENCE, *actions) if actions else None


def roles(seen: Snapshot) -> tuple[Role, ...]:
    services, candidate = seen.services, seen.progress.candidate
    stale = services.stale
    stable = (Role.STABLE,) if services.stable != candidate or Role.STABLE in stale else ()
    turned = services.apex == candidate and Role.APEX not in stale
    apex = (Role.APEX,) if not turned and not services.apex_is_users else ()
    # All requests go by it until the weight is back.
    lost = services.candidate is None or (services.candidate == candidate and Role.CANDIDATE in stale)
    return stable + apex + ((Role.CANDIDATE,) if lost and seen.weight and not seen.by_pods else ())


def wait_for_endpoints(seen: Snapshot) -> Decision | None:
    """The weight may fall only on Services whose endpoints are the candidate's ready pods."""
    if seen.services.stable_endpoints >= min(seen.candidate.available, seen.replicas) and (
        seen.candidate.available or not seen.replicas
    ):
        return None

    return hold(seen, Reason.PROMOTING, SENTENCE)


def give_weight_back(seen: Snapshot) -> Decision | None:
    actions = to_zero(seen)
    return act(seen, Reason.PROMOTING, SENTENCE, *actions) if actions else None


def to_zero(seen: Snapshot) -> tuple[Action, ...]:
    """Weight 0 on Services that select the candidate; without a router the old pods go, and with them their share."""
    revision, stable = seen.candidate.revision, seen.stable
    if seen.by_pods:
        return (Scale(revision=stable.revision, replicas=0),) if stable.replicas or stable.joins else ()

    if seen.route is None or (seen.route.weight is None and not seen.route.attached):
        return (WriteRoute(weight=0, revision=revision),)

    if seen.route.extended or (seen.route.drift and not seen.route.contested):
        # Nothing of a step or of a hand stays behind: «promoted» is said when the route is as it was.
        return (WriteRoute(weight=0, revision=revision),)

    return (SetWeight(weight=0, revision=revision),) if seen.route.weight or unsaid(0, seen.routes) else ()


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    """A Release that is deleted waits for nobody to bring a route back."""
    if seen.deleting and seen.route is not None and seen.route.lost:
        return unserved(seen, Reason.PROMOTING, SENTENCE)

    if waiting := unconfirmed(seen, Reason.PROMOTING, SENTENCE):
        return waiting

    left = settle_left(seen)
    return hold(seen, Reason.PROMOTING, SENTENCE, left) if left > NO_TIME else None


def finish(seen: Snapshot) -> Decision:
    """«Promoted» is said when the route is back; the old pods drain and go in later turns."""
    progress = seen.progress
    if progress.overruled:
        again = f"revision {progress.candidate} is served again"
        return promoted(seen, f"revision {progress.stable} is undone: {again}; retry or another template starts one")

    return promoted(seen, f"revision {progress.candidate} is promoted")


def promoted(seen: Snapshot, sentence: str) -> Decision:
    """The candidate is stable from now on, and nothing of the rollout is left but a line of history."""
    progress = seen.progress
    phase, reason = (Phase.ROLLED_BACK, Reason.UNDONE) if progress.overruled else (Phase.PROMOTED, Reason.PROMOTED)
    line = Rollout(
        revision=seen.candidate.revision,
        outcome=Outcome.PROMOTED,
        reason=reason,
        sentence=sentence,
        started_at=progress.started_at or seen.now,
        ended_at=seen.now,
    )
    notices = inform(seen, When.AFTER_PROMOTION, reason)
    changes = {"stable": progress.candidate, "history": progress.remembering(line), "rejected": undone(progress)}
    actions = without_baselines(seen)
    return act(seen, reason, sentence, *actions, phase=phase, **AT_REST, **changes, notices=notices)


def undone(progress: Progress) -> tuple[str, ...]:
    """After an undo neither the revision that was served nor the declared one starts again by itself."""
    if not progress.overruled:
        return progress.rejected

    out = replace(progress, rejected=progress.rejecting(progress.overruled))
    return out.rejecting(progress.stable or progress.overruled)


PROMOTION: tuple[Rule, ...] = (
    note_restart,
    answer_strays,
    go_back_as_begun,
    remake(Reason.PROMOTING, SENTENCE),
    go_back_from_what_is_gone,
    keep_its_pods,
    wait_for_lost_pods,
    point_stable,
    wait_for_endpoints,
    give_weight_back,
    wait_for_the_router,
    finish,
)
