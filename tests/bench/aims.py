"""What each figure is to be. A figure without an aim is told for its own sake."""

from dataclasses import dataclass

from .spread import Spread


@dataclass(frozen=True, slots=True)
class AtMost:
    """No number above it; of a spread the middle and the greatest, or the greatest alone."""

    most: float
    greatest: float | None = None

    def met(self, figure: object) -> bool:
        """True where a figure is as good as that."""
        if isinstance(figure, Spread):
            middle = self.most if self.greatest is not None else float("inf")
            greatest = self.most if self.greatest is None else self.greatest
            return figure.middle <= middle and figure.greatest <= greatest

        return isinstance(figure, int | float) and figure <= self.most

    def __str__(self) -> str:
        return f"≤ {self.most:g}" if self.greatest is None else f"≤ {self.most:g} / {self.greatest:g}"


@dataclass(frozen=True, slots=True)
class Exactly:
    """This and nothing else."""

    value: object

    def met(self, figure: object) -> bool:
        """True where a figure is that."""
        return figure == self.value

    def __str__(self) -> str:
        return str(self.value)


Aim = AtMost | Exactly

READ_TO_ZERO = AtMost(0.06, 0.15)
AIMS: dict[str, dict[str, Aim]] = {
    "breach, interval 1 s": {"answer read to weight 0": READ_TO_ZERO, "visible to weight 0": AtMost(0.6, 1.2)},
    "breach, interval 10 s": {"answer read to weight 0": READ_TO_ZERO},
    "pods available → weight": {"first step": AtMost(0.05, 0.1), "later steps": AtMost(0.03, 0.08)},
    "requests": {
        "rollout of five steps, bare": AtMost(24),
        "rollout of five steps, a metric every 10 s": AtMost(30),
        "in a minute without work": AtMost(0),
    },
    "1,000 idle": {
        "RSS, MiB": AtMost(120),
        "CPU, % of a core": AtMost(0.3),
        "requests in 30 s": AtMost(0),
        "restart to first weight of ten": AtMost(1.5),
        "RSS after the restart, MiB": AtMost(120),
    },
    "100 rollouts at once": {"promoted": AtMost(5)},
    "60 s of 503 from the source": {
        "said meanwhile": Exactly("MetricsUnavailable"),
        "not promoted afterwards": AtMost(0),
    },
    "kill -9 in 100 rollouts": {"start to next weight": AtMost(2), "wrong or skipped weights": AtMost(0)},
}
