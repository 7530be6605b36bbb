"""What was told of both sides' processors and memory last, and what is to be said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.judge.advice import Advice
from tidegate.judge.usage import Use, memory_growth, throttling
from tidegate.metrics.backend import Backend
from tidegate.metrics.usage import GROWTH, LATELY, MEMORY, PERIODS, THROTTLED, Place
from tidegate.watch import Object

# Windows of 5 and of 10 minutes begin after a pod's first minute, and after its first five, in which it fills caches.
PROCESSORS_FROM, MEMORY_FROM = timedelta(minutes=6), timedelta(minutes=15)


@dataclass(slots=True)
class Sides:
    """Of one rollout; all of it may be lost."""

    candidate: Backend
    stable: Backend
    at: datetime | None = None
    told: dict[Place, dict[str, float]] = field(default_factory=dict)

    @property
    def revisions(self) -> tuple[str, str]:
        """The candidate's and stable's."""
        return self.candidate.revision, self.stable.revision

    def advice(self, candidate: Sequence[Object], stable: Sequence[Object]) -> Iterator[Advice | None]:
        """By the pods of both sides that there are now."""
        if self.at is None:
            return

        yield throttling(self._uses(candidate, PROCESSORS_FROM), self._uses(stable, PROCESSORS_FROM), self.at)
        yield memory_growth(self._uses(candidate, MEMORY_FROM), self._uses(stable, MEMORY_FROM), self.at)

    def _uses(self, pods: Sequence[Object], least: timedelta) -> list[Use]:
        """What was told of the pods that are old enough."""
        places = [(found["metadata"], self.told.get(place_of(found))) for found in pods]
        return [
            use_of(metadata["name"], told)
            for metadata, told in places
            if told and self.at and datetime.fromisoformat(metadata["creationTimestamp"]) <= self.at - least
        ]


def place_of(found: Object) -> Place:
    """A pod as metrics name it."""
    return found["metadata"]["namespace"], found["metadata"]["name"]


def use_of(name: str, told: dict[str, float]) -> Use:
    """One pod's numbers; what is not told is none."""
    return Use(
        pod=name,
        # Both are of two samples in five minutes: one that is told shows that the other one is not there.
        limited=PERIODS in told or LATELY not in told,
        periods=told.get(PERIODS, 0.0),
        throttled=told.get(THROTTLED, 0.0),
        memory=told.get(MEMORY, 0.0),
        growth=told.get(GROWTH, 0.0),
        lately=told.get(LATELY, 0.0),
    )
