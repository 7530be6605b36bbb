"""Kayenta's cases as counts, judged by the core that judges rollouts: each gets the answer that is right."""

import pytest

from tests.unit.judge.kayenta_cases import COUNTS, CountCase, Right
from tidegate.judge.counts import Block, Counts
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.rulings import rule
from tidegate.judge.verdict import Verdict


def verdicts(case: CountCase, *, thin: bool = False) -> list[Verdict]:
    """The verdict after each block."""
    judge = ErrorJudge.of(tolerance=case.margin, dispersion=case.phi, thin=thin)
    state, found = judge.start(), []
    for mine, others in zip(case.candidate, case.stable, strict=True):
        block = Block(Counts(mine.requests, mine.errors), Counts(others.requests, others.errors))
        state = judge.update(state, block)
        found.append(rule("errors", judge, state).verdict)

    return found


def test_there_are_all_of_them() -> None:
    assert len(COUNTS) == 23


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: case.claim)
def test_counts_of_kayentas_get_the_right_answer(case: CountCase) -> None:
    assert (Verdict.BREACH in verdicts(case)) is (case.right is Right.BREACH)


@pytest.mark.parametrize(
    "case", [case for case in COUNTS if case.right is Right.NO_BREACH], ids=lambda case: case.claim
)
def test_what_is_no_breach_is_none_where_bursts_are_not_measured_either(case: CountCase) -> None:
    assert Verdict.BREACH not in verdicts(case, thin=True)


def test_a_breach_stays_one_through_good_blocks() -> None:
    (case,) = (case for case in COUNTS if case.claim.startswith("thread 6278"))
    found = verdicts(case)
    first = found.index(Verdict.BREACH)

    assert set(found[first:]) == {Verdict.BREACH}
