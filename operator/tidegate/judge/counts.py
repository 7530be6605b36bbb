"""What one look sees: requests and bad ones of the candidate and of stable, over the same seconds."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of one side, and how many of them were bad: failed, or slower than a boundary."""

    requests: int = 0
    bad: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for counts that cannot be: to mend a counter's reset is its reader's work."""
        if not 0 <= self.bad <= self.requests:
            message = f"{self.bad} bad of {self.requests} requests: must be between none and all of them"
            raise ValueError(message)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.requests + other.requests, self.bad + other.bad)

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(self.requests - other.requests, self.bad - other.bad)

    @property
    def share(self) -> float:
        """The bad ones among all; 0 where there are none."""
        return self.bad / self.requests if self.requests else 0.0


NONE = Counts()


@dataclass(frozen=True, slots=True)
class Block:
    """The whole increments of both sides between two scrapes. A block in which a side was not scraped is left out."""

    candidate: Counts = NONE
    stable: Counts = NONE

    def __add__(self, other: "Block") -> "Block":
        return Block(self.candidate + other.candidate, self.stable + other.stable)

    def __sub__(self, other: "Block") -> "Block":
        return Block(self.candidate - other.candidate, self.stable - other.stable)


EMPTY = Block()


def as_counts(block: Block) -> tuple[int, int, int, int]:
    """A block as four numbers."""
    return block.candidate.requests, block.candidate.bad, block.stable.requests, block.stable.bad


def as_block(counts: Sequence[int]) -> Block:
    """Four numbers as a block."""
    return Block(Counts(counts[0], counts[1]), Counts(counts[2], counts[3]))


@dataclass(frozen=True, slots=True)
class PodCounts:
    """What one pod answered."""

    pod: str
    counts: Counts
