"""The change of role, after the point of no return: no pod is restarted, and no weight but 0 is written."""

from .actions import Action, PointService, Role, SetWeight, WriteRoute
from .asks import handle_stray
from .decision import Decision, Rule, act, hold
from .plan import NO_TIME
from .progress import AT_REST, Outcome, Phase, Rollout
from .reasons import Reason
from .router import unconfirmed
from .snapshot import Snapshot
from .upkeep import astray

SENTENCE = "changing roles: the candidate becomes stable"


def begin(seen: Snapshot, sentence: str) -> Decision:
    """Record the intent. From here a breach or an abort is only reported."""
    return act(seen, Reason.PROMOTING, sentence, phase=Phase.PROMOTING)


def point_stable(seen: Snapshot) -> Decision | None:
    """`<name>-stable` and `<name>` select the candidate: stable's share was 0, confirmed and drained."""
    if seen.services.taken and seen.blocked:
        return hold(seen, seen.blocked.reason, seen.blocked.sentence)

    candidate = seen.progress.candidate or ""
    turning = tuple(PointService(role, candidate) for role in roles(seen))
    # Of a subset that someone declared again, only that of the candidate has its weight now.
    mended = tuple(action for action in astray(seen) if action.revision == candidate)
    actions = (*mended, *turning)
    return act(seen, Reason.PROMOTING, SENTENCE, *actions) if actions else None


def roles(seen: Snapshot) -> tuple[Role, ...]:
    services, candidate = seen.services, seen.progress.candidate
    stable = (Role.STABLE,) if services.stable != candidate else ()
    apex = (Role.APEX,) if services.apex != candidate and not services.apex_is_users else ()
    return stable + apex


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
    revision = seen.progress.candidate or ""
    if seen.route is None or (seen.route.weight is None and not seen.route.attached):
        return (WriteRoute(0, revision),)

    return (SetWeight(0, revision),) if seen.route.weight else ()


def wait_for_the_router(seen: Snapshot) -> Decision | None:
    if waiting := unconfirmed(seen, Reason.PROMOTING, SENTENCE):
        return waiting

    left = seen.plan.settle - (seen.route.confirmed_for if seen.route else NO_TIME)
    return hold(seen, Reason.PROMOTING, SENTENCE, left) if left > NO_TIME else None


def finish(seen: Snapshot) -> Decision:
    """«Promoted» is said when the route is back; the old pods drain and go in later turns."""
    return promoted(seen, f"revision {seen.progress.candidate} is promoted")


def promoted(seen: Snapshot, sentence: str) -> Decision:
    """The candidate is stable from now on, and nothing of the rollout is left but a line of history."""
    revision = seen.progress.candidate or ""
    line = Rollout(
        revision=revision,
        outcome=Outcome.PROMOTED,
        reason=Reason.PROMOTED,
        sentence=sentence,
        started_at=seen.progress.started_at or seen.now,
        ended_at=seen.now,
    )
    changes = {**AT_REST, "stable": revision, "history": seen.progress.remembering(line)}
    return act(seen, Reason.PROMOTED, sentence, phase=Phase.PROMOTED, **changes)


PROMOTION: tuple[Rule, ...] = (
    handle_stray,
    point_stable,
    wait_for_endpoints,
    give_weight_back,
    wait_for_the_router,
    finish,
)
