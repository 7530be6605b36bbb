"""What must hold at every effect and every record: the safety invariants that apply to one Release."""

from collections.abc import Iterator

from tests.model.baselines import unjudgeable, wrongly_made
from tests.model.effects import after
from tests.model.leaving import broken_by_leaving, broken_by_replacing, broken_by_taking
from tests.model.plans import HOOK, NOW, REPLICAS, Kind
from tests.model.serving import taken_from_requests
from tests.model.shares import beyond_its_share
from tests.model.state import State
from tests.unit.decision.world import as_recorded
from tidegate.api import Suspend
from tidegate.decision import Decision, Record
from tidegate.decision.actions import (
    Action,
    PointService,
    PrepareBaseline,
    PrepareRevision,
    Role,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Phase, Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.status import status_of


def broken_by_effect(before: State, action: Action) -> Iterator[str]:
    """Invariants that this effect would break in this world."""
    yield from _twice(before, action)
    yield from beyond_its_share(before, action)
    yield from taken_from_requests(before, action)
    yield from broken_by_taking(before, action)
    yield from broken_by_leaving(before, action)
    match action:
        case SetWeight(weight=weight, revision=revision, raising=raising):
            yield from _weight(before, weight, revision, raising=raising)
            yield from _matched(before, action)
            yield from _given_back(before, weight)
        case WriteRoute(weight=weight):
            if before.route is not None and weight > (before.route.weight or 0):
                yield "writing the route never raises a weight"

            yield from _matched(before, action)
        case Scale(revision=revision, replicas=0):
            yield from _retired(before, revision)
        case Scale(revision=revision, replicas=replicas):
            yield from _shrunk(before, revision, replicas)
            yield from _grown_again(before, revision)
        case PrepareRevision(revision):
            made = any(found.revision == revision for found in before.pods)
            if not made and not (before.known and revision == before.target):
                yield "what is not known, or not declared, is not made"
        case PointService(role, revision):
            yield from _pointed(before, role, revision)
        case PrepareBaseline():
            yield from wrongly_made(before, action)


def _twice(before: State, action: Action) -> Iterator[str]:
    """No node has two pods of the Release."""
    if before.kind is Kind.BY_NODES and isinstance(action, PrepareRevision | Scale):
        yield from after(before, action).given.wrong(before.replicas)


def _weight(before: State, weight: int, revision: str, *, raising: bool) -> Iterator[str]:
    live = _live(before)
    candidate, stable = before.pods_of(before.progress.candidate), before.pods_of(before.progress.stable)
    emergency = not stable.available and candidate.available
    if weight > live and not raising:
        yield "a raise tests the generation"

    if weight > live and not candidate.available:
        yield "I1: no weight for a side without available pods"

    if weight > live and not emergency and candidate.available < -(-_size(before) * weight // 100):
        yield "I2: pods are available before their weight is raised"

    again = (revision, weight) == (before.route.written if before.route else None)
    if weight > live and before.progress.desired_weight != weight and not again:
        yield "I12: a raise follows its recorded intent"

    if weight > live and before.progress.phase in {Phase.PROMOTING, Phase.ROLLING_BACK}:
        yield "after the intent to end, no weight is raised"

    if weight > 0 and before.progress.phase is Phase.PROMOTING:
        yield "after the point of no return, no weight but 0 is written"

    limit = before.progress.lowered_to
    if weight > live and not emergency and limit is not None and weight > limit:
        yield "what a hand lowered rises by no turn before a person says so"

    yield from _back_again(before, revision, rises=weight > live)
    yield from _unopened(before, rises=weight > live and not emergency)
    yield from unjudgeable(before, rises=weight > live and not emergency and not again)

    promoting = before.progress.phase is Phase.PROMOTING
    if weight < live and not stable.available and candidate.available and not promoting:
        yield "I3: no share moves to a stable side without available pods"

    if (
        promoting
        and before.services.stable != before.progress.candidate
        and not _gone_for_good(before, before.progress.candidate)
    ):
        yield "the weight falls only on a Service that selects the candidate"


def _back_again(before: State, revision: str, *, rises: bool) -> Iterator[str]:
    if rises and before.fallen:
        yield "a candidate whose weight was taken to end its rollout gets none again, whatever ended between"

    if rises and revision in before.progress.rejected:
        yield "a rejected revision gets no traffic"


def _grown_again(before: State, revision: str) -> Iterator[str]:
    if before.fallen and not before.kind.routed and revision == before.progress.candidate:
        yield "a candidate whose pods were taken to end its rollout gets none again"


def _shrunk(before: State, revision: str, replicas: int) -> Iterator[str]:
    """Stable keeps what its share needs, whatever the plan lets go."""
    share = 100 - _live(before)
    if revision == before.progress.stable and before.progress.candidate and replicas < -(-_size(before) * share // 100):
        yield "stable has the pods that its share needs"


def _size(before: State) -> int:
    """What both sides are measured by: a Release that shrinks in its rollout keeps the size that it began with."""
    return min(REPLICAS, before.progress.full_size or before.replicas)


def _live(before: State) -> int:
    route = before.split()
    return (route.weight or 0) if route else 0


def _reached(before: State) -> bool:
    """True while requests reach the candidate, by weight or because they match."""
    return bool(_live(before)) or (before.route is not None and before.route.matched)


def _unopened(before: State, *, rises: bool) -> Iterator[str]:
    gated = before.kind is Kind.GATED and before.progress.step == 0
    if rises and gated and HOOK.name not in before.progress.said_yes:
        yield "no weight is raised before its hook says yes"


def _matched(before: State, action: SetWeight | WriteRoute) -> Iterator[str]:
    """Requests that match are a share too, whatever the weight is."""
    had = before.route is not None and before.route.matched
    route = after(before, action).route
    assert route is not None
    has = route.matched
    candidate, stable = before.pods_of(before.progress.candidate), before.pods_of(before.progress.stable)
    if has and not had and not (isinstance(action, SetWeight) and action.raising):
        yield "requests that match are given by a raise alone: it tests the generation"

    if has and not had and not candidate.available:
        yield "I1: no matched requests for a side without available pods"

    if has and before.progress.phase in ENDING:
        yield "after the intent to end, the candidate gets no matched requests"

    # What a hand garbled is nobody's share that anyone knows.
    if had and not has and not stable.available and candidate.available and action.weight < FULL:
        yield "I3: matched requests do not move to a stable side without available pods"


def _given_back(before: State, weight: int) -> Iterator[str]:
    ours = before.services.held or not before.deleting
    if weight < _live(before) and Role.STABLE in before.services.astray and ours:
        yield "I5: stable's subset is put back before a weight is given to it"


def _retired(before: State, revision: str) -> Iterator[str]:
    by_pods = not before.kind.routed
    # Without a router the candidate's Service is for a preview: its traffic goes with the pods.
    preview = by_pods and revision == before.progress.candidate
    if before.services.select(revision) and not preview:
        yield "I7: pods that a live Service of ours selects are never retired"

    if revision == before.progress.candidate and _reached(before) and not by_pods:
        yield "I6: traffic leaves before pods do"

    # With one pod a node stable's pods come back where the candidate's go.
    beside = before.kind is Kind.BY_PODS
    only = beside and before.pods_of(revision).available and not before.pods_of(before.progress.stable).available
    if by_pods and revision == before.progress.candidate and only:
        yield "without a router the candidate's pods do not go while stable has none"

    if before.route and not before.route.confirmed and revision in {before.progress.candidate, before.progress.stable}:
        yield "I9: pods go only after the router confirmed"

    ended = by_pods and before.progress.phase is Phase.PROMOTING
    if revision == before.progress.stable and not ended:
        yield "stable is never retired"


def _gone_for_good(state: State, revision: str | None) -> bool:
    """True where nothing makes a revision's pods again."""
    return revision != state.target and all(found.revision != revision for found in state.pods)


def _pointed(before: State, role: Role, revision: str) -> Iterator[str]:
    live = _live(before)
    by_pods = not before.kind.routed
    selected = before.services.candidate
    # Where it selects nobody that answers, and stable has nobody either, it is led to the only pods there are.
    alone = not any(before.pods_of(each).available for each in (selected, before.progress.stable))
    if role is Role.CANDIDATE and _reached(before) and not by_pods and selected not in {None, revision} and not alone:
        yield "the candidate's Service is re-pointed only at weight 0"

    share = 100 - live
    if role is Role.STABLE and share and before.services.stable not in {None, revision} and not before.progress.stable:
        return

    # What a hand garbled, or Git declared, is no weight of ours; past the point of no return there is only forward.
    known = before.route is None or (before.route.weight is not None and not before.route.by_git)
    moved = known and role is Role.STABLE and before.services.stable not in {None, revision}
    if moved and live != 100 and not by_pods and before.progress.phase is Phase.PROMOTING:
        yield "stable's Service is re-pointed only at its weight 0"


def broken_by_record(before: State, now: State, decision: Decision) -> Iterator[str]:
    """Invariants that the new record would break, given the world after the effects."""
    yield from broken_by_replacing(before, now)
    old, new = before.progress, now.progress
    forward = old.candidate == new.candidate and old.candidate is not None and new.step > old.step
    promoting = new.phase is Phase.PROMOTING and old.phase is not Phase.PROMOTING
    asked = new.straight or new.handled != old.handled
    passed = before.evidence.passed or not before.kind.plan.judged
    if (forward or promoting) and not passed and not asked:
        yield "I18: nothing but a pass leaves a step"

    if (forward or promoting) and before.evidence.breach and not before.asks.promote_full:
        yield "a breach leaves no step forward"

    begun = new.phase is Phase.ROLLING_BACK and old.phase is not Phase.ROLLING_BACK
    # What a turn that was cut had seen is seen no more.
    anew = begun and not before.fallen
    if anew and decision.reason is Reason.OBJECTIVE_BREACHED and not before.evidence.breach:
        yield "I19: silence is never a breach"

    if new.phase is Phase.PROMOTED and old.phase is not Phase.PROMOTED:
        yield from _promoted(now)

    if not before.known and old.candidate != new.candidate is not None:
        yield "no rollout starts of what is not known"

    if not before.known and anew and decision.reason in {Reason.REVERTED, Reason.SUPERSEDED}:
        yield "nothing goes back for what is not known"

    if new.candidate is None and new != _without_a_rollout(new):
        yield "I13: nothing of a rollout is left at rest"

    weighted = old.weighted_at is not None and old.stable is not None and old.phase not in ENDING
    stopped = before.suspension is Suspend.ALL
    if before.evidence.breach and weighted and old.candidate and new.phase not in ENDING and not stopped:
        yield "a breach rolls back in the turn that sees it"

    yield from _opened_early(before, new)
    yield from _refilled(old, new, decision, by_nodes=before.kind is Kind.BY_NODES)
    if old.stable != new.stable and not (promoting or old.phase is Phase.PROMOTING or old.stable is None):
        yield "stable changes only by promotion"


def _without_a_rollout(record: Progress) -> Progress:
    """A record with no more than what outlives a rollout, named here once more: a list of its own."""
    return Progress(
        phase=record.phase,
        reason=record.reason,
        sentence=record.sentence,
        stable=record.stable,
        taken_over=record.taken_over,
        handed_over_at=record.handed_over_at,
        restart_since=record.restart_since,
        rejected=record.rejected,
        history=record.history,
        notices=record.notices,
        handled=record.handled,
    )


def _opened_early(before: State, new: Progress) -> Iterator[str]:
    """What moves a rollout forward was asked of that one, and answered before the next."""
    asks, handled = before.asks, new.handled
    unanswered = asks.promote_full != handled.promote_full or asks.skip_step != handled.skip_step
    if before.progress.candidate is None and new.candidate is not None and unanswered:
        yield "no rollout starts with an ask that was made before it"

    lifted = before.progress.lowered_to is not None and new.lowered_to is None
    if lifted and new.candidate is not None and before.progress.handled == handled:
        yield "a weight that a hand lowered is held until a person says so"


def _refilled(old: Progress, new: Progress, decision: Decision, *, by_nodes: bool) -> Iterator[str]:
    """What a stop held goes on with what was left, but for a clock that begins: a step's, a hook's yes, a lost pod."""
    begun = (old.candidate, old.step, old.said_yes) != (new.candidate, new.step, new.said_yes) or new.settled_at
    if begun or by_nodes or decision.reason is Reason.CANDIDATE_PODS_LOST:
        return

    if old.stopped_since is None or new.stopped_since is not None:
        return

    if old.deadline_from and new.deadline_from:
        # A settled step's clock stood before the stop too.
        standing = min(old.stopped_since, old.settled_at or old.stopped_since)
        stood = NOW - max(standing, old.deadline_from)
        if new.deadline_from - old.deadline_from > stood:
            yield "I17: a stop refills no deadline"

    if old.waiting and new.waiting and new.waiting.since - old.waiting.since > NOW - old.stopped_since:
        yield "I17: a stop refills no hook's time"


def broken_by_words(now: State, decision: Decision) -> Iterator[str]:
    """What a tool that waits for a declaration makes of the record: an end only where that has come to one."""
    ended = now.progress.phase in {Phase.PROMOTED, Phase.ROLLED_BACK} and now.known
    unsaid = decision.record in {Record.STATE_ONLY, Record.NOTHING}
    if not ended or unsaid or now.target in {now.progress.stable, *now.progress.rejected}:
        return

    status = status_of(now.look(), as_recorded(now.progress), generation=1, before={}, objectives=[], selector="")
    states = {found["type"]: found["status"] for found in status["conditions"]}
    if states["Ready"] == "True":
        yield "nobody is told that a template is served which has not started"

    if "Stalled" in states and now.progress.reason.rejects:
        yield "nobody is told that a template failed which has not started"


ENDING = frozenset({Phase.PROMOTING, Phase.ROLLING_BACK})


def _promoted(now: State) -> Iterator[str]:
    route = now.split()
    old = [found for found in now.pods if found.replicas and found.revision != now.progress.stable]
    if not now.kind.routed and old:
        yield "without a router promoted is said when the old pods were told to go"

    if route is None or route.weight or route.extended or not route.confirmed:
        yield "I25: promoted is said only when the route is back and confirmed"

    if route is not None and route.written and route.written.weight:
        yield "what Git or a hand gave back drains from our own write of weight 0"

    if Role.STABLE in now.services.astray:
        yield "promoted is said only when stable's subset selects the new revision"

    if now.services.stable != now.progress.stable:
        yield "promoted is said only when stable's Service selects the new revision"
