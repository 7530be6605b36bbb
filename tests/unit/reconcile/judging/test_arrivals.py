"""Samples that are stored late: noticed by asking again, waited for, and counted once and only once."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.reconcile.judging.test_track import CELL, START, bad, caught_up, judged, start, track
from tidegate.api.objectives import MetricSourceRef
from tidegate.judge.verdict import Verdict
from tidegate.metrics.raw_counts import ERRORS, REQUESTS
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.judging.arrivals import AGAIN, LATEST, SOON, Arrivals, Late, Stored
from tidegate.reconcile.judging.rounds import last_end
from tidegate.reconcile.judging.track import Track

PLACE = (MetricSourceRef(name="default"), "")
CELLS = 24


def scraped(phase: int, every: int = 15) -> list[Series]:
    """A gateway's pod, so many seconds after the cells' ends; half of the candidate's requests fail."""
    times = range(START + (phase - 8 * every) * 1000, start(CELLS) + 60_000, every * 1000)
    return [
        Series(
            Counter(side=side, pod="gateway", part=part),
            tuple(Sample(at, (at - times[0]) // rate) for at in times if side is Side.STABLE or at > START),
        )
        for side, part, rate in (
            (Side.STABLE, REQUESTS, 10),
            (Side.CANDIDATE, REQUESTS, 100),
            (Side.CANDIDATE, ERRORS, 200),
        )
    ]


def there(found: list[Series], *, after: int, until: int) -> list[Series]:
    """What a range selector gives."""
    return [
        Series(each.counter, tuple(sample for sample in each.samples if after < sample.at <= until)) for each in found
    ]


def followed(found: list[Series], delay: int, arrivals: Arrivals) -> tuple[Track, int]:
    """Counted as time goes by, from a source that stores samples so many seconds late; and how often from the begin."""
    ((live, begins),) = all_followed(found, delay, arrivals, questions=1)
    return live, begins


def all_followed(found: list[Series], delay: int, arrivals: Arrivals, *, questions: int) -> list[tuple[Track, int]]:
    """The same by several questions to the source, one after the other in each round."""
    live, begins = [track() for _ in range(questions)], [1] * questions
    for cell, place in product(range(1, CELLS + 1), range(questions)):
        now, mine = start(cell) / 1000 + 2, live[place]
        until, _ = last_end(now, CELL, arrivals.wait(PLACE))
        if mine.taken >= until:
            continue

        stored = min(until, round((now - delay) * 1000))
        mine.take(there(found, after=mine.taken - AGAIN, until=stored), until=until, wait=arrivals.wait(PLACE))
        if mine.late is not None and arrivals.waits_for(PLACE, mine.late):
            live[place], begins[place] = track(), begins[place] + 1

    for each in live:
        each.caught_up = True

    return list(zip(live, begins, strict=True))


@given(delay=st.integers(0, 60), phase=st.integers(1, 30), every=st.sampled_from([15, 30, 60]))
def test_a_sample_that_is_up_to_a_minute_late_counts_once_and_a_replay_counts_the_same(
    delay: int, phase: int, every: int
) -> None:
    found, arrivals = scraped(phase, every), Arrivals()
    live, begins = followed(found, delay, arrivals)
    again = track()
    again.take(there(found, after=again.taken - AGAIN, until=live.taken), until=live.taken)

    assert bad(live).state == bad(again).state
    assert bad(live).breached
    assert begins <= 6
    assert arrivals.wait(PLACE) >= timedelta(seconds=min(delay, 2))


@pytest.mark.parametrize("delay", [4, 8, 15, 30, 55])
def test_of_two_questions_the_one_that_learns_second_lacks_no_sample_either(delay: int) -> None:
    found = scraped(14)

    for live, _ in all_followed(found, delay, Arrivals(), questions=2):
        again = track()
        again.take(there(found, after=again.taken - AGAIN, until=live.taken), until=live.taken)
        assert bad(live).state == bad(again).state


def test_by_an_answer_that_tells_of_late_samples_nothing_is_judged_for_a_breach_would_stay() -> None:
    healthy = [each for each in scraped(10) if each.counter.part != ERRORS]
    found = caught_up(track(), there(healthy, after=0, until=start(2)), 4)
    before = bad(found).state

    found.take(there(healthy, after=0, until=start(12)), until=start(12))

    assert (bad(found).state, found.taken) == (before, start(12))


def test_of_what_is_counted_but_once_each_answer_is_judged_for_after_an_outage_the_next_may_lack_its_samples() -> None:
    found, served = caught_up(track(), there(scraped(10), after=0, until=start(2)), 4), scraped(10)
    found.stays = True

    found.take(there(served, after=0, until=start(CELLS)), until=start(CELLS))

    assert found.late is not None
    assert bad(found).state.total.candidate.requests > 0


def test_a_source_that_stores_at_once_is_waited_for_no_longer() -> None:
    arrivals = Arrivals()

    assert followed(scraped(14), 1, arrivals)[1] == 1
    assert arrivals.wait(PLACE) == SOON


def test_a_source_that_stores_later_than_a_minute_is_said_to() -> None:
    live, _ = followed(scraped(4), 75, Arrivals())

    line = judged(live, cell=CELLS)

    assert line.verdict is Verdict.NO_DATA
    assert "samples are stored more than 60 s after their time" in line.sentence
    assert line.sentence.endswith("or the store gives now one and now the other server of a pair")


@pytest.mark.parametrize(("late", "wait"), [(0, 2), (2, 5), (7, 10), (39.9, 40), (60, 60), (600, 60)])
def test_it_is_waited_for_longer_than_a_sample_was_late_and_never_shorter_again(late: float, wait: float) -> None:
    arrivals = Arrivals()

    assert arrivals.learn(PLACE, timedelta(seconds=late)) == timedelta(seconds=wait)
    assert arrivals.learn(PLACE, timedelta()) == arrivals.wait(PLACE) == timedelta(seconds=wait)


def test_only_what_was_not_there_when_it_was_asked_for_is_late() -> None:
    stored, counter = Stored(0), Counter(side=Side.STABLE, pod="a", part=REQUESTS)

    def asked(*times: int, taken: int, until: int) -> int | None:
        return stored.late_by([Series(counter, tuple(Sample(at, 1.0) for at in times))], taken=taken, until=until)

    assert asked(-500, 4000, taken=0, until=30_000) is None, "nothing was asked of before"
    assert asked(4000, taken=30_000, until=45_000) is None
    assert asked(4000, 19_500, 31_000, 46_000, taken=45_000, until=60_000) == 25_000
    assert asked(19_500, 31_000, 46_000, taken=60_000, until=75_000) is None
    assert asked(19_500, 46_000, taken=75_000, until=75_000 + 2 * AGAIN) is None, "what is gone is not late"
    assert asked(20_500, 44_000, taken=75_000, until=90_000) is None, "another replica scrapes at other seconds"


def test_a_source_that_never_had_any_sample_was_away_and_is_not_late() -> None:
    stored, counter = Stored(0), Counter(side=Side.STABLE, pod="a", part=REQUESTS)
    full = [Series(counter, tuple(Sample(at, 1.0) for at in (5000, 20_000, 35_000)))]

    assert stored.late_by([], taken=0, until=30_000) is None
    assert stored.late_by(full, taken=30_000, until=45_000) is None


def test_more_is_asked_again_than_is_ever_waited_for() -> None:
    assert LATEST.total_seconds() < AGAIN / 1000


def test_what_came_late_is_told_by_how_long_was_waited_for_it() -> None:
    found, wait = caught_up(track(), there(scraped(10), after=0, until=start(2)), 4), timedelta(seconds=5)

    found.take(there(scraped(10), after=0, until=start(4)), until=start(5), wait=wait)

    first = next(s.at for s in scraped(10)[0].samples if s.at > start(2))
    assert found.late == Late(SOON + timedelta(milliseconds=start(4) - first - 1000), waited=SOON)
    assert found.waited == wait


TIMES = st.lists(st.integers(0, 40).map(lambda half: half * 500), max_size=6)


@given(
    since=st.integers(0, 8000), answers=st.lists(TIMES, min_size=1, max_size=4), ends=st.lists(st.integers(0, 20000))
)
def test_late_is_what_is_newer_than_all_that_was_there_and_no_newer_than_what_was_asked_for(
    since: int, answers: list[list[int]], ends: list[int]
) -> None:
    stored, counter, taken = Stored(since), Counter(side=Side.STABLE, pod="", part=REQUESTS), 0
    newest: int | None = None
    for answer, until in zip(answers, sorted(ends), strict=False):
        series = [Series(counter, tuple(Sample(at, 0.0) for at in answer))]
        late = [at for at in answer if newest is not None and max(newest, since) < at <= min(taken, until)]
        by = max(0, taken - (min(late) // 1000 + 1) * 1000) if late else None

        assert stored.late_by(series, taken=taken, until=until) == by
        newest, taken = max((at for at in answer if at <= until), default=newest), until
