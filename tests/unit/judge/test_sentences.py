"""What a verdict does not rest on, and since when it is one, is told where no cut reaches it."""

import pytest

from tidegate.judge.sentences import behind_counts, not_judged, of_verdict

WHAT = "The bound alone judges."
LONG = of_verdict("errors", "breach", "candidate 90 of 3,000 (3 %)", "evidence 344:1 (limit 100:1)", "x" * 4096)


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("errors: breach. candidate 90 of 3,000.", f"errors: breach. {WHAT} candidate 90 of 3,000."),
        ("errors: breach.", f"errors: breach. {WHAT}"),
        ("errors: not counted up to now yet", f"errors: not counted up to now yet. {WHAT}"),
    ],
    ids=["with its counts", "with nothing more", "not counted yet"],
)
def test_what_was_not_judged_is_told_right_after_the_verdict(sentence: str, whole: str) -> None:
    assert not_judged(sentence, WHAT) == whole


def test_a_cut_takes_the_counts_before_it_takes_what_was_not_judged() -> None:
    assert not_judged(LONG, WHAT)[:60].startswith(f"errors: breach. {WHAT} candidate 90")


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("errors: breach. 9 of 30; evidence 344:1.", "errors: breach. 9 of 30; shown at noon; evidence 344:1."),
        ("errors: breach. 9 of 30.", "errors: breach. 9 of 30; shown at noon."),
    ],
    ids=["with more behind them", "with nothing more"],
)
def test_since_when_is_told_right_behind_the_counts(sentence: str, whole: str) -> None:
    assert behind_counts(sentence, "shown at noon") == whole
