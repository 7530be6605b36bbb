"""NAB's baseline «windowed Gaussian», to see that our scoring gives its published score."""

import math
from collections import deque
from collections.abc import Sequence

WINDOW, STEP = 6400, 100
PUBLISHED = {"standard": 39.65, "low FP": 20.87, "low FN": 47.41}
# Its published threshold is 1, over results that were written with twelve digits.
THRESHOLD, WRITTEN_DIGITS = 1.0, 12
NO_SPREAD = 1e-6


def alarms(values: Sequence[float]) -> list[int]:
    """Where a value's tail probability in the window's normal distribution is none at all, to twelve digits."""
    seen = surprises(values)
    return [place for place, surprise in enumerate(seen) if round(surprise, WRITTEN_DIGITS) >= THRESHOLD]


def surprises(values: Sequence[float]) -> list[float]:
    """1 minus the tail probability of each value; a full window moves on by steps."""
    window, waiting = Window(values[0]), 0
    found = []
    for place, value in enumerate(values):
        found.append(window.surprise(value) if place else 0.0)
        waiting = waiting + 1 if place >= WINDOW else 0
        if place < WINDOW:
            window.add(value)
        elif waiting % STEP == 0:
            window.move(values[place - STEP + 1 : place + 1])

    return found


class Window:
    """A window's mean and deviation, from sums around its first value."""

    def __init__(self, around: float) -> None:
        self.around = around
        self.held: deque[float] = deque()
        self.sum = self.squares = 0.0

    def add(self, value: float) -> None:
        offset = value - self.around
        self.held.append(offset)
        self.sum += offset
        self.squares += offset * offset

    def move(self, values: Sequence[float]) -> None:
        """Take values in, and as many of the oldest out."""
        for value in values:
            gone = self.held.popleft()
            self.sum -= gone
            self.squares -= gone * gone
            self.add(value)

    def surprise(self, value: float) -> float:
        mean = self.sum / len(self.held)
        deviation = math.sqrt(max(0.0, self.squares / len(self.held) - mean * mean)) or NO_SPREAD
        return 1 - math.erfc(abs(value - self.around - mean) / deviation / math.sqrt(2)) / 2
