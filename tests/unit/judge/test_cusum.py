"""An alarm of a comparison without an end: when it comes, when it is over, and how seldom it is false."""

from dataclasses import replace

import numpy as np
import pytest

from tests.bench.judge import day_before
from tidegate.judge.counts import Block, Counts
from tidegate.judge.cusum import Cusum, CusumState
from tidegate.judge.ratio import Comparison

RULES = Cusum(comparison=Comparison(), looks=43200)
GOOD = Block(Counts(6000, 60), Counts(6000, 60))
BAD = Block(Counts(6000, 300), Counts(6000, 60))


def after(*blocks: Block, rules: Cusum = RULES, state: CusumState | None = None) -> CusumState:
    """The state after these blocks, a minute each; the first ends a minute after 1970."""
    found = state or rules.start()
    for place, block in enumerate(blocks):
        found = rules.update(found, block, since=place * 60_000, until=(place + 1) * 60_000)

    return found


def test_a_fault_is_found_as_soon_after_a_good_week_as_after_a_good_minute() -> None:
    week = after(*[GOOD] * 10_080)

    assert after(BAD, state=week).alarm
    assert not after(GOOD, state=week).alarm


def test_an_alarm_is_raised_once_and_again_only_after_it_was_over() -> None:
    first = after(GOOD, BAD, BAD)

    # It began in its second minute, and nothing that follows changes when it was raised, or by what.
    assert (first.alarm, first.since, first.shown) == (120_000, 60_000, BAD)
    assert after(*[BAD] * 500, state=first).shown == BAD

    over = after(*[GOOD] * 5, state=after(*[BAD] * 500, state=first))
    assert (over.alarm, over.shown) == (0, Block())
    assert after(BAD, state=over).alarm == 60_000


def test_half_of_a_recovery_is_none() -> None:
    weak = replace(RULES, comparison=Comparison(dispersion=5.0))

    assert after(GOOD, rules=weak, state=after(*[BAD] * 9, rules=weak)).alarm


def test_no_requests_on_a_side_say_nothing() -> None:
    state = after(BAD)

    assert after(Block(Counts(6000, 6000), Counts()), state=state).sums == after(Block(), state=state).sums


@pytest.mark.parametrize("thin", [False, True])
def test_the_state_reads_back_to_the_last_bit(*, thin: bool) -> None:
    rules = Cusum(comparison=Comparison(dispersion=1.7, thin=thin), looks=43200)
    state = after(GOOD, BAD, GOOD, BAD, BAD, rules=rules)

    again = CusumState.from_floats(state.as_floats())

    assert again == state
    assert rules.update(again, BAD, since=0, until=1) == rules.update(state, BAD, since=0, until=1)


def test_false_alarms_are_as_seldom_as_promised_though_traffic_and_errors_vary_with_the_hour() -> None:
    course = np.full(day_before.DAY, 1.25)

    when = day_before.alarms(np.random.default_rng(3), 10, 0.01, course, 500)

    # At the edge of what is tolerated: a day of looks among so many more between two false alarms.
    assert (when > 0).mean() <= day_before.DAY / day_before.ALARM


def test_the_bench_raises_the_alarms_of_the_judge() -> None:
    runs, course = 20, np.where(np.arange(40) < 20, 1.0, 3.0)
    states, when = [RULES.start()] * runs, [0] * runs
    rng = np.random.default_rng(4)
    for at, ratio in enumerate(course):
        mine, bad, others, others_bad = (
            part.astype(int).tolist()
            for part in day_before.look(rng, 600 * day_before.hourly(at), 0.01 * day_before.hourly(at), ratio, runs)
        )
        for run in range(runs):
            block = Block(Counts(mine[run], bad[run]), Counts(others[run], others_bad[run]))
            states[run] = RULES.update(states[run], block, since=at, until=at + 1)
            when[run] = when[run] or states[run].alarm

    found = day_before.alarms(np.random.default_rng(4), 10, 0.01, course, runs)

    assert found.astype(int).tolist() == when
    assert any(when)
