"""What is said of a Deployment whose pods run beside the Release's: who keeps them up, and how that ends."""

from .decision import Decision, hold, wait_until_mended
from .progress import Phase
from .reasons import Reason
from .router import unconfirmed
from .snapshot import Snapshot
from .takeover import hold_its_replicas


def say_that_it_waits(seen: Snapshot) -> Decision | None:
    """Stable serves, and the Deployment's pods run beside it while another decides its size: not all is well."""
    waits = seen.blocked is not None and seen.blocked.reason is Reason.TAKEOVER_WAITS
    if not waits or seen.progress.stable is None or seen.progress.stable != seen.target:
        return None

    return hold_its_replicas(seen) or wait_until_mended(seen)


def say_that_it_is_contested(seen: Snapshot) -> Decision | None:
    """Someone else scales it up again and again: told, and left to people.

    What an applier lets go of is nobody's, and emptied by itself; of what others wrote nobody sees that they let go.
    """
    workload, served, blocked = seen.workload, seen.progress.stable == seen.target, seen.blocked
    if workload is None or not workload.contested or not (served or _waits_beside_stable(seen)):
        return None

    fields = "replicas and paused" if workload.resumed_by_another else "replicas"
    done, remedy = f"scaled to {workload.replicas}", f"take {fields} out of what declares it"
    if not workload.taken_over:
        done, remedy = "replaced", "let who replaces it apply it without replicas instead"

    name, beside_ours = workload.name, "its pods run beside the Release's"
    remedy += f", then kubectl scale deployment {name} --replicas=0"
    by = workload.owned_by or "another"
    sentence = f"Deployment {name} was {done} again by {by} after two tries: {beside_ours}; {remedy}"
    if served or blocked is None:
        return hold(seen, Reason.CONTESTED, sentence, phase=Phase.PROMOTED)

    return hold(seen, Reason.CONTESTED, f"{sentence}; {blocked.sentence}", blocked.again, phase=Phase.STALLED)


def _waits_beside_stable(seen: Snapshot) -> bool:
    """True where what is declared may not start: no rollout, nor its end, says anything else."""
    stays_out = seen.progress.stable is None or seen.target in seen.progress.rejected
    return seen.blocked is not None and not stays_out


def say_that_it_waits_for_the_route(seen: Snapshot) -> Decision | None:
    """Scaled up again while nobody knows whether ours are reached: its pods may be all that answers, and stay."""
    workload, route = seen.workload, seen.route
    if workload is None or workload.contested:
        return None

    if not (workload.taken_over and workload.was.emptied and workload.replicas):
        return None

    if route is None or seen.progress.stable != seen.target:
        return None

    sentence = (
        f"Deployment {workload.name} was scaled to {workload.replicas} again: its pods run beside the Release's, and go"
        " once the route is confirmed"
    )
    if route.lost:
        return hold(seen, Reason.ROUTE_MISSING, f"{route.sentence}; {sentence}", phase=Phase.STALLED)

    return unconfirmed(seen, Reason.TAKING_OVER, sentence)
