"""`make bench-judge`: the figures of docs/judge.md, as a table and as .bench/judge.json."""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.datasets import declare
from tests.cluster.local import ROOT

from . import delays, latencies, nulls
from .costs import costs
from .day_before import day_before
from .lasting import lasting
from .passes import passes
from .phases import phases
from .replays import replays
from .shedding import shedding
from .table import table
from .thin import thin

SEED = 20261127


def main() -> None:
    """Simulate, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.judge", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--runs", type=int, default=4000, help="rollouts for each null; half for each fault")
    declare(parser)
    asked = parser.parse_args()
    began = time.monotonic()
    found: dict[str, Any] = {"seed": asked.seed, "runs": asked.runs, "costs": costs()}
    found |= simulated(asked.seed, asked.runs, asked.data)
    found["delay against the best peer"] = {
        name: delays.shorter(found["faults"], name) for name in ("shipped", "comparison")
    }
    found["seconds"] = round(time.monotonic() - began)
    folder = ROOT / ".bench"
    folder.mkdir(exist_ok=True)
    path = folder / "judge.json"
    path.write_text(json.dumps(plain(found), indent=2, ensure_ascii=False) + "\n")
    print(table(found))
    print(f"\nSeed {asked.seed}, {found['seconds']} s. As JSON: {path}")


def simulated(seed: int, runs: int, data: Path | None) -> dict[str, Any]:
    """All rows, on two processors; the figures depend on the seed and not on who is done first."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(max_workers=2) as pool:
        recorded, passed = pool.submit(replays, seed, data), pool.submit(passes, seed, runs // 2)
        scarce, long_bursts = pool.submit(thin, seed, runs // 2), pool.submit(lasting, seed, runs // 2)
        apart = pool.submit(phases, seed, runs // 2)
        shed, days = pool.submit(shedding, seed, runs // 2), pool.submit(day_before, seed, runs // 4)
        jobs = {
            "stress": [pool.submit(nulls.stressed, seed, runs, place) for place in range(len(nulls.stress()))],
            "nulls": [pool.submit(nulls.plain, seed, runs, *setting) for setting in nulls.PLAIN],
            "faults": [pool.submit(partial(delays.cells, seed, runs // 2), *cell) for cell in delays.CELLS],
            "latency": [pool.submit(latencies.rows, seed, runs // 4, rps) for rps in nulls.RATES],
        }
        found: dict[str, Any] = {name: [row for job in each for row in job.result()] for name, each in jobs.items()}
        found |= {"passes": passed.result(), "thin": scarce.result(), "shedding": shed.result()}
        found |= {"day before": days.result(), "lasting": long_bursts.result(), "phases": apart.result()}
        return {**found, "replays": recorded.result()}


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
