"""Each pod is scraped at its own second: an outage of both sides is in other blocks of one than of the other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

import pytest

from tidegate.api import DataPlane
from tidegate.judge.combined import EDGE
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import ERRORS, REQUESTS, Shape, boundary_part
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.judging.counting import Counting, milliseconds
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.tally_latency import Latency
from tidegate.reconcile.judging.track import Track

WEIGHTED = datetime(2026, 1, 1, 12, tzinfo=UTC)
START = milliseconds(WEIGHTED)
CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
# One pod of the candidate's and three of stable's, for so many seconds before the first weight and after it.
PODS = (Side.CANDIDATE, Side.STABLE, Side.STABLE, Side.STABLE)
BEFORE, AFTER, SCRAPE = 60, 330, 15
USUAL, BROKEN, RPS = 1, 50, 100
OUTAGE, NOTHING = range(180, 240), range(0)
ROLLOUTS = 20


def track(*, latency: bool, bound: float | None = None) -> Track:
    counting = Counting(
        shape=Shape(DataPlane.APPLICATION, histogram=latency),
        candidate=CANDIDATE,
        stable=STABLE,
        before=STABLE,
        weighted_at=WEIGHTED,
        cell=timedelta(seconds=SCRAPE),
    )
    wanted = Wanted(part=1.0, bound=bound, every=4, weight=25)
    tally = Latency(counting, wanted) if latency else BadRequests(counting.shape, wanted)
    return Track(counting=counting, tally=tally)


def scraped(random: Random, *, mine: Sequence[int], others: Sequence[int]) -> Iterator[Series]:
    """The counters of all pods, with the seconds in which half of what each side answers is bad: failed and slow."""
    for place, side in enumerate(PODS):
        broken = mine if side is Side.CANDIDATE else others
        bad = list(accumulate(BROKEN if second in broken else USUAL for second in range(-BEFORE, AFTER)))
        first = random.uniform(0, SCRAPE)
        times = [first + SCRAPE * count for count in range((BEFORE + AFTER) // SCRAPE)]
        errors = [Sample(START + int((at - BEFORE) * 1000), bad[int(at)]) for at in times]
        requests = [Sample(each.at, RPS * (int(at) + 1)) for each, at in zip(errors, times, strict=True)]
        quick = [Sample(all_.at, all_.value - slow.value) for all_, slow in zip(requests, errors, strict=True)]
        for part, samples in ((REQUESTS, requests), (ERRORS, errors), (boundary_part(0.5), quick)):
            counter = Counter(side=side, pod=f"pod-{place}", part=part, new=side is Side.CANDIDATE)
            yield Series(counter, tuple(samples))


def judged(found: Track, series: Sequence[Series], *, latency: bool) -> Track:
    """After the whole rollout, by the rules of the minute before it."""
    unused = ERRORS if latency else boundary_part(0.5)
    counted = [each for each in series if each.counter.part != unused]
    stable = (each for each in counted if each.counter.side is Side.STABLE)
    found.learn([replace(each, samples=tuple(s for s in each.samples if s.at <= START)) for each in stable])
    found.take(counted, until=START + AFTER * 1000)
    return found


@pytest.mark.parametrize("latency", [False, True], ids=["errors", "latency"])
def test_an_outage_of_both_is_no_breach_whenever_each_pod_is_scraped(latency: bool) -> None:
    random = Random(1)
    series = [list(scraped(random, mine=OUTAGE, others=OUTAGE)) for _ in range(ROLLOUTS)]
    found = [judged(track(latency=latency, bound=None if latency else 0.02), each, latency=latency) for each in series]

    assert [each.breached_at for each in found] == [None] * ROLLOUTS


@pytest.mark.parametrize("latency", [False, True], ids=["errors", "latency"])
def test_a_fault_of_the_candidates_is_found_within_five_blocks_whenever_each_pod_is_scraped(latency: bool) -> None:
    random = Random(2)
    series = list(scraped(random, mine=range(180, AFTER), others=NOTHING))
    found = judged(track(latency=latency), series, latency=latency)

    assert found.breached_at is not None
    assert START + 180_000 < found.breached_at <= START + 180_000 + 5 * SCRAPE * 1000


def test_three_blocks_are_needed_for_what_all_objectives_breach_with() -> None:
    assert EDGE**2 < 100 <= EDGE**3 * (1 + 1e-9)
