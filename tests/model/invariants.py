"""What must hold at every effect and every record: the safety invariants that apply to one Release."""

from collections.abc import Iterator

from tests.model.state import REPLICAS, State
from tidegate.decision import Decision
from tidegate.decision.actions import Action, PointService, PrepareRevision, Role, Scale, SetWeight, WriteRoute
from tidegate.decision.progress import AT_REST, Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Suspension


def broken_by_effect(before: State, action: Action) -> Iterator[str]:
    """Invariants that this effect would break in this world."""
    match action:
        case SetWeight(weight, revision, raising):
            yield from _weight(before, weight, revision, raising=raising)
        case WriteRoute(weight):
            if before.route is not None and weight > (before.route.weight or 0):
                yield "writing the route never raises a weight"
        case Scale(revision, 0):
            yield from _retired(before, revision)
        case PrepareRevision(revision):
            if not before.known and all(found.revision != revision for found in before.pods):
                yield "what is not known is not made"
        case PointService(role, revision):
            yield from _pointed(before, role, revision)


def _weight(before: State, weight: int, revision: str, *, raising: bool) -> Iterator[str]:
    live = (before.route.weight or 0) if before.route else 0
    candidate, stable = before.pods_of(before.progress.candidate), before.pods_of(before.progress.stable)
    emergency = not stable.available and candidate.available
    if weight > live and not raising:
        yield "a raise tests the generation"

    if weight > live and not candidate.available:
        yield "I1: no weight for a side without available pods"

    if weight > live and not emergency and candidate.available < min(REPLICAS, -(-REPLICAS * weight // 100)):
        yield "I2: pods are available before their weight is raised"

    if weight > live and before.progress.desired_weight != weight:
        yield "I12: a raise follows its recorded intent"

    if weight > live and before.progress.phase in {Phase.PROMOTING, Phase.ROLLING_BACK}:
        yield "after the intent to end, no weight is raised"

    if weight > 0 and before.progress.phase is Phase.PROMOTING:
        yield "after the point of no return, no weight but 0 is written"

    if weight > live and revision in before.progress.rejected:
        yield "a rejected revision gets no traffic"

    promoting = before.progress.phase is Phase.PROMOTING
    if weight < live and not stable.available and candidate.available and not promoting:
        yield "I3: no share moves to a stable side without available pods"

    if promoting and before.services.stable != before.progress.candidate:
        yield "the weight falls only on a Service that selects the candidate"


def _retired(before: State, revision: str) -> Iterator[str]:
    if before.services.select(revision):
        yield "I7: pods that a live Service of ours selects are never retired"

    live = before.route.weight if before.route else 0
    if revision == before.progress.candidate and live:
        yield "I6: traffic leaves before pods do"

    if before.route and not before.route.confirmed and revision in {before.progress.candidate, before.progress.stable}:
        yield "I9: pods go only after the router confirmed"

    if revision == before.progress.stable:
        yield "stable is never retired"


def _pointed(before: State, role: Role, revision: str) -> Iterator[str]:
    live = (before.route.weight or 0) if before.route else 0
    if role is Role.CANDIDATE and live and before.services.candidate not in {None, revision}:
        yield "the candidate's Service is re-pointed only at weight 0"

    share = 100 - live
    if role is Role.STABLE and share and before.services.stable not in {None, revision} and not before.progress.stable:
        return

    # What a hand garbled has no weight that anyone knows; past the point of no return there is only forward.
    known = before.route is None or before.route.weight is not None
    moved = known and role is Role.STABLE and before.services.stable not in {None, revision}
    if moved and live != 100 and before.progress.phase is Phase.PROMOTING:
        yield "stable's Service is re-pointed only at its weight 0"


def broken_by_record(before: State, now: State, decision: Decision) -> Iterator[str]:
    """Invariants that the new record would break, given the world after the effects."""
    old, new = before.progress, now.progress
    forward = old.candidate == new.candidate and old.candidate is not None and new.step > old.step
    promoting = new.phase is Phase.PROMOTING and old.phase is not Phase.PROMOTING
    asked = new.straight or new.handled != old.handled
    if (forward or promoting) and not before.evidence.passed and not asked:
        yield "I18: nothing but a pass leaves a step"

    if (forward or promoting) and before.evidence.breach and not before.asks.promote_full:
        yield "a breach leaves no step forward"

    begun = new.phase is Phase.ROLLING_BACK and old.phase is not Phase.ROLLING_BACK
    if begun and decision.reason is Reason.OBJECTIVE_BREACHED and not before.evidence.breach:
        yield "I19: silence is never a breach"

    if new.phase is Phase.PROMOTED and old.phase is not Phase.PROMOTED:
        yield from _promoted(now)

    if not before.known and old.candidate != new.candidate is not None:
        yield "no rollout starts of what is not known"

    if not before.known and begun and decision.reason in {Reason.REVERTED, Reason.SUPERSEDED}:
        yield "nothing goes back for what is not known"

    if new.candidate is None and any(getattr(new, field) != value for field, value in AT_REST.items()):
        yield "I13: nothing of a rollout is left at rest"

    weighted = old.weighted_at is not None and old.stable is not None and old.phase not in ENDING
    stopped = before.suspension is Suspension.ALL
    if before.evidence.breach and weighted and old.candidate and new.phase not in ENDING and not stopped:
        yield "a breach rolls back in the turn that sees it"

    if old.stable != new.stable and not (promoting or old.phase is Phase.PROMOTING or old.stable is None):
        yield "stable changes only by promotion"


ENDING = frozenset({Phase.PROMOTING, Phase.ROLLING_BACK})


def _promoted(now: State) -> Iterator[str]:
    if now.route is None or now.route.weight or not now.route.confirmed:
        yield "I25: promoted is said only when the route is back and confirmed"

    if now.services.stable != now.progress.stable:
        yield "promoted is said only when stable's Service selects the new revision"
