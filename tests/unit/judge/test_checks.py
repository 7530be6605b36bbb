"""What a check's runs mean: a ladder in which no run that says nothing passes, and when the next one begins."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.judge.checks import PATIENCE, Check, Course, End, due_in, judge_checks
from tidegate.judge.verdict import Line, Verdict

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIMEOUT = timedelta(minutes=10)
ENDS = {"c": End.COMPLETE, "f": End.FAILED, "l": End.LATE, "r": End.RUNS}


def course(ends: str, *, steps: str = "", ago: timedelta = MINUTE, refused: str = "") -> Course:
    """Runs by their ends, a letter each, all at step `b` where no other is told; the last began `ago`."""
    runs = tuple(
        Check(
            number=place + 1,
            step=(steps or "b" * len(ends))[place],
            began_at=NOW - ago - MINUTE * (len(ends) - place - 1),
            end=ENDS[end],
            job=f"web-{place + 1}",
            words="so it was",
        )
        for place, end in enumerate(ends)
    )
    return Course(runs=runs, step="b", now=NOW, timeout=TIMEOUT, refused=refused)


def judged(found: Course, consecutive: int = 1) -> Line:
    return judge_checks("smoke", found, consecutive=consecutive)


@pytest.mark.parametrize(
    ("found", "consecutive", "verdict", "words"),
    [
        (course(""), 1, Verdict.INCONCLUSIVE, "no Job has run yet"),
        (course("r"), 1, Verdict.INCONCLUSIVE, "Job web-1 runs"),
        (course("c"), 1, Verdict.PASS, "Job web-1 of step b is complete"),
        (course("cr"), 1, Verdict.PASS, "Job web-1 of step b is complete"),
        (course("f"), 1, Verdict.BREACH, "Job web-1 failed: so it was"),
        (course("fr"), 1, Verdict.BREACH, "Job web-1 failed: so it was"),
        (course("cf"), 2, Verdict.INCONCLUSIVE, "Job web-2 failed, 2 in a row are a breach"),
        (course("f"), 2, Verdict.INCONCLUSIVE, "Job web-1 failed, 2 in a row are a breach"),
        (course("fcf"), 2, Verdict.INCONCLUSIVE, "2 in a row are a breach"),
        (course("cff"), 2, Verdict.BREACH, "Job web-3 failed, the last of 2 in a row"),
        (course("flf"), 2, Verdict.BREACH, "Job web-3 failed, the last of 2 in a row"),
        (course("ff", steps="ab"), 2, Verdict.BREACH, "Job web-2 failed, the last of 2 in a row"),
        (course("cl"), 1, Verdict.NO_DATA, "Job web-2 did not end within its timeout: so it was"),
        (course("fl"), 1, Verdict.BREACH, "Job web-1 failed"),
        (course("c", refused="quota"), 1, Verdict.NO_DATA, "its Job cannot be made: quota"),
        (course("f", refused="quota"), 1, Verdict.BREACH, "Job web-1 failed"),
        (course("cr", refused="earlier"), 1, Verdict.PASS, "Job web-1"),
        (course("cr", ago=TIMEOUT + PATIENCE), 1, Verdict.NO_DATA, "Job web-2 should have ended"),
        (course("cr", ago=TIMEOUT + PATIENCE - MINUTE / 60), 1, Verdict.PASS, "Job web-1"),
    ],
)
def test_the_first_clause_that_applies_decides(found: Course, consecutive: int, verdict: Verdict, words: str) -> None:
    line = judged(found, consecutive)

    assert (line.verdict, line.passed) == (verdict, verdict is Verdict.PASS)
    assert line.sentence.startswith("smoke: ")
    assert words in line.sentence


def test_a_run_of_the_step_before_lets_nothing_pass_at_this_one() -> None:
    line = judged(course("cr", steps="ab"))

    assert (line.verdict, line.passed) == (Verdict.PASS, False)
    assert judged(course("cc", steps="ab")).passed


@pytest.mark.parametrize(
    ("found", "interval", "wait"),
    [
        (course(""), None, timedelta()),
        (course("c"), None, None),
        (course("l"), None, None),
        (course("c", steps="a"), None, timedelta()),
        (course("c", steps="a"), 5 * MINUTE, timedelta()),
        (course("r", steps="a"), None, None),
        (course("r"), MINUTE, None),
        (course("c"), 5 * MINUTE, 4 * MINUTE),
        (course("c", ago=9 * MINUTE), 5 * MINUTE, timedelta()),
    ],
    ids=[
        "a step begins with one",
        "one at a step",
        "one at a step, though it was late",
        "the next step has its own",
        "the next step waits for no interval",
        "no two at once, whatever the step",
        "no two at once, whatever the interval",
        "from start to start",
        "one that took longer than the interval is followed at once",
    ],
)
def test_when_the_next_run_begins(found: Course, interval: timedelta | None, wait: timedelta | None) -> None:
    assert due_in(found, interval) == wait
