"""One Release whose counts cannot be judged leaves the others of its source judged."""

from typing import Any, cast

import pytest

from tests.unit.reconcile.judging.test_track import CELL, START, track
from tests.unit.reconcile.seen.test_sides import empty_world
from tests.unit.reconcile.test_unread import SPEC, made
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.arrivals import SOON
from tidegate.reconcile.judging.groups import Due
from tidegate.reconcile.judging.rounds import learn, observed, take
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.track import Track
from tidegate.watch import Key

END = START + int(CELL.total_seconds() * 1000)


def broken() -> Track:
    """A track that raises at whatever it is given."""
    found = track()
    found.tally = cast("BadRequests", None)
    return found


def test_a_track_that_fails_is_said_so_of_and_leaves_the_others_judged() -> None:
    due = [Due(Key("shop", name), "errors", each) for name, each in (("bad", broken()), ("good", track()))]
    told: list[Key] = []

    left = learn(due, {}, lambda key, error: told.append(key))
    assert ([member.key for member in left], told) == ([("shop", "good")], [("shop", "bad")])
    assert left[0].track.knows

    left = take(due, {}, lambda key, error: told.append(key), until=END, wait=SOON)
    assert [(member.key, member.track.taken) for member in left] == [(("shop", "good"), END)]
    assert told == [("shop", "bad")] * 2
    assert due[0].track.failed.startswith("what it counted cannot be judged: AttributeError")
    assert (due[0].track.taken < END, left[0].track.failed) == (True, "")


@pytest.mark.parametrize("status", [{"phase": "Paused", "stable": "x"}, {"phase": "Paused", "history": ["x"]}], ids=str)
async def test_a_release_that_cannot_be_observed_is_counted_as_an_accident_and_ends_no_round(status: Any) -> None:
    world = await empty_world()
    world.keep(kinds.RELEASES, {**made("web", 1, SPEC), "status": status})

    assert observed(Key("shop", "web"), world) is None
    assert world.telemetry.registry.get_sample_value("tidegate_accidents_total", {"what": "counting"}) == 1
