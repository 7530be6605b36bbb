"""`make bench-judge`: the figures of docs/judge.md, as a table and as .bench/judge.json."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.datasets import declare
from tests.cluster.local import ROOT

from . import delays, latencies, nulls
from .costs import costs
from .counters import COUNTERS, counters
from .day_before import day_before
from .gauges import gauges
from .held import worse
from .lasting import lasting
from .little import little
from .passes import passes
from .phases import phases
from .replays import replays
from .report import report
from .shedding import shedding
from .slow_phases import slow_phases
from .thin import thin

SEED = 20261127
COSTS = "costs"
Job = Callable[[], Any]


def main() -> None:
    """Simulate, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.judge", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--runs", type=int, default=4000, help="rollouts for each null; half for each fault")
    parser.add_argument("--only", nargs="+", choices=(COSTS, *parts(SEED, 0, None)), help="these alone; none is kept")
    declare(parser)
    asked = parser.parse_args()
    began = time.monotonic()
    found: dict[str, Any] = {"seed": asked.seed, "runs": asked.runs}
    if not asked.only or COSTS in asked.only:
        found[COSTS] = costs()

    jobs = parts(asked.seed, asked.runs, asked.data)
    found |= simulated({name: each for name, each in jobs.items() if not asked.only or name in asked.only})
    if not asked.only:
        keep(found, round(time.monotonic() - began))

    print(report(found))
    print(f"\nSeed {asked.seed}, {time.monotonic() - began:.0f} s.")
    if not asked.only and (sentences := list(worse(found))):
        sys.exit("Worse than it was:\n" + "\n".join(sentences))


def keep(found: dict[str, Any], seconds: int) -> None:
    """As JSON, beside what a run is measured by."""
    names = ("shipped", "comparison")
    against = {name: delays.shorter(found["faults"], name) for name in names}
    found |= {"delay against the best peer": against, "seconds": seconds}
    folder = ROOT / ".bench"
    folder.mkdir(exist_ok=True)
    (folder / "judge.json").write_text(json.dumps(plain(found), indent=2, ensure_ascii=False) + "\n")


def parts(seed: int, runs: int, data: Path | None) -> dict[str, list[Job]]:
    """All that is simulated and replayed; the rows of a part's jobs are one table."""
    return {
        "replays": [partial(replays, seed, data)],
        "gauges": [partial(gauges, data)],
        "passes": [partial(passes, seed, runs // 2)],
        "thin": [partial(thin, seed, runs // 2)],
        "lasting": [partial(lasting, seed, runs // 2)],
        "phases": [partial(phases, seed, runs // 2)],
        "slow phases": [partial(slow_phases, seed, runs // 2)],
        "little": [partial(little, seed, runs // 4)],
        "shedding": [partial(shedding, seed, runs // 2)],
        "day before": [partial(day_before, seed, runs // 4)],
        "stress": [partial(nulls.stressed, seed, runs, place) for place in range(len(nulls.stress()))],
        "nulls": [partial(nulls.plain, seed, runs, *setting) for setting in nulls.PLAIN],
        "faults": [partial(delays.cells, seed, runs // 2, *cell) for cell in delays.CELLS],
        "counters": [partial(counters, seed, runs // 2, name) for name in COUNTERS],
        "latency": [partial(latencies.rows, seed, runs // 4, rps) for rps in nulls.RATES],
    }


def simulated(wanted: Mapping[str, Sequence[Job]]) -> dict[str, Any]:
    """All rows, on two processors; the figures depend on the seed and not on who is done first."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(max_workers=2) as pool:
        begun = {name: [pool.submit(job) for job in jobs] for name, jobs in wanted.items()}
        return {name: joined([job.result() for job in jobs]) for name, jobs in begun.items()}


def joined(results: list[Any]) -> Any:
    """What one job found, or the rows of several."""
    return results[0] if len(results) == 1 else [row for rows in results for row in rows]


def plain(value: Any) -> Any:
    """As JSON, which knows no infinity."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())

    return None if value == np.inf else value


if __name__ == "__main__":
    main()
