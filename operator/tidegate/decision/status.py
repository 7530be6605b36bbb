"""The recorded state as the status of a Release, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.api import When

from .conditions import conditions
from .plan import NO_TIME
from .progress import Asks, Notice, Outcome, Phase, Progress, Rollout, Waiting
from .reasons import SENTENCE_LENGTH, Reason
from .restart import left_of_it
from .snapshot import Snapshot

ASK_NAMES: Mapping[str, str] = {
    "promote": "promote",
    "promote_full": "promoteFull",
    "abort": "abort",
    "retry": "retry",
    "skip_step": "skipStep",
    "suspend": "suspend",
    "undo": "undo",
    "restart": "restart",
}


KNOWN_REASONS = frozenset(reason.value for reason in Reason)


def status_of(
    seen: Snapshot,
    progress: Progress,
    *,
    generation: int,
    before: Mapping[str, Any],
    objectives: list[dict[str, Any]],
    selector: str,
    beside: bool = False,
) -> dict[str, Any]:
    """The whole status. Keys without a value are absent. `beside`: the record stays, and its conditions too."""
    kept = before.get("conditions") or []
    overtaken = _overtaken(seen, progress)
    states = conditions(progress, kept, generation=generation, now=seen.now, overtaken=overtaken)
    found: dict[str, Any] = {
        "observedGeneration": generation,
        "phase": progress.phase.value,
        "reason": progress.reason.value,
        "message": progress.sentence,
        "conditions": kept if beside and kept else states,
        "stable": _side(seen, progress.stable),
        "candidate": _side(seen, progress.candidate),
        "step": _step(seen, progress),
        "rollout": _rollout(progress),
        "objectives": objectives if progress.candidate else None,
        "rejected": list(progress.rejected),
        "history": [_line(rollout) for rollout in progress.history],
        "notices": [_notice(notice) for notice in progress.notices],
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
    return resting and seen.known and seen.target not in {progress.stable, *progress.rejected}


def rebuilt(progress: Progress) -> dict[str, Any]:
    """The parts of a lost status that nobody may forget, where the rest cannot be written yet."""
    handled = _handled(progress)
    stable = {"stable": {"revision": progress.stable}} if progress.stable else {}
    rejected = {"rejected": list(progress.rejected)} if progress.rejected else {}
    return {**stable, **rejected, **({"handled": handled} if handled else {})}


def progress_of(status: Mapping[str, Any]) -> Progress:
    """The recorded state from a status that we wrote."""
    step, rollout = status.get("step") or {}, status.get("rollout") or {}
    return Progress(
        phase=Phase(status["phase"]),
        reason=_reason(status["reason"]),
        sentence=status.get("message", ""),
        stable=(status.get("stable") or {}).get("revision"),
        candidate=(status.get("candidate") or {}).get("revision"),
        step=step.get("index", 0),
        desired_weight=step.get("desiredWeight", 0),
        entered_at=_instant(step.get("enteredAt")),
        settled_at=_instant(step.get("settledAt")),
        dwelt=_span(rollout, "dweltMilliseconds"),
        stood=_span(rollout, "stoodMilliseconds"),
        stood_since=_instant(rollout.get("stoodSince")),
        overdue=rollout.get("overdue", False),
        started_at=_instant(rollout.get("startedAt")),
        waiting=_waiting_of(rollout.get("waiting")),
        said_yes=tuple(rollout.get("saidYes") or ()),
        weighted_at=_instant(rollout.get("weightedAt")),
        deadline_from=_instant(rollout.get("deadlineFrom")),
        breach_held_since=_instant(rollout.get("breachHeldSince")),
        no_data_since=_instant(rollout.get("noDataSince")),
        handed_over_at=_instant(status.get("handedOverAt")),
        restart_since=_instant((status.get("restart") or {}).get("since")),
        full_size=rollout.get("fullSize", 0),
        straight=rollout.get("straight", False),
        opened=rollout.get("opened", False),
        stable_pods=rollout.get("stablePods", 0),
        overruled=rollout.get("overruled"),
        rejected=tuple(status.get("rejected") or ()),
        history=tuple(_rollout_of(line) for line in status.get("history") or ()),
        notices=tuple(_notice_of(line) for line in status.get("notices") or ()),
        handled=_asks(status.get("handled") or {}),
    )


def stamp(instant: datetime | None) -> str | None:
    """RFC 3339 with microseconds: what is written reads back equal."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _milliseconds(span: timedelta) -> int | None:
    return int(span / timedelta(milliseconds=1)) if span > NO_TIME else None


