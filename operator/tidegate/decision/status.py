"""The recorded state as the status of a Release, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .conditions import conditions
from .plan import NO_TIME
from .progress import Asks, Outcome, Phase, Progress, Rollout
from .reasons import Reason
from .snapshot import Side, Snapshot

ASK_NAMES: Mapping[str, str] = {
    "promote": "promote",
    "promote_full": "promoteFull",
    "abort": "abort",
    "retry": "retry",
    "skip_step": "skipStep",
    "suspend": "suspend",
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
    source: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole status. Keys without a value are absent."""
    serving = _serving(seen, progress)
    found: dict[str, Any] = {
        "observedGeneration": generation,
        "phase": progress.phase.value,
        "reason": progress.reason.value,
        "message": progress.sentence,
        "conditions": conditions(progress, before.get("conditions") or [], generation=generation, now=seen.now),
        "stable": _side(seen, progress.stable),
        "candidate": _side(seen, progress.candidate),
        "step": _step(seen, progress),
        "rollout": _rollout(progress),
        "objectives": objectives if progress.candidate else None,
        "rejected": list(progress.rejected),
        "history": [_line(rollout) for rollout in progress.history],
        **(source or {}),
        "handedOverAt": stamp(progress.handed_over_at),
        "replicas": serving.replicas,
        "selector": selector,
        "handled": _handled(progress),
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


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
        dwelt=timedelta(milliseconds=rollout.get("dweltMilliseconds", 0)),
        started_at=_instant(rollout.get("startedAt")),
        weighted_at=_instant(rollout.get("weightedAt")),
        deadline_from=_instant(rollout.get("deadlineFrom")),
        breach_held_since=_instant(rollout.get("breachHeldSince")),
        no_data_since=_instant(rollout.get("noDataSince")),
        handed_over_at=_instant(status.get("handedOverAt")),
        full_size=rollout.get("fullSize", 0),
        straight=rollout.get("straight", False),
        opened=rollout.get("opened", False),
        stable_pods=rollout.get("stablePods", 0),
        rejected=tuple(status.get("rejected") or ()),
        history=tuple(_rollout_of(line) for line in status.get("history") or ()),
        handled=_asks(status.get("handled") or {}),
    )


def stamp(instant: datetime | None) -> str | None:
    """RFC 3339 with microseconds: what is written reads back equal."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _serving(seen: Snapshot, progress: Progress) -> Side:
    """The side with more weight: what an autoscaler should divide by."""
    candidate = progress.candidate is not None and seen.weight > 50
    return seen.side((progress.candidate if candidate else progress.stable) or "")


def _side(seen: Snapshot, revision: str | None) -> dict[str, Any] | None:
    if revision is None:
        return None

    side = seen.side(revision)
    return {"revision": revision, "replicas": side.replicas, "available": side.available}


def _step(seen: Snapshot, progress: Progress) -> dict[str, Any] | None:
    if progress.candidate is None or progress.stable is None:
        return None

    steps = seen.plan.steps
    step = {
        "index": progress.step,
        "name": steps[min(progress.step, len(steps) - 1)].name,
        "progress": f"{min(progress.step + 1, len(steps))}/{len(steps)}",
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
        "weightedAt": stamp(progress.weighted_at),
        "deadlineFrom": stamp(progress.deadline_from),
        "breachHeldSince": stamp(progress.breach_held_since),
        "noDataSince": stamp(progress.no_data_since),
        "dweltMilliseconds": int(progress.dwelt / timedelta(milliseconds=1)) if progress.dwelt > NO_TIME else None,
        "fullSize": progress.full_size or None,
        "straight": progress.straight or None,
        "opened": progress.opened or None,
        "stablePods": progress.stable_pods or None,
    }
    return {key: value for key, value in rollout.items() if value is not None}


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
