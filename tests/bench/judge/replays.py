"""Recorded traffic dealt into two sides at random: nothing differs, so every rollback is false."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.datasets import Absent, folder_of

from . import peers
from .bounds import Counted
from .rollouts import SHIPPED, breaches
from .traffic import Hour, Look, measured, unknown
from .vector import Array

REPLAYS = 10_000
PEERS = 1000
RUNS = ("high_traffic", "low_traffic")
WEIGHT = 0.1
# Dealing makes requests independent; what is judged without an hour takes bursts for granted.
HOURS = {"φ = 1, as it is here": measured, "nothing known of the hour": unknown}

RIVALS = {"five points over 1 %": peers.rules(0.01, 0.01)["five minutes over 1 %"], "Mann-Whitney": peers.kayenta}


def replays(seed: int, data: Path | None) -> dict[str, Any]:
    """Every node with errors, dealt 10 to 90 again and again; without the data, `absent` says how to give them."""
    try:
        recorded = recordings(folder_of("petshop", data))
    except Absent as absent:
        return {"absent": str(absent)}

    found: dict[str, Any] = {"nodes": len(recorded)}
    each = -(-REPLAYS // len(recorded))
    for name, before in HOURS.items():
        rng = np.random.default_rng([seed, 5])
        alarms = sum(alarmed(rng, node, before(each)) for node in recorded)
        found[name] = Counted(alarms, each * len(recorded)).as_json()

    rng = np.random.default_rng([seed, 6])
    few = -(-PEERS // len(recorded))
    for name, rule in RIVALS.items():
        count = sum(int((rule(*points(rng, node, few)) > 0).sum()) for node in recorded)
        found[name] = Counted(count, few * len(recorded)).as_json()

    return found


def recordings(folder: Path) -> list[tuple[Array, Array]]:
    """Every node with errors of all runs. Raises Absent."""
    files = [folder / "dataset" / run / "noissue" / "metrics.csv" for run in RUNS]
    missing = next((path for path in files if not path.exists()), None)
    if missing:
        message = f"{missing} does not exist: petshop/ must be a checkout of petshop-root-cause-analysis"
        raise Absent(message)

    return [node for path in files for node in nodes(path)]


def nodes(path: Path) -> list[tuple[Array, Array]]:
    """Requests and failed ones by five minutes, of each node that has any."""
    with path.open(newline="") as file:
        names, metrics, _, _, *lines = list(csv.reader(file))
    found = []
    columns = {(name, metric): place for place, (name, metric) in enumerate(zip(names, metrics, strict=True))}
    for name in sorted(set(names)):
        if (name, "requests") in columns and (name, "availability") in columns:
            requests, available = (column(lines, columns[name, each]) for each in ("requests", "availability"))
            known = ~np.isnan(requests) & ~np.isnan(available)
            total = np.where(known, requests, 0).round()
            failed = np.where(known, requests * (1 - available / 100), 0).round()
            if failed.sum() > 0:
                found.append((total, np.minimum(failed, total)))

    return found


def column(lines: list[list[str]], place: int) -> Array:
    """A column of numbers; NaN where there is none."""
    return np.array([float(line[place] or "nan") for line in lines])


def dealt(rng: np.random.Generator, node: tuple[Array, Array], runs: int) -> Iterator[Look]:
    """Each point's requests, good and bad, dealt to the two sides."""
    for total, failed in zip(*node, strict=True):
        bad = rng.binomial(int(failed), WEIGHT, runs).astype(float)
        good = rng.binomial(int(total - failed), WEIGHT, runs).astype(float)
        yield good + bad, bad, total - good - bad, failed - bad


def alarmed(rng: np.random.Generator, node: tuple[Array, Array], before: Hour) -> int:
    """How many replays of a node are rolled back."""
    runs = len(before.thin)
    found, _ = breaches(dealt(rng, node, runs), SHIPPED, before, np.ones(runs))
    return int((found > 0).sum())


def points(rng: np.random.Generator, node: tuple[Array, Array], runs: int) -> list[Array]:
    """Replays of a node for rules on points: the first five hours, as many points as an hour has minutes."""
    kept = list(dealt(rng, node, runs))[:60]
    return [np.stack(part, axis=1) for part in zip(*kept, strict=True)]
