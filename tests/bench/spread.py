"""Times as a bench tells them."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the greatest of some times, in seconds."""

    middle: float
    greatest: float
    count: int

    def __str__(self) -> str:
        return f"{self.middle:.3f} / {self.greatest:.3f}"


def spread(times: list[float]) -> Spread:
    """The spread of some times."""
    return Spread(round(median(times), 4), round(max(times), 4), len(times))
