"""Who decides the size of a Deployment, and what is noted on it."""

import json
from typing import Any

import pytest

from tidegate.workloads import (
    Note,
    detached,
    emptied,
    handed_over,
    helm_by_updates,
    note_of,
    paused_owner,
    refilled,
    released,
    replicas_owner,
    resized,
    resumed,
    selected_labels,
    size_let_go,
    sized_by_another_at,
    taken_over,
    updated_since_us,
)

SIZE: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
PAUSE: dict[str, Any] = {"f:spec": {"f:paused": {}}}
OTHER: dict[str, Any] = {"f:spec": {"f:template": {}}}


def entry(manager: str, operation: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "fieldsV1": fields, **more}


@pytest.mark.parametrize(
    ("entries", "last_applied", "owner"),
    [
        ([entry("kustomize-controller", "Apply", SIZE)], None, "kustomize-controller"),
        ([entry("kustomize-controller", "Apply", OTHER)], None, ""),
        ([entry("tidegate", "Apply", SIZE)], None, ""),
        ([entry("kubectl-create", "Update", SIZE)], None, ""),
        ([entry("helm", "Update", SIZE)], None, "helm"),
        ([entry("helm-controller", "Update", SIZE)], None, "helm-controller"),
        ([entry("terraform-provider-helm_v2.17.0_x5", "Update", SIZE)], None, "terraform-provider-helm_v2.17.0_x5"),
        ([entry("helm", "Update", OTHER), entry("kubectl", "Update", SIZE, subresource="scale")], None, ""),
        ([entry("helm", "Apply", SIZE)], None, "helm"),
        ([entry("autoscaler", "Apply", SIZE, subresource="scale")], None, ""),
        ([], json.dumps({"spec": {"replicas": 3}}), "kubectl apply"),
        ([], json.dumps({"spec": {}}), ""),
        ([], "{", ""),
    ],
)
def test_only_who_will_declare_the_size_again_owns_it(
    entries: list[dict[str, Any]], last_applied: str | None, owner: str
) -> None:
    assert replicas_owner(entries, last_applied) == owner


@pytest.mark.parametrize(
    ("entries", "last_applied", "owner"),
    [
        ([entry("kustomize-controller", "Apply", PAUSE)], None, "kustomize-controller"),
        ([entry("kustomize-controller", "Apply", SIZE)], None, ""),
        ([entry("tidegate", "Apply", PAUSE)], None, ""),
        ([entry("kubectl-rollout", "Update", PAUSE)], None, ""),
        ([], json.dumps({"spec": {"paused": False}}), "kubectl apply"),
        ([], json.dumps({"spec": {"replicas": 3}}), ""),
    ],
)
def test_only_who_will_declare_the_pause_again_owns_it(
    entries: list[dict[str, Any]], last_applied: str | None, owner: str
) -> None:
    assert paused_owner(entries, last_applied) == owner


@pytest.mark.parametrize(
    ("entries", "last_applied", "let_go"),
    [
        ([entry("kustomize-controller", "Apply", OTHER)], None, True),
        ([entry("tidegate", "Update", SIZE), entry("tidegate", "Apply", SIZE)], None, True),
        ([entry("kustomize-controller", "Apply", SIZE), entry("tidegate", "Apply", SIZE)], None, False),
        ([entry("kubectl", "Update", SIZE, subresource="scale")], None, False),
        ([entry("helm", "Update", SIZE)], None, False),
        ([], json.dumps({"spec": {"replicas": 3}}), False),
    ],
)
def test_a_size_is_let_go_of_when_nobody_else_has_it(
    entries: list[dict[str, Any]], last_applied: str | None, let_go: bool
) -> None:
    assert size_let_go(entries, last_applied) is let_go


@pytest.mark.parametrize(("operation", "name"), [("Update", "helm"), ("Apply", "")])
def test_helm_that_updates_is_told_from_helm_that_applies(operation: str, name: str) -> None:
    assert helm_by_updates([entry("helm", operation, SIZE)]) == name


