"""Whole rollouts on the real API server and the real gateway, with simulated pods."""

import pytest

from tests.cluster.api import RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import condition, ended, judged, phase_is, reason_is, stable_of, template
from tests.integration.steps import change, deploy, from_before, weights


def test_a_first_version_is_deployed_without_steps(api: Api, namespace: str, operator: Operator) -> None:
    revision = deploy(api, namespace)

    assert weights(api, namespace) == [100, 0]
    selectors = {
        found["metadata"]["name"]: found["spec"]["selector"]["tidegate.dev/revision"]
        for found in api.all(SERVICES, namespace)
    }
    assert selectors == {"web": revision, "web-stable": revision, "web-candidate": revision}


def test_a_good_version_passes_every_step_and_becomes_stable(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace)
    seen: list[int] = []
    for found in from_before(api.follow(ROUTES, namespace, "web", 30), lambda: change(api, namespace, "2")):
        weight = found["spec"]["rules"][0]["backendRefs"][1]["weight"]
        seen += [weight] if seen[-1:] != [weight] else []
        if seen[-2:] == [100, 0]:
            break

    assert seen == [0, 20, 50, 100, 0]
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    second = found["status"]["stable"]["revision"]
    assert second != first
    assert weights(api, namespace) == [100, 0]
    # Promoted is said when the route is back; the old pods go in a later turn.
    api.until(REPLICA_SETS, namespace, f"web-{first}", lambda old: old["spec"]["replicas"] == 0)
    assert api.get(REPLICA_SETS, namespace, f"web-{second}")["spec"]["replicas"] == 2


def test_nobody_takes_a_release_for_finished_before_its_new_version_is_served(
    api: Api, namespace: str, operator: Operator
) -> None:
    """What tools that wait go by: the newest generation is told of, and Ready."""
    first = deploy(api, namespace)
    # A size as well: it is mended before the rollout starts.
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2"), "replicas": 3}})

    def told_ready(found: Object) -> bool:
        told = found["status"]["observedGeneration"] == found["metadata"]["generation"]
        return told and condition(found, "Ready") == "True"

    found = api.until(RELEASES, namespace, "web", told_ready)

    assert stable_of(found) != first


@pytest.mark.parametrize("garbled", ["newest spec", "newest spec, and restarted", "plan"])
def test_a_breach_rolls_back_also_while_a_spec_or_a_plan_cannot_be_read(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, garbled: str
) -> None:
    first = deploy(api, namespace, **judged(steps=[{"name": "first", "weight": 20, "dwell": "1h"}]))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights(api, namespace) == [80, 20])
    second = api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"]
    if garbled == "plan":
        note = {"metadata": {"annotations": {"tidegate.dev/plan": "foo"}}}
        api.merge(REPLICA_SETS, namespace, f"web-{second}", note)
    else:
        api.merge(RELEASES, namespace, "web", {"spec": {"template": {"spec": {"deep": nested(80)}}, "objectives": []}})
    held = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
    assert (held["status"]["step"]["name"], weights(api, namespace)) == ("first", [80, 20])

    if "restarted" in garbled:
        operator.stop()
        operator.start()

    metrics.says = Answer(value=0.9)

    found = api.until(RELEASES, namespace, "web", ended(2))
    assert weights(api, namespace) == [100, 0]
    assert found["status"]["stable"]["revision"] == first
    assert found["status"]["rejected"] == [second]
    assert found["status"]["history"][0]["reason"] == "ObjectiveBreached"


def nested(levels: int) -> Object:
    """An object deeper than any that is read."""
    found: Object = {}
    for _ in range(levels):
        found = {"inner": found}

    return found


def test_a_breach_sets_weight_0_and_rejects_the_revision(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **judged(steps=[{"name": "first", "weight": 20, "dwell": "30s"}]))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: weights(api, namespace) == [80, 20])
    metrics.says = Answer(value=0.9)

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert weights(api, namespace) == [100, 0]
    assert found["status"]["reason"] == "ObjectiveBreached"
    assert found["status"]["stable"]["revision"] == first
    assert len(found["status"]["rejected"]) == 1
