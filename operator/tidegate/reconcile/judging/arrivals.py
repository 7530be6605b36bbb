"""How long after their time samples are stored: a source tells it, when what was asked before is asked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tidegate.metrics.samples import MILLISECONDS, Series
from tidegate.reconcile.sources.sources import Place

# A scrape is stored when it is done. Whoever sends samples on stores them later: each of these is tried in turn.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 20, 40, 60))
SOON, LATEST = WAITS[0], WAITS[-1]
# So much of what was asked before is asked again: more than is ever waited for, to know what comes later than that; and
# so much more that what a store gives of both servers of a pair, where a window begins, is older than what may be late.
AGAIN = int(2.5 * LATEST.total_seconds() * MILLISECONDS)


@dataclass(frozen=True, slots=True)
class Late:
    """By how much a sample was stored late at least, and how long was waited for it: not long enough."""

    by: timedelta
    waited: timedelta

    @property
    def never_waited_for(self) -> bool:
        """True where nothing is waited for longer."""
        return self.waited >= LATEST


class Arrivals:
    """How long each source is waited for: longer once a sample came later, and never shorter again."""

    def __init__(self) -> None:
        self._waits: dict[Place, timedelta] = {}

    def wait(self, place: Place) -> timedelta:
        """Samples that are older than this are taken to be there."""
        return self._waits.get(place, SOON)

    def learn(self, place: Place, late: timedelta) -> timedelta:
        """Wait longer than a sample was late by, a minute at most; how long that is."""
        enough = next((wait for wait in WAITS if wait > late), LATEST)
        self._waits[place] = max(enough, self.wait(place))
        return self._waits[place]

    def waits_for(self, place: Place, late: Late) -> bool:
        """Learn it, and tell whether such a sample is waited for from now on.

        Another question may have learnt as much before: what was taken by this one lacks the sample all the same.
        """
        return self.learn(place, late.by) > late.waited


@dataclass(slots=True)
class Stored:
    """The time of the newest sample that was there when it was asked for. What is before `since` is of no use."""

    since: int
    _newest: int | None = None

    def late_by(self, series: Iterable[Series], *, taken: int, until: int) -> int | None:
        """How long before `taken` the first sample is, in milliseconds, that was not there when that was asked for.

        Now `until` is asked for. None where all were there. A sample's time is taken for the end of its second.

        What is late is newer than all that was there. A sample among them is another replica's of the same server,
        whose scrapes come at other seconds; and a source that never had any was away.
        """
        times = {at for each in series for at in times_of(each) if at <= until}
        newest, self._newest = self._newest, max(times, default=self._newest)
        known = taken if newest is None else max(newest, self.since)
        first = min((at for at in times if known < at <= taken), default=None)
        return None if first is None else max(0, taken - (first // MILLISECONDS + 1) * MILLISECONDS)


def times_of(series: Series) -> list[int]:
    """When its samples were taken, in milliseconds since 1970."""
    return [sample.at for sample in series.samples] + [sample.at for sample in series.native]
