"""Series with labelled anomalies, read from the folders of public data sets."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from .datasets import Absent

PROBATION, LONGEST = 0.15, 5000


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series and its anomalies, as the first and the last point of each."""

    name: str
    values: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        """NAB's: alarms before it are not scored."""
        return int(PROBATION * min(len(self.values), LONGEST))


def nab(folder: Path) -> list[Labelled]:
    """Numenta's corpus: 58 series, in the order of their names."""
    labels = folder / "labels" / "combined_windows.json"
    if not labels.exists():
        raise Absent(f"{labels} does not exist: nab/ must be a checkout of numenta/NAB")

    found = []
    for name, windows in sorted(json.loads(labels.read_text()).items()):
        times, values = columns(folder / "data" / name)
        # Some clocks went back: the first point of a time counts.
        places = {time: place for place, time in reversed(list(enumerate(times)))}
        limits = tuple((places[first[:19]], places[last[:19]]) for first, last in windows)
        found.append(Labelled(name, tuple(map(float, values)), limits))

    return found


def cloud_monitoring(folder: Path) -> list[Labelled]:
    """Microsoft's corpus: 60 series whose anomalous points are labelled one by one."""
    paths = sorted((folder / "data").glob("*/*.csv"))
    if not paths:
        raise Absent(f"{folder} is no checkout of microsoft/cloud-monitoring-dataset: it has no data/*/*.csv")

    found = []
    for path in paths:
        _, values, labels = columns(path)
        numbers = tuple(float(value or "nan") for value in values)
        found.append(Labelled(path.stem, numbers, runs([label == "1" for label in labels])))

    return found


def columns(path: Path) -> list[tuple[str, ...]]:
    """A file's columns, without their names."""
    with path.open(newline="") as lines:
        rows = [row for row in csv.reader(lines) if row]

    return list(zip(*rows[1:], strict=True))


def runs(marked: list[bool]) -> tuple[tuple[int, int], ...]:
    """The first and the last place of each run of marked points."""
    found: list[tuple[int, int]] = []
    for place, mark in enumerate(marked):
        if mark and found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        elif mark:
            found.append((place, place))

    return tuple(found)
