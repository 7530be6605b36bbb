"""What must exist at any time: stable's pods, our Services, the route. The same in rest and in rollouts."""

from .actions import Action, Adopt, PointService, PrepareRevision, Role, Scale, WriteRoute
from .copies import remade
from .decision import Decision, beside
from .reasons import Reason, Why
from .refusal import because
from .route import Route
from .snapshot import Side, Snapshot
from .step import floor_of_candidate, lowered, prepared, size_of_stable

FOREIGN = frozenset({Reason.NAME_TAKEN, Reason.TARGET_CLAIMED})


def upkeep(seen: Snapshot) -> tuple[Action, ...]:
    """Effects that mend stable's side; none where all is well, or where the names belong to someone else."""
    if seen.blocked and seen.blocked.reason is Reason.REFUSED:
        return ()

    if seen.blocked and seen.blocked.reason in FOREIGN:
        return (*stable_size(seen), *lost_services(seen))

    sizes = (*stable_size(seen), *candidate_size(seen))
    return (*adopted(seen), *remade(seen), *sizes, *services(seen), *route(seen))


def candidate_size(seen: Snapshot) -> tuple[Action, ...]:
    """The candidate grows with what it carries, also while the rollout holds."""
    candidate, floor = seen.candidate, floor_of_candidate(seen)
    carries = seen.progress.candidate is not None and prepared(seen)
    return (Scale(revision=candidate.revision, replicas=floor),) if carries and candidate.replicas < floor else ()


def gone(seen: Snapshot, waits: Reason) -> Why:
    """What a person can do about a lost ReplicaSet of stable's: it was the only copy of a template not declared now.

    Where what is declared cannot be known, it may be that very template: then what keeps it from being known.
    """
    sentence = f"the ReplicaSet of stable revision {seen.stable.revision} is gone"
    if not seen.known and seen.blocked is not None:
        return Why(seen.blocked.reason, f"{sentence}; {seen.blocked.sentence}")

    return Why(waits, f"{sentence}: declare its template again")


def gone_for_good(seen: Snapshot, side: Side) -> bool:
    """True where nothing makes a side's pods again: its ReplicaSet was the only copy of a template not declared now."""
    return not side.exists and not seen.declares(side.revision)


def too_few(seen: Snapshot) -> Why:
    """Why a rollout waits for stable's pods: some are missing, or their ReplicaSet is."""
    if not seen.stable.exists:
        return gone(seen, Reason.STABLE_UNAVAILABLE)

    sentence = f"stable has fewer available pods than its share needs{because(seen.stable)}"
    return Why(Reason.STABLE_UNAVAILABLE, sentence)


def adopted(seen: Snapshot) -> tuple[Action, ...]:
    """Take again what a deleted Release of this name left serving: it is stable until another revision passes."""
    return tuple(Adopt(side.revision) for side in seen.sides if not side.ours)


def stable_size(seen: Snapshot) -> tuple[Action, ...]:
    """Stable never shrinks while a rollout runs, but under `capacity: Shrink`; at rest it has the declared size."""
    stable, wanted = seen.stable, size_of_stable(seen)
    if not stable.exists:
        return (PrepareRevision(stable.revision, wanted),) if seen.declares(stable.revision) else ()

    if seen.by_nodes:
        # A leftover's nodes go to stable along with its pods: a node never has two.
        back = seen.progress.candidate is None and not stable.whole and not leftovers(seen)
        return (Scale(revision=stable.revision, replicas=wanted),) if back else ()

    may_shrink = seen.plan.shrink or not seen.progress.candidate
    if stable.replicas < wanted or (stable.replicas > wanted and may_shrink):
        return (Scale(revision=stable.revision, replicas=wanted),)

    return ()


def services(seen: Snapshot) -> tuple[PointService, ...]:
    """Point the Services where the record says; a rollout itself moves the candidate's.

    With none under way it selects stable, so that it keeps nothing up: a first revision may have been replaced.
    """
    found = seen.services
    return tuple(
        PointService(role, revision)
        for role, revision in wanted_services(seen).items()
        if role not in found.contested and seen.side(revision).exists
        if revision != found.of(role) or role in found.stale | found.astray
    )


def lost_services(seen: Snapshot) -> tuple[PointService, ...]:
    """Those that a hand deleted, also where no pod of stable's is left: a Deployment's own are behind them soon."""
    return tuple(
        PointService(role, revision)
        for role, revision in wanted_services(seen).items()
        if seen.services.of(role) is None
    )


def wanted_services(seen: Snapshot) -> dict[Role, str]:
    """The revision that each Service should select; none before there is a stable one, or where a name is not ours."""
    stable, found = seen.progress.stable, seen.services
    if stable is None or found.taken:
        return {}

    wanted = {Role.STABLE: stable, Role.CANDIDATE: behind_candidate(seen) or stable}
    return wanted if found.apex_is_users else {**wanted, Role.APEX: stable}


def behind_candidate(seen: Snapshot) -> str | None:
    """The revision that the candidate's Service keeps; one that was lost under a live weight leads there again."""
    selected, live = seen.services.candidate, seen.weight > 0 or seen.exposed
    if selected is None and live and seen.candidate.exists:
        return seen.progress.candidate

    moving = seen.progress.candidate is not None or live
    return selected if moving and seen.side(selected or "").exists else None


def put_subsets_back(seen: Snapshot) -> Decision | None:
    """A weight is no better than the subset that it leads to: those come first, and the record stays."""
    actions = astray(seen)
    if not actions:
        return None

    return beside(seen, "a subset selects its revision again", *actions)


def astray(seen: Snapshot) -> tuple[PointService, ...]:
    """Subsets that select otherwise than their Service, put back to where that points: whatever weight they have."""
    found = seen.services
    present = {Role.STABLE: found.stable, Role.CANDIDATE: found.candidate}
    return tuple(
        PointService(role, revision) for role, revision in present.items() if role in found.astray and revision
    )


def route(seen: Snapshot) -> tuple[Action, ...]:
    """Our own route, written whole where it is missing or its declaration changed; what is live stays."""
    found, resting = seen.route, seen.progress.candidate is None
    # A crash may have lost what a step gave: it goes back only to pods that are there.
    left_behind = resting and found is not None and found.extended and (seen.stable.available or not found.matched)
    whole = found is not None and found.current and (found.attached or (found.weight is not None and not left_behind))
    if found and (found.contested or (whole and not mends(seen, found))):
        return ()

    revision = seen.progress.candidate or seen.progress.stable or seen.target
    return (WriteRoute(weight=seen.weight, revision=revision, exposed=seen.exposed and seen.planned and not resting),)


def mends(seen: Snapshot, found: Route) -> bool:
    """True where someone changed a route of ours; not while a hand holds its weight, which goes with it."""
    return bool(found.drift) and not lowered(seen)


def retired(seen: Snapshot) -> tuple[Action, ...]:
    """Empty what nothing serves any more: neither stable nor candidate, selected by no live Service of ours."""
    return tuple(
        Scale(revision=side.revision, replicas=0, rejected=side.revision in seen.progress.rejected)
        for side in leftovers(seen)
        if not seen.services.select(side.revision)
    )


def leftovers(seen: Snapshot) -> tuple[Side, ...]:
    """Revisions of the past that still have pods."""
    kept = {seen.progress.stable, seen.progress.candidate}
    return tuple(side for side in seen.sides if (side.replicas or side.joins) and side.revision not in kept)
