"""An error is new where the candidate has it again and again and stable never had it."""

from datetime import UTC, datetime, timedelta

from tidegate.judge.advice import LONGEST_SENTENCE
from tidegate.judge.new_errors import MOST_LINES, MOST_SIGNATURES, Heard, new_errors

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOST = "ERROR order {} was lost"


def heard(**pods: str) -> Heard:
    """What pods logged."""
    found = Heard()
    for pod, text in pods.items():
        found.hear(pod, text.splitlines(), NOW)

    return found


def lost(times: int) -> str:
    return "\n".join(LOST.format(number) for number in range(times))


def letters(number: int) -> str:
    """A word for a number."""
    return "".join("bcdfghjklm"[int(digit)] + "o" for digit in f"{number:03}")


def test_a_new_error_is_told_with_its_pods_and_both_sides_counts() -> None:
    candidate, stable = heard(a=lost(5), b=lost(2), c="fine"), heard(x="fine", y="ERROR something else fails")

    (found,) = new_errors(candidate, stable)

    assert found.sentence == (
        "7 times in the logs of 2 of 3 candidate pods read, never on 2 of stable's: ERROR order * was lost"
    )
    assert (found.subject, found.since) == ("ERROR order * was lost", NOW)


def test_what_stable_logs_too_however_seldom_is_not_new() -> None:
    assert list(new_errors(heard(a=lost(50)), heard(x=lost(1)))) == []


def test_twice_may_be_chance_and_the_third_time_is_not() -> None:
    candidate = heard(a=lost(2))
    assert list(new_errors(candidate, heard(x="fine"))) == []

    candidate.hear("a", [lost(1)], NOW + timedelta(minutes=1))

    assert [found.since for found in new_errors(candidate, heard(x="fine"))] == [NOW]


def test_without_a_log_of_stables_nothing_is_told() -> None:
    assert list(new_errors(heard(a=lost(5)), Heard())) == []


def test_where_stable_has_more_errors_than_are_kept_nothing_is_known_to_be_new() -> None:
    chaos = "\n".join(f"ERROR kind {letters(number)} fails" for number in range(MOST_SIGNATURES + 1))

    stable = heard(x=chaos)

    assert (stable.full, len(stable.times)) == (True, MOST_SIGNATURES)
    assert list(new_errors(heard(a=lost(5)), stable)) == []


def test_the_most_frequent_are_told_and_fit_into_a_line() -> None:
    text = "\n".join(f"ERROR {letters(kind)} {'word ' * 40}" for kind in range(9) for _ in range(kind))

    found = list(new_errors(heard(a=text), heard(x="fine")))

    assert [line.sentence.partition(" ")[0] for line in found] == ["8", "7", "6"][:MOST_LINES]
    assert all(len(line.sentence) <= LONGEST_SENTENCE for line in found)
