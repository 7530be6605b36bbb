"""What is told of a rollout beside its objectives: no snapshot holds it, so nothing is decided by it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from tidegate.decision.progress import Phase, Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.status import stamp
from tidegate.judge.advice import MOST_LINES, Advice, Affected, PodsOf, Topic, out_of_memory, restarts
from tidegate.judge.new_errors import new_errors
from tidegate.metrics.day_before import DAY
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.track import Tracks
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.seen.sides import revision_of
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object
from tidegate.workloads import Ends, ends_since, pod

from .logs import Logs, rollout_of
from .usage_told import Sides

# A line as the status shows it, and what it is about: its topic and its subject.
Line = Object
About = tuple[str, str]


def advice_of(key: Key, before: Object, progress: Progress, world: World) -> list[Line]:
    """All lines of this rollout, the oldest first: what was told once stays, in the words of the last look at it."""
    if progress.candidate is None:
        return list(islice(after_promotion(key, before, progress, world), MOST_LINES))

    if progress.stable is None:
        return []

    told = by_subject(before.get("advice") or ()) if same_rollout(before, progress) else {}
    found = by_subject(map(line_of, advised(key, progress, world)))
    lines = ({**line, "since": told.get(about, line)["since"]} for about, line in {**told, **found}.items())
    return list(islice(lines, MOST_LINES))


def advised(key: Key, progress: Progress, world: World) -> Iterator[Advice]:
    """What is to be said now."""
    memory, sides = world.memory(key), [pods_of(key, side, world) for side in (progress.candidate, progress.stable)]
    for found in (
        restarts(*(affected(side, progress, lambda ends: ends.restarts) for side in sides)),
        out_of_memory(*(affected(side, progress, lambda ends: ends.out_of_memory) for side in sides)),
        *counted(memory.tracks, progress),
        *logged(memory.logs, progress),
        *used(memory.usage, progress, sides),
        *unusual(memory.measured, progress),
    ):
        if found is not None:
            yield found


def after_promotion(key: Key, before: Object, progress: Progress, world: World) -> Iterator[Line]:
    """How a release stands beside the day before. What was told stays while all is counted again after a restart."""
    days, lines = world.memory(key).days, before.get("advice") or ()
    if days is not None and days.caught_up:
        yield from map(line_of, days.advice)
    elif progress.phase is Phase.PROMOTED and days_may_come(progress, world):
        yield from (line for line in lines if line["topic"] == Topic.WORSE_THAN_YESTERDAY.value)


def days_may_come(progress: Progress, world: World) -> bool:
    """True for a day after a promotion."""
    ended = progress.history[0].ended_at if progress.history else None
    return ended is not None and world.now() < ended + DAY


def pods_of(key: Key, revision: str | None, world: World) -> list[Object]:
    """The pods of a revision that are not about to end."""
    return [found for found in world.store(kinds.PODS).of(key) if revision_of(found) == revision and pod(found)]


def affected(pods: Sequence[Object], progress: Progress, count: Callable[[Ends], int]) -> PodsOf:
    """A side, and those of its pods of which something is counted since the rollout began."""
    since = progress.started_at
    ends = {found["metadata"]["name"]: ends_since(found, since) for found in pods} if since else {}
    counted = {name: (ended, count(ended)) for name, ended in ends.items() if ended is not None}
    return PodsOf(len(pods), [Affected(name, times, ended.at) for name, (ended, times) in counted.items() if times])


def counted(tracks: Tracks | None, progress: Progress) -> Iterable[Advice | None]:
    """What the data plane's counts say beside the objectives that they were asked for."""
    if tracks is None or tracks.rollout[:2] != rollout_of(progress):
        return ()

    return [track.tally.advice for track in tracks.by_name.values()]


def logged(logs: Logs | None, progress: Progress) -> Iterable[Advice]:
    """What the logs say that were read in this rollout."""
    return new_errors(logs.candidate, logs.stable) if logs and logs.rollout == rollout_of(progress) else ()


def used(usage: Sides | None, progress: Progress, sides: Sequence[Sequence[Object]]) -> Iterable[Advice | None]:
    """What was told of the processors and the memory of this rollout's pods."""
    if usage is None or usage.revisions != (progress.candidate, progress.stable):
        return ()

    return usage.advice(*sides)


def unusual(measured: Measured | None, progress: Progress) -> Iterable[Advice | None]:
    """What a query that advises has had of values that stable's day does not know."""
    if measured is None or measured.rollout != rollout_of(progress):
        return ()

    return [gauge.advice for gauge in measured.gauges.values()]


def line_of(advice: Advice) -> Line:
    """A line as the status shows it."""
    subject = {"subject": advice.subject} if advice.subject else {}
    return {"topic": advice.topic.value, **subject, "sentence": advice.sentence, "since": stamp(advice.since)}


def by_subject(lines: Iterable[Line]) -> dict[About, Line]:
    """Lines by what they are about."""
    return {(line["topic"], line.get("subject", "")): line for line in lines}


def same_rollout(status: Object, progress: Progress) -> bool:
    """True where a status tells of the rollout under way."""
    rollout, candidate = status.get("rollout") or {}, status.get("candidate") or {}
    known = rollout.get("startedAt"), candidate.get("revision")
    return known == (stamp(progress.started_at), progress.candidate)


def news(before: Object, status: Object) -> list[Line]:
    """The lines of a status on what the one before did not tell of: other words alone are no news."""
    told = by_subject(before.get("advice") or ())
    return [line for about, line in by_subject(status.get("advice") or ()).items() if about not in told]


def tell_advice(found: Object, status: Object, world: World) -> None:
    """An Event for each line that is new in the status that was written over the one of `found`."""
    for line in news(found.get("status") or {}, status):
        alone = line["topic"] == Topic.WORSE_THAN_YESTERDAY.value
        reason, sentence = (
            Reason.WORSE_THAN_YESTERDAY if alone else Reason.ADVICE,
            f"{line['topic']}: {line['sentence']}",
        )
        world.tell(found, reason, sentence)
