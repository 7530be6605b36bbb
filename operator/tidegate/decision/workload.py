"""What stands beside a rollout: the Deployment that a Release takes over, and a restart of its pods."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .progress import TakenOver

TRIES = 2
# Who scales it up seldomer than that is no one who fights: what deploys at least once a week is told of.
QUIET = timedelta(days=7)
NO_RECORD = TakenOver(name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The Deployment that a Release takes over, as it is now, and as it `was` found and how often we emptied it since.

    `total`: its pods, as its controller counts them. `sized_at`: when another wrote its size last.
    `owned_by`, `pause_owned_by`: who declares its size, and whether it is paused, again at any time. `resumer`: who
    takes our pause off again and again; it is left to that one for a while.
    `let_go`: its size is nobody's but ours.
    `taken_over`: our note is on it. What the note said of it is known from the record too.
    `asked_meanwhile`: an autoscaler's number for the Release, where it is below the size that is kept until this is
    emptied. `outgrown`: the Release's own size, where this one grew beyond it since it was taken over.
    """

    name: str = ""
    replicas: int = 0
    available: int = 0
    total: int = 0
    paused: bool = False
    current: bool = True
    taken_over: bool = False
    was: TakenOver = NO_RECORD
    sized_at: datetime | None = None
    owned_by: str = ""
    pause_owned_by: str = ""
    resumer: str = ""
    held: bool = False
    let_go: bool = False
    paused_by_us: bool = False
    attached_pods: int = 0
    progressively: bool = False
    asked_meanwhile: int | None = None
    outgrown: int | None = None

    @property
    def unfinished(self) -> str:
        """Why its pods are not all its newest template's, and available; empty where they are."""
        if not self.replicas or (self.current and self.available >= self.replicas):
            return ""

        if self.paused and not self.current:
            return "it is paused with a template that is not rolled out: resume it, or take the change back"

        ready = f"{self.available} of {self.replicas} pods are available"
        return f"its own rollout has not ended: {ready}" + (
            "" if self.current else ", not all with its newest template"
        )

    @property
    def empty(self) -> bool:
        """At 0, and its controller has seen that and has no pod left."""
        return not (self.replicas or self.total) and self.current

    @property
    def resumed_by_another(self) -> bool:
        """Declared to be not paused: whoever pauses it, each template that is declared so starts pods of it at once."""
        return bool(self.pause_owned_by or self.resumer) and not self.paused and self.replicas > 0

    @property
    def changed_by_us(self) -> bool:
        """True where its fields tell of a takeover: the pause is ours, or the size of 0 that nobody declares."""
        return self.paused_by_us or (self.held and not self.replicas and not self.owned_by)

    @property
    def shares_room(self) -> bool:
        """True while its pods go as ours come, and come back as ours go: from the takeover until it is emptied."""
        return self.progressively and self.taken_over and not self.was.emptied

    @property
    def contested(self) -> bool:
        """Scaled up again by someone after two tries: there is no third before that one lets go of its size."""
        return self.replicas > 0 and self.was.emptied >= TRIES and not (self.let_go or self.quiet)

    @property
    def quiet(self) -> bool:
        """True where another sized it long after our last try: that is no part of what was before."""
        if self.sized_at is None or self.was.emptied_at is None:
            return False

        return self.sized_at - self.was.emptied_at >= QUIET

    @property
    def conceded(self) -> bool:
        """Emptied by another's hand after our tries: who fought has ended it."""
        return not self.replicas and self.was.emptied >= TRIES and not self.held

    @property
    def next_try(self) -> int:
        """Which try it is to empty it now: the first again where what was before is over."""
        over = self.quiet or self.conceded or (self.let_go and self.was.emptied >= TRIES)
        return 1 if over else self.was.emptied + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Stable's pods from before a restart was asked for, those that fail first; and how many new ones are awaited.

    `refusal`: a disruption budget does not let the next one go, in the API server's words, until `again`.
    """

    due: tuple[str, ...] = ()
    awaited: int = 0
    refusal: str = ""
    again: timedelta | None = None

    @property
    def sentence(self) -> str:
        """What is left, and what it waits for."""
        left = f"{len(self.due)} pods are to be replaced"
        if self.awaited:
            return f"{left}, {self.awaited} new ones are not available yet"

        return f"{left}, the next one waits: {self.refusal}" if self.refusal else left


NOTHING_DUE = Restart()
