"""A Release is read strictly: a wrong field is named with the reason."""

from typing import Any

import pytest

from tidegate.api import InvalidSpec, OnDelete, parse_spec, salvaged_spec

LEAST: dict[str, Any] = {
    "template": {"spec": {"containers": [{"name": "app", "image": "app:v1"}]}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
}
HTTP = {"url": "http://checks/ask"}
JOB = {"template": {"spec": {}}}


def test_the_least_release_has_the_documented_defaults() -> None:
    spec = parse_spec(LEAST)

    assert [step.weight for step in spec.steps] == [5, 25, 50]
    assert [objective.name for objective in spec.objectives] == ["errors"]
    assert spec.traffic.drain.total_seconds() == 30


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"steps": [{"name": "a", "weight": 140}]}, "spec.steps[0].weight"),
        ({"steps": []}, "spec.steps"),
        ({"interval": "soon"}, "spec.interval"),
        ({"strategy": {}}, "spec.strategy"),
        ({"service": {"port": 0}}, "spec.service.port"),
        ({"steps": [{"name": "a", "weight": 50}, {"name": "b", "weight": 5}]}, "spec"),
        ({"steps": [{"name": "a", "weight": 50, "dwell": "5m", "deadline": "5m"}]}, "spec"),
        ({"steps": [{"name": "a", "weight": 100, "dwell": "5m", "deadline": "6m"}]}, "spec"),
        ({"hooks": [{"name": "a", "when": "BeforeRise"}]}, "spec.hooks[0]"),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "http": HTTP, "job": JOB}]}, "spec.hooks[0]"),
        ({"hooks": [{"name": "a", "when": "OnRollback", "steps": ["first"], "http": HTTP}]}, "spec.hooks[0]"),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "steps": ["absent"], "http": HTTP}]}, "spec"),
        (
            {"hooks": [{"name": "a", "when": "BeforeRise", "http": {**HTTP, "timeout": "31s"}}]},
            "spec.hooks[0].http.timeout",
        ),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "http": {"url": "ftp://x"}}]}, "spec.hooks[0].http.url"),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "http": HTTP, "expiry": "25h"}]}, "spec.hooks[0].expiry"),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "http": HTTP}] * 2}, "spec"),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "job": {"template": {"spec": "x" * 65536}}}]}, "spec"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({**LEAST, **changes})

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"name": "a", "weight": 5}, {"name": "full", "weight": 50}], "full is the name of the implied last step"),
        ([{"name": "a", "weight": 5, "onDeadline": "Hold"}], "onDeadline: Hold acts only at a deadline"),
    ],
)
def test_a_step_that_would_be_taken_for_another_or_do_nothing_is_refused(
    steps: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({**LEAST, "steps": steps})

    assert words in str(caught.value)


def test_a_declared_last_step_may_have_the_name_of_the_implied_one() -> None:
    assert parse_spec({**LEAST, "steps": [{"name": "full", "weight": 100}]}).steps[0].name == "full"


def test_an_empty_list_of_objectives_judges_nothing() -> None:
    assert parse_spec({**LEAST, "objectives": []}).objectives == ()


def test_a_deployment_that_is_handed_back_is_not_kept_as_well() -> None:
    taking_over = {name: value for name, value in LEAST.items() if name != "template"}
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({**taking_over, "workloadRef": {"name": "web"}, "onDelete": "Keep"})

    assert "handed back" in str(caught.value)
    reference = {"apiVersion": "v1", "kind": "PodTemplate", "name": "web"}
    assert parse_spec({**taking_over, "workloadRef": reference, "onDelete": "Keep"}).on_delete is OnDelete.KEEP


def test_a_spec_that_is_wrong_elsewhere_still_keeps_what_serves() -> None:
    assert salvaged_spec({**LEAST, "onDelete": "Keep", "steps": "nonsense"}).on_delete is OnDelete.KEEP


def test_the_implied_last_step_may_have_a_hook() -> None:
    hook = {"name": "a", "when": "BeforeRise", "steps": ["full"], "http": HTTP}
    declared = [{"name": "all", "weight": 100}]

    assert parse_spec({**LEAST, "hooks": [hook]}).hooks[0].steps == ("full",)
    with pytest.raises(InvalidSpec):
        parse_spec({**LEAST, "steps": declared, "hooks": [hook]})
