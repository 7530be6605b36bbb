"""How sure a share is that was counted in simulations."""

from dataclasses import dataclass

from scipy import special


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of so many runs."""

    count: int
    runs: int

    @property
    def share(self) -> float:
        """The share that was seen."""
        return self.count / self.runs

    @property
    def upper(self) -> float:
        """Clopper and Pearson's upper bound, wrong with 2.5 %."""
        if self.count == self.runs:
            return 1.0

        return float(special.betaincinv(self.count + 1, self.runs - self.count, 0.975))

    def as_json(self) -> dict[str, float]:
        """For the file."""
        return {"count": self.count, "runs": self.runs, "share": self.share, "upper": self.upper}

    def __str__(self) -> str:
        return f"{self.share:.2%} (≤ {self.upper:.2%})"
