"""What a rollout was started with stays with it."""

import json

import pytest

from tidegate.api import OnTrouble, When
from tidegate.reconcile.seen.pinned import pinned, text_of

HOOK = {"name": "check", "when": "BeforePromotion", "http": {"url": "http://checks"}, "onExpiry": "RollBack"}
STEP = {"name": "first", "weight": 5, "dwell": "1m", "deadline": "1h", "onDeadline": "Hold"}
SPEC = {
    "template": {"spec": {}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
    "steps": [STEP],
    "hooks": [HOOK],
}


def test_hooks_and_deadlines_that_are_edited_serve_the_next_rollout() -> None:
    text = text_of(SPEC)
    edited = {**SPEC, "hooks": [], "steps": [{"name": "first", "weight": 5}]}

    plan = pinned(edited, text).plan

    assert json.loads(text)["hooks"] == [HOOK]
    assert [(hook.when, hook.on_expiry) for hook in plan.hooks] == [(When.BEFORE_PROMOTION, OnTrouble.ROLL_BACK)]
    assert (str(plan.steps[0].deadline), plan.steps[0].on_deadline) == ("1:00:00", OnTrouble.HOLD)


def test_a_plan_of_an_older_tidegate_gets_no_hooks_of_the_newest_declaration() -> None:
    assert pinned(SPEC, text_of({"steps": [STEP]})).plan.hooks == ()


OLD = [
    {"name": "errors", "errorRatio": {"max": "2%", "consecutive": 3}},
    {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%", "consecutive": 2}},
]


def test_a_plan_that_an_older_tidegate_pinned_is_read_without_what_is_gone() -> None:
    found = pinned({**SPEC, "objectives": []}, text_of({**SPEC, "objectives": OLD}))

    assert found.invalid == ""
    assert [objective.ratio and objective.ratio.max for objective in found.spec.objectives] == ["2%", "5%"]


def test_a_release_that_was_stored_before_is_read_the_same_way() -> None:
    assert pinned({**SPEC, "objectives": OLD}, None).invalid == ""


@pytest.mark.parametrize("field", ["consecutiv", "min"])
def test_another_field_that_nobody_knows_still_stops_every_step_forward(field: str) -> None:
    wrong = [{"name": "errors", "errorRatio": {"max": "2%", field: 3}}]

    assert f"errorRatio.{field}" in pinned(SPEC, text_of({**SPEC, "objectives": wrong})).invalid
