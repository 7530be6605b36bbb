"""A gauge of the candidate's against a day of stable's: told when it is unusual, and never more than told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from tidegate.sentences import shortened

from .advice import LONGEST_SENTENCE, Advice, Topic
from .streaming import Detector, Finding, Limits

EVERY = timedelta(minutes=1)
PAST = timedelta(days=1)
# Half a day of minutes: what is learned of less rings in most rollouts without a fault.
LEAST_POINTS = 720
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Gauge:
    """What is usual, by stable's day; None where too little is known of it, and then nothing is told."""

    detector: Detector | None = None
    seen_at: datetime | None = None
    advice: Advice | None = None

    @classmethod
    def learned(cls, past: Iterable[float]) -> Self:
        """A gauge after a day of values, a minute apart."""
        values = list(past)
        if len(values) < LEAST_POINTS:
            return cls()

        detector = Detector(Limits(probation=len(values)))
        for place, value in enumerate(values):
            detector.see(place, value)

        return cls(detector)

    def see(self, name: str, value: float, at: datetime) -> None:
        """Take a value of the candidate's, one a minute at most: what is learned is a minute apart."""
        if self.detector is None or (self.seen_at is not None and at - self.seen_at < EVERY):
            return

        usual = self.detector.gauge.values
        least, greatest = usual.least, usual.greatest
        finding, self.seen_at = self.detector.see(int(at.timestamp() * 1000), value), at
        if finding is not None:
            how = "outside of" if finding is Finding.OUT_OF_RANGE else "more restless than"
            said = f"{name} is {value:.4g}: {how} what it was in the day before, {least:.4g} to {greatest:.4g}"
            self.advice = Advice(
                topic=Topic.UNUSUAL, subject=name, sentence=shortened(said, LONGEST_SENTENCE), since=at
            )
