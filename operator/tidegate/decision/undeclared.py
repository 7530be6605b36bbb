"""Routes that nobody declares any more: nothing reaches the candidate by them, and then they are let go."""

from dataclasses import replace
from datetime import timedelta

from .actions import RemoveRoutes, RestoreRoutes, RestoreSubsets, SetWeight
from .decision import Decision, beside, hold, wait_until_mended
from .plan import NO_TIME
from .progress import Phase
from .reasons import Reason
from .rollback import uncarried, unsaid
from .snapshot import Snapshot
from .unsettled import unsettled
from .upkeep import FOREIGN

IN_ITS_PLACE = "the route before goes once the newly declared one is served; then a rollout may start"


def take_back_what_is_not_declared(seen: Snapshot) -> Decision | None:
    """No share stays on a route that is not declared: stable gets it, as far as its pods carry it.

    After the point of no return it waits until the candidate is stable: then it is the same pods' share.
    """
    left = seen.undeclared
    if left is None or seen.progress.phase is Phase.PROMOTING:
        return None

    weight = left.weight or 0
    goal = min(weight, uncarried(seen))
    said = seen.progress.candidate is None or not unsaid(goal, (left,))
    if goal == weight and said and not (left.exposed and seen.stable.available):
        return None

    lower = SetWeight(weight=goal, revision=seen.candidate.revision or seen.stable.revision, undeclared=True)
    decision = beside(seen, "the weight goes back on a route that is not declared any more", lower)
    # What the step had is gone: it settles anew where its route is declared again.
    return replace(decision, progress=replace(seen.progress, **unsettled(seen)))


def drain_of_what_is_not_declared(seen: Snapshot) -> timedelta:
    """How long requests that came by a route which is not declared any more may still take."""
    left = seen.undeclared
    return seen.plan.drain_left(left.confirmed_for) if left else NO_TIME


def let_go_of_what_is_not_declared(seen: Snapshot) -> Decision | None:
    """A user's route is as it was found at once; one of ours goes once the new one served for as long as a drain."""
    left, route = seen.undeclared, seen.route
    if left is None or seen.progress.stable is None:
        return None

    if left.touched:
        return beside(seen, "the route before is as it was found", RestoreRoutes(undeclared=True))

    if route is None:
        return None

    served = route.confirmed and not route.lost
    if seen.blocked and (not served or seen.blocked.reason in FOREIGN):
        return wait_until_mended(seen)

    wait = seen.plan.drain_left(route.confirmed_for) if served else None
    if wait is None or wait > NO_TIME:
        return wait_for_the_new_one(seen, wait)

    return beside(seen, "the route that was declared before is gone", RemoveRoutes())


def let_go_of_subsets(seen: Snapshot) -> Decision | None:
    """Subsets that no declared route leads to select what they did before: nobody would point them at a new stable."""
    if not seen.undeclared_subsets or seen.progress.stable is None:
        return None

    return beside(seen, "the subsets before select what they did", RestoreSubsets(undeclared=True))


def wait_for_the_new_one(seen: Snapshot, wait: timedelta | None) -> Decision:
    """Where a rollout would start, it says why it does not."""
    if seen.progress.stable == seen.target:
        return replace(beside(seen, seen.progress.sentence), look_again=wait)

    return hold(seen, Reason.CONFIRMING, IN_ITS_PLACE, wait)
