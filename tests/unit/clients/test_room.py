"""Memory for answers: whoever has more than a share of it gives way, and nobody else does."""

import pytest

from tidegate.clients import TooLarge
from tidegate.clients.room import Room


def test_a_source_alone_has_all_of_it() -> None:
    room = Room(100)

    room.take("one", 100)

    with pytest.raises(TooLarge, match="larger than 100 bytes"):
        room.take("one", 1)


def test_who_holds_more_than_a_share_gives_way_and_a_small_answer_is_read() -> None:
    room = Room(100)
    room.take("greedy", 100)

    room.take("modest", 50)

    with pytest.raises(TooLarge):
        room.take("greedy", 1)

    with pytest.raises(TooLarge):
        room.take("modest", 1)


def test_what_was_read_is_given_back() -> None:
    room = Room(100)
    room.take("one", 60)
    room.take("one", 40)

    room.leave("one", 60)

    room.take("two", 60)
    room.leave("two", 60)
    room.leave("one", 40)
    room.take("three", 100)
