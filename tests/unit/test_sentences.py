"""A sentence that is too long is still one that can be read."""

import pytest

from tidegate.sentences import shortened

SAID = (
    "errors: breach. candidate 220 of 4,000 (5.5 %), stable 1,030 of 36,000 (2.86 %); 1.9 times; tolerated: 1.25 times,"
    " and at most 1 %; evidence 407,388:1 (limit 100:1); excess on 1 of 1 candidate pods; stable had 0.5 % in the hour"
    " before; a false alarm like this comes in at most 1 % of rollouts."
)


@pytest.mark.parametrize(
    ("longest", "end"),
    [(len(SAID), "1 % of rollouts."), (220, "candidate pods;…"), (60, "(5.5 %), stable…"), (19, "errors: breach.…")],
    ids=["all of it", "a clause", "a word", "a verdict"],
)
def test_what_is_too_long_ends_with_a_clause_or_a_word(longest: int, end: str) -> None:
    said = shortened(SAID, longest)

    assert said.endswith(end)
    assert len(said) <= longest


def test_of_a_long_word_behind_a_short_one_as_much_is_left_as_there_is_room_for() -> None:
    said = shortened('{"error": "' + "forbidden,by=proxy," * 40, 200)

    assert said.startswith('{"error": "forbidden,by=proxy,')
    assert len(said) == 200
