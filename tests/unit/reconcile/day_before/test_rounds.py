"""Both days asked at once for many Releases: who shares a question, and what becomes of its answer."""

from dataclasses import replace

from tests.unit.reconcile.day_before.test_track import (
    BEGAN,
    MINUTE,
    RULING,
    START,
    bad_from,
    day,
    hour,
    looked_at,
    track,
)
from tidegate.judge.verdict import Verdict
from tidegate.reconcile.day_before.rounds import chunks, give, window_after
from tidegate.reconcile.day_before.track import WINDOW, with_the_day_before
from tidegate.reconcile.judging.groups import Due, fail
from tidegate.watch import Key


def test_a_source_that_does_not_answer_is_named_and_takes_no_breach_back() -> None:
    found, breached = (looked_at(day(bad_from(0)), day(days_ago=1), watched=True, minutes=15) for _ in range(2))
    found.test = track(watched=True).test
    fail(
        [Due(Key("shop", "web"), "errors", each) for each in (found, breached)],
        "the metric source answers with HTTP 503",
    )

    assert "a day before: the metric source answers with HTTP 503." in with_the_day_before(RULING, found).sentence
    assert with_the_day_before(RULING, breached).verdict is Verdict.BREACH
    assert not found.behind


def test_releases_that_were_promoted_at_different_times_share_their_windows() -> None:
    one, other = track(watched=False), track(watched=False)
    other.counting = replace(other.counting, start=START + 3 * MINUTE)
    both = [Due(Key("shop", name), "errors", each) for name, each in (("cart", one), ("web", other))]
    for member in both:
        member.track.knows = True

    assert len(list(chunks(both, until=START + 60 * MINUTE))) == 1
    assert (one.taken % WINDOW, window_after(one.taken) - one.taken) == (0, WINDOW)


def test_each_track_learns_from_its_own_hour_and_then_takes_its_own_counts() -> None:
    found = track(watched=False)
    (candidate, stable), due = found.counting.sides, [Due(Key("shop", "web"), "errors", found)]
    today, before = day(), day(days_ago=1)
    another = replace(stable, release="cart", service="cart-stable")

    give(due, {stable: hour(today), another: today}, {stable: hour(before, days_ago=1)}, silent, until=BEGAN)
    assert (found.knows, found.looks) == (True, 0)

    give(due, {stable: today, candidate: []}, {stable: before}, silent, until=START + 5 * MINUTE)
    assert (found.looks, found.taken) == (5, START + 5 * MINUTE)


def silent(key: Key, error: Exception) -> None:
    """Where nothing fails, nothing is told."""
    raise error
