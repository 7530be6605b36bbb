"""What is known of one Release beside the cluster: all of it may be lost, and is found again."""

import time
from collections import deque
from dataclasses import dataclass, field

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Answer
from tidegate.judge.verdict import Analysis, Measurement

from .pinned import Pinned
from .quiet import Quiet
from .track import Tracks


@dataclass(slots=True)
class RouterMemory:
    """When a route's generation was first seen, and since when our weight is confirmed; on the loop's clock."""

    generation: int = -2
    written: object = None
    seen_at: float = 0.0
    confirmed_at: float | None = None
    unsure_since: float | None = None


@dataclass(slots=True)
class Measured:
    """The measurements of one candidate since its first weight."""

    rollout: tuple[str, str]
    histories: dict[str, deque[Measurement]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """When a hook was asked last, and what it said."""

    at: float
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What the API server or a disruption budget refused, in words, and until when it is not asked again."""

    reason: Reason
    sentence: str
    until: float

    @property
    def left(self) -> float:
        """Seconds until the same is tried again."""
        return self.until - time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the API server said of a declared template: which revision it is, or which ones it is not."""

    declared: str
    same: str = ""
    unlike: frozenset[str] = frozenset()


@dataclass(slots=True)
class Memory:
    """What is known of one Release beside the cluster; all of it may be lost."""

    routers: dict[str, RouterMemory] = field(default_factory=dict)
    measured: Measured | None = None
    tracks: Tracks | None = None
    analysis: Analysis | None = None
    parsed: dict[tuple[int, str | None, str], Pinned] = field(default_factory=dict)
    refused: Refused | None = None
    budget: Refused | None = None
    asked: dict[str, Asked] = field(default_factory=dict)
    hashed: tuple[tuple[int | bytes, str], str] | None = None
    quiet: Quiet | None = None
    compared: Compared | None = None

    def of_template(self, declared: str) -> Compared:
        """What is known of a declared template."""
        return self.compared if self.compared and self.compared.declared == declared else Compared(declared=declared)

    def router(self, name: str) -> RouterMemory:
        """What is remembered of one route."""
        return self.routers.setdefault(name, RouterMemory())
