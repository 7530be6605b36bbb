"""A Deployment that is empty after its takeover: not paused, done to whoever waits for it, and without pods."""

import json

import pytest

from tests.cluster.api import DEPLOYMENTS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.deployments import GITS, awaited, deployment, emptied, serving, taken_over
from tests.integration.manifests import phase_is, promoted_after, reason_is, template
from tests.integration.users_routes import git_applies, users_route
from tidegate.api.names import ANNOTATION_TAKEN_OVER

# Selects the pods of both sides.
TEAMS: Object = {
    "apiVersion": "v1",
    "kind": "Service",
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
}


def test_who_waits_for_the_deployment_by_kstatus_is_told_that_it_is_done_through_rollouts_too(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)
    api.until(DEPLOYMENTS, namespace, "web", lambda found: not awaited(found))

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})

    api.until(DEPLOYMENTS, namespace, "web", lambda found: not awaited(found))
    api.until(RELEASES, namespace, "web", promoted_after(first))
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert (awaited(found), emptied(found)) == ("", True)
    # Its controller made a ReplicaSet of the new template, and no pod.
    sets = [each for each in api.all(REPLICA_SETS, namespace) if owned_by(each, found)]
    assert len(sets) == 2
    assert {each["spec"]["replicas"] for each in sets} == {0}


def owned_by(found: Object, owner: Object) -> bool:
    return owner["metadata"]["uid"] in {each["uid"] for each in found["metadata"].get("ownerReferences") or ()}


def test_a_deployment_that_was_left_paused_by_an_operator_from_before_is_resumed_in_mid_rollout_too(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    resumed_by_the_next(api, namespace, operator)
    halfway(api, namespace)

    resumed_by_the_next(api, namespace, operator)

    assert phase_is("Paused")(api.get(RELEASES, namespace, "web"))


def resumed_by_the_next(api: Api, namespace: str, operator: Operator) -> None:
    """The operator ends and leaves the Deployment paused, as those from before did; the next one does not."""
    operator.kill()
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"paused": True}}, manager="tidegate")
    operator.start()
    api.until(DEPLOYMENTS, namespace, "web", emptied)


def halfway(api: Api, namespace: str) -> None:
    """Another template of the Deployment holds at half of the weight."""
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": pause}})
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))


def test_a_pause_that_another_sets_on_the_empty_deployment_stays(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)

    paused = api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"paused": True}}, manager="kubectl-rollout")
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})

    api.until(RELEASES, namespace, "web", promoted_after(first))
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert (found["spec"]["paused"], found["metadata"]["generation"]) == (True, paused["metadata"]["generation"] + 1)


@pytest.mark.parametrize("manager", GITS)
def test_a_template_that_git_applies_again_and_again_starts_no_pods_of_the_deployment(
    api: Api, namespace: str, operator: Operator, manager: str
) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)
    before = api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"]

    with git_applies(api, DEPLOYMENTS, deployment(namespace, "2", replicas=None), manager):
        api.until(RELEASES, namespace, "web", promoted_after(first))
        # Once by Git: neither side takes back what the other does.
        found = api.until(DEPLOYMENTS, namespace, "web", lambda found: not awaited(found))
        assert (emptied(found), found["metadata"]["generation"]) == (True, before + 1)


def test_a_deployment_that_is_scaled_up_while_a_rollout_waits_is_undone_then_paused_and_told(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Its pods would have the template that waits, past the gate."""
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.create(SERVICES, {**TEAMS, "metadata": {"name": "team", "namespace": namespace}})
    # Kinds are watched beside each other: what is answered by now was asked after the Service came.
    api.ask(namespace, "web", retry="1")
    api.until(RELEASES, namespace, "web", lambda found: "retry" in (found["status"].get("handled") or {}))
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", reason_is("NotIsolated"))

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 2}})
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 2}})

    found = api.until(RELEASES, namespace, "web", reason_is("Contested"))
    assert "Service team would send traffic to the candidate" in found["status"]["message"]
    assert api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))["spec"]["replicas"] == 2
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 0}})
    api.until(RELEASES, namespace, "web", reason_is("NotIsolated"))


def test_a_deployment_that_is_scaled_up_in_mid_rollout_is_emptied_before_that_ends(
    api: Api, namespace: str, operator: Operator
) -> None:
    """It is not paused any more: its pods have the candidate's template."""
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    halfway(api, namespace)

    raised = api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 1}})

    assert raised["spec"]["replicas"] == 1
    api.until(DEPLOYMENTS, namespace, "web", lambda found: emptied(found) and not awaited(found))
    assert phase_is("Paused")(api.get(RELEASES, namespace, "web"))


def test_a_deployment_that_is_scaled_up_while_the_route_is_missing_is_told_and_emptied_when_that_is_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Its pods may be all that is reached: whoever scaled it up may know."""
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.delete(ROUTES, namespace, "front")
    api.merge(DEPLOYMENTS, namespace, "web/scale", {"spec": {"replicas": 2}}, manager="kubectl")

    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert "Deployment web was scaled to 2 again" in found["status"]["message"]
    found = api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))
    assert found["spec"]["replicas"] == 2

    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    api.until(RELEASES, namespace, "web", reason_is("Promoted"))


def test_a_contest_that_a_person_ended_is_not_held_against_the_next_who_scales_up(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    scaled_up(api, namespace)
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    scaled_up(api, namespace)
    api.until(RELEASES, namespace, "web", reason_is("Contested"))
    api.merge(DEPLOYMENTS, namespace, "web/scale", {"spec": {"replicas": 0}}, manager="kubectl")
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    api.until(RELEASES, namespace, "web", reason_is("Promoted"))

    scaled_up(api, namespace)

    api.until(DEPLOYMENTS, namespace, "web", emptied)
    scaled_up(api, namespace)
    api.until(RELEASES, namespace, "web", reason_is("Contested"))


def test_a_try_of_long_ago_is_not_held_against_who_scales_up_today(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    scaled_up(api, namespace)
    found = api.until(DEPLOYMENTS, namespace, "web", emptied)
    note = json.loads(found["metadata"]["annotations"][ANNOTATION_TAKEN_OVER])
    assert note["emptied"] == 2
    long_ago = json.dumps({**note, "emptied_at": "2020-01-01T00:00:00.000000Z"})
    api.merge(DEPLOYMENTS, namespace, "web", {"metadata": {"annotations": {ANNOTATION_TAKEN_OVER: long_ago}}})

    scaled_up(api, namespace)

    found = api.until(DEPLOYMENTS, namespace, "web", emptied)
    assert json.loads(found["metadata"]["annotations"][ANNOTATION_TAKEN_OVER])["emptied"] == 1


def scaled_up(api: Api, namespace: str) -> None:
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 1}}, manager="kubectl-edit")
