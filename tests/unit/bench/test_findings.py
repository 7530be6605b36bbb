"""What a bench tells of a figure: its aim, whether it is met, and the machine's own cost."""

import pytest

from tests.bench.__main__ import QUESTIONS
from tests.bench.aims import AIMS, Aim, AtMost, Exactly
from tests.bench.conditions import Conditions, Machine
from tests.bench.findings import Findings, as_json, table
from tests.bench.spread import Spread, spread

MACHINE = Machine(cores=2, processor="x86_64", kubernetes="1.37.2", python="3.11.9")
BARE = Spread(0.009, 0.053, 20)
FOUND = Findings(
    question="100 rollouts at once",
    seconds=31.4,
    conditions=Conditions(load_before=0.5, load_after=3.0, objects={"releases": 100, "pods": 200}),
    figures={"promoted": Spread(4.0, 6.0, 100), "requests": 1600, "by verb": {"create": 300, "patch": 900}},
    aims={"promoted": AtMost(5)},
    bare_patch=BARE,
)


@pytest.mark.parametrize(
    ("aim", "figure", "met"),
    [
        (AtMost(24), 24, True),
        (AtMost(24), 24.1, False),
        (AtMost(0.06, 0.15), Spread(0.06, 0.15, 20), True),
        (AtMost(0.06, 0.15), Spread(0.061, 0.1, 20), False),
        (AtMost(0.06, 0.15), Spread(0.05, 0.16, 20), False),
        (AtMost(5), Spread(1.0, 5.1, 100), False),
        (AtMost(5), Spread(1.0, 5.0, 100), True),
        (AtMost(5), None, False),
        (AtMost(5), "MetricsUnavailable", False),
        (Exactly("MetricsUnavailable"), "MetricsUnavailable", True),
        (Exactly("MetricsUnavailable"), "ObjectiveBreached", False),
    ],
)
def test_an_aim_is_met_by_a_figure_that_is_as_good(aim: Aim, figure: object, met: bool) -> None:
    assert aim.met(figure) is met


def test_an_aim_whose_figure_is_absent_is_missed() -> None:
    nothing = Findings(
        question="", seconds=0, conditions=FOUND.conditions, figures={}, aims={"promoted": AtMost(5)}, bare_patch=None
    )

    assert nothing.missed() == ["promoted"]


def test_each_figure_in_the_json_has_its_aim_and_each_time_the_machines_own_cost() -> None:
    (found,) = as_json(MACHINE, [FOUND])["questions"]
    promoted, requests, _ = found["figures"]

    assert found["conditions"] == {"load_before": 0.5, "load_after": 3.0, "objects": {"releases": 100, "pods": 200}}
    assert (promoted["aim"], promoted["met"]) == ("≤ 5", False)
    assert promoted["bare_patch"] == {"middle": 0.009, "greatest": 0.053, "count": 20}
    assert (requests["aim"], requests["met"], requests["bare_patch"]) == (None, None, None)
    assert as_json(MACHINE, [FOUND])["machine"]["cores"] == 2


def test_the_table_has_aim_cost_and_conditions_beside_the_figure() -> None:
    _, _, promoted, requests, verbs = table([FOUND]).splitlines()

    conditions = "load 0.5 → 3.0; 100 releases, 200 pods"
    assert promoted == (
        f"| 100 rollouts at once | promoted | 4.000 / 6.000 | ≤ 5 | no | 0.009 / 0.053 | {conditions} |"
    )
    assert requests == "|  | requests | 1600 |  |  |  |  |"
    assert verbs == "|  | by verb | create 300, patch 900 |  |  |  |  |"


def test_the_spread_of_times_is_their_middle_and_their_greatest() -> None:
    assert spread([0.3, 0.1, 0.2]) == Spread(0.2, 0.3, 3)


def test_every_aim_is_one_of_a_question_that_is_asked() -> None:
    assert AIMS.keys() <= QUESTIONS.keys()
