"""Questions about the step a rollout is in, and whether one runs that could go back."""

from datetime import datetime, timedelta

from .plan import FULL, NO_TIME, Step, pods_for
from .progress import Phase
from .route import Route
from .snapshot import Snapshot


def wanted_size(seen: Snapshot) -> int:
    """The candidate's pods at this step; with all the weight it has stable's full size.

    Its share of the floor, not of the size that an autoscaler would like at this moment, and never fewer than the
    autoscaler's own least: at constant load a rollout then changes no size. But where pods are the share, more of them
    would be more of the traffic.
    """
    size = _size(seen, seen.full_size)
    if seen.by_pods or seen.step.replicas is not None:
        return size

    return max(size, min(seen.least_size, seen.full_size))


def carrying_size(seen: Snapshot) -> int:
    """The pods that this step's weight needs by the size at which the step was entered: growth is no loss."""
    return _size(seen, seen.full_size if seen.by_nodes else seen.progress.full_size or seen.full_size)


def carriable(seen: Snapshot) -> int:
    """The weight that the candidate's available pods carry: the step's at its size, and all where stable has none."""
    if stranded(seen):
        return FULL

    size, available = carrying_size(seen), seen.candidate.available
    of_step = seen.step.weight if available >= size else seen.step.weight * available // size
    return max(of_step, seen.carried(available, FULL))


def beside_stable(seen: Snapshot) -> bool:
    """True where pods of both sides share the traffic, stable's to the end; not where each node has one of either."""
    return seen.by_pods and not seen.by_nodes


def _size(seen: Snapshot, replicas: int) -> int:
    return seen.step.size_by_pods(replicas) if beside_stable(seen) else seen.step.size(replicas)


def floor_of_candidate(seen: Snapshot) -> int:
    """The pods that its live weight needs, whatever holds the rollout; none where its step says a size of its own."""
    weight = min(seen.weight, seen.progress.desired_weight)
    sized = seen.step.replicas is not None and weight <= seen.step.weight < FULL
    return 0 if seen.by_pods or sized else pods_for(weight, of=seen.full_size)


def next_size(seen: Snapshot) -> int:
    """The step's size; with one pod a node, so many nodes more than have an available one."""
    size, candidate = wanted_size(seen), seen.candidate
    if not seen.by_nodes:
        return size

    return min(size, max(candidate.replicas, candidate.available + (seen.route.at_once if seen.route else 1)))


def size_of_stable(seen: Snapshot) -> int:
    """All that is declared; under `capacity: Shrink` what its live share needs.

    Smaller only at a settled step, and once its weight is confirmed: a gateway may still send stable what it had.
    """
    if not seen.plan.shrink or seen.by_pods or seen.progress.candidate is None or not seen.full_size:
        return seen.full_size

    # What the candidate carries beyond its step, while stable is away, goes back to stable; so does what a hand raised
    # over what it lowered before.
    least, limit = min(seen.lowest_weight, seen.step.weight), seen.progress.lowered_to
    carried = least if limit is None else min(least, limit)
    share = max(1, pods_for(FULL - carried, of=seen.full_size))
    let_go = settled(seen) and _until_done(seen) <= NO_TIME
    return share if let_go else max(share, min(seen.stable.replicas, seen.full_size))


def _until_done(seen: Snapshot) -> timedelta:
    """Until stable has done what the candidate carries. Without a share of its own its last requests are to be done."""
    return drain_left(seen) if seen.weight == FULL else settle_left(seen)


def prepared(seen: Snapshot) -> bool:
    """True where the candidate's ReplicaSet keeps the plan of this very rollout."""
    return seen.candidate.exists and seen.candidate.pinned_for == seen.progress.started_at


def settled(seen: Snapshot) -> bool:
    return seen.progress.settled_at is not None


def has_all_traffic(seen: Snapshot) -> bool:
    """True at weight 100; not where pods share the traffic: stable's are among them to the end."""
    return seen.weight == FULL and not beside_stable(seen)


def full_since(seen: Snapshot) -> datetime | None:
    """Since when the candidate has all the traffic of this step: what disturbs it later does not move that."""
    return seen.progress.full_at or (seen.now if has_all_traffic(seen) else None)


