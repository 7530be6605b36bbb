"""What must exist at any time: stable's pods, our Services, the route. The same in rest and in rollouts."""

from .actions import Action, PointService, PrepareRevision, Role, Scale, WriteRoute
from .reasons import Reason
from .snapshot import Side, Snapshot

FOREIGN = frozenset({Reason.NAME_TAKEN, Reason.TARGET_CLAIMED})


def upkeep(seen: Snapshot) -> tuple[Action, ...]:
    """Effects that mend stable's side; none where all is well, or where the names belong to someone else."""
    if seen.blocked and seen.blocked.reason is Reason.REFUSED:
        return ()

    if seen.blocked and seen.blocked.reason in FOREIGN:
        return stable_size(seen)

    return (*stable_size(seen), *services(seen), *route(seen))


def stable_size(seen: Snapshot) -> tuple[Action, ...]:
    """Stable never shrinks while a rollout runs; at rest it has the declared size."""
    stable, wanted = seen.stable, seen.full_size
    if not stable.exists:
        return (PrepareRevision(stable.revision, wanted),) if seen.declares(stable.revision) else ()

    if stable.replicas < wanted or (stable.replicas > wanted and not seen.progress.candidate):
        return (Scale(stable.revision, wanted),)

    return ()


def services(seen: Snapshot) -> tuple[Action, ...]:
    """Point the Services where the record says; a rollout itself moves the candidate's."""
    stable, found = seen.progress.stable, seen.services
    if stable is None or not seen.stable.exists or found.taken:
        return ()

    candidate = found.candidate if seen.side(found.candidate or "").exists else None
    wanted = {Role.STABLE: stable, Role.CANDIDATE: candidate or stable, Role.APEX: stable}
    present = {Role.STABLE: found.stable, Role.CANDIDATE: found.candidate, Role.APEX: found.apex}
    if found.apex_is_users:
        del wanted[Role.APEX]

    return tuple(
        PointService(role, revision)
        for role, revision in wanted.items()
        if revision != present[role] or not found.current
    )


def route(seen: Snapshot) -> tuple[Action, ...]:
    """The managed route, written whole where it is missing or its declaration changed; live weights stay."""
    if seen.route and (seen.route.attached or (seen.route.current and seen.route.weight is not None)):
        return ()

    return (WriteRoute(seen.weight, seen.progress.candidate or seen.progress.stable or seen.target),)


def retired(seen: Snapshot) -> tuple[Action, ...]:
    """Empty what nothing serves any more: neither stable nor candidate, selected by no live Service of ours."""
    return tuple(
        Scale(side.revision, 0, rejected=side.revision in seen.progress.rejected)
        for side in leftovers(seen)
        if not seen.services.select(side.revision)
    )


def leftovers(seen: Snapshot) -> tuple[Side, ...]:
    """Revisions of the past that still have pods."""
    kept = {seen.progress.stable, seen.progress.candidate}
    return tuple(side for side in seen.sides if side.replicas and side.revision not in kept)
