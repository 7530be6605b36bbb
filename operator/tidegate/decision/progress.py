"""What the status keeps of a Release between turns. Decisions return the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, Self

from tidegate.api import Ask, When

from .plan import NO_TIME
from .reasons import Reason


class Phase(Enum):
    """Where a Release is, coarsely, for people."""

    PENDING = "Pending"
    PREPARING = "Preparing"
    PROGRESSING = "Progressing"
    PAUSED = "Paused"
    WATCHING = "Watching"
    PROMOTING = "Promoting"
    PROMOTED = "Promoted"
    ROLLING_BACK = "RollingBack"
    ROLLED_BACK = "RolledBack"
    STALLED = "Stalled"


class Outcome(Enum):
    """How a rollout ended."""

    PROMOTED = "Promoted"
    ROLLED_BACK = "RolledBack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One line of history."""

    revision: str
    outcome: Outcome
    reason: Reason
    sentence: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """What people asked for by annotation: a nonce each, or None. A field for each `Ask`, in lower case."""

    promote: str | None = None
    promote_full: str | None = None
    abort: str | None = None
    retry: str | None = None
    skip_step: str | None = None
    suspend: str | None = None
    undo: str | None = None
    restart: str | None = None

    def of(self, ask: Ask) -> str | None:
        nonce: str | None = getattr(self, ask.name.lower())
        return nonce

    def adding(self, nonces: Mapping[Ask, str]) -> Self:
        return replace(self, **{ask.name.lower(): nonce for ask, nonce in nonces.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The hook that is waited for, and since when. `place`: the step's name, or what of the rollout it stands before.

    `started`: its Job was seen, and is never made again. `interrupted`: pods were lost meanwhile.
    `refused`: it did not say yes in time, or said no, and a person decides.
    """

    hook: str
    place: str
    since: datetime
    started: bool = False
    interrupted: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a hook is still to be told of a rollout: asked until it says yes, or until its time is over."""

    hook: str
    when: When
    revision: str
    stable: str
    started_at: datetime
    until: datetime
    reason: Reason

    @property
    def key(self) -> str:
        """The same for the same hook of the same rollout, also after a restart."""
        return f"{self.revision}/{self.started_at.isoformat()}/{self.when.value}/{self.hook}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """How the Deployment was found, and how often and when last it was emptied: the note on it, lost with the object.

    At 0 `replicas` it was found empty, or nobody knows any more. `proven`: the revision of the template that it serves
    with; empty where the Release served before it.
    """

    name: str
    replicas: int = 0
    paused: bool = False
    emptied: int = 0
    proven: str = ""
    emptied_at: datetime | None = None


NOTHING_ASKED = Asks()
REJECTED_KEPT = 10
HISTORY_KEPT = 10
NOTICES_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The recorded state. Times only from here: a restart forgets nothing that a decision needs.

    `overruled`: the declared revision that an undo under way goes against. `restart_since`: stable's pods from before
    are to be replaced. `lowered_to`: the weight that a hand lowered it to; none until a person lets it rise again.
    `breach_shown`: the words of a held breach that counts showed: counted again they may not show it.
    `full_at`: since when the candidate has all the traffic. No disturbance of the step moves it: pods are lost and come
    back, and what was counted before is judged again as it was.
    """

    phase: Phase = Phase.PENDING
    reason: Reason = Reason.NEW
    sentence: str = ""
    stable: str | None = None
    candidate: str | None = None
    step: int = 0
    desired_weight: int = 0
    started_at: datetime | None = None
    entered_at: datetime | None = None
    settled_at: datetime | None = None
    full_at: datetime | None = None
    dwelt: timedelta = NO_TIME
    stood: timedelta = NO_TIME
    stood_since: datetime | None = None
    overdue: bool = False
    waiting: Waiting | None = None
    said_yes: tuple[str, ...] = ()
    weighted_at: datetime | None = None
    deadline_from: datetime | None = None
    stopped_since: datetime | None = None
    breach_held_since: datetime | None = None
    breach_shown: str | None = None
    no_data_since: datetime | None = None
    taken_over: TakenOver | None = None
    handed_over_at: datetime | None = None
    restart_since: datetime | None = None
    full_size: int = 0
    straight: bool = False
    opened: bool = False
    stable_pods: int = 0
    overruled: str | None = None
    lowered_to: int | None = None
    rejected: tuple[str, ...] = ()
    history: tuple[Rollout, ...] = ()
    notices: tuple[Notice, ...] = ()
    handled: Asks = NOTHING_ASKED

    def accounts_for(self, revision: str) -> bool:
        """True for a revision that is served, on its way, or out."""
        return revision in {self.stable, self.candidate, *self.rejected}

    def rejecting(self, revision: str) -> tuple[str, ...]:
        return (revision, *(kept for kept in self.rejected if kept != revision))[:REJECTED_KEPT]

    def remembering(self, rollout: Rollout) -> tuple[Rollout, ...]:
        return (rollout, *self.history)[:HISTORY_KEPT]

    def ended(self, now: datetime) -> tuple[Rollout, ...]:
        return (replace(self.history[0], ended_at=now), *self.history[1:]) if self.history else ()


# What outlives a rollout. Every other field begins anew with the next one, also one that is added later.
OUTLIVES = frozenset(
    {
        "phase",
        "reason",
        "sentence",
        "stable",
        "taken_over",
        "handed_over_at",
        "restart_since",
        "rejected",
        "history",
        "notices",
        "handled",
    }
)
# One write resets all that belongs to a rollout: nothing of the last one may leak into the next.
AT_REST: Mapping[str, Any] = MappingProxyType(
    {field.name: field.default for field in fields(Progress) if field.name not in OUTLIVES}
)
# What begins anew with each step of a rollout.
STEP_ANEW: Mapping[str, Any] = MappingProxyType(
    {name: AT_REST[name] for name in ("dwelt", "full_at", "opened", "overdue", "settled_at", "stood", "stood_since")}
)
