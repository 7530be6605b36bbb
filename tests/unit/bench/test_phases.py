"""Pods that are scraped apart: where an outage lies, and that what both share is alike in the end."""

import numpy as np
import pytest

from tests.bench.judge.phases import ONSET, SECONDS, USUAL, Pods, judged, outages
from tests.bench.judge.rollouts import OF_PODS, SHIPPED

RUNS = 40


def pods(name: str, scrape: int, *, rps: float = 1000) -> Pods:
    return Pods(rps=rps, dealt=(1, 9), scrape=scrape, shares=outages()[name])


@pytest.mark.parametrize("scrape", [15, 30, 60])
def test_a_blip_is_in_one_block_of_a_pod_or_in_two_and_all_of_it_is_there(scrape: int) -> None:
    looks = list(pods("5 s of 100 %", scrape).looks(np.random.default_rng(1), RUNS))
    share = np.stack([bad / requests for requests, bad, *_ in looks])
    broken = [place for place in range(len(looks)) if share[place].max() > 0.05]

    assert set(broken) <= {ONSET // scrape - 1, ONSET // scrape}
    assert ((share[broken] - USUAL).sum(axis=0) * scrape).mean() == pytest.approx(5, rel=0.05)


def test_no_second_is_counted_that_is_not_there() -> None:
    looks = list(pods("180 s of 5 %", 60).looks(np.random.default_rng(1), RUNS))

    assert len(looks) == SECONDS // 60 - 1


def test_the_edges_of_an_outage_are_false_alarms_unless_a_block_is_limited() -> None:
    free, limited = (
        judged(np.random.default_rng(2), pods("60 s of 50 %", 30), each, RUNS) for each in (SHIPPED, OF_PODS)
    )

    assert (free > 0).sum() > RUNS / 10
    assert (limited > 0).sum() == 0
