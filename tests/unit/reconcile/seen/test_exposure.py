"""What a recorded step shows beside its weight, and what is judged of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.api.test_release import LEAST
from tidegate.api import parse_spec
from tidegate.decision import Phase, Progress
from tidegate.reconcile.judging.evidence import is_judged
from tidegate.reconcile.seen.exposure import exposure_of
from tidegate.routers import NOTHING, Cookie, Header, cookie_header

SPEC = parse_spec(
    {
        **LEAST,
        "traffic": {**LEAST["traffic"], "affinity": {"cookie": {"maxAge": "90s"}}},
        "steps": [
            {"name": "preview", "weight": 0},
            {"name": "copies", "weight": 0, "mirror": {"percent": 10}},
            {
                "name": "testers",
                "weight": 0,
                "match": [
                    {
                        "headers": [{"name": "X-Tester", "value": "y.*", "type": "RegularExpression"}],
                        "cookies": [{"name": "group", "value": "beta"}],
                    }
                ],
            },
            {"name": "half", "weight": 50},
        ],
    }
)
RUNNING = Progress(phase=Phase.PROGRESSING, stable="v1", candidate="v2")
COOKIE = Cookie(name="tidegate-web", value="v2", seconds=90)


def shown(**changes: Any) -> Any:
    return exposure_of(SPEC, replace(RUNNING, **changes), "web")


def test_a_match_and_copies_are_those_of_the_recorded_step() -> None:
    assert shown(step=1).mirror == 10
    assert shown(step=2).matches == (
        (Header(name="X-Tester", value="y.*", regular=True), cookie_header("group", "beta")),
    )


def test_the_cookie_of_this_candidate_counts_wherever_it_has_a_share() -> None:
    assert [shown(step=step).cookie for step in range(4)] == [None, None, COOKIE, COOKIE]


@pytest.mark.parametrize(
    "changes",
    [
        {"step": 0},
        {"step": 4},
        {"step": 2, "candidate": None},
        {"step": 2, "stable": None},
        {"step": 2, "phase": Phase.ROLLING_BACK},
        {"step": 2, "phase": Phase.PROMOTING},
    ],
    ids=["a preview", "the implied last step", "at rest", "the first revision", "rolling back", "changing roles"],
)
def test_nothing_is_shown(changes: dict[str, Any]) -> None:
    assert shown(**changes) == NOTHING


def test_the_gateways_counts_judge_requests_that_match_and_no_copies() -> None:
    (errors,) = SPEC.objectives

    judged = [is_judged(errors, replace(RUNNING, step=step, desired_weight=0), SPEC) for step in range(3)]

    assert judged == [False, False, True]
