"""The recorded state from a status that we wrote. What a person garbled in it counts as not there, and never raises.

Its schema bounds it, and not wholly: an API server takes instants that no clock wrote.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tidegate.api import Ask, When
from tidegate.api.noted import instant_of

from .plan import NO_TIME, Plan
from .progress import NOTHING_ASKED, STEP_ANEW, Asks, Notice, Outcome, Phase, Progress, Rollout, TakenOver, Waiting
from .reasons import Reason
from .status import MILLISECOND

LONGEST = timedelta(days=36500)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KNOWN_REASONS = frozenset(reason.value for reason in Reason)
T = TypeVar("T")


def progress_of(status: Mapping[str, Any]) -> Progress:
    """The recorded state; parts that cannot be read are left out."""
    step, rollout = status.get("step") or {}, status.get("rollout") or {}
    return Progress(
        phase=Phase(status["phase"]),
        reason=_reason(status.get("reason", "")),
        sentence=status.get("message", ""),
        stable=(status.get("stable") or {}).get("revision"),
        candidate=(status.get("candidate") or {}).get("revision"),
        step=_count(step, "index"),
        desired_weight=_count(step, "desiredWeight"),
        entered_at=instant_of(step.get("enteredAt")),
        settled_at=instant_of(step.get("settledAt")),
        full_at=instant_of(step.get("fullAt")),
        dwelt=_span(rollout, "dweltMilliseconds"),
        stood=_span(rollout, "stoodMilliseconds"),
        stood_since=instant_of(rollout.get("stoodSince")),
        overdue=rollout.get("overdue", False),
        started_at=instant_of(rollout.get("startedAt")),
        waiting=next(iter(_readable(_waiting_of, [rollout.get("waiting") or {}])), None),
        said_yes=tuple(rollout.get("saidYes") or ()),
        weighted_at=instant_of(rollout.get("weightedAt")),
        deadline_from=instant_of(rollout.get("deadlineFrom")),
        stopped_since=instant_of(rollout.get("stoppedSince")),
        breach_held_since=instant_of(rollout.get("breachHeldSince")),
        breach_shown=rollout.get("breachShown"),
        no_data_since=instant_of(rollout.get("noDataSince")),
        taken_over=next(iter(_readable(_taken_over_of, [status.get("takenOver") or {}])), None),
        handed_over_at=instant_of(status.get("handedOverAt")),
        restart_since=instant_of((status.get("restart") or {}).get("since")),
        full_size=_count(rollout, "fullSize"),
        straight=rollout.get("straight", False),
        opened=rollout.get("opened", False),
        stable_pods=_count(rollout, "stablePods"),
        overruled=rollout.get("overruled"),
        lowered_to=_count(rollout, "loweredTo") if "loweredTo" in rollout else None,
        rejected=tuple(status.get("rejected") or ()),
        history=tuple(map(_rollout_of, status.get("history") or ())),
        notices=_readable(_notice_of, status.get("notices") or ()),
        handled=_asks(status.get("handled") or {}),
    )


def within(progress: Progress, plan: Plan) -> Progress:
    """The record at a step that the plan has. One beyond counts as not there: the steps begin again, and their gates.

    Taken for the last one it would be past every pause.
    """
    if progress.step <= plan.last:
        return progress

    return replace(progress, **STEP_ANEW, step=0, waiting=None, said_yes=())


def _waiting_of(line: Mapping[str, Any]) -> Waiting:
    return Waiting(
        hook=line["hook"],
        place=line["place"],
        since=_known_instant(line["since"]),
        started=line["started"],
        interrupted=line["interrupted"],
        refused=line.get("refused", False),
    )


def _taken_over_of(line: Mapping[str, Any]) -> TakenOver:
    return TakenOver(
        name=line["name"],
        replicas=_count(line, "replicas"),
        paused=line.get("paused", False),
        emptied=_count(line, "emptied"),
        proven=line.get("proven", ""),
        emptied_at=instant_of(line.get("emptiedAt")),
    )


def _notice_of(line: Mapping[str, Any]) -> Notice:
    return Notice(
        hook=line["hook"],
        when=When(line["when"]),
        revision=line["revision"],
        stable=line["stable"],
        started_at=_known_instant(line["startedAt"]),
        until=_known_instant(line["until"]),
        reason=_reason(line["reason"]),
    )


def _rollout_of(line: Mapping[str, Any]) -> Rollout:
    """Garbled or not it stays a line: a rollback under way is the newest of them."""
    return Rollout(
        revision=line.get("revision", ""),
        outcome=Outcome.PROMOTED if line.get("outcome") == Outcome.PROMOTED.value else Outcome.ROLLED_BACK,
        reason=_reason(line.get("reason", "")),
        sentence=line.get("message", ""),
        started_at=instant_of(line.get("startedAt")) or LONG_AGO,
        ended_at=instant_of(line.get("endedAt")),
    )


def _reason(text: str) -> Reason:
    """A word of a newer Tidegate's is ordinary progress to this one: what it means is seen again."""
    return Reason(text) if text in KNOWN_REASONS else Reason.PROGRESSING


def _known_instant(text: str) -> datetime:
    found = instant_of(text)
    if found is None:
        message = f"no instant: {text}"
        raise ValueError(message)

    return found


def _readable(read: Callable[[Mapping[str, Any]], T], lines: Sequence[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(found for line in lines for found in _read(read, line))


def _read(read: Callable[[Mapping[str, Any]], T], line: Mapping[str, Any]) -> tuple[T, ...]:
    """A part of the status as a value; nothing where it lacks something, or a word in it is unknown."""
    try:
        return (read(line),)
    except (KeyError, ValueError):
        return ()


def _count(part: Mapping[str, Any], name: str) -> int:
    """The API server refuses a negative one; read from the end, it would be another step."""
    told: int = part.get(name, 0)
    return max(told, 0)


def _span(part: Mapping[str, Any], name: str) -> timedelta:
    told = part.get(name, 0)
    return told * MILLISECOND if 0 <= told <= LONGEST / MILLISECOND else NO_TIME


def _asks(handled: Mapping[str, str]) -> Asks:
    return NOTHING_ASKED.adding({ask: handled[ask.key] for ask in Ask if ask.key in handled})
