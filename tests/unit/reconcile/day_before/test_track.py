"""An objective beside the day before: what the hour changes cancels, a fault does not, and a replay says the same."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tidegate.api import DataPlane
from tidegate.judge.combined import Ruling
from tidegate.judge.cusum import Cusum
from tidegate.judge.day_before import Watch
from tidegate.judge.verdict import Analysis, Bound, Line, Verdict
from tidegate.metrics.backend import Backend
from tidegate.metrics.day_before import DAY_LENGTH, all_sides
from tidegate.metrics.raw_counts import ERRORS, REQUESTS, Shape
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.day_before.track import (
    NOT_YET,
    Afterwards,
    DayCounting,
    Days,
    DayTrack,
    InTheWatch,
    with_the_day_before,
)
from tidegate.reconcile.judging.counting import milliseconds
from tidegate.reconcile.judging.evidence import lines_of

CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
SHAPE = Shape(DataPlane.TRAEFIK)
MINUTE = 60_000
BEGAN = milliseconds(datetime(2026, 1, 2, 12, tzinfo=UTC))
START = BEGAN + 10 * MINUTE
RULING = Ruling(name="errors", verdict=Verdict.INCONCLUSIVE, sentence="errors: inconclusive.", part=1.0)
# How many times as many are bad, by the minute.
Course = Callable[[int], float]


def track(*, watched: bool) -> DayTrack:
    sides = all_sides(SHAPE, CANDIDATE, STABLE)
    counting = DayCounting(shape=SHAPE, sides=sides, began=BEGAN, start=START, cell=timedelta(minutes=1))
    watch, after = Watch(comparison=NOT_YET, stake=0.1, limit=100), Cusum(comparison=NOT_YET, looks=43200)
    return DayTrack(counting, InTheWatch(watch) if watched else Afterwards("errors", after))


def hourly(minute: int) -> float:
    """A ninth at night of what it is at noon."""
    return 3 ** -math.cos(2 * math.pi * minute / 1440)


def alike(_: int) -> float:
    return 1.0


def bad_from(minute: int, ratio: float = 5.0) -> Course:
    """So many times as many bad requests from a minute after the start on."""
    return lambda at: ratio if at >= START // MINUTE + minute else 1.0


def day(course: Course = alike, *, days_ago: int = 0, until: int = 24 * 60) -> list[Series]:
    """A gateway's counters from two hours before the start on; requests and their errors vary with the hour."""
    times = range(START // MINUTE - 120, START // MINUTE + until + 1)
    requests, errors, both = 0.0, 0.0, []
    for at in times:
        served = 6000 * hourly(at)
        requests, errors = requests + served, errors + 0.005 * hourly(at) * served * course(at)
        both.append((at * MINUTE - 1000 - days_ago * DAY_LENGTH, math.floor(requests), math.floor(errors)))

    counters = (
        Counter(side=Side.STABLE, pod="gateway", part=part, labels=(("code", part),)) for part in (REQUESTS, ERRORS)
    )
    return [
        Series(counter, tuple(Sample(line[0], line[place]) for line in both))
        for place, counter in enumerate(counters, 1)
    ]


def hour(series: list[Series], days_ago: int = 0) -> list[Series]:
    """What a question for the hour before the rollout gives."""
    end = BEGAN - days_ago * DAY_LENGTH
    return [
        replace(each, samples=tuple(found for found in each.samples if end - 60 * MINUTE < found.at <= end))
        for each in series
    ]


def looked_at(today: list[Series], before: list[Series], *, watched: bool, minutes: int, step: int = 1440) -> DayTrack:
    """A track after so many minutes, in windows of so many."""
    found = track(watched=watched)
    found.learn(hour(today), hour(before, days_ago=1))
    for taken in range(step, minutes + 1, step):
        found.take(today, before, until=START + taken * MINUTE)

    found.take(today, before, until=START + minutes * MINUTE)
    found.caught_up = True
    return found


@pytest.mark.parametrize("watched", [True, False])
def test_a_release_whose_traffic_and_errors_vary_with_the_hour_is_not_blamed(*, watched: bool) -> None:
    found = looked_at(day(), day(days_ago=1), watched=watched, minutes=1440)

    assert found.looks == 1440
    assert not found.test.alarmed


def test_a_fault_in_the_watch_is_a_breach_that_names_both_days() -> None:
    found = looked_at(day(bad_from(5), until=15), day(days_ago=1, until=15), watched=True, minutes=15)

    ruling = with_the_day_before(RULING, found)

    assert ruling.verdict is Verdict.BREACH
    assert "compared with the same time a day before" in ruling.sentence


def test_a_fault_after_promotion_is_advice_until_it_is_over() -> None:
    before = day(days_ago=1, until=600)
    faulty = day(lambda at: 5.0 if 300 <= at - START // MINUTE < 320 else 1.0, until=600)
    during = looked_at(day(bad_from(300), until=320), before, watched=False, minutes=320)
    over = looked_at(faulty, before, watched=False, minutes=600)

    (told,) = Days(("after",), 1, {"errors": during}).advice
    assert told.since <= datetime.fromtimestamp(START / 1000 + 320 * 60, UTC)
    assert (told.subject, "at the same time a day before" in told.sentence) == ("errors", True)
    assert not over.test.alarmed


def test_a_day_that_is_worse_before_the_rollout_is_tolerated_after_it() -> None:
    """Twice as many errors as yesterday, with the old version too."""
    found = looked_at(day(lambda _: 2.0), day(days_ago=1), watched=False, minutes=1440)

    assert not found.test.alarmed


@pytest.mark.parametrize("watched", [True, False])
def test_the_same_samples_give_the_same_state_in_one_piece_and_in_many(*, watched: bool) -> None:
    today, before = day(bad_from(20), until=60), day(days_ago=1, until=60)

    at_once = looked_at(today, before, watched=watched, minutes=60)
    in_pieces = looked_at(today, before, watched=watched, minutes=60, step=7)

    assert isinstance(at_once.test, InTheWatch | Afterwards)
    assert isinstance(in_pieces.test, InTheWatch | Afterwards)
    assert at_once.test.state.as_floats() == in_pieces.test.state.as_floats()


def test_without_counts_of_the_day_before_it_is_said_and_nothing_is_compared() -> None:
    found = looked_at(day(bad_from(0), until=15), [], watched=True, minutes=15)

    ruling = with_the_day_before(RULING, found)

    assert (found.looks, ruling.verdict) == (0, Verdict.INCONCLUSIVE)
    told = "The bound alone judges, and not the same time a day before: there are no counts of that time."
    assert ruling.sentence == f"errors: inconclusive. {told}"


def test_that_nothing_is_compared_is_read_among_as_many_objectives_as_a_status_holds() -> None:
    found = looked_at(day(bad_from(0), until=15), [], watched=True, minutes=15)
    found.failed = "the metric source: " + "no answer in time, " * 20
    breach = replace(RULING, verdict=Verdict.BREACH, sentence="errors: breach. " + "candidate 90 of 3,000 (3 %); " * 20)
    sentence = with_the_day_before(breach, found).sentence
    line = Line(name="errors", verdict=Verdict.BREACH, value=None, bound=Bound(), sentence=sentence, passed=False)

    shown = [each["sentence"] for each in lines_of(Analysis(lines=(line,) * 32))]

    assert all(192 < len(each) <= 256 for each in shown)
    assert all(
        "The bound alone judges, and not the same time a day before" in each for each in (*shown, sentence[:256])
    )


@pytest.mark.parametrize("later", [0, 15, 30, 45])
def test_two_days_that_are_scraped_more_rarely_than_looks_are_wanted_and_at_other_times_are_compared(
    later: int,
) -> None:
    """A scrape a minute and a look in fifteen seconds: today's gateway is another pod, scraped at another second."""
    found = DayTrack(replace(track(watched=True).counting, cell=timedelta(seconds=15)), track(watched=True).test)
    today, before = day(bad_from(5), until=20), shifted(day(days_ago=1, until=20), -later * 1000)

    found.learn(hour(today), hour(before, days_ago=1))
    for seconds in range(0, 16 * 60, 15):
        found.take(today, before, until=START + seconds * 1000)

    assert found.looks >= 13
    assert found.test.alarmed


def shifted(series: list[Series], milliseconds_: int) -> list[Series]:
    """The same samples at other times."""
    return [
        replace(each, samples=tuple(Sample(found.at + milliseconds_, found.value) for found in each.samples))
        for each in series
    ]


def test_it_is_not_said_that_counts_are_missing_before_there_was_time_for_them() -> None:
    assert looked_at(day(), [], watched=True, minutes=2).lacks == ""
