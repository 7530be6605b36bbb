"""Who fights over an object of ours is followed twice, then once a minute."""

import time
from dataclasses import replace

import pytest

from tidegate.reconcile.memory import Memory, PutBack
from tidegate.reconcile.seen.drift import FIGHT_SECONDS, PAUSE_SECONDS, contested, count, overwritten

NAME = "Service web-stable"
DRIFTING, ALONE = frozenset({NAME}), frozenset[str]()


def put_back(times: int, seconds_ago: float = 0) -> Memory:
    found = PutBack(field="spec.selector", times=times, at=time.monotonic() - seconds_ago)
    return Memory(put_back={NAME: found})


def test_two_tries_are_at_once_and_the_third_waits() -> None:
    memory = Memory()
    count(memory, NAME, "spec.selector")
    assert not contested(memory, NAME)
    count(memory, NAME, "spec.selector")

    assert contested(memory, NAME)
    blocked = overwritten(memory, DRIFTING)
    assert blocked is not None
    assert blocked.sentence.startswith("someone else changes spec.selector of Service web-stable again and again")
    assert blocked.again is not None


def test_each_object_that_is_fought_over_is_named() -> None:
    memory = put_back(3)
    for name, seconds_ago in (("Service web-candidate", 20.0), ("HTTPRoute web", FIGHT_SECONDS)):
        memory.put_back[name] = replace(put_back(3, seconds_ago).put_back[NAME], field="spec.ports")

    blocked = overwritten(memory, ALONE)

    assert blocked is not None
    assert "spec.ports of Service web-candidate and spec.selector of Service web-stable" in blocked.sentence
    assert "HTTPRoute" not in blocked.sentence, "it is left alone"
    assert blocked.again is not None
    assert blocked.again.total_seconds() == pytest.approx(PAUSE_SECONDS - 20, abs=5)


def test_an_object_that_was_put_back_twice_and_left_alone_is_no_news() -> None:
    assert overwritten(put_back(2), ALONE) is None


def test_a_fight_is_told_until_it_has_rested_for_a_while() -> None:
    assert overwritten(put_back(3), ALONE) is not None
    assert overwritten(put_back(3, PAUSE_SECONDS), DRIFTING) is None
    assert not contested(put_back(3, PAUSE_SECONDS), NAME)


def test_a_change_long_after_is_another_matter() -> None:
    memory = put_back(9, FIGHT_SECONDS)

    count(memory, NAME, "spec.ports")

    assert memory.put_back[NAME].times == 1
