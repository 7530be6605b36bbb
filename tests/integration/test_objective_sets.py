"""Objectives that several Releases share."""

from typing import Any

from tests.cluster.api import OBJECTIVE_SETS, RELEASES, ROUTES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, message_has, phase_is, release
from tests.integration.steps import change, weights_of

SET = [{"kind": "ObjectiveSet", "name": "shared", "args": [{"name": "job", "value": "shop"}]}]


ERRORS = 'errors{job="$job", code=~"$code"}'


def objective_set(namespace: str, bound: str = "0.5", query: str = ERRORS) -> Object:
    args = [{"name": "job"}, {"name": "code", "default": "5.."}]
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "ObjectiveSet",
        "metadata": {"name": "shared", "namespace": namespace},
        "spec": {"args": args, "objectives": [{"name": "shared-errors", "query": {"promql": query, "max": bound}}]},
    }


def using(namespace: str, **changes: Any) -> Object:
    steps = [{"name": "first", "weight": 20, "dwell": "30s"}]
    return release(namespace, **{**judged(objectives=[], objectivesFrom=SET, steps=steps), **changes})


def test_a_sets_objectives_judge_with_the_releases_arguments(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    api.create(OBJECTIVE_SETS, objective_set(namespace))
    api.create(RELEASES, using(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights_of(found) == [80, 20])
    bad = Answer(value=0.9)
    metrics.says = bad

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "ObjectiveBreached"
    assert "shared-errors" in found["status"]["message"]
    # As it was asked, form-encoded: errors{job="shop", code=~"5.."}
    assert all("job%3D%22shop%22" in question and "5.." in question for _, question in bad.asked)


def test_a_sets_objective_of_the_defaults_name_stands_in_for_it(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    """Nobody wrote the default: the two are no clash."""
    shared = objective_set(namespace)
    shared["spec"]["objectives"][0]["name"] = "errors"
    api.create(OBJECTIVE_SETS, shared)
    manifest = using(namespace)
    del manifest["spec"]["objectives"]
    created = api.create(RELEASES, manifest)
    assert "objectives" not in created["spec"]
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", lambda found: bool(found["status"].get("objectives")))

    assert [(line["name"], line["bound"]) for line in found["status"]["objectives"]] == [("errors", "≤ 0.5")]


def test_an_edited_set_serves_the_next_rollout(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    api.create(OBJECTIVE_SETS, objective_set(namespace))
    api.create(RELEASES, using(namespace, steps=[{"name": "first", "weight": 20, "dwell": "3s"}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights_of(found) == [80, 20])

    api.apply(OBJECTIVE_SETS, objective_set(namespace, bound="0.01"))

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted", "RolledBack"))
    assert found["status"]["phase"] == "Promoted"


def test_a_set_that_is_missing_or_misused_stalls_by_field_and_heals(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    manifest = using(namespace)
    manifest["spec"]["objectivesFrom"] = [{**SET[0], "args": [{"name": "jobb", "value": "shop"}]}]
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", message_has("spec.objectivesFrom[0]: ObjectiveSet shared is missing"))

    api.create(OBJECTIVE_SETS, objective_set(namespace))
    api.until(RELEASES, namespace, "web", message_has("args.jobb: is no argument of the set; there are code, job"))

    api.merge(RELEASES, namespace, "web", {"spec": {"objectivesFrom": [{**SET[0], "args": []}]}})
    api.until(RELEASES, namespace, "web", message_has("args.job: has no value and no default"))

    api.merge(RELEASES, namespace, "web", {"spec": {"objectivesFrom": SET}})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
