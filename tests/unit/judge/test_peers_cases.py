"""Cases that others' judges got wrong, told in counts: what was asked in the named threads."""

import pytest

from tidegate.judge.counts import Block, Counts
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.rulings import rule
from tidegate.judge.verdict import Verdict

MINUTE = 1000
JUDGE = ErrorJudge.of(every=1)


def judged(mine: list[int], others: list[int], *, judge: ErrorJudge = JUDGE, times: int = 1) -> tuple[Verdict, float]:
    """A block a minute; both sides have a thousand requests in each, stable `times` as many."""
    state = ErrorState()
    for bad, others_bad in zip(mine, others, strict=True):
        state = judge.update(state, Block(Counts(MINUTE, bad), Counts(times * MINUTE, others_bad)))
    return rule("errors", judge, state).verdict, judge.evidence(state)


@pytest.mark.parametrize(
    ("mine", "others", "times", "verdict"),
    [
        pytest.param([100] * 7 + [1] * 3, [1] * 10, 1, Verdict.BREACH, id="spinnaker 6278: bad most of the time"),
        pytest.param([0, 1, 2, 1, 0, 0], [0] * 6, 1, Verdict.INCONCLUSIVE, id="kayenta 426: four errors, half of all"),
        pytest.param([0, 1, 2, 1, 0, 0], [0] * 6, 19, Verdict.BREACH, id="kayenta 426: four errors, a twentieth"),
        pytest.param([5] * 12, [0] * 12, 1, Verdict.BREACH, id="kayenta 799: stable has no series of errors"),
        pytest.param([0] * 5 + [60] + [0] * 4, [0] * 10, 1, Verdict.BREACH, id="kayenta 420: only one minute is bad"),
    ],
)
def test_what_others_asked_for(mine: list[int], others: list[int], times: int, verdict: Verdict) -> None:
    assert judged(mine, others, times=times)[0] is verdict


def test_a_change_of_variability_alone_is_no_breach() -> None:
    """Kayenta 780: as many errors, in bursts of ten."""
    bursts = ErrorJudge.of(every=1, dispersion=10.0)

    assert judged([0, 10] * 15, [5] * 30, judge=bursts)[0] is not Verdict.BREACH


def test_more_bad_minutes_are_never_less_evidence() -> None:
    """Kayenta is not monotone: High for 27 to 29 bad minutes of 60, Pass for 30 to 36, High again."""
    evidence = [judged([50] * bad + [0] * (60 - bad), [0] * 60)[1] for bad in range(0, 60, 6)]

    assert evidence == sorted(evidence)
    assert evidence[1] > 100


@pytest.mark.parametrize("bad_of_twenty", [10, 20])
def test_two_separated_points_are_judged_by_their_requests(bad_of_twenty: int) -> None:
    """Kayenta says High for any two values against two: here three requests weigh as three."""
    state = ErrorState()
    few = JUDGE.update(state, Block(Counts(2, 1), Counts(38, 0)))
    many = JUDGE.update(state, Block(Counts(20, bad_of_twenty), Counts(380, 4)))

    assert rule("errors", JUDGE, few).verdict is Verdict.INCONCLUSIVE
    assert rule("errors", JUDGE, many).verdict is Verdict.BREACH
