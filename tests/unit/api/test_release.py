"""A Release is read strictly: a wrong field is named with the reason."""

from typing import Any

import pytest

from tidegate.api import InvalidSpec, OnDelete, parse_spec, salvaged_spec

LEAST: dict[str, Any] = {
    "template": {"spec": {"containers": [{"name": "app", "image": "app:v1"}]}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
}


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
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({**LEAST, **changes})

    assert caught.value.field == field


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
