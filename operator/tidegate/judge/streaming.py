"""A detector for gauges (CPU, memory, queues) that learns as values pass: advice only, it never breaches by itself.

It rings for a value, or a short mean, outside all that was seen before, and for unrest that its past does not know. A
point costs the same however many came before, and the state is a dozen numbers.
"""

import math
from dataclasses import dataclass, field
from enum import Enum

SHORT_MEAN = 12  # points
USUAL = 2000  # points by which unrest is compared
LEVEL_RATE, SPREAD_RATE, CLIP = 0.003, 0.005, 4.0
DIGITS = 30  # unrest 1 is a chance of 1e-30


class Finding(Enum):
    """What is unusual about a point."""

    OUT_OF_RANGE = "OutOfRange"
    RESTLESS = "Restless"


@dataclass(frozen=True, slots=True)
class Surprise:
    """How far a point leaves the range seen before, as a part of its width; and how unlikely its unrest is, 0 to 1."""

    beyond: float
    unrest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to ring. `probation` is in points, `rest`, in which no alarm follows one, in the unit of their times."""

    probation: int = 100
    rest: int = 6 * 3600 * 1000
    margin: float = 0.03
    unrest: float = 0.3
    recent: int = 6


@dataclass(slots=True)
class _Range:
    least: float = math.inf
    greatest: float = -math.inf

    def left_by(self, value: float) -> float:
        """How far a value is outside, as a part of the width; then the range holds it too."""
        width, outside = self.greatest - self.least, max(value - self.greatest, self.least - value)
        self.least, self.greatest = min(self.least, value), max(self.greatest, value)
        return outside / width if width > 0 else math.inf if width == 0 < outside else 0.0


@dataclass(slots=True)
class Gauge:
    """What is usual for one gauge."""

    recent: int  # points over which unrest is averaged
    points: int = 0
    level: float = 0.0
    spread: float = 0.0
    short_mean: float = 0.0
    usual: float = 0.0
    variance: float = 0.0
    now: float = 0.0
    values: _Range = field(default_factory=_Range)
    means: _Range = field(default_factory=_Range)

    def see(self, value: float) -> Surprise:
        """How surprising a value is, and learn from it."""
        self.points += 1
        if self.points == 1:
            self.level = value

        self.short_mean += self._rate(SHORT_MEAN) * (value - self.short_mean)
        beyond = self.values.left_by(value)
        if self.points > SHORT_MEAN:
            beyond = max(beyond, self.means.left_by(self.short_mean))

        return Surprise(beyond, self._unrest(value))

    def _unrest(self, value: float) -> float:
        """The mean of the last logarithms of the distance from the level, in spreads, against what is usual."""
        distance = abs(value - self.level)
        self.spread = self.spread or distance
        height = math.log1p(distance / self.spread) if self.spread else 0.0
        most = CLIP * self.spread
        self.level += LEVEL_RATE * max(-most, min(most, value - self.level))
        self.spread += SPREAD_RATE * (min(distance, most) - self.spread)

        rate, recent, off = self._rate(USUAL), self._rate(self.recent), height - self.usual
        self.usual += rate * off
        self.variance = (1 - rate) * (self.variance + rate * off * off)
        self.now += recent * (height - self.now)
        deviation = math.sqrt(max(self.variance, 1e-12) * 2 * recent / (2 - recent))
        chance = math.erfc((self.now - self.usual) / deviation / math.sqrt(2)) / 2
        return -math.log10(max(chance, 1e-300)) / DIGITS

    def _rate(self, points: int) -> float:
        return 1 / min(self.points, points)


@dataclass(slots=True)
class Detector:
    """Rings for one gauge, and then rests."""

    limits: Limits = field(default_factory=Limits)
    rests_until: float = -math.inf
    gauge: Gauge = field(init=False)

    def __post_init__(self) -> None:
        self.gauge = Gauge(self.limits.recent)

    def see(self, at: int, value: float) -> Finding | None:
        """What is unusual about a value. What is no number is passed over."""
        if not math.isfinite(value):
            return None

        surprise = self.gauge.see(value)
        return self.judge(at, surprise) if self.gauge.points > self.limits.probation else None

    def judge(self, at: int, surprise: Surprise) -> Finding | None:
        """Whether a surprise is one to tell."""
        outside = surprise.beyond > self.limits.margin
        if at <= self.rests_until or not (outside or surprise.unrest >= self.limits.unrest):
            return None

        self.rests_until = at + self.limits.rest
        return Finding.OUT_OF_RANGE if outside else Finding.RESTLESS
