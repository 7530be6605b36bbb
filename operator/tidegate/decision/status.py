"""The recorded state as the status of a Release; `recorded` reads it back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.api import Ask
from tidegate.sentences import MESSAGE_LENGTH, shortened

from .actions import Action, SetWeight, WriteRoute
from .asks.restart import left_of_it
from .baseline import own_baseline
from .conditions import conditions
from .decision import Decision, Record
from .plan import NO_TIME
from .progress import Notice, Progress, Rollout, TakenOver, Waiting
from .snapshot import Side, Snapshot

MILLISECOND = timedelta(milliseconds=1)
# Of the history: the newest line is also what is said of a rollback after it.
NEWEST_LINE, OLDER_LINE = 1024, 256


def status_of(
    seen: Snapshot,
    decision: Decision,
    *,
    generation: int,
    before: Mapping[str, Any],
    objectives: list[dict[str, Any]],
    selector: str,
) -> dict[str, Any]:
    """The whole status. Keys without a value are absent. Where only the state is written its conditions stay.

    Its effects are done: `seen` is older than they are.
    """
    progress, state_only = decision.progress, decision.record is Record.STATE_ONLY
    kept = before.get("conditions") or []
    overtaken = _overtaken(seen, progress)
    states = conditions(progress, kept, generation=generation, now=seen.now, overtaken=overtaken)
    found: dict[str, Any] = {
        "observedGeneration": generation,
        "phase": progress.phase.value,
        "reason": progress.reason.value,
        "message": shortened(progress.sentence, MESSAGE_LENGTH),
        "conditions": kept if state_only and kept else states,
        "stable": _side(seen, progress.stable),
        "candidate": _side(seen, progress.candidate),
        "baseline": _baseline(seen, progress),
        "step": _step(seen, progress, carried(seen, decision.actions)),
        "rollout": _rollout(progress),
        "objectives": objectives if progress.candidate else None,
        "rejected": list(progress.rejected),
        "history": _history(progress),
        "notices": [_notice(notice) for notice in progress.notices],
        "takenOver": _taken_over(progress.taken_over),
        "handedOverAt": stamp(progress.handed_over_at),
        "restart": _restart(seen, progress),
        "replicas": _serving_pods(seen, progress),
        "selector": selector,
        "handled": _handled(progress),
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _overtaken(seen: Snapshot, progress: Progress) -> bool:
    """True where no rollout runs, and the declared template is neither what is served nor one that stays out."""
    resting = progress.candidate is None and progress.stable is not None
    return resting and seen.known and not progress.accounts_for(seen.target)


def rebuilt(progress: Progress) -> dict[str, Any]:
    """The parts of a lost status that nobody may forget, where the rest cannot be written yet."""
    handled = _handled(progress)
    stable = {"stable": {"revision": progress.stable}} if progress.stable else {}
    rejected = {"rejected": list(progress.rejected)} if progress.rejected else {}
    taken_over = {"takenOver": _taken_over(progress.taken_over)} if progress.taken_over else {}
    return {**stable, **rejected, **taken_over, **({"handled": handled} if handled else {})}


def stamp(instant: datetime | None) -> str | None:
    """RFC 3339 with microseconds: what is written reads back equal."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if instant else None


def _milliseconds(span: timedelta) -> int | None:
    return int(span / MILLISECOND) if span > NO_TIME else None


def _serving_pods(seen: Snapshot, progress: Progress) -> int:
    """The pods of the larger side, or of both where stable shrinks, up to the declared size: the size without a surge.

    An autoscaler that goes by a share of a whole asks for this number while it is near enough: a candidate's that
    has more weight than stable, and fewer pods still, would change the size.
    """
    stable, candidate = seen.side(progress.stable or ""), seen.side(progress.candidate or "")
    if progress.candidate is None:
        return stable.replicas

    pods = stable.replicas + candidate.replicas if seen.plan.shrink else max(stable.replicas, candidate.replicas)
    return min(pods, seen.replicas or seen.full_size)


def _side(seen: Snapshot, revision: str | None) -> dict[str, Any] | None:
    if revision is None:
        return None

    return _of(seen.side(revision))


def _of(side: Side) -> dict[str, Any]:
    return {"revision": side.revision, "replicas": side.replicas, "available": side.available}


def _baseline(seen: Snapshot, progress: Progress) -> dict[str, Any] | None:
    """As it was seen, while a rollout compares with it."""
    found = own_baseline(seen)
    return _of(found) if progress.candidate is not None and found.exists else None


