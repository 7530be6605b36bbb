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
JOB: dict[str, Any] = {"template": {"spec": {}}}


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
        ({"progressDeadline": "999ms"}, "spec"),
        ({"strategy": {}}, "spec.strategy"),
        ({"service": {"port": 0}}, "spec.service.port"),
        ({"steps": [{"name": "a", "weight": 50}, {"name": "b", "weight": 5}]}, "spec"),
        ({"steps": [{"name": "a", "weight": 50, "dwell": "5m", "deadline": "5m"}]}, "spec"),
        ({"steps": [{"name": "a", "weight": 100, "dwell": "5m", "deadline": "6m"}]}, "spec"),
        (
            {"traffic": {"gateway": {"parentRefs": [{"name": "a"}], "rules": [{"timeouts": {"reqest": "5s"}}]}}},
            "spec.traffic.gateway.rules[0].timeouts.reqest",
        ),
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
        ({"hooks": [{"name": "a", "when": "BeforeRise", "job": {"template": {"spec": {"x": "x" * 65536}}}}]}, "spec"),
        ({"objectives": [{"name": "a", "job": {}}]}, "spec.objectives[0].job.template"),
        ({"objectives": [{"name": "a", "job": {**JOB, "timeout": "25h"}}]}, "spec.objectives[0].job.timeout"),
        ({"objectives": [{"name": "a", "job": {**JOB, "interval": "0s"}}]}, "spec.objectives[0].job"),
        ({"objectives": [{"name": "a", "job": {**JOB, "consecutive": 2}}]}, "spec.objectives[0].job"),
        ({"objectives": [{"name": "a", "job": {"template": {"spec": {"x": "x" * 65536}}}}]}, "spec"),
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


@pytest.mark.parametrize("share", [{"podRatio": {"service": "web"}}, {"nodeRatio": {}}], ids=["pods", "nodes"])
def test_where_pods_are_the_share_no_step_is_a_preview(share: dict[str, Any]) -> None:
    steps = [{"name": "preview", "weight": 0}]
    assert parse_spec({**LEAST, "steps": steps}).steps[0].weight == 0

    with pytest.raises(InvalidSpec, match="no weight is 0"):
        parse_spec({**LEAST, "steps": steps, "traffic": share})

    assert parse_spec({**LEAST, "steps": [{"name": "some", "weight": 1}], "traffic": share}).steps[0].weight == 1


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
    assert salvaged_spec({**LEAST, "onDelete": "Keep", "steps": "nonsense"}).spec.on_delete is OnDelete.KEEP


ERRORS = {"name": "errors", "query": {"promql": "errors", "max": "0.5"}}


