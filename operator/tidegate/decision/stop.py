"""What stops a rollout's clocks: a suspension, what someone must mend, another hold. They go on with what was left."""

from dataclasses import replace
from datetime import datetime

from tidegate.api import Suspend

from .progress import Phase, Progress
from .reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason
from .snapshot import Snapshot
from .step import wanted_size

STOPPING = BLOCKING | {Reason.SUSPENDED}
# The candidate's pods are there, or are not waited for, and no hook is asked: none of it is time that these took.
ELSEWHERE = frozenset({Reason.ROUTER_SILENT, Reason.STABLE_UNAVAILABLE, Reason.WATCHING})
HOLDING = STOPPING | WAITING_FOR_A_PERSON | ELSEWHERE | {reason for reason in Reason if reason.measured}
ENDING = frozenset({Phase.PROMOTING, Phase.ROLLING_BACK})


def stopped(seen: Snapshot) -> bool:
    """True while the clocks stand: suspended, blocked, held, or not yet told that this is over."""
    return _stops(seen) or _held(seen, seen.progress.reason)


def _held(seen: Snapshot, reason: Reason) -> bool:
    """True where what is told takes no time of the candidate's pods; a late step may wait for just them.

    For those that it asked for: while it is held it asks for no more.
    """
    asked_for = min(seen.candidate.replicas, wanted_size(seen))
    waits_for_pods = reason is Reason.STEP_DEADLINE and seen.candidate.available < asked_for
    return reason in HOLDING and not waits_for_pods


def _stops(seen: Snapshot) -> bool:
    """A first revision's pods come up under `suspend: Advance` too: nothing else than All stops them."""
    suspended = seen.suspended if seen.progress.stable else seen.suspension is Suspend.ALL
    return suspended or seen.blocked is not None


def gone_on(seen: Snapshot) -> Snapshot:
    """The snapshot with its clocks as if there had been no stop, once that is over: no pause refills them.

    A settled step's clock stood anyhow: what is left of it is kept as the time between two instants of the past.
    """
    progress, since = seen.progress, _start(seen.progress)
    if since is None or progress.phase in ENDING or _stops(seen):
        return seen

    begun, waiting = progress.deadline_from, progress.waiting
    if begun and not progress.settled_at:
        begun = _later(seen, begun, since)

    if waiting:
        waiting = replace(waiting, since=_later(seen, waiting.since, since))

    return replace(seen, progress=replace(progress, deadline_from=begun, waiting=waiting))


def with_stopped_clocks(before: Snapshot, seen: Snapshot, progress: Progress) -> Progress:
    """The next record. While a stop lasts it has the clocks of `before`, and since when they stand.

    A clock that begins in a stop stands from there. `seen` is what was decided on.
    """
    if progress.candidate is None or progress.phase in ENDING:
        return progress

    if not (_stops(seen) or _held(seen, progress.reason)):
        return replace(progress, stopped_since=None)

    was, decided = before.progress, seen.progress
    if progress.deadline_from != decided.deadline_from:
        return replace(progress, stopped_since=seen.now)

    waiting = was.waiting if progress.waiting == decided.waiting else progress.waiting
    since = _start(was) or seen.now
    return replace(progress, deadline_from=was.deadline_from, waiting=waiting, stopped_since=since)


def _start(progress: Progress) -> datetime | None:
    """Since when the clocks stand. An older Tidegate did not record it: then all of the time counts as stopped."""
    told = progress.reason in HOLDING and progress.reason is not Reason.STEP_DEADLINE
    return progress.stopped_since or (progress.deadline_from if told else None)


def _later(seen: Snapshot, begun: datetime, since: datetime) -> datetime:
    """When a clock began, without the stop. It gains no more than that, and never begins in the future."""
    return max(begun, min(begun + (seen.now - max(since, begun)), seen.now))