def carried(seen: Snapshot, done: Sequence[Action]) -> int:
    """The candidate's share that the route carries after these effects, whoever set it and confirmed or not."""
    declared = [action for action in done if not (isinstance(action, SetWeight) and action.undeclared)]
    written = [action.weight for action in declared if isinstance(action, SetWeight | WriteRoute)]
    return written[-1] if written else seen.weight


def _step(seen: Snapshot, progress: Progress, weight: int) -> dict[str, Any] | None:
    if progress.candidate is None or not (progress.stable or seen.plan.first_by_steps):
        return None

    count = len(seen.plan.steps)
    step = {
        "index": progress.step,
        "name": seen.plan.step(progress.step).name,
        "progress": f"{min(progress.step + 1, count)}/{count}",
        "enteredAt": stamp(progress.entered_at),
        "settledAt": stamp(progress.settled_at),
        "fullAt": stamp(progress.full_at),
        "weight": weight,
        "desiredWeight": progress.desired_weight,
        "confirmedWeight": seen.weight if seen.route and seen.route.confirmed else None,
    }
    return {key: value for key, value in step.items() if value is not None}


def _rollout(progress: Progress) -> dict[str, Any] | None:
    if progress.candidate is None:
        return None

    rollout = {
        "startedAt": stamp(progress.started_at),
        "waiting": _waiting(progress.waiting),
        "saidYes": list(progress.said_yes) or None,
        "weightedAt": stamp(progress.weighted_at),
        "deadlineFrom": stamp(progress.deadline_from),
        "stoppedSince": stamp(progress.stopped_since),
        "breachHeldSince": stamp(progress.breach_held_since),
        "breachShown": progress.breach_shown,
        "noDataSince": stamp(progress.no_data_since),
        "dweltMilliseconds": _milliseconds(progress.dwelt),
        "stoodMilliseconds": _milliseconds(progress.stood),
        "stoodSince": stamp(progress.stood_since),
        "overdue": progress.overdue or None,
        "fullSize": progress.full_size or None,
        "straight": progress.straight or None,
        "opened": progress.opened or None,
        "stablePods": progress.stable_pods or None,
        "overruled": progress.overruled,
        "loweredTo": progress.lowered_to,
    }
    return {key: value for key, value in rollout.items() if value is not None}


def _restart(seen: Snapshot, progress: Progress) -> dict[str, Any] | None:
    """What is left of a restart; it is seen only in the turn after the ask."""
    if progress.restart_since is None:
        return None

    known = seen.progress.restart_since == progress.restart_since
    found = left_of_it(seen)
    seen_left = {"left": len(found.due), "message": shortened(found.sentence)} if known else {}
    return {"since": stamp(progress.restart_since), **seen_left}


def _taken_over(found: TakenOver | None) -> dict[str, Any] | None:
    if found is None:
        return None

    counted = {"replicas": found.replicas, "emptied": found.emptied}
    proven = {"proven": found.proven} if found.proven else {}
    emptied = {"emptiedAt": stamp(found.emptied_at)} if found.emptied_at else {}
    return {"name": found.name, **counted, **({"paused": True} if found.paused else {}), **proven, **emptied}


def _waiting(waiting: Waiting | None) -> dict[str, Any] | None:
    if waiting is None:
        return None

    return {
        "hook": waiting.hook,
        "place": waiting.place,
        "since": stamp(waiting.since),
        "started": waiting.started,
        "interrupted": waiting.interrupted,
        **({"refused": True} if waiting.refused else {}),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "hook": notice.hook,
        "when": notice.when.value,
        "revision": notice.revision,
        "stable": notice.stable,
        "startedAt": stamp(notice.started_at),
        "until": stamp(notice.until),
        "reason": notice.reason.value,
    }


def _history(progress: Progress) -> list[dict[str, Any]]:
    return [_line(rollout, OLDER_LINE if place else NEWEST_LINE) for place, rollout in enumerate(progress.history)]


def _line(rollout: Rollout, longest: int) -> dict[str, Any]:
    line = {
        "revision": rollout.revision,
        "outcome": rollout.outcome.value,
        "reason": rollout.reason.value,
        "message": shortened(rollout.sentence, longest),
        "startedAt": stamp(rollout.started_at),
        "endedAt": stamp(rollout.ended_at),
    }
    return {key: value for key, value in line.items() if value is not None}


def _handled(progress: Progress) -> dict[str, str]:
    return {ask.key: nonce for ask in Ask if (nonce := progress.handled.of(ask))}