def watching(seen: Snapshot) -> bool:
    """True at weight 100, settled: the watch before the change of role."""
    return settled(seen) and seen.progress.step >= seen.plan.last and seen.weight == FULL


def drained(seen: Snapshot) -> bool:
    """True when the last change of weight was confirmed so long ago that the side it left has drained."""
    return drain_left(seen) <= NO_TIME


def drain_left(seen: Snapshot) -> timedelta:
    return seen.plan.drain_left(_confirmed_for(seen))


def until_let_go(seen: Snapshot) -> timedelta | None:
    """Under `capacity: Shrink` time alone lets pods of stable's go."""
    return _until_done(seen) if seen.plan.shrink and settled(seen) and in_rollout(seen) else None


def settle_left(seen: Snapshot) -> timedelta:
    """How long the live weight must still be confirmed before it counts."""
    return seen.plan.settle - _confirmed_for(seen)


def _confirmed_for(seen: Snapshot) -> timedelta:
    """How long the live weight is confirmed; no time while it is not."""
    return seen.route.confirmed_for if seen.route and seen.route.confirmed else NO_TIME


def written_weight(seen: Snapshot) -> int | None:
    """The weight that we last wrote for this candidate, from the route's own annotation."""
    return _written(seen, seen.route) if seen.route else None


def lowered(seen: Snapshot) -> tuple[Route, ...]:
    """Routes whose candidate has less than we last wrote."""
    return tuple(
        route
        for route in seen.routes
        if (written := _written(seen, route)) is not None and (route.lowest < written or route.hidden)
    )


def lowered_by_hand(seen: Snapshot) -> int | None:
    """The weight that a hand lowered it to, now or before; None where none did since a person let it rise."""
    by_hand = (route.lowest for route in lowered(seen) if not route.by_git and route.weight is not None)
    noted = seen.progress.lowered_to
    return min((weight for weight in (noted, *by_hand) if weight is not None), default=None)


def raised(seen: Snapshot) -> tuple[Route, ...]:
    """Routes whose candidate has more than we last wrote."""
    return tuple(
        route
        for route in seen.routes
        if (written := _written(seen, route)) is not None and ((route.weight or 0) > written or route.shown)
    )


def touched(seen: Snapshot) -> bool:
    """True while a note of ours is on a user's route."""
    return seen.route is not None and seen.route.attached and seen.route.touched


def _written(seen: Snapshot, route: Route) -> int | None:
    if route.written is None or route.written.revision != seen.progress.candidate:
        return None

    return route.written.weight


def step_sentence(seen: Snapshot, step: Step | None = None) -> str:
    """A step in words, the one entered where none is named; and that nothing is judged, where that is so."""
    return _with_its_judge(seen, (step or seen.step).summary)


def dwelling_sentence(seen: Snapshot, left: timedelta) -> str:
    """The step in words, and until when it lasts at least: who is called at night asks when it would go on."""
    if seen.progress.straight or left <= NO_TIME:
        return step_sentence(seen)

    until = seen.now + left
    day = "" if until.date() == seen.now.date() else f"{until:%Y-%m-%d} "
    return _with_its_judge(seen, f"{seen.step.summary}, at least until {day}{until:%H:%M:%S} UTC")


def _with_its_judge(seen: Snapshot, told: str) -> str:
    return told if seen.plan.judged else f"{told}; nothing is judged"


def passing(seen: Snapshot) -> bool:
    """True when every objective passed since the step settled, or nothing is judged."""
    return seen.evidence.passed or not seen.plan.judged


def stranded(seen: Snapshot) -> bool:
    """True when stable has no available pods and the candidate has: no share may fall to stable."""
    return not seen.stable.available and seen.full_size > 0 and seen.candidate.available > 0


def in_rollout(seen: Snapshot) -> bool:
    """True while a rollback is possible: a candidate, a stable to go back to, before the point of no return."""
    progress = seen.progress
    ending = progress.phase in {Phase.PROMOTING, Phase.ROLLING_BACK}
    return progress.candidate is not None and progress.stable is not None and not ending
