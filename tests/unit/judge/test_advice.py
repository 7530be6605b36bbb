"""What a person should know: said with both sides' counts, and only where the candidate does worse."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.judge.advice import LONGEST_SENTENCE, Affected, PodsOf, out_of_memory, restarts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pods(total: int, *times: int) -> PodsOf:
    return PodsOf(total, [Affected(f"web-{place}", each, NOW - timedelta(place)) for place, each in enumerate(times)])


def test_restarts_are_told_with_both_sides_and_their_pods() -> None:
    found = restarts(pods(2, 3, 4), pods(10))

    assert found is not None
    assert found.sentence == "2 of 2 candidate pods restarted, 7 times in all; 0 of 10 of stable's did: web-0, web-1"
    assert found.since == NOW - timedelta(1)


def test_a_single_restart_is_told_as_once() -> None:
    found = restarts(pods(4, 1), pods(10))

    assert found is not None
    assert found.sentence == "1 of 4 candidate pods restarted, once in all; 0 of 10 of stable's did: web-0"


@pytest.mark.parametrize(
    ("candidate", "stable"),
    [(pods(2), pods(2)), (pods(2), pods(2, 5)), (pods(2, 9), pods(2, 1)), (pods(0), pods(0)), (pods(4, 1), pods(2, 1))],
    ids=["nobody", "stable alone", "both alike", "no pods", "stable's share is greater"],
)
def test_where_the_candidate_does_no_worse_nothing_is_told(candidate: PodsOf, stable: PodsOf) -> None:
    assert restarts(candidate, stable) is None
    assert out_of_memory(candidate, stable) is None


def test_many_long_names_fit_into_a_line() -> None:
    many = [Affected(f"{place:03}-" + "x" * 59, 1000, NOW) for place in range(100)]

    found = out_of_memory(PodsOf(100, many), PodsOf(1000))

    assert found is not None
    assert found.sentence.endswith("and 98 more")
    assert len(found.sentence) <= LONGEST_SENTENCE
