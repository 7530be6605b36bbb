"""One source whose pages are read: whom it counts for, its pages by now, and what they counted."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.history import BLOCK
from tidegate.metrics.page import Page
from tidegate.metrics.raw_counts import RawSeries, Shape
from tidegate.metrics.ring import Ring
from tidegate.metrics.samples import Side, milliseconds
from tidegate.metrics.scrape import Target
from tidegate.metrics.sifting import Labels, Owner, Sifting, Wanted, Wish, owner_of
from tidegate.watch import Key, Tasks

# What is learned of stable's hour is learned in blocks of this length.
RESTING = milliseconds(BLOCK)
WHOSE = {Side.STABLE: "stable", Side.CANDIDATE: "the candidate"}
NOT_YET = Unusable("its pages were not read yet")
# One that hangs has ten seconds at most.
PAGES_AT_ONCE = 64
# The pages that all Releases share, where they are no pods'.
GATEWAY = Key("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A Release that is counted for. `moving`: during a rollout it is looked at more often."""

    wishes: tuple[Wish, ...]
    revisions: frozenset[str]
    moving: bool

    @property
    def owners(self) -> frozenset[tuple[Shape, Owner]]:
        """What is looked for on pages."""
        return frozenset((wish.shape, owner_of(wish.shape, side)) for wish in self.wishes for side in wish.sides)


@dataclass(slots=True, eq=False)
class Leaf:
    """A page: what is known of its lines, and why it was of no use when it was read last."""

    key: Key
    target: Target
    sifting: Sifting = field(repr=False)
    failed: Unusable | None = NOT_YET


@dataclass(slots=True)
class Reading:
    """All of it may be lost: then counts begin again. Its `turns` are its own: no source waits for another's.

    `reads` alone knows which pages are being read.
    """

    ring: Ring = field(default_factory=Ring)
    counted: dict[Key, Counted] = field(default_factory=dict)
    begun: dict[Key, int] = field(default_factory=dict)
    failed: Unusable | None = None
    by_pods: bool = False
    rested: int = 0
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    reads: Tasks = field(default_factory=lambda: Tasks("reading a page"))
    _leaves: dict[Key, dict[Labels, Leaf]] = field(default_factory=dict)
    _wanted: Wanted | None = None

    def follow(self, key: Key, counted: Counted) -> None:
        """Count for a Release."""
        before = self.counted.get(key)
        if before is None or before.owners != counted.owners:
            self._wanted = None

        self.counted[key] = counted

    def leave(self, key: Key) -> None:
        """Count for it no more."""
        self._wanted = None
        for known in (self.counted, self.begun, self._leaves):
            known.pop(key, None)

    def due(self, at: int, interval: int) -> list[Key]:
        """Whose pages are read now: a rollout's at every interval, and all others' every quarter of a minute."""
        if at - self.rested >= RESTING - interval // 2:
            self.rested = at
            self.ring.forget(at)
            return list(self.counted)

        return [key for key, counted in self.counted.items() if counted.moving]

    def turn_to(self, pages: Mapping[Key, Iterable[Target]]) -> list[Leaf]:
        """The pages that are there now, each with what is known of it; those that are being read are left out."""
        if self._wanted is None:
            self._wanted = Wanted(wish for counted in self.counted.values() for wish in counted.wishes)

        for key, targets in pages.items():
            before = self._leaves.get(key, {})
            self._leaves[key] = {target.ours: self._leaf(key, target, before.get(target.ours)) for target in targets}

        return [leaf for key in pages for leaf in self._leaves[key].values() if leaf not in self.reads]

    def _leaf(self, key: Key, target: Target, before: Leaf | None) -> Leaf:
        assert self._wanted is not None
        if before is None or before.target != target:
            return Leaf(key, target, Sifting(self._wanted, target.ours))

        if before.sifting.wanted is not self._wanted and before not in self.reads:
            before.sifting = Sifting(self._wanted, target.ours)

        return before

    def take(self, leaf: Leaf, at: int, found: Page | Unusable) -> None:
        """What came of a page that was asked for at a time in milliseconds since 1970."""
        leaf.failed = found if isinstance(found, Unusable) else self.ring.add(at, self._told(found))
        if not leaf.failed:
            for key in self.counted if leaf.key == GATEWAY else (leaf.key,):
                self.begun.setdefault(key, at)

    def _told(self, page: Page) -> Page:
        """A pod stays the same one when its container begins again; a gateway's process is another one then."""
        return Page(page.values) if self.by_pods else page

    def raw(self, shape: Shape, sides: Sequence[Backend], *, since: int, until: int) -> list[RawSeries] | Unusable:
        """The samples of some sides, or why there are none."""
        return self._silent(sides) or self.ring.raw(shape, sides, since=since, until=until)

    def _silent(self, sides: Sequence[Backend]) -> Unusable | None:
        """A page that fails is left out. Where all of a side do, nothing can be said of it."""
        if not self.by_pods:
            return self._failing(self._leaves.get(GATEWAY, {}).values())

        for side in sides:
            leaves = self._leaves.get(Key(side.namespace, side.release), {}).values()
            mine = [leaf for leaf in leaves if dict(leaf.target.ours)["pod"].startswith(side.pod_prefix)]
            failing = self._failing(mine) if mine else None
            if failing:
                return NotWhole(f"no pod of {WHOSE[side.side]} can be read: {failing.why}")

        return None

    def _failing(self, leaves: Iterable[Leaf]) -> Unusable | None:
        found = [leaf.failed for leaf in leaves]
        if found and not all(found):
            return None

        return self.failed or next(iter(found), None) or NOT_YET
