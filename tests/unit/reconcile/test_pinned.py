"""What a rollout was started with stays with it."""

import json

from tidegate.api import OnTrouble, When
from tidegate.reconcile.pinned import pinned, text_of

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
