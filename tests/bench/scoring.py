"""NAB's rules for scoring alarms, written anew from their description (numenta/NAB, version 1.1)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .labelled import Labelled

FAR_BEHIND = 3.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a false alarm and a missed anomaly cost, where an anomaly found at its first point gives 1."""

    name: str
    false_alarm: float
    missed: float


PROFILES = (Profile("standard", 0.11, 1.0), Profile("low FP", 0.22, 1.0), Profile("low FN", 0.11, 2.0))
STANDARD = PROFILES[0]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a series' alarms came to, before a profile's costs: sums of found and false, and numbers of windows."""

    found: float
    false: float
    missed: int
    windows: int


def score(tallies: Iterable[Tally], profile: Profile = STANDARD) -> float:
    """0 for a detector that never rings, 100 for one that rings once at each anomaly's first point."""
    tallies = tuple(tallies)
    windows = sum(tally.windows for tally in tallies)
    raw = sum(tally.found + profile.false_alarm * tally.false - profile.missed * tally.missed for tally in tallies)
    silent = -profile.missed * windows
    return 100 * (raw - silent) / (windows - silent)


def tally(series: Labelled, alarms: Iterable[int]) -> Tally:
    """Score alarms by their places; of those in one window the first counts, and those in probation never."""
    found: dict[tuple[int, int], float] = {}
    false = 0.0
    for place in alarms:
        if place < series.probation:
            continue

        window = next((each for each in series.windows if each[0] <= place <= each[1]), None)
        if window is None:
            false += _false(series.windows, place)
        else:
            found[window] = max(found.get(window, -1.0), _found(window, place))

    return Tally(sum(found.values()), false, len(series.windows) - len(found), len(series.windows))


def _found(window: tuple[int, int], place: int) -> float:
    """1 at the first point, towards 0 at the last."""
    first, last = window
    return _sigmoid(-(last - place + 1) / (last - first + 1)) / _sigmoid(-1.0)


def _false(windows: Sequence[tuple[int, int]], place: int) -> float:
    """-1; less right after a window, by as much as it is near."""
    before = [window for window in windows if window[1] < place]
    if not before:
        return -1.0

    first, last = max(before)
    return _sigmoid((place - last) / (last - first))


def _sigmoid(position: float) -> float:
    """From nearly 1 at -1, the left edge of a window, over 0 at its right edge, to -1."""
    return -1.0 if position >= FAR_BEHIND else 2 / (1 + math.exp(5 * position)) - 1
