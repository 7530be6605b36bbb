"""Which Releases are compared with the day before, since when, and by which test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.api import Afterwards as AfterPromotion
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Outcome, Phase
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.step import has_all_traffic
from tidegate.judge.combined import limit
from tidegate.judge.cusum import Cusum
from tidegate.judge.day_before import Watch, stake_left
from tidegate.metrics.day_before import DAY, all_sides
from tidegate.reconcile.judging.counting import milliseconds
from tidegate.reconcile.judging.rounds import counted
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.track import Track, Tracks
from tidegate.reconcile.judging.tracks import candidate_of, rollout_of, shape_of, stable_of
from tidegate.reconcile.seen.seen import Seen

from .track import NOT_YET, Afterwards, DayCounting, Days, DayTest, DayTrack, InTheWatch

# After promotion nothing is done at once, so nothing need be known at once.
SELDOM = timedelta(minutes=1)
BETWEEN_FALSE_ALARMS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Period:
    """Since when a release has all the traffic, and when its rollout began; `watched` while that still goes on."""

    identity: tuple[str, ...]
    began: datetime
    start: datetime | None
    watched: bool


def period_of(seen: Seen) -> Period | None:
    """None for a Release that is not compared with the day before."""
    return _watch(seen) if seen.snapshot.progress.candidate else _after(seen)


def _watch(seen: Seen) -> Period | None:
    """The last step of a rollout. A disturbance unsettles it, and begins nothing anew: the step is the same.

    Since when stable is not compared with is recorded, so that what is counted again is judged as it was.
    """
    progress = seen.snapshot.progress
    if not counted(seen) or progress.desired_weight < FULL or progress.started_at is None:
        return None

    identity = ("watch", *rollout_of(seen), str(progress.entered_at))
    return Period(identity, progress.started_at, _full_since(seen.snapshot), watched=True)


def _full_since(look: Snapshot) -> datetime | None:
    """An older Tidegate recorded no more than when the step settled last.

    A candidate that gets all at an earlier step, while stable has no pods, is compared again when stable is back.
    """
    progress = look.progress
    if progress.full_at is not None or progress.step < look.plan.last:
        return progress.full_at

    return progress.settled_at if has_all_traffic(look) else None


def _after(seen: Seen) -> Period | None:
    """A day from the promotion on. The first revision of a Release has no day before."""
    progress, spec = seen.snapshot.progress, seen.wanted.pinned.spec
    if spec.promotion.afterwards is not AfterPromotion.WARN or progress.phase is not Phase.PROMOTED:
        return None

    if not spec.asks_the_data_plane or len(progress.history) < 2:
        return None

    last = progress.history[0]
    current = last.outcome is Outcome.PROMOTED and last.revision == progress.stable
    if not current or last.ended_at is None or seen.snapshot.now >= last.ended_at + DAY:
        return None

    plane = seen.plane.value if seen.plane else ""
    return Period(("after", last.revision, str(last.ended_at), plane), last.started_at, last.ended_at, watched=False)


def days_of(seen: Seen, period: Period, tracks: Tracks | None) -> Days | None:
    """New tracks, with nothing counted yet; None while it is not known what and since when."""
    if seen.plane is None or period.start is None:
        return None

    if period.watched and tracks is not None:
        tracks.at_full_weight(period.start)

    found: dict[str, DayTrack] = {}
    for objective in seen.wanted.pinned.spec.objectives:
        if objective.ratio is None:
            continue

        cell = seen.wanted.pinned.spec.interval if period.watched else max(SELDOM, seen.wanted.pinned.spec.interval)
        shape = shape_of(seen, objective)
        counting = DayCounting(
            shape=shape,
            sides=all_sides(shape, candidate_of(seen), stable_of(seen)),
            began=milliseconds(period.began) // milliseconds_of(cell) * milliseconds_of(cell),
            start=next_end(period.start, cell),
            cell=cell,
        )
        beside = tracks.by_name.get(objective.name) if tracks else None
        test = in_the_watch(counting, beside) if period.watched else after(objective.name, cell)
        if test is not None:
            found[objective.name] = DayTrack(counting, test)
            if beside is not None:
                beside.day = found[objective.name]

    until = None if period.watched else milliseconds(period.start + DAY)
    return Days(period.identity, until, found)


def in_the_watch(counting: DayCounting, beside: Track | None) -> DayTest | None:
    """What of the objective's own stake has not entered is bet here from now on, and not there.

    How much that is, is said by times that are recorded: never more than there is, whatever was left out.
    """
    if beside is None or not isinstance(beside.tally, BadRequests):
        return None

    wanted = beside.tally.wanted
    looks = max(0, counting.start - beside.counting.start) // beside.counting.cell_length
    part = 1 - beside.tally.rules.bound_part
    stake = stake_left(looks, wanted.every, part)
    return InTheWatch(Watch(comparison=NOT_YET, stake=stake, limit=limit(wanted.part)))


def after(name: str, cell: timedelta) -> DayTest:
    """One false alarm in a month of looks, at the most."""
    return Afterwards(name, Cusum(comparison=NOT_YET, looks=BETWEEN_FALSE_ALARMS / cell))


def next_end(instant: datetime, cell: timedelta) -> int:
    """The end of the cell that an instant is in: all Releases share the cells' ends."""
    length = milliseconds_of(cell)
    return -(-milliseconds(instant) // length) * length


def milliseconds_of(span: timedelta) -> int:
    """A span in milliseconds."""
    return span // timedelta(milliseconds=1)