def test_a_note_reads_back_through_takeover_and_emptying() -> None:
    note = Note(release="web", replicas=3, paused=False)

    assert note_of(taken_over(note)["metadata"]["annotations"]) == note
    tried = Note(release="web", replicas=3, paused=False, emptied=1, emptied_at="2026-01-01T00:00:00.000000Z")
    assert note_of(emptied(tried)["metadata"]["annotations"]) == tried


def test_a_deployment_changes_its_size_paused_and_is_resumed_by_itself() -> None:
    """A template that was declared since gets no pods by that, and nobody's size is touched by the other."""
    assert emptied(Note(release="web", replicas=3, paused=False))["spec"] == {"replicas": 0, "paused": True}
    assert resized(2)["spec"] == {"replicas": 2, "paused": True}
    assert resumed() == {"spec": {"paused": None}}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"release": "web"}'])
def test_a_garbled_note_is_none(text: str) -> None:
    assert note_of({"tidegate.dev/taken-over": text}) is None


@pytest.mark.parametrize("paused", [True, False])
def test_a_deployment_that_was_paused_is_so_again_when_it_serves(paused: bool) -> None:
    assert refilled(5)["spec"] == {"replicas": 5, "paused": None}
    assert released(paused=paused).get("spec") == ({"paused": True} if paused else None)


def test_services_and_pods_change_sides_by_the_deployments_labels() -> None:
    labels = selected_labels({"selector": {"matchLabels": {"app": "web"}}}, {})

    assert handed_over(labels, "web")["spec"]["selector"]["app"] == "web"
    assert detached(labels)["metadata"]["labels"]["app"] is None


def test_a_selector_by_expressions_falls_back_to_the_templates_labels() -> None:
    template = {"metadata": {"labels": {"app": "web", "tier": "front"}}}

    assert selected_labels({"selector": {"matchExpressions": []}}, template) == {"app": "web", "tier": "front"}
    front = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}],
    }
    assert selected_labels({"selector": front}, template) == {"app": "web", "tier": "front"}


def test_a_selector_by_expressions_gives_no_label_that_the_next_version_lacks() -> None:
    labels = {"app": "web", "tier": "front", "app.kubernetes.io/version": "1.4.0"}
    front = {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]}

    assert selected_labels({"selector": front}, {"metadata": {"labels": labels}}) == {"app": "web", "tier": "front"}


NOON, LATER = "2026-01-01T12:00:00Z", "2026-01-01T12:00:01Z"
OURS = entry("tidegate", "Update", PAUSE, time=NOON)


@pytest.mark.parametrize(
    ("others", "updater"),
    [
        ([entry("deployer", "Update", OTHER, time=LATER)], "deployer"),
        ([entry("deployer", "Update", OTHER, time=NOON)], "deployer"),
        ([entry("kubectl-create", "Update", OTHER, time="2026-01-01T11:59:59Z")], ""),
        ([entry("kustomize-controller", "Apply", OTHER, time=LATER)], ""),
        ([entry("kube-controller-manager", "Update", {}, time=LATER, subresource="status")], ""),
        ([entry("a", "Update", OTHER, time=NOON), entry("b", "Update", OTHER, time=LATER)], "b"),
        ([], ""),
    ],
)
def test_who_updated_last_is_named_where_that_was_not_before_us(others: list[dict[str, Any]], updater: str) -> None:
    assert updated_since_us([*others, OURS]) == updater


@pytest.mark.parametrize(
    ("entries", "at"),
    [
        ([entry("kubectl", "Update", SIZE, subresource="scale", time=NOON), entry("tidegate", "Update", SIZE)], NOON),
        ([entry("helm", "Update", SIZE, time=NOON), entry("hpa", "Update", SIZE, time=LATER)], LATER),
        ([entry("tidegate", "Update", SIZE, time=LATER), entry("helm", "Update", OTHER, time=LATER)], ""),
    ],
)
def test_when_another_sized_it_is_told_by_those_who_own_the_size(entries: list[dict[str, Any]], at: str) -> None:
    assert sized_by_another_at(entries) == at
