"""Who shares a question: what is counted of one source, shape and cell is asked once, for whichever Releases."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from tidegate.api.objectives import MetricSourceRef
from tidegate.metrics.raw_counts import Shape
from tidegate.reconcile.sources.sources import Place
from tidegate.watch import Identity, Key

# How many Releases share a question.
TOGETHER = 50
ROUND = "round"
Member = tuple[Key, str]


class Countable(Protocol):
    """What is counted, and over which cells."""

    @property
    def shape(self) -> Shape:
        """Of the counters."""

    @property
    def cell(self) -> timedelta:
        """From one end to the next."""


class Followed(Protocol):
    """One objective's requests; `failed` says why nothing more is counted."""

    failed: str

    @property
    def counting(self) -> Countable:
        """Nothing of it changes while it is followed."""


F = TypeVar("F", bound=Followed)


@dataclass(frozen=True, slots=True)
class Group:
    """Who is asked, for whom where the source is a namespace's own, what, and how often."""

    source: MetricSourceRef
    namespace: str
    shape: Shape
    cell: timedelta

    @property
    def place(self) -> Place:
        """Which source it is, as the others know it."""
        return self.source, self.namespace

    @property
    def identity(self) -> Identity:
        """As a key of a schedule."""
        return ROUND, repr(self)


@dataclass(frozen=True, slots=True)
class Due(Generic[F]):
    """A track with the Release and the objective that it is of."""

    key: Key
    name: str
    track: F


# Told of a Release of which something failed, and of nobody else's.
Told = Callable[[Key, Exception], None]


def apart(due: Iterable[Due[F]], work: Callable[[Due[F]], object], told: Told) -> list[Due[F]]:
    """Work on each track by itself; those that it went well for. An accident of one is said of it alone."""
    left = []
    for member in due:
        try:
            work(member)
        except Exception as error:  # noqa: BLE001 - one Release's trouble must not leave the others unjudged
            member.track.failed = f"what it counted cannot be judged: {type(error).__name__}: {error}"
            told(member.key, error)
        else:
            left.append(member)

    return left


class Groups(Generic[F]):
    """The groups that are asked, and the objectives that each is asked for."""

    def __init__(self) -> None:
        self._groups: dict[Identity, Group] = {}
        self._members: dict[Identity, dict[Member, None]] = {}

    def __getitem__(self, identity: Identity) -> Group:
        return self._groups[identity]

    def join(self, key: Key, place: Place, by_name: Mapping[str, F]) -> Iterator[Identity]:
        """Ask for a Release's objectives too; the groups that they are in."""
        for name, track in by_name.items():
            group = Group(*place, track.counting.shape, track.counting.cell)
            self._groups[group.identity] = group
            self._members.setdefault(group.identity, {})[key, name] = None
            yield group.identity

    def due(self, identity: Identity, track_of: Callable[[Key, str], F | None]) -> list[Due[F]]:
        """The members that are still followed; the others are forgotten, and a group that has none."""
        group, members, found = self._groups[identity], self._members[identity], []
        for key, name in list(members):
            track = track_of(key, name)
            if track is None or (track.counting.shape, track.counting.cell) != (group.shape, group.cell):
                del members[key, name]
            else:
                found.append(Due(key, name, track))

        if not found:
            del self._groups[identity], self._members[identity]

        return found


def together(due: Iterable[Due[F]], alike: Callable[[F], Hashable]) -> Iterator[list[Due[F]]]:
    """Tracks that have come equally far share a question, so many at most; near each other by namespace."""
    groups: dict[Hashable, list[Due[F]]] = {}
    for member in due:
        groups.setdefault(alike(member.track), []).append(member)

    for found in groups.values():
        found.sort(key=lambda member: member.key)
        yield from (found[place : place + TOGETHER] for place in range(0, len(found), TOGETHER))


def fail(due: Sequence[Due[F]], why: str) -> None:
    """Say of each track why nothing more is counted."""
    for member in due:
        member.track.failed = why
