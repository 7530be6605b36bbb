"""`python -m tests.bench.nab`: the detector for gauges on labelled series, tuned on one half and scored on the other.

No chance is used: the same data give the same figures. What is tuned are the four numbers of a `Setting`; the shape of
the detector and its rates were chosen with all files in view.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median

from tidegate.judge.streaming import Detector, Gauge, Limits, Surprise

from . import windowed_gaussian
from .datasets import Absent, declare, folder_of
from .labelled import Labelled, cloud_monitoring, nab
from .scoring import PROFILES, Tally, score, tally

# A rest, as a part of the probation that NAB tells a detector: it must not know how long the series is.
REST = 0.2
MARGINS, UNRESTS, RESTS, RECENTS = (0.03, 0.05, 0.08), (0.25, 0.3, 0.35, 0.4), (0.2, 0.3, 0.4), (4, 6, 8)
ODD, EVEN = slice(0, None, 2), slice(1, None, 2)
ABSENT, WRONG = 2, 1
TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tuned."""

    margin: float = Limits().margin
    unrest: float = Limits().unrest
    recent: int = Limits().recent
    rest: float = REST

    def of(self, series: Labelled) -> Limits:
        return Limits(
            probation=series.probation,
            rest=int(self.rest * series.probation),
            margin=self.margin,
            unrest=self.unrest,
            recent=self.recent,
        )


def main() -> int:
    """Print the scores; a code other than 0 where data are absent or the baseline is not what was published."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nab", description=__doc__)
    declare(parser)
    data = parser.parse_args().data
    try:
        corpus, cloud = nab(folder_of("nab", data)), cloud_monitoring(folder_of("cloud-monitoring", data))
    except Absent as absent:
        print(absent, file=sys.stderr)
        return ABSENT

    as_published = report_baseline(corpus)
    report_shipped(corpus)
    report_held_out(corpus)
    report_events(cloud)
    return 0 if as_published else WRONG


def report_baseline(corpus: Sequence[Labelled]) -> bool:
    """True where our scoring gives the published score of NAB's own baseline."""
    tallies = [tally(series, windowed_gaussian.alarms(series.values)) for series in corpus]
    off = max(abs(score(tallies, profile) - windowed_gaussian.PUBLISHED[profile.name]) for profile in PROFILES)
    print(f"{'NAB, 58 series':<42}{'  '.join(f'{profile.name:>8}' for profile in PROFILES)}")
    row("windowed Gaussian at its threshold", tallies)
    print(f"{'  as published' if off <= TOLERANCE else '  NOT AS PUBLISHED'}: {windowed_gaussian.PUBLISHED}")
    return off <= TOLERANCE


def report_shipped(corpus: Sequence[Labelled]) -> None:
    began = time.process_time()
    tallies = [tally(series, list(alarms(series, Setting()))) for series in corpus]
    points = sum(len(series.values) for series in corpus)
    row("as shipped, on all files", tallies)
    print(f"  {(time.process_time() - began) / points * 1e6:.1f} µs of CPU per point, {points:,} points")


def report_held_out(corpus: Sequence[Labelled]) -> None:
    """Each half of the files with the setting that is best on the other."""
    tuned = table(corpus)
    found = held_out(tuned)
    for name, (best, there, tallies) in zip(("odd", "even"), found, strict=True):
        row(f"{name} files, tuned on the others", tallies)
        print(f"  {best}; there {there:.1f}")

    row("both halves, each tuned on the other", [each for _, _, tallies in found for each in tallies])
    scores = [score(tallies) for tallies in tuned.values()]
    spread = f"{min(scores):.1f} to {max(scores):.1f}, middle {median(scores):.1f}"
    print(f"  all {len(scores)} settings on all files: {spread}")


def held_out(tuned: Mapping[Setting, Sequence[Tally]]) -> list[tuple[Setting, float, Sequence[Tally]]]:
    """Of each half of the files: the setting that is best on the other half, its score there, and its tallies here."""
    found = []
    for other, half in ((EVEN, ODD), (ODD, EVEN)):
        scores = {setting: score(tallies[other]) for setting, tallies in tuned.items()}
        best = max(scores, key=scores.__getitem__)
        found.append((best, scores[best], tuned[best][half]))

    return found


def table(corpus: Sequence[Labelled]) -> dict[Setting, list[Tally]]:
    """Every setting's tallies. What a gauge learns depends on none but `recent`."""
    found: dict[Setting, list[Tally]] = {}
    for recent in RECENTS:
        loud = [list(surprising(series, recent)) for series in corpus]
        for margin, unrest, rest in product(MARGINS, UNRESTS, RESTS):
            setting = Setting(margin, unrest, recent, rest)
            found[setting] = [
                tally(series, rung(series, setting, points)) for series, points in zip(corpus, loud, strict=True)
            ]

    return found


def surprising(series: Labelled, recent: int) -> Iterator[tuple[int, Surprise]]:
    """The points after probation at which some setting might ring."""
    gauge = Gauge(recent)
    for place, value in enumerate(series.values):
        surprise = gauge.see(value)
        loud = surprise.beyond > min(MARGINS) or surprise.unrest >= min(UNRESTS)
        if loud and place >= series.probation:
            yield place, surprise


def rung(series: Labelled, setting: Setting, points: Sequence[tuple[int, Surprise]]) -> list[int]:
    detector = Detector(setting.of(series))
    return [place for place, surprise in points if detector.judge(place, surprise)]


def alarms(series: Labelled, setting: Setting) -> Iterator[int]:
    """Where the detector rings, as it does in production."""
    detector = Detector(setting.of(series))
    for place, value in enumerate(series.values):
        if detector.see(place, value):
            yield place


def report_events(cloud: Sequence[Labelled]) -> None:
    """Microsoft's labelled runs of points: found, and alarms that are in none. Nothing is tuned on them."""
    events = found = right = wrong = 0
    for series in cloud:
        rings = list(alarms(series, Setting()))
        scored = [window for window in series.windows if window[1] >= series.probation]
        hits = [window for window in scored if any(window[0] <= place <= window[1] for place in rings)]
        inside = sum(any(first <= place <= last for first, last in series.windows) for place in rings)
        events, found = events + len(scored), found + len(hits)
        right, wrong = right + inside, wrong + len(rings) - inside

    points = sum(len(series.values) for series in cloud)
    print(f"\nMicrosoft cloud-monitoring, {len(cloud)} series, {points:,} points, as shipped, nothing tuned")
    print(f"  events found {found} of {events} (recall {found / events:.0%})")
    print(f"  alarms {right + wrong}, in no event {wrong} (precision {right / (right + wrong):.0%})")


def row(name: str, tallies: Sequence[Tally]) -> None:
    print(f"{name:<42}{'  '.join(f'{score(tallies, profile):8.2f}' for profile in PROFILES)}")


if __name__ == "__main__":
    sys.exit(main())
