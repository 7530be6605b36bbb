"""What of a page is kept: the counters of the Releases that are followed. All other series are forgotten at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .backend import Backend
from .matchers import Matchers
from .raw_counts import Roster, Shape

# The lines of a page are parsed once; so many are remembered.
REMEMBERED = 100_000
# What a scrape says itself. A page's own labels of these names are kept under other ones, as Prometheus does it.
OURS = frozenset({"job", "instance", "namespace", "pod"})
DROPPED: Final = False
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a series is: a metric, and what tells a side by. The same for all revisions that are told alike."""

    metric: str
    matchers: Matchers


@dataclass(frozen=True, slots=True)
class Head:
    """One series of a target, with all its labels. Its hash is asked for at every page, and made once."""

    owner: Owner
    labels: Labels
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Make the hash."""
        object.__setattr__(self, "_hash", hash((self.owner, self.labels)))

    def __hash__(self) -> int:
        """The same for equal ones."""
        return self._hash


@dataclass(frozen=True, slots=True)
class Wish:
    """Some sides, and a shape in which they are counted."""

    shape: Shape
    sides: tuple[Backend, ...]


class Wanted:
    """What is wanted of every page of a source."""

    __slots__ = ("_by_metric", "metrics")

    def __init__(self, wishes: Iterable[Wish]) -> None:
        sides: dict[Shape, dict[Matchers, Backend]] = {}
        for wish in wishes:
            alike = sides.setdefault(wish.shape, {})
            alike.update((wish.shape.counts.backend(side), side) for side in wish.sides)

        self._by_metric: dict[str, list[tuple[Shape, Roster]]] = {}
        for shape, found in sides.items():
            self._by_metric.setdefault(shape.metric, []).append((shape, Roster(shape, list(found.values()))))

        self.metrics = frozenset(self._by_metric)

    def owner(self, metric: str, labels: Mapping[str, str]) -> Owner | None:
        """Whose a series is; None for one that nobody wants."""
        for shape, roster in self._by_metric.get(metric, ()):
            side = roster.of(labels) if shape.takes(labels) else None
            if side is not None:
                return owner_of(shape, side)

        return None


def owner_of(shape: Shape, side: Backend) -> Owner:
    """What the series of a side are kept under."""
    return Owner(shape.metric, shape.counts.backend(side))


@dataclass(slots=True)
class Sifting:
    """What is wanted of one target's page, and what is known of its lines by now."""

    wanted: Wanted
    ours: Labels
    known: dict[bytes, Head | Literal[False]] = field(default_factory=dict)

    def learn(self, line: bytes, metric: str, labels: Mapping[str, str]) -> Head | Literal[False]:
        """Remember what becomes of a line that begins so."""
        theirs = {f"exported_{name}" if name in OURS else name: value for name, value in labels.items()}
        all_of_them = {**theirs, **dict(self.ours)}
        owner = self.wanted.owner(metric, all_of_them)
        if len(self.known) >= REMEMBERED:
            self.known.clear()

        self.known[line] = Head(owner, tuple(sorted(all_of_them.items()))) if owner else DROPPED
        return self.known[line]
