"""A clock that is off is named by the date on an answer, and one that may be right is not."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.metrics.answer import Answer, NoData, NotAsked, Sample, Silent, TooMuch, Unusable
from tidegate.metrics.skew import explained, sentence_of, skew

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLOCK = "its clock is 42 s behind the operator's"


@pytest.mark.parametrize(
    ("date", "took", "seconds"),
    [
        ("Sun, 01 Mar 2026 11:59:18 GMT", 0.08, -41.54),
        ("Sun, 01 Mar 2026 12:00:42 GMT", 0.08, 42.46),
        ("Sun, 01 Mar 2026 11:59:53 GMT", 0.08, -6.54),
        ("Sun, 01 Mar 2026 11:59:54 GMT", 0.08, 0),
        ("Sun, 01 Mar 2026 12:00:05 GMT", 0.08, 0),
        ("Sun, 01 Mar 2026 12:00:14 GMT", 9.0, 0),
        ("Sun, 01 Mar 2026 12:00:15 GMT", 9.0, 11),
        ("Sunday, 01-Mar-26 11:59:18 GMT", 0.08, -41.54),
        ("Sun, 01 Mar 2026 13:59:18 +0200", 0.08, -41.54),
        ("Sun, 01 Mar 2026 11:59:18 -0000", 0.08, -41.54),
        ("", 0.08, 0),
        ("0", 0.08, 0),
        ("yesterday", 0.08, 0),
        ("Sun, 99 Mar 2026 12:00:00 GMT", 0.08, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 0.08, 0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 0.08, 0),
    ],
    ids=[
        "behind", "ahead", "behind by more than is tolerated", "behind by no more", "ahead by no more",
        "dated at the end of a long time", "ahead of its end", "an old form", "another zone", "no zone",
        "no date", "a number", "a word", "no day of a month", "the end of time", "after it",
    ],
)  # fmt: skip
def test_a_skew_is_what_no_time_of_an_answer_explains(date: str, took: float, seconds: float) -> None:
    found = skew(date, NOON, NOON + timedelta(seconds=took))

    assert found.total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [(0, ""), (-41.54, CLOCK), (7200.4, "its clock is 7,200 s ahead of the operator's")],
    ids=["together", "behind", "ahead"],
)
def test_people_read_whose_clock_is_where(seconds: float, sentence: str) -> None:
    assert sentence_of(timedelta(seconds=seconds), "its") == sentence


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (NoData("no series"), NoData(f"no series; {CLOCK}")),
        (Unusable("HTML"), Unusable(f"HTML; {CLOCK}")),
        (TooMuch("cut"), TooMuch(f"cut; {CLOCK}")),
        (Sample(1.0), Sample(1.0)),
        (Silent("no answer within 5 s"), Silent("no answer within 5 s")),
        (NotAsked("its Secret is missing"), NotAsked("its Secret is missing")),
    ],
    ids=["no data", "no answer", "a part", "a number", "nobody there", "not asked"],
)
def test_a_clock_is_told_where_an_answer_came_without_a_number(answer: Answer, told: Answer) -> None:
    assert explained(answer, CLOCK) == told
    assert explained(answer, "") == answer
