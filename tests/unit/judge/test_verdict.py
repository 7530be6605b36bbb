"""Measurements against their bounds."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.api import number
from tidegate.judge.verdict import Analysis, Bound, Line, Measurement, Verdict, judge

START = datetime(2026, 1, 1, tzinfo=UTC)
BOUND = Bound(greatest=number("1%"))
DOWN = "down"


def history(*values: float | str | None) -> list[Measurement]:
    return [
        Measurement(
            taken_at=START + timedelta(seconds=index),
            value=value if isinstance(value, float) else None,
            unavailable=value == DOWN,
        )
        for index, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((), Verdict.INCONCLUSIVE),
        ((0.0,), Verdict.PASS),
        ((0.01,), Verdict.PASS),
        ((0.02,), Verdict.INCONCLUSIVE),
        ((0.02, 0.02), Verdict.BREACH),
        ((0.02, 0.0, 0.02), Verdict.INCONCLUSIVE),
        ((0.02, None, 0.02), Verdict.BREACH),
        ((0.02, DOWN), Verdict.UNAVAILABLE),
        ((0.0, None), Verdict.NO_DATA),
    ],
)
def test_only_enough_breaching_values_in_a_row_breach(values: tuple[float | None, ...], verdict: Verdict) -> None:
    assert judge("errors", BOUND, history(*values), consecutive=2, settled_at=START).verdict is verdict


@pytest.mark.parametrize(
    ("value", "bound", "sentence"),
    [
        (500.04, Bound(greatest=number("500")), "latency: 500.04, must be ≤ 500"),
        (0.010000001, BOUND, "latency: 0.010000001, must be ≤ 0.01"),
        (99.996, Bound(least=number("100")), "latency: 99.996, must be ≥ 100"),
        (0.123456, BOUND, "latency: 0.1235, must be ≤ 0.01"),
        (0.00999999, BOUND, "latency: 0.01, must be ≤ 0.01"),
    ],
)
def test_a_value_out_of_bounds_is_never_shown_as_one_within(value: float, bound: Bound, sentence: str) -> None:
    assert judge("latency", bound, history(value), consecutive=1, settled_at=START).sentence == sentence


def test_a_pass_counts_only_since_the_step_settled() -> None:
    late = START + timedelta(seconds=1)

    assert not judge("errors", BOUND, history(0.0), consecutive=2, settled_at=late).passed
    assert not judge("errors", BOUND, history(0.0), consecutive=2, settled_at=None).passed


def test_a_value_of_a_time_before_the_step_settled_passes_nothing_and_says_so() -> None:
    settled, asked = START + timedelta(minutes=1), START + timedelta(minutes=2)
    for until, passed in ((settled - timedelta(seconds=1), False), (settled, True), (asked + timedelta(hours=1), True)):
        line = judge(
            "errors", BOUND, [Measurement(taken_at=asked, value=0.0, until=until)], consecutive=2, settled_at=settled
        )

        assert line.verdict is Verdict.PASS
        assert line.passed is passed
        assert line.sentence == (
            "errors: 0, must be ≤ 0.01" + ("" if passed else "; it is of 00:00:59 UTC, before the step settled")
        )


def test_a_time_yet_to_come_makes_no_answer_newer_than_its_question() -> None:
    early = Measurement(taken_at=START, value=0.0, until=START + timedelta(hours=1))
    late = START + timedelta(minutes=1)

    line = judge("errors", BOUND, [early], consecutive=2, settled_at=late)

    assert not line.passed
    assert line.sentence == "errors: 0, must be ≤ 0.01", "what is of a later time is not said to be of an earlier one"


def test_an_objective_is_heard_of_from_its_first_answer_on_that_it_is_silent_too() -> None:
    heard = [judge("errors", BOUND, history(*seen), consecutive=2, settled_at=START).heard for seen in ((), (None,))]

    assert heard == [False, True]


def test_nothing_judged_passes_and_a_breach_outranks_the_rest() -> None:
    assert Analysis(lines=()).passed
    lines = tuple(
        judge(name, BOUND, history(*values), consecutive=1, settled_at=START)
        for name, values in (("a", (None,)), ("b", (0.5,)), ("c", (DOWN,)))
    )
    worst = Analysis(lines=lines).worst

    assert worst is not None
    assert worst.name == "b"
    assert "must be ≤ 0.01" in worst.sentence


ERRORS = ("errors", Verdict.HOLD)


def line(name: str, verdict: Verdict, *, advises: bool = False) -> Line:
    """An objective with this verdict."""
    return Line(name=name, verdict=verdict, value=None, bound=Bound(), sentence=name, passed=False, advises=advises)


@pytest.mark.parametrize(
    ("analysis", "subject"),
    [
        (Analysis(lines=()), None),
        (Analysis(lines=(line("errors", Verdict.PASS),)), None),
        (Analysis(lines=(line("errors", Verdict.HOLD), line("latency", Verdict.INCONCLUSIVE))), ERRORS),
        (Analysis(lines=(line("latency", Verdict.BREACH, advises=True), line("errors", Verdict.HOLD))), ERRORS),
        (Analysis(lines=(line("errors", Verdict.HOLD),), together="together: breach"), ("", Verdict.BREACH)),
    ],
    ids=["no objective", "a pass", "the worst one", "not one that advises", "all together"],
)
def test_a_sentence_is_about_the_objective_that_decides(
    analysis: Analysis, subject: tuple[str, Verdict] | None
) -> None:
    assert analysis.subject == subject
