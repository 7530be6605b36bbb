"""What is known of a scraped target and of its counters: their last samples, and how far they rose in a block."""

from dataclasses import dataclass, field

from .copies import SCRAPE
from .samples import Counter, Sample, Side

# A pod, and who scrapes it: what another job tells of the same pod has begun before that job did.
Target = tuple[str, ...]


def target_of(counter: Counter) -> Target:
    """Whose a counter is."""
    return counter.pod, *(value for label, value in counter.labels if label in SCRAPE)


@dataclass(slots=True, eq=False)
class Line:
    """A counter, its last sample, and how far it rose in the open block."""

    counter: Counter
    target: Target
    last: Sample | None = None
    grown: int = 0


@dataclass(slots=True)
class Pod:
    """What is known of a scraped target."""

    name: str
    seen: int
    scraped: int
    # How far its scrapes are apart, by the last two, of which the second was then; 0 before there are two.
    apart: int = 0
    apart_at: int | None = None
    # By how much all its counters surely rose at its last scrapes; of those before the last less and less of it.
    rose: int = 0
    # True where the open block holds all that the pod counted in it, and the pod was warm when it began.
    counts: bool = False
    warm: bool = False
    # Its last scrape before the open block.
    begun: int | None = None
    sides: set[Side] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)

    def parts(self, side: Side) -> dict[str, int]:
        """How far the pod's counters of a side rose in the open block."""
        parts: dict[str, int] = {}
        for line in self.lines:
            if line.counter.side is side:
                parts[line.counter.part] = parts.get(line.counter.part, 0) + line.grown

        return parts

    def note_apart(self, at: int, apart: int) -> None:
        """Series of one scrape differ only where one of them was away: the least counts."""
        self.apart = min(self.apart, apart) if self.apart_at == at else apart
        self.apart_at = at
