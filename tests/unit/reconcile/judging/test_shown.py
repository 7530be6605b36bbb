"""What was shown is not taken back when a Release is counted again, whoever showed it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.reconcile.advice.test_collected import KEY, world_with
from tests.unit.reconcile.day_before.test_period import seen_with
from tidegate.decision.snapshot import Evidence
from tidegate.judge.counts import Block, Counts
from tidegate.metrics.increments import CountedBlock, PodCounts
from tidegate.metrics.raw_counts import ERRORS, REQUESTS
from tidegate.metrics.samples import Side
from tidegate.reconcile.day_before.period import days_of, period_of
from tidegate.reconcile.judging.evidence import evidence_of
from tidegate.reconcile.judging.tracks import tracks_of
from tidegate.reconcile.memory import Memory
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World

BAD = Block(Counts(1000, 500), Counts(1000, 5))
BAD_BLOCK = CountedBlock(
    since=0,
    until=15_000,
    pods=(
        PodCounts(side=Side.CANDIDATE, pod="gateway", parts={REQUESTS: 1000, ERRORS: 500}),
        PodCounts(side=Side.STABLE, pod="gateway", parts={REQUESTS: 1000, ERRORS: 5}),
    ),
)


async def watched() -> Memory:
    """A Release in its watch, with nothing shown yet."""
    seen = await seen_with()
    period, tracks = period_of(seen), tracks_of(seen)
    assert period is not None
    return Memory(tracks=tracks, days=days_of(seen, period, tracks))


def by_all_together(found: Memory) -> None:
    assert found.tracks is not None
    found.tracks.breached = True


def by_the_day_before(found: Memory) -> None:
    assert found.days is not None
    found.days.by_name["errors"].test.judge(BAD, since=0, until=15_000)


def by_one_objective(found: Memory) -> None:
    assert found.tracks is not None
    tally: Any = found.tracks.by_name["errors"].tally
    for _ in range(8):
        tally.judge(BAD_BLOCK, None)


@pytest.mark.parametrize("shows", [by_one_objective, by_all_together, by_the_day_before])
async def test_a_breach_is_shown_by_one_objective_by_all_together_or_by_the_day_before(shows: Any) -> None:
    found = await watched()
    assert not found.shown

    shows(found)

    assert found.shown


def test_of_a_release_that_is_not_counted_nothing_is_shown() -> None:
    assert not Memory().shown


WORDS = "together the objectives speak 115:1 against the candidate, most of all errors: inconclusive."
WEIGHTED = datetime(2026, 11, 27, 14, 10, tzinfo=UTC)


def found_by(world: World, seen: Seen) -> Evidence:
    """What the judge says in a turn."""
    return evidence_of(KEY, seen.snapshot.progress, seen.wanted.pinned.spec, world)


async def test_a_held_breach_that_counts_showed_is_one_after_a_restart_too() -> None:
    world, seen = await world_with(crashes=0), await seen_with(weighted_at=WEIGHTED, breach_shown=WORDS)
    world.memory(KEY).tracks = tracks_of(seen)

    assert found_by(world, seen) == Evidence(breach=True, shown=WORDS, sentence=WORDS)
    assert world.memory(KEY).shown


async def test_where_nothing_was_shown_a_restart_shows_nothing() -> None:
    world, seen = await world_with(crashes=0), await seen_with(weighted_at=WEIGHTED)
    world.memory(KEY).tracks = tracks_of(seen)

    found = found_by(world, seen)

    assert (found.breach, found.shown) == (False, "")


async def test_what_counts_show_is_handed_on_in_its_words() -> None:
    world, seen = await world_with(crashes=0), await seen_with(weighted_at=WEIGHTED)
    world.memory(KEY).tracks = tracks = tracks_of(seen)
    tally: Any = tracks.by_name["errors"].tally
    for _ in range(8):
        tally.judge(BAD_BLOCK, None)

    found = found_by(world, seen)

    assert found.breach
    assert found.shown.startswith("errors: breach. candidate 500 of 1,000 (50 %)")
    assert found.shown == found.sentence
