"""The plan of a rollout: its steps and limits, pinned when the rollout starts."""

from dataclasses import dataclass
from datetime import timedelta

from tidegate.api import OnInconclusive, OnTrouble, When

NO_TIME = timedelta(0)
FULL = 100


def soonest(*waits: timedelta | None) -> timedelta | None:
    """A time that is over has had its effect, or has none: looking again at once would find the same."""
    return min((wait for wait in waits if wait is not None and wait > NO_TIME), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One who is asked or told. Without `steps` it is a gate of every rise."""

    name: str
    when: When
    steps: tuple[str, ...] = ()
    job: bool = False
    expiry: timedelta = timedelta(minutes=10)
    on_expiry: OnTrouble = OnTrouble.HOLD


def pods_for(weight: int, *, of: int) -> int:
    """The part of so many pods that serves a weight, rounded up: a share that has traffic has a pod."""
    return -(-of * weight // FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A weight, the least time at it, and its gates."""

    name: str
    weight: int
    dwell: timedelta = NO_TIME
    replicas: int | None = None
    pause: bool = False
    deadline: timedelta | None = None
    on_deadline: OnTrouble = OnTrouble.ROLL_BACK
    match: bool = False
    mirror: int = 0

    @property
    def summary(self) -> str:
        """What the candidate gets, for people."""
        matched = " and the requests that match" if self.match else ""
        copied = f" and copies of {self.mirror} % of the requests" if self.mirror else ""
        return f"step {self.name}: weight {self.weight}{matched}{copied}"

    def size(self, replicas: int) -> int:
        """The candidate's pods at this step: its share of `replicas`, rounded up, at least one."""
        if self.replicas is not None and self.weight < FULL:
            return self.replicas

        return max(1, pods_for(self.weight, of=replicas)) if replicas else 0

    def size_by_pods(self, replicas: int) -> int:
        """The candidate's pods beside all of stable's, so that they are its share of both; never more than stable's."""
        if self.replicas is not None or self.weight >= FULL:
            return self.size(replicas)

        return min(replicas, max(1, -(-replicas * self.weight // (FULL - self.weight))))


def weight_by_pods(desired: int, *, ready: int, wanted: int) -> int:
    """The part of a recorded weight that so many ready pods of the candidate, of those it should have, make true."""
    return desired * min(ready, wanted) // wanted if wanted else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps up to weight 100 and the limits that hold on the way. The last step's dwell includes the watch."""

    steps: tuple[Step, ...]
    settle: timedelta = NO_TIME
    drain: timedelta = NO_TIME
    watch: timedelta = NO_TIME
    progress_deadline: timedelta = timedelta(minutes=10)
    unhealthy_after: timedelta = timedelta(seconds=30)
    on_breach: OnTrouble = OnTrouble.ROLL_BACK
    hold_limit: timedelta = timedelta(minutes=30)
    on_no_data: OnTrouble = OnTrouble.HOLD
    no_data_limit: timedelta = timedelta(minutes=10)
    judged: bool = True
    on_inconclusive: OnInconclusive = OnInconclusive.HOLD
    finish_first: bool = False
    shrink: bool = False
    fresh: bool = False
    window: int = 1
    first_by_steps: bool = False
    hooks: tuple[Hook, ...] = ()

    @property
    def last(self) -> int:
        return len(self.steps) - 1

    def drain_left(self, confirmed_for: timedelta) -> timedelta:
        """How long an answer may still come from a side whose weight 0 is confirmed for so long."""
        return self.settle + self.drain - confirmed_for

    def step(self, index: int) -> Step:
        """A step by its place; the last one where a plan that cannot be read whole has lost some."""
        return self.steps[min(index, self.last)]

    def needs_settling(self, step: Step) -> bool:
        """True where the instant of settling must be kept: something counts from it."""
        return self.judged or step.pause or self.dwell(step) > NO_TIME

    def dwell(self, step: Step) -> timedelta:
        return step.dwell + self.watch if step is self.steps[-1] else step.dwell


def complete(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps with 100 as the last: it is implied where it is not declared."""
    if steps and steps[-1].weight == FULL:
        return steps

    return (*steps, Step(name="full", weight=FULL))
