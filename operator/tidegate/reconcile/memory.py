"""What is known of one Release beside the cluster: all of it may be lost, and is found again."""

import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from tidegate.decision.progress import Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Answer
from tidegate.judge.unusual import Gauge
from tidegate.judge.verdict import Analysis, Measurement, Verdict

from .advice.logs import Logs
from .advice.usage_told import Sides
from .configuration.quiet import Quiet
from .day_before.track import Days
from .judging.track import Tracks
from .seen.spec import ReadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """How often something was put back lately, when last, and of which field or whose; on the loop's clock."""

    field: str
    times: int
    at: float


@dataclass(slots=True)
class RouterMemory:
    """When a route's generation was first seen, and since when our weight is confirmed; on the loop's clock.

    `behind`: the revisions to which its Services led when we looked last; `behind_before`: to which they did before
    that, and `led_back` how often they do so again.
    `astray`: requests went otherwise than we wrote then; `strayed`: how often that ended.
    `form`: what the API server made of a whole route that we wrote, where that is not quite what we wrote.
    `asserted`: how often our weights were written again over those of a route's owner, and who that is.
    """

    generation: int = -2
    written: object = None
    seen_at: float = 0.0
    confirmed_at: float | None = None
    unsure_since: float | None = None
    behind: object = None
    behind_before: object = None
    led_back: int = 0
    astray: bool = False
    strayed: int = 0
    form: str = ""
    asserted: PutBack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the API server or a disruption budget refused, in words, and until when it is not asked again.

    `declared`: of which declaration it was; another one has not been refused.
    """

    sentence: str
    until: float
    reason: Reason = Reason.REFUSED
    declared: str = ""

    @property
    def left(self) -> float:
        """Seconds until the same is tried again."""
        return self.until - time.monotonic()


@dataclass(slots=True)
class Measured:
    """The measurements of one candidate since its first weight, and the Jobs that could not be made."""

    rollout: tuple[str, str]
    histories: dict[str, deque[Measurement]] = field(default_factory=dict)
    gauges: dict[str, Gauge] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)

    def refused(self, objective: str) -> str:
        """Why an objective's next Job could not be made; empty where it could."""
        refusal = self.refusals.get(objective)
        return refusal.sentence if refusal else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """When a hook was asked last, and what it said."""

    at: float
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the API server said of a declared template: which revision it is, or which ones it is not."""

    declared: str
    same: str = ""
    unlike: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """When a status was written last, and what of the measurements it told of: an objective and its verdict."""

    at: datetime
    subject: tuple[str, Verdict] | None = None


class ReadFrom(NamedTuple):
    """What a spec was read from: its generation, what a rollout pinned of it, and the sets that fill it in."""

    generation: int
    pin: str | None
    versions: str


class GoneBy(NamedTuple):
    """A rollout, and what it went by when that could last be read."""

    rollout: tuple[str, datetime | None]
    found: ReadSpec


class Hashed(NamedTuple):
    """A declared template, with its configuration, and the hash of both."""

    source: tuple[int | bytes, str]
    revision: str


@dataclass(slots=True)
class Memory:
    """What is known of one Release beside the cluster; all of it may be lost.

    `declared`: which generation, with which template, was looked at last.
    `paused_again`: how often its Deployment was, since Tidegate itself took a pause off last.
    """

    declared: str = ""
    told: Told | None = None
    routers: dict[str, RouterMemory] = field(default_factory=dict)
    measured: Measured | None = None
    tracks: Tracks | None = None
    days: Days | None = None
    logs: Logs | None = None
    usage: Sides | None = None
    analysis: Analysis | None = None
    parsed: dict[ReadFrom, ReadSpec] = field(default_factory=dict)
    known: GoneBy | None = None
    refused: Refusal | None = None
    budget: Refusal | None = None
    asked: dict[str, Asked] = field(default_factory=dict)
    hashed: Hashed | None = None
    quiet: Quiet | None = None
    compared: Compared | None = None
    put_back: dict[str, PutBack] = field(default_factory=dict)
    paused_again: PutBack | None = None

    @property
    def shown(self) -> bool:
        """True once a breach of the rollout was shown: by an objective alone, by all together, or by the day before."""
        tracks = self.tracks is not None and self.tracks.shown
        return tracks or (self.days is not None and bool(self.days.alarmed))

    def of_template(self, declared: str) -> Compared:
        """What is known of a declared template."""
        return self.compared if self.compared and self.compared.declared == declared else Compared(declared=declared)

    def gone_by(self, progress: Progress, found: ReadSpec) -> ReadSpec:
        """What a rollout goes by; where that can be read no more, what it went by before, with what is wrong now."""
        rollout = progress.candidate or "", progress.started_at
        if found.whole:
            self.known = GoneBy(rollout, found)
            return found

        known = self.known
        return replace(known.found, invalid=found.invalid) if known and known.rollout == rollout else found

    def router(self, name: str) -> RouterMemory:
        """What is remembered of one route."""
        return self.routers.setdefault(name, RouterMemory())
