"""What a rollout was started with stays with it."""

import json

import pytest

from tests.unit.decision.world import START
from tidegate.api import OnTrouble, When
from tidegate.decision.progress import Progress
from tidegate.reconcile.memory import Memory
from tidegate.reconcile.seen.pin import pin_of_spec
from tidegate.reconcile.seen.spec import read_spec

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
    text = pin_of_spec(SPEC)
    edited = {**SPEC, "hooks": [], "steps": [{"name": "first", "weight": 5}]}

    plan = read_spec(edited, text).plan

    assert json.loads(text)["hooks"] == [HOOK]
    assert [(hook.when, hook.on_expiry) for hook in plan.hooks] == [(When.BEFORE_PROMOTION, OnTrouble.ROLL_BACK)]
    assert (str(plan.steps[0].deadline), plan.steps[0].on_deadline) == ("1:00:00", OnTrouble.HOLD)


def test_a_plan_of_an_older_tidegate_gets_no_hooks_of_the_newest_declaration() -> None:
    assert read_spec(SPEC, pin_of_spec({"steps": [STEP]})).plan.hooks == ()


OLD = [
    {"name": "errors", "errorRatio": {"max": "2%", "consecutive": 3}},
    {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%", "consecutive": 2}},
]


def test_a_plan_that_an_older_tidegate_pinned_is_read_without_what_is_gone() -> None:
    found = read_spec({**SPEC, "objectives": []}, pin_of_spec({**SPEC, "objectives": OLD}))

    assert found.invalid == ""
    assert [objective.ratio and objective.ratio.max for objective in found.spec.objectives] == ["2%", "5%"]


def test_a_release_that_was_stored_before_is_read_the_same_way() -> None:
    assert read_spec({**SPEC, "objectives": OLD}, None).invalid == ""


ERRORS = {"name": "errors", "query": {"promql": "errors", "max": "0.5"}}
STARTED_WITH = {**SPEC, "objectives": [ERRORS]}


@pytest.mark.parametrize("wrong", [{"template": {"spec": "x"}}, {"onBypass": "x"}, {"nobody": "knows"}], ids=str)
def test_a_rollout_goes_by_what_it_was_started_with_whatever_is_wrong_in_the_newest_spec(
    wrong: dict[str, object],
) -> None:
    newest = {**SPEC, "objectives": [], "steps": "garbage", **wrong}

    found = read_spec(newest, pin_of_spec(STARTED_WITH))

    assert found.invalid.startswith("spec.")
    assert found.whole
    assert [objective.name for objective in found.spec.objectives] == ["errors"]
    assert found.plan == read_spec(STARTED_WITH, None).plan


def test_what_cannot_be_read_of_a_pin_is_named_and_the_rest_is_gone_by() -> None:
    found = read_spec(SPEC, pin_of_spec({**STARTED_WITH, "objectives": [{"name": "slow", "latency": 5}, ERRORS]}))

    assert [objective.name for objective in found.spec.objectives] == ["errors"]
    assert found.invalid.endswith("; meanwhile it goes on without objectives[0]")
    assert not found.whole


def test_a_pin_that_someone_garbled_leaves_what_is_declared_to_judge_by() -> None:
    found = read_spec(STARTED_WITH, "garbage")

    assert [objective.name for objective in found.spec.objectives] == ["errors"]
    assert "put it back, or abort; meanwhile it goes by what is declared now" in found.invalid
    assert not found.whole


def test_what_a_rollout_went_by_is_remembered_for_it_alone() -> None:
    memory, garbled = Memory(), read_spec(SPEC, "garbage")
    first, second = Progress(candidate="v2", started_at=START), Progress(candidate="v3", started_at=START)
    known = read_spec(STARTED_WITH, pin_of_spec(STARTED_WITH))
    assert memory.gone_by(first, known) == known

    left = memory.gone_by(first, garbled)

    assert (left.spec, left.plan, left.invalid) == (known.spec, known.plan, garbled.invalid)
    assert memory.gone_by(second, garbled) == garbled


@pytest.mark.parametrize("field", ["consecutiv", "min"])
def test_another_field_that_nobody_knows_still_stops_every_step_forward(field: str) -> None:
    wrong = [{"name": "errors", "errorRatio": {"max": "2%", field: 3}}]

    assert f"errorRatio.{field}" in read_spec(SPEC, pin_of_spec({**SPEC, "objectives": wrong})).invalid
