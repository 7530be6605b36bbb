"""A deleted Release gives back what it took: the Deployment serves first, the routes are as they were, then it goes."""

from .actions import (
    Action,
    DetachPods,
    Finalize,
    HandServicesOver,
    LeaveServing,
    PointService,
    RefillWorkload,
    ReleaseReplicas,
    ReleaseWorkload,
    RestoreRoutes,
    RestoreSubsets,
    Role,
    WriteRoute,
)
from .baseline import without_baselines
from .decision import Decision, Rule, act, first_that_applies, hold
from .plan import NO_TIME
from .progress import Phase
from .promotion import PROMOTION
from .reasons import Reason, Why
from .rollback import carries, handed_over, weight_to_stable, what_stable_lacks
from .router import unserved
from .snapshot import Side, Snapshot
from .step import touched
from .undeclared import drain_of_what_is_not_declared, take_back_what_is_not_declared
from .upkeep import gone_for_good, leftovers, lost_services
from .withheld import withhold
from .workload import Workload


def finish_the_change_of_role(seen: Snapshot) -> Decision | None:
    """After the point of no return the way back is forward."""
    return first_that_applies(PROMOTION, seen) if seen.progress.phase is Phase.PROMOTING else None


def take_the_weight_back(seen: Snapshot) -> Decision | None:
    """All traffic is stable's before anything else moves; where stable is gone for good, the Deployment takes it.

    A route that is lost keeps no other waiting, and what came by it a moment ago drains too.
    """
    if not shared(seen) or seen.progress.stable is None or seen.route is None or (owed(seen) and _gone_for_good(seen)):
        return None

    if actions := weight_to_stable(seen):
        return _on(seen, "takes the candidate's traffic back", *actions)

    left = seen.plan.drain_left(seen.route.confirmed_for)
    waiting = unserved(seen, Reason.HANDING_BACK, "waits for the gateway to confirm weight 0")
    return waiting or (hold(seen, Reason.HANDING_BACK, "the candidate drains", left) if left > NO_TIME else None)


def drain_what_is_not_declared(seen: Snapshot) -> Decision | None:
    """A route that is not declared any more may have sent requests to the candidate a moment ago."""
    if seen.progress.candidate is None or (left := drain_of_what_is_not_declared(seen)) <= NO_TIME:
        return None

    return hold(seen, Reason.HANDING_BACK, "the candidate drains", left)


def refill_the_workload(seen: Snapshot) -> Decision | None:
    """The Deployment gets its pods back, as many as serve now; not with a template that was rolled back."""
    workload = owed(seen)
    if workload is None:
        return None

    if waiting := withhold(seen, workload):
        return waiting

    size = max(_size_to_give_back(seen, workload), workload.replicas)
    # A paused Deployment starts no pods of a template that changed since its last, and would be waited for in vain:
    # it is paused again, where it was found so, when it serves what is declared. What others declare is theirs by then.
    done = bool(workload.pause_owned_by) and _serves(workload, size)
    if workload.replicas < size or (workload.paused and not done):
        return _on(seen, f"Deployment {workload.name} gets {size} replicas back", RefillWorkload(size))

    return _wait_for(seen, workload, size)


def wait_for_what_was_let_go(seen: Snapshot) -> Decision | None:
    """A turn may have died after it let the Deployment go: what of ours answers stays while that one's pods fail."""
    workload = seen.workload
    if workload is None or owed(seen) or not workload.attached_pods or seen.progress.handed_over_at is None:
        return None

    return _wait_for(seen, workload, workload.replicas) if any(side.available for side in seen.sides) else None


def _wait_for(seen: Snapshot, workload: Workload, size: int) -> Decision | None:
    if _serves(workload, size):
        return None

    sentence = f"waits for Deployment {workload.name}: {workload.available} of {size} pods are available"
    return hold(seen, Reason.HANDING_BACK, sentence)


def _serves(workload: Workload, size: int) -> bool:
    return workload.current and workload.available >= size


def end_the_baselines(seen: Snapshot) -> Decision | None:
    """Nothing is compared any more."""
    ended = without_baselines(seen)
    return _on(seen, "the baseline is gone", *ended) if ended else None


def mend_lost_services(seen: Snapshot) -> Decision | None:
    """A route names our Services: one that a hand deleted is there again before it is given away."""
    given = kept(seen) and serving(seen).ours if seen.workload is None else owed(seen)
    if not given or handed_over(seen):
        return None

    lost = lost_services(seen)
    return _on(seen, "the Services are there again", *lost) if lost else None


def hand_the_services_over(seen: Snapshot) -> Decision | None:
    """Whoever names our Services reaches the Deployment's pods from here on."""
    workload = owed(seen)
    if workload is None or not seen.services.ours:
        return None

    sentence = f"the Services select Deployment {workload.name}'s pods"
    if seen.progress.handed_over_at is None:
        # The intent comes first: what is given away and not recorded so would look lost, and be taken back.
        return _on(seen, sentence, handed_over_at=seen.now)

    return _on(seen, sentence, HandServicesOver(), handed_over_at=seen.now)


def detach_the_pods(seen: Snapshot) -> Decision | None:
    """Our pods leave the Services, then finish their requests; also new ones, where a turn died after it let go."""
    if seen.workload is None or not (owed(seen) or seen.progress.handed_over_at):
        return None

    if seen.workload.attached_pods:
        return _on(seen, "the Release's pods leave the Services", DetachPods(), handed_over_at=seen.now)

    if seen.progress.handed_over_at is None and not any(side.replicas for side in seen.sides):
        return None

    # A crash may have lost the instant: then it is now.
    since = seen.progress.handed_over_at or seen.now
    left = seen.plan.drain_left(seen.since(since))
    sentence = "the Release's pods drain"
    return hold(seen, Reason.HANDING_BACK, sentence, left, handed_over_at=since) if left > NO_TIME else None


