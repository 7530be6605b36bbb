"""A verdict beside a fresh baseline says how many pods its counts are compared with, and no other sentence does."""

from typing import Any

import pytest

from tests.unit.reconcile.advice.test_collected import KEY, pod, world_with
from tests.unit.reconcile.day_before.test_period import seen_with
from tests.unit.reconcile.judging.test_shown import BAD_BLOCK, WEIGHTED
from tidegate.api import Baseline
from tidegate.judge.verdict import Line
from tidegate.metrics.increments import CountedBlock, PodCounts
from tidegate.metrics.raw_counts import ERRORS, REQUESTS
from tidegate.metrics.samples import Side
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.evidence import analyse
from tidegate.reconcile.judging.track import Track
from tidegate.reconcile.judging.tracks import tracks_of
from tidegate.workloads import baseline_of

DOWN = "the metric source answered HTTP 503; retry later"
FEW_BLOCK = CountedBlock(
    since=0,
    until=15_000,
    pods=(
        PodCounts(side=Side.CANDIDATE, pod="gateway", parts={REQUESTS: 30, ERRORS: 0}),
        PodCounts(side=Side.STABLE, pod="gateway", parts={REQUESTS: 30, ERRORS: 1}),
    ),
)


def fail(track: Track) -> None:
    track.failed = DOWN


def wait(track: Track) -> None:
    track.caught_up = False


def count_few(track: Track) -> None:
    count(track, FEW_BLOCK)


def count_many(track: Track) -> None:
    count(track, BAD_BLOCK)


def count(track: Track, block: CountedBlock) -> None:
    track.caught_up = True
    track.tally.judge(block, None)


async def line_with(pods: int, change: Any, baseline: Baseline = Baseline.FRESH) -> Line:
    """The first objective of a Release that is compared with a baseline of so many pods, after something happened."""
    world, seen = await world_with(crashes=0), await seen_with(weighted_at=WEIGHTED, spec={"baseline": baseline})
    progress = seen.snapshot.progress
    for place in range(pods):
        world.keep(kinds.PODS, pod(f"baseline-{place}", baseline_of(progress.stable or "")))

    world.memory(KEY).tracks = tracks = tracks_of(seen)
    change(tracks.by_name["errors"])
    return analyse(KEY, progress, seen.wanted.pinned.spec, world).lines[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(fail, f"errors: {DOWN}"), (wait, "errors: not counted up to now yet")],
    ids=["its source is down", "not counted yet"],
)
async def test_where_nothing_was_counted_no_baseline_is_told(change: Any, sentence: str) -> None:
    assert (await line_with(2, change)).sentence == sentence


@pytest.mark.parametrize(
    ("pods", "told"),
    [(0, ""), (1, ", against a fresh baseline of 1 pod"), (2, ", against a fresh baseline of 2 pods")],
)
async def test_counts_end_with_the_pods_that_they_are_compared_with(pods: int, told: str) -> None:
    breach, unsure = await line_with(pods, count_many), await line_with(pods, count_few)

    counts = "errors: breach. candidate 500 of 1,000 (50 %), stable 5 of 1,000 (0.5 %)"
    assert breach.sentence.startswith(f"{counts}{told}; 1e+02 times")
    assert unsure.sentence.startswith(f"errors: inconclusive. 30 requests, 0 bad{told}: not enough to tell; evidence ")


async def test_pods_that_an_earlier_plan_left_are_none_that_it_is_compared_with() -> None:
    assert "baseline" not in (await line_with(2, count_many, Baseline.STABLE)).sentence
