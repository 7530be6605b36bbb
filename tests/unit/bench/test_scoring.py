"""NAB's rules, on series small enough to reckon by hand."""

import pytest

from tests.bench.labelled import Labelled, runs
from tests.bench.scoring import PROFILES, STANDARD, score, tally
from tests.bench.windowed_gaussian import surprises

SERIES = Labelled("one", (0.0,) * 200, ((60, 79), (120, 139)))
LOW_FALSE, LOW_MISSED = PROFILES[1:]


def of(*alarms: int) -> float:
    return score([tally(SERIES, alarms)])


def test_silence_is_0_and_one_alarm_at_each_first_point_is_100() -> None:
    assert of() == 0
    assert of(60, 120) == pytest.approx(100)


def test_only_the_first_alarm_of_a_window_counts_and_an_early_one_more_than_a_late_one() -> None:
    assert of(60, 61, 79, 120) == of(60, 120)
    assert of(60, 120) > of(65, 120) > of(79, 120) > of(120) == pytest.approx(50)


def test_an_alarm_in_probation_is_neither_right_nor_wrong() -> None:
    assert SERIES.probation == 30
    assert of(0, 29) == 0
    assert of(30) == pytest.approx(-100 * 0.11 / 4)


def test_a_false_alarm_right_after_a_window_costs_less_than_one_far_away() -> None:
    assert of() > of(80) > of(85) > of(110) > of(30)
    assert of(119) == pytest.approx(of(30), abs=0.01)


def test_the_profiles_weigh_what_is_false_and_what_is_missed() -> None:
    noisy, late = [tally(SERIES, (30, 60, 120))], [tally(SERIES, (60,))]

    assert score(noisy, LOW_FALSE) < score(noisy, STANDARD)
    assert score(late, LOW_MISSED) == pytest.approx(50)


def test_runs_of_labelled_points_are_events() -> None:
    assert runs([False, True, True, False, True]) == ((1, 2), (4, 4))


def test_the_baseline_is_surprised_by_what_leaves_its_window_of_values() -> None:
    calm = [float(place % 10) for place in range(6600)]

    found = surprises([*calm, 100.0])

    assert max(found[100:-1]) < 0.96
    assert found[-1] == 1.0
