"""4xx are told when the candidate is shown to have more of them than stable, and not before."""

from datetime import UTC, datetime, timedelta

from tidegate.judge import client_errors
from tidegate.judge.client_errors import ClientErrors
from tidegate.judge.counts import Block, Counts
from tidegate.judge.ratio import Comparison

RULES = Comparison()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def seen(*blocks: Block) -> ClientErrors:
    """After so many looks, one a minute."""
    found = client_errors.start(RULES)
    for place, block in enumerate(blocks):
        found = client_errors.look(RULES, found, block, NOW + timedelta(minutes=place))

    return found


def test_what_both_sides_share_is_not_told() -> None:
    assert seen(*[Block(Counts(100, 20), Counts(900, 180))] * 60).advice is None


def test_a_greater_share_is_told_with_counts_since_it_was_shown() -> None:
    alike, worse = Block(Counts(100, 1), Counts(900, 9)), Block(Counts(100, 10), Counts(900, 9))

    found = seen(*[alike] * 3, *[worse] * 4, *[alike] * 20).advice

    assert found is not None
    assert found.since == NOW + timedelta(minutes=4)
    assert found.sentence.startswith("4xx: candidate 63 of 2,700 (2.33 %), stable 243 of 24,300 (1 %); evidence ")


def test_a_few_more_may_be_chance() -> None:
    assert seen(Block(Counts(100, 2), Counts(900, 9))).advice is None
