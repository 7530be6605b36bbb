"""Since when a fault lasts: found where it began late, and not told where the whole rollout shows it."""

import pytest

from tidegate.judge.counts import Block, Counts
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.onset import Late, Onsets

GOOD = Block(Counts(150, 1), Counts(1350, 9))
WORSE = Block(Counts(150, 8), Counts(1350, 9))
LITTLE_WORSE = Block(Counts(1500, 30), Counts(13_500, 135))
OVER_BOUND = Block(Counts(1500, 60), Counts(13_500, 270))
ALONE_GOOD = Block(Counts(1500, 15))
ALONE_BAD = Block(Counts(1500, 80))
BOUNDED, COMPARED = ErrorJudge.of(bound=0.02), ErrorJudge.of()
# Pods that are so unlike that twice as many errors are tolerated, of which the bound knows nothing.
UNLIKE = ErrorJudge.of(bound=0.02, tolerance=3.0)


def told(judge: ErrorJudge, *blocks: Block, full_from: int | None = None) -> int | None:
    """The block, from 0 on, since when the fault lasts, where that is told."""
    found, state = Onsets(), ErrorState()
    for place, block in enumerate(blocks):
        state = judge.at_full_weight(state) if place == full_from else state
        growth = judge.growth(state, block)
        found, state = found.after(growth, state, place), judge.grown(state, block, growth)

    late = found.late(judge, state)
    return None if late is None else late.since


@pytest.mark.parametrize("judge", [COMPARED, BOUNDED])
@pytest.mark.parametrize("worse", [WORSE, LITTLE_WORSE])
def test_a_fault_that_begins_late_is_told_from_its_first_block_on(judge: ErrorJudge, worse: Block) -> None:
    assert told(judge, *[GOOD] * 40, *[worse] * 20) == 40


@pytest.mark.parametrize("judge", [COMPARED, BOUNDED])
def test_a_fault_of_the_whole_rollout_has_no_late_start(judge: ErrorJudge) -> None:
    assert told(judge, *[WORSE] * 20) is None


def test_of_a_broken_bound_it_is_told_since_when_the_bound_is_broken() -> None:
    assert told(UNLIKE, *[GOOD] * 40, *[OVER_BOUND] * 20) == 40


def test_what_the_comparison_showed_is_counted_until_full_weight_though_the_bound_adds_the_rest_after_it() -> None:
    found, state = Onsets(), ErrorState()
    for place, block in enumerate([*[GOOD] * 40, *[WORSE] * 6, *[ALONE_BAD] * 3]):
        state = BOUNDED.at_full_weight(state) if place == 46 else state
        growth = BOUNDED.growth(state, block)
        found, state = found.after(growth, state, place), BOUNDED.grown(state, block, growth)

    late = found.late(BOUNDED, state._replace(ratio=state.ratio._replace(bets=(1000.0,) * 7)))

    assert late == Late(40, Block(Counts(900, 48), Counts(8100, 54)))


def test_at_full_weight_the_time_before_it_is_not_told() -> None:
    assert told(BOUNDED, *[GOOD] * 5, *[ALONE_BAD] * 5, full_from=5) is None
    assert told(BOUNDED, *[GOOD] * 5, *[ALONE_GOOD] * 40, *[ALONE_BAD] * 5, full_from=5) == 45
