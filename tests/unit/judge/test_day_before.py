"""A release with all the traffic beside the day before: what is tolerated, what breaches, and what is said."""

from dataclasses import replace

import pytest

from tidegate.judge.advice import LONGEST_SENTENCE
from tidegate.judge.combined import Ruling, limit
from tidegate.judge.counts import Block, Counts
from tidegate.judge.cusum import Cusum
from tidegate.judge.day_before import Watch, WatchState, afterwards, drift, in_the_watch, stake_left
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.evidence import FIRST
from tidegate.judge.ratio import Comparison
from tidegate.judge.verdict import Verdict

WATCH = Watch(comparison=Comparison(), stake=0.1, limit=100)
GOOD = Block(Counts(1500, 15), Counts(1500, 15))
BAD = Block(Counts(1500, 75), Counts(1500, 15))
RULING = Ruling(name="errors", verdict=Verdict.INCONCLUSIVE, sentence="errors: inconclusive.", evidence=0.5, part=1.0)


def after(*blocks: Block, rules: Watch = WATCH) -> WatchState:
    state = rules.start()
    for block in blocks:
        state = rules.update(state, block)

    return state


def test_a_breach_of_the_watch_says_what_it_was_compared_with() -> None:
    state = after(GOOD, BAD)

    found = in_the_watch(RULING, WATCH, state)

    assert (found.verdict, state.breached) == (Verdict.BREACH, 2)
    assert found.sentence.startswith("errors: breach. candidate 90 of 3,000 (3 %), a day before 30 of 3,000 (1 %);")
    assert "compared with the same time a day before, for stable has no traffic" in found.sentence
    assert found.sentence.endswith("(limit 100:1).")


def test_a_breach_stays_one_whatever_comes_after() -> None:
    state = after(BAD, BAD, BAD, *[GOOD] * 500)

    assert WATCH.evidence(state) < 1
    assert in_the_watch(RULING, WATCH, state).verdict is Verdict.BREACH


def test_what_is_no_breach_keeps_its_verdict_and_tells_both_days() -> None:
    found = in_the_watch(RULING, WATCH, after(GOOD))

    assert found.verdict is Verdict.INCONCLUSIVE
    assert "Since full weight candidate 15 of 1,500 (1 %), a day before 15 of 1,500 (1 %)" in found.sentence
    assert found.evidence == RULING.evidence + WATCH.evidence(after(GOOD))


def test_a_breach_by_stable_is_told_in_its_own_words() -> None:
    shown = replace(RULING, verdict=Verdict.BREACH)

    assert in_the_watch(shown, WATCH, after(BAD, BAD, BAD)) == shown


def test_the_bets_of_a_rollout_begin_with_one_together() -> None:
    """What the day before bets is what the comparison has left, and never more."""
    judge, looks = ErrorJudge.of(bound=0.01), 47
    state = judge.start()
    for _ in range(looks):
        state = judge.update(state, Block(Counts(10), Counts(90)))

    stake = stake_left(looks, 4, 1 - judge.bound_part)
    frozen = judge.at_full_weight(state)

    assert 0 < stake <= (1 - judge.bound_part) * state.ratio.reserve
    assert judge.evidence(frozen) + stake <= judge.evidence(state) + judge.bound_part * frozen.bound.value
    assert judge.update(frozen, Block()).ratio.value == frozen.ratio.value
    assert stake_left(0, 4, 1.0) == pytest.approx(1 - FIRST)


def test_the_state_reads_back_to_the_last_bit() -> None:
    state = after(GOOD, BAD, GOOD)

    again = WatchState.from_floats(state.as_floats())

    assert again == state
    assert WATCH.update(again, BAD) == WATCH.update(state, BAD)


@pytest.mark.parametrize(
    ("today", "before", "times"),
    [
        pytest.param(Counts(9999, 199), Counts(9999, 99), 2.005, id="a day with twice as many"),
        pytest.param(Counts(9999, 50), Counts(9999, 100), 1.0, id="a better day earns nothing"),
        pytest.param(Counts(9999, 0), Counts(9999, 0), 1.0, id="no bad requests"),
        pytest.param(Counts(9999, 3), Counts(9999, 0), 7.0, id="few, and chance is tolerated"),
        pytest.param(Counts(9999, 9000), Counts(9999, 0), 10.0, id="a fault is not tolerated"),
        pytest.param(Counts(9999, 100), Counts(), 1.0, id="nothing is known of the day before"),
    ],
)
def test_what_stable_itself_was_worse_than_a_day_before_is_tolerated(
    today: Counts, before: Counts, times: float
) -> None:
    assert drift(Block(today, before)) == pytest.approx(times, rel=1e-3)


def test_a_warning_fits_a_line_of_advice_and_does_not_change_while_it_lasts() -> None:
    rules = Cusum(comparison=Comparison(tolerance=1.5), looks=43200)
    state = rules.update(rules.start(), BAD, since=0, until=60_000)
    state = rules.update(state, BAD, since=60_000, until=120_000)

    said = afterwards("errors", rules.comparison, state)

    assert state.alarm == 120_000
    assert said == (
        "errors: 150 of 3,000 (5 %) bad since 00:00 UTC, 30 of 3,000 (1 %) at the same time a day before,"
        " 5 times as many; tolerated: 1.5 times. Nothing is done about it"
    )
    assert afterwards("errors", rules.comparison, rules.update(state, BAD, since=1, until=2)) == said
    longer = afterwards("n" * 200, rules.comparison, state)
    assert len(longer) <= LONGEST_SENTENCE
    assert longer.endswith("UTC, 30 of 3,000…")


def test_an_objective_with_a_part_needs_more_evidence() -> None:
    assert after(GOOD, BAD, BAD, rules=replace(WATCH, limit=limit(1e-9))).breached == 0