@pytest.mark.parametrize(
    ("wrong", "lost"),
    [
        ({"template": "nonsense"}, ()),
        ({"steps": "nonsense"}, ("steps",)),
        ({"interval": "soon"}, ("interval",)),
        ({"hooks": [{"name": "a", "when": "BeforeRise", "steps": ["gone"], "http": HTTP}]}, ("hooks",)),
        ({"nobody": "knows"}, ("nobody",)),
        ({"objectives": [{"name": "slow", "latency": "fast"}, ERRORS]}, ("objectives[0]",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_of_a_wrong_spec_each_field_and_each_objective_is_read_by_itself(
    wrong: dict[str, object], lost: tuple[str, ...]
) -> None:
    found = salvaged_spec({**LEAST, "objectives": [ERRORS], "suspend": "All", "minReadySeconds": 7, **wrong})

    assert found.lost == lost
    assert [objective.name for objective in found.spec.objectives] == ["errors"]
    assert (found.spec.suspend.value, found.spec.min_ready_seconds) == ("All", 7)


def test_steps_are_read_beside_the_watch_and_the_hooks_that_they_are_declared_with() -> None:
    steps = [{"name": "all", "weight": 100, "deadline": "2m"}]
    hook = {"name": "a", "when": "BeforeRise", "steps": ["all"], "http": HTTP}
    declared = {**LEAST, "hooks": [hook], "steps": steps, "promotion": {"watch": "1s"}, "interval": "soon"}

    found = salvaged_spec(declared)

    assert found.lost == ("interval",)
    assert (found.spec.steps[0].name, found.spec.hooks[0].name) == ("all", "a")


@pytest.mark.parametrize(("field", "left"), [("metricSource", ["check"]), ("dataPlane", ["errors", "check"])], ids=str)
def test_no_other_source_or_data_plane_is_asked_in_the_place_of_one_that_cannot_be_read(
    field: str, left: list[str]
) -> None:
    check = {"name": "check", "job": {"template": {"spec": {"template": {"spec": {"containers": []}}}}}}
    ratio = {"name": "ratio", "errorRatio": {"max": "1%"}}

    found = salvaged_spec({**LEAST, "objectives": [ERRORS, ratio, check], field: 5})

    assert [objective.name for objective in found.spec.objectives] == left
    assert found.lost == (field, "the objectives that it answers")


def test_objectives_that_cannot_be_read_leave_none_in_their_place() -> None:
    assert salvaged_spec({**LEAST, "objectives": "nonsense"}).spec.objectives == ()


def test_the_implied_last_step_may_have_a_hook() -> None:
    hook = {"name": "a", "when": "BeforeRise", "steps": ["full"], "http": HTTP}
    declared = [{"name": "all", "weight": 100}]

    assert parse_spec({**LEAST, "hooks": [hook]}).hooks[0].steps == ("full",)
    with pytest.raises(InvalidSpec):
        parse_spec({**LEAST, "steps": declared, "hooks": [hook]})


MISSHAPEN: dict[str, tuple[object, str]] = {
    "text": ("x", "matches[0]: must be an object"),
    "path as text": ({"path": "/api"}, "matches[0].path: must be an object"),
    "headers as a map": ({"headers": {"x-user": "beta"}}, "matches[0].headers: must be a list"),
    "a header as text": ({"headers": ["x-user"]}, "matches[0].headers[0]: must be an object"),
    "a header without a value": ({"headers": [{"name": "x-user"}]}, "matches[0].headers[0].value: "),
    "the type of a path as a list": ({"path": {"type": ["Exact"]}}, "matches[0].path.type: "),
    "an unknown condition": ({"cookies": []}, "matches[0].cookies: "),
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_a_misshapen_match_is_named_and_keeps_no_rollout_from_its_way_back(name: str) -> None:
    match, words = MISSHAPEN[name]
    gateway = {**LEAST["traffic"]["gateway"], "rules": [{"matches": [match]}]}
    spec = {**LEAST, "traffic": {"gateway": gateway, "drain": "7s"}}

    with pytest.raises(InvalidSpec) as caught:
        parse_spec(spec)

    assert str(caught.value).startswith(f"spec.traffic.gateway.rules[0].{words}")
    assert salvaged_spec(spec).spec.traffic.drain.total_seconds() == 7


def test_a_match_as_in_an_http_route_is_taken() -> None:
    match = {
        "path": {"type": "RegularExpression", "value": "/v[0-9]+"},
        "headers": [{"type": "Exact", "name": "x-user", "value": "beta"}, {"name": "x-team", "value": "a"}],
        "queryParams": [{"type": "RegularExpression", "name": "q", "value": ".+"}],
        "method": "PATCH",
    }
    gateway = {**LEAST["traffic"]["gateway"], "rules": [{"matches": [match, {}, {"path": {"value": "/a"}}]}]}

    assert parse_spec({**LEAST, "traffic": {"gateway": gateway}}).traffic.gateway


def test_the_template_of_a_job_has_a_shape_too() -> None:
    job: dict[str, Any] = {"template": {"metadata": {"labels": []}}}

    with pytest.raises(InvalidSpec, match=r"^spec.objectives\[0\].job.template: metadata.labels must be an object$"):
        parse_spec({**LEAST, "objectives": [{"name": "a", "job": job}]})


def test_what_a_chart_leaves_empty_in_a_template_is_absent() -> None:
    empty = {"metadata": {"labels": None, "annotations": None}, "spec": None}

    assert parse_spec({**LEAST, "template": empty}).template == empty


@pytest.mark.parametrize(("matches", "taken"), [((64, 64), True), ((64, 63, 0), True), ((64, 64, 0), False)])
def test_a_route_has_at_most_128_matches_in_all(matches: tuple[int, ...], taken: bool) -> None:
    rules: list[dict[str, Any]] = [{"matches": [{}] * count} for count in matches]
    spec = {**LEAST, "traffic": {"gateway": {**LEAST["traffic"]["gateway"], "rules": rules}}}

    if taken:
        assert parse_spec(spec)
    else:
        with pytest.raises(InvalidSpec, match=r"^spec.traffic.gateway: rules: must have at most 128 matches in all"):
            parse_spec(spec)
