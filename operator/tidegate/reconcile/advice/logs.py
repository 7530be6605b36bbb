"""What was read of both sides' logs in one rollout: signatures and counts, and no line."""

from dataclasses import dataclass, field

from tidegate.decision.progress import Progress
from tidegate.judge.new_errors import Heard


@dataclass(frozen=True, slots=True)
class Source:
    """A container whose log is read."""

    pod: str
    container: str


@dataclass(slots=True)
class Logs:
    """All of it may be lost. `read_at`: when each container was read last, on the loop's clock."""

    rollout: tuple[str, str]
    candidate: Heard = field(default_factory=Heard)
    stable: Heard = field(default_factory=Heard)
    read_at: dict[Source, float] = field(default_factory=dict)


def rollout_of(progress: Progress) -> tuple[str, str]:
    """The same for as long as a rollout lasts."""
    return progress.candidate or "", str(progress.started_at)