def restore_the_subsets(seen: Snapshot) -> Decision | None:
    """A mesh's subsets select what they selected before, while our pods still serve."""
    left, held = seen.undeclared_subsets, seen.services.held
    actions = [RestoreSubsets(undeclared=before) for before, ours in ((True, left), (False, held)) if ours]
    if not actions:
        return None

    return _on(seen, "the subsets select what they did before", *actions, handed_over_at=seen.now)


def restore_the_routes(seen: Snapshot) -> Decision | None:
    """Attached routes are as they were found."""
    left = seen.undeclared is not None and seen.undeclared.touched
    actions = [RestoreRoutes(undeclared=before) for before, ours in ((True, left), (False, touched(seen))) if ours]
    return _on(seen, "the attached routes are as they were found", *actions) if actions else None


def wait_for_what_is_kept(seen: Snapshot) -> Decision | None:
    """`onDelete: Keep` keeps stable: the candidate does not go while stable cannot take its traffic."""
    keeps = seen.keeps and seen.workload is None and seen.progress.stable is not None
    nothing_left = _gone_for_good(seen) and not any(side.replicas for side in seen.sides)
    if not keeps or nothing_left or not shared(seen) or seen.route is None or not carries(seen):
        return None

    growing = Why(Reason.HANDING_BACK, "stable's pods come back before the candidate's go")
    return hold(seen, *(what_stable_lacks(seen) or growing))


def point_candidate_at_what_is_kept(seen: Snapshot) -> Decision | None:
    """No Service that stays may select pods that go."""
    if not kept(seen) or seen.services.taken or seen.services.candidate in {None, serving(seen).revision}:
        return None

    sentence = "the candidate's Service selects what is kept"
    return _on(seen, sentence, PointService(Role.CANDIDATE, serving(seen).revision))


def take_the_exposure_off_what_is_kept(seen: Snapshot) -> Decision | None:
    """Rules and filters of a step go from a route that stays."""
    if not kept(seen) or seen.route is None or seen.route.attached or not seen.route.extended:
        return None

    return _on(seen, "the route is as it is declared", WriteRoute(weight=0, revision=serving(seen).revision))


def kept(seen: Snapshot) -> bool:
    """True where something serves that must outlive the Release; a Deployment of a user's serves by itself."""
    return seen.keeps and seen.workload is None and serving(seen).exists


def serving(seen: Snapshot) -> Side:
    """Stable; before there is one, a first revision that requests reach already."""
    first, reached = seen.candidate, seen.services.stable
    return first if seen.progress.stable is None and first.available and reached == first.revision else seen.stable


def let_go(seen: Snapshot) -> Decision:
    """Nothing of a user's is held any more, and what is kept is nobody's."""
    left: tuple[Action, ...] = (LeaveServing(serving(seen).revision),) if kept(seen) else ()
    if seen.workload and (seen.workload.taken_over or seen.workload.was.paused or seen.workload.held):
        left = (ReleaseWorkload(seen.workload.was.paused),)

    progress, sentence = seen.progress, "all is handed back"
    actions = (*left, *map(ReleaseReplicas, seen.unreferenced), Finalize(keep=False))
    return Decision(reason=Reason.HANDED_BACK, sentence=sentence, progress=progress, actions=actions)


def owed(seen: Snapshot) -> Workload | None:
    """The Deployment that was taken over and is not handed back yet.

    Its note may be lost: the record tells it too, and what is ours of its fields. A Deployment that is only referred
    to, beside pods that were declared inline before, is the team's alone.
    """
    workload, record = seen.workload, seen.progress
    if workload is None or workload.taken_over:
        return workload

    given = record.handed_over_at is not None and not seen.services.ours
    taken = record.taken_over is not None or workload.changed_by_us
    return workload if taken and not given else None


def _size_to_give_back(seen: Snapshot, workload: Workload) -> int:
    """As it was found, and as many as serve now; the Release's size where either is lost."""
    known = (workload.taken_over or workload.was.replicas > 0) and (seen.stable.exists or seen.progress.stable is None)
    return max(workload.was.replicas, seen.stable.replicas, 0 if known else seen.replicas)


def _gone_for_good(seen: Snapshot) -> bool:
    """True where nothing makes stable's pods again."""
    return seen.progress.stable is not None and gone_for_good(seen, seen.stable)


def shared(seen: Snapshot) -> bool:
    """True where requests may be on their way to other pods than stable's: in a rollout, or after a lost record."""
    if seen.progress.candidate is not None:
        return True

    ours = seen.route is not None and (touched(seen) or not seen.route.attached)
    return ours and not seen.by_pods and bool(carries(seen) or leftovers(seen))


def _on(seen: Snapshot, sentence: str, *actions: Action, **changes: object) -> Decision:
    return act(seen, Reason.HANDING_BACK, sentence, *actions, **changes)


HAND_BACK: tuple[Rule, ...] = (
    finish_the_change_of_role,
    take_back_what_is_not_declared,
    mend_lost_services,
    take_the_weight_back,
    end_the_baselines,
    wait_for_what_is_kept,
    drain_what_is_not_declared,
    point_candidate_at_what_is_kept,
    take_the_exposure_off_what_is_kept,
    refill_the_workload,
    wait_for_what_was_let_go,
    hand_the_services_over,
    restore_the_subsets,
    detach_the_pods,
    restore_the_routes,
    let_go,
)