def _span(part: Mapping[str, Any], name: str) -> timedelta:
    return timedelta(milliseconds=part.get(name, 0))


def _serving_pods(seen: Snapshot, progress: Progress) -> int:
    """The pods of the side with more weight, or of both where stable shrinks: what an autoscaler should divide by."""
    stable, candidate = seen.side(progress.stable or ""), seen.side(progress.candidate or "")
    if seen.plan.shrink and progress.candidate is not None:
        return min(stable.replicas + candidate.replicas, seen.full_size)

    return candidate.replicas if progress.candidate is not None and seen.weight > 50 else stable.replicas


def _side(seen: Snapshot, revision: str | None) -> dict[str, Any] | None:
    if revision is None:
        return None

    side = seen.side(revision)
    return {"revision": revision, "replicas": side.replicas, "available": side.available}


def _step(seen: Snapshot, progress: Progress) -> dict[str, Any] | None:
    if progress.candidate is None or not (progress.stable or seen.plan.first_by_steps):
        return None

    count = len(seen.plan.steps)
    step = {
        "index": progress.step,
        "name": seen.plan.step(progress.step).name,
        "progress": f"{min(progress.step + 1, count)}/{count}",
        "enteredAt": stamp(progress.entered_at),
        "settledAt": stamp(progress.settled_at),
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
        "breachHeldSince": stamp(progress.breach_held_since),
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
    }
    return {key: value for key, value in rollout.items() if value is not None}


def _restart(seen: Snapshot, progress: Progress) -> dict[str, Any] | None:
    """What is left of a restart; it is seen only in the turn after the ask."""
    if progress.restart_since is None:
        return None

    known = seen.progress.restart_since == progress.restart_since
    found = left_of_it(seen)
    seen_left = {"left": len(found.due), "message": found.sentence[:SENTENCE_LENGTH]} if known else {}
    return {"since": stamp(progress.restart_since), **seen_left}


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


def _waiting_of(line: Mapping[str, Any] | None) -> Waiting | None:
    if line is None:
        return None

    return Waiting(
        hook=line["hook"],
        place=line["place"],
        since=datetime.fromisoformat(line["since"]),
        started=line["started"],
        interrupted=line["interrupted"],
        refused=line.get("refused", False),
    )


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


def _notice_of(line: Mapping[str, Any]) -> Notice:
    return Notice(
        hook=line["hook"],
        when=When(line["when"]),
        revision=line["revision"],
        stable=line["stable"],
        started_at=datetime.fromisoformat(line["startedAt"]),
        until=datetime.fromisoformat(line["until"]),
        reason=_reason(line["reason"]),
    )


def _line(rollout: Rollout) -> dict[str, Any]:
    line = {
        "revision": rollout.revision,
        "outcome": rollout.outcome.value,
        "reason": rollout.reason.value,
        "message": rollout.sentence[:256],
        "startedAt": stamp(rollout.started_at),
        "endedAt": stamp(rollout.ended_at),
    }
    return {key: value for key, value in line.items() if value is not None}


def _rollout_of(line: Mapping[str, Any]) -> Rollout:
    return Rollout(
        revision=line["revision"],
        outcome=Outcome(line["outcome"]),
        reason=_reason(line["reason"]),
        sentence=line.get("message", ""),
        started_at=datetime.fromisoformat(line["startedAt"]),
        ended_at=_instant(line.get("endedAt")),
    )


def _reason(text: str) -> Reason:
    """A word of a newer Tidegate's is ordinary progress to this one: what it means is seen again."""
    return Reason(text) if text in KNOWN_REASONS else Reason.PROGRESSING


def _handled(progress: Progress) -> dict[str, str]:
    return {ASK_NAMES[name]: value for name in ASK_NAMES if (value := getattr(progress.handled, name))}


def _asks(handled: Mapping[str, str]) -> Asks:
    return Asks(**{name: handled.get(key) for name, key in ASK_NAMES.items()})
