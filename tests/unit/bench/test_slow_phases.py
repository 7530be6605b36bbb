"""Latency of pods that are scraped apart: the bench's arithmetic is the shipped code's, with the limit of a block."""

import numpy as np
import pytest

from tests.bench.judge.latencies import judged
from tests.bench.judge.little import little
from tests.bench.judge.phases import outages
from tests.bench.judge.slow_phases import alarms
from tests.bench.judge.vector import Array
from tidegate.judge.combined import EDGE
from tidegate.judge.latency import LatencyComparison, Tails

RUNS, LOOKS = 6, 30
BETS = (0.5, 0.3, 0.2)


def drawn() -> list[tuple[Array, Array]]:
    """Both sides at each look: requests, and those over three boundaries, the candidate's half as many again."""
    rng = np.random.default_rng(6)
    law = np.array([1.0, 0.2, 0.05, 0.01])[:, None]
    return [
        (rng.poisson(100 * law * 1.9, (4, RUNS)).astype(float), rng.poisson(900 * law, (4, RUNS)).astype(float))
        for _ in range(LOOKS)
    ]


def tails(seen: Array, run: int) -> Tails:
    requests, *slower = (int(count) for count in seen[:, run])
    return Tails(requests, tuple(slower))


@pytest.mark.parametrize("edge", [np.inf, EDGE])
def test_the_same_counts_breach_at_the_same_look(edge: float) -> None:
    looks, limit = drawn(), 20.0
    found = judged(
        lambda look, alive: (looks[look - 1][0][:, alive], looks[look - 1][1][:, alive]),
        BETS,
        limit=limit,
        looks=LOOKS,
        runs=RUNS,
        edge=edge,
    )

    rules = LatencyComparison(boundary_weights=BETS, edge=edge)
    for run in range(RUNS):
        evidence, breached = rules.start(), 0
        for look, (mine, others) in enumerate(looks, start=1):
            evidence = rules.update(evidence, tails(mine, run), tails(others, run))
            breached = breached or (look if evidence.value >= limit else 0)

        assert found[run] == breached


def test_slowness_of_both_is_a_false_alarm_unless_a_block_is_limited() -> None:
    name = "60 s of 50 %"

    of_1000_rps = alarms(3, 400, (name, outages()[name]), 30, (1, 9))["rates"][1]

    assert of_1000_rps["shipped"]["count"] == 0
    assert of_1000_rps["uncapped"]["count"] > 0


def test_a_candidate_between_what_is_tolerated_and_what_is_bet_on_is_hardly_found() -> None:
    found = {(row["rps"], row["ratio"]): row["shown"]["share"] for row in little(1, 40)}

    assert found[1000, 1.3] <= 0.1
    assert found[1000, 2.0] == found[100, 2.0] == 1.0
