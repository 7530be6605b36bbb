"""The picture shows what its words say."""

import pytest

from tidegate.cli.picture import LIMIT, LOOKS, STORIES, Story, power_by_look

HARMLESS, HARMFUL = STORIES[:2], STORIES[2:]


@pytest.mark.parametrize("story", HARMLESS, ids=lambda story: story.words)
def test_without_a_difference_the_evidence_stays_small(story: Story) -> None:
    shown = list(power_by_look(story, STORIES.index(story)))

    assert len(shown) == LOOKS + 1
    assert max(power for _, power in shown) < 1


@pytest.mark.parametrize("story", HARMFUL, ids=lambda story: story.words)
def test_a_fault_ends_in_a_breach_after_it_began(story: Story) -> None:
    shown = list(power_by_look(story, STORIES.index(story)))

    assert shown[-1][1] >= LIMIT
    assert story.onset < shown[-1][0] < LOOKS
