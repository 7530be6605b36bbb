"""A Deployment that was there before: taken over, released through, and handed back."""

import re

import pytest
import yaml

from tests.cluster.api import (
    AUTOSCALERS,
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    POD_TEMPLATES,
    PODS,
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    SERVICES,
    Api,
    Object,
)
from tests.cluster.autoscaler import autoscaler, scaled
from tests.cluster.operator import Operator
from tests.cluster.progress import Missing
from tests.integration.conftest import Setup
from tests.integration.deployments import GITS, awaited, deployment, emptied, serving, taken_over, taking_over
from tests.integration.manifests import ended, phase_is, promoted_after, reason_is, release, template
from tests.integration.proxy import Proxy
from tests.integration.steps import eventually_told, from_before
from tests.integration.users_routes import git_applies, managers, redeclare, shares, users_route
from tidegate.api.names import ANNOTATION_TAKEN_OVER


def test_a_deployment_is_paused_first_then_emptied_and_resumed_last(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    api.create(RELEASES, taking_over(namespace))

    # Its Services exist and its pods are up before the route must name them; nothing of the Deployment's went.
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert found["spec"]["paused"]
    assert found["status"]["availableReplicas"] == 2
    assert api.find(SERVICES, namespace, "web-stable") is not None

    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    for found in api.follow(DEPLOYMENTS, namespace, "web", 30):
        if not found["spec"].get("paused"):
            break

    # Whoever waits for it waits no longer than its pods are there.
    assert emptied(found)
    assert ANNOTATION_TAKEN_OVER in found["metadata"]["annotations"]
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_without_room_for_both_a_pod_goes_for_each_that_comes(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    manifest = taking_over(namespace)
    manifest["spec"]["workloadRef"]["scaleDown"] = "Progressively"
    api.create(RELEASES, manifest)

    # The last pod stays until the Release's own are served.
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 1)

    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    api.delete(RELEASES, namespace, "web")
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 2)


def test_a_template_that_is_new_before_the_route_names_ours_goes_by_steps(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    steps = [{"name": "first", "weight": 5, "pause": "UntilPromoted"}]
    api.create(RELEASES, taking_over(namespace, steps=steps))
    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    proven = found["status"]["candidate"]["revision"]
    assert found["status"]["takenOver"]["proven"] == proven

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})

    found = api.until(RELEASES, namespace, "web", lambda found: "declared since" in found["status"]["message"])
    assert found["status"]["candidate"]["revision"] == proven
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert found["status"]["stable"]["revision"] == proven
    assert found["status"]["step"]["confirmedWeight"] == 5
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 0


def test_a_template_that_is_new_before_the_first_pods_goes_by_steps(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    proxy.refusing = (f"/namespaces/{namespace}/releases/web/status", 409)
    steps = [{"name": "first", "weight": 5, "pause": "UntilPromoted"}]
    api.create(RELEASES, taking_over(namespace, steps=steps))
    # It is paused, and nothing is recorded yet.
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    proxy.refusing = None

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert found["status"]["stable"]["revision"] == found["status"]["takenOver"]["proven"]
    assert found["status"]["step"]["confirmedWeight"] == 5


def test_a_new_template_of_the_deployment_is_a_rollout(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})

    found = api.until(RELEASES, namespace, "web", promoted_after(first))
    assert found["status"]["history"][0]["outcome"] == "Promoted"
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 0


def test_an_edit_beside_the_template_is_no_rollout(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"revisionHistoryLimit": 3}})
    generation = api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"]

    found = api.until(RELEASES, namespace, "web", lambda found: found["status"]["workload"]["generation"] == generation)

    assert found["status"]["stable"]["revision"] == first
    assert found["status"]["phase"] == "Promoted"


def test_a_takeover_waits_for_an_autoscaler_to_let_go(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    api.create(AUTOSCALERS, autoscaler(namespace, "web", kind="Deployment"))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert "HorizontalPodAutoscaler web scales it" in found["status"]["message"]
    assert "paused" not in api.get(DEPLOYMENTS, namespace, "web")["spec"]

    api.merge(AUTOSCALERS, namespace, "web", {"spec": {"scaleTargetRef": scaled("web")}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)


def test_a_release_without_a_size_takes_over_at_what_its_autoscaler_asked(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    # One pod is enough for it: the real one looks every 15 s, and would raise a size that is below its least.
    api.create(AUTOSCALERS, autoscaler(namespace, "web", kind="Deployment", size=(1, 6)))
    asked = {"status": {"currentReplicas": 2, "desiredReplicas": 4}}
    api.merge(AUTOSCALERS, namespace, "web/status", asked, manager="kube-controller-manager")
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    manifest = taking_over(namespace)
    manifest["spec"].pop("replicas", None)
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))

    api.merge(AUTOSCALERS, namespace, "web", {"spec": {"scaleTargetRef": scaled("web")}})

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert found["spec"]["replicas"] == 4
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    eventually_told(api, namespace, "SizeRestored", "as the autoscaler asked last")
    told = [found for found in api.all(EVENTS, namespace) if found.get("reason") == "SizeRestored"]
    assert {found["type"] for found in told} == {"Normal"}


def test_an_autoscaler_that_measures_beside_the_deployments_pods_takes_none_of_the_releases_away(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Each of twice as many pods has half of the load: divided by the Release's alone, it looks like half as much."""
    serving(api, namespace, deployment(namespace))
    api.create(AUTOSCALERS, autoscaler(namespace, "web", size=(1, 6)))
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    name = f"web-{found['status']['candidate']['revision']}"
    # Both sides' pods have this label.
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["selector"] == "app=web")

    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 1}}, manager="kube-controller-manager")
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])

    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    api.until(RELEASES, namespace, "web", lambda found: found["spec"]["replicas"] == 2)
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["selector"] == "tidegate.dev/release=web")
    pods = api.get(REPLICA_SETS, namespace, name)
    # Made empty before the pause, and sized once.
    assert (pods["spec"]["replicas"], pods["metadata"]["generation"]) == (2, 2)


def test_a_takeover_waits_until_the_release_can_carry_the_load(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, replicas=1))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert "kubectl scale release web --replicas=2" in found["status"]["message"]

    api.merge(RELEASES, namespace, "web", {"spec": {"replicas": 2}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_what_a_deployment_grew_by_since_it_was_paused_is_not_taken_away_with_its_pods(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    api.create(RELEASES, taking_over(namespace))
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    scaled_by_kubectl(api, namespace, 4)
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert found["status"]["message"].endswith("--replicas=4, or kubectl scale deployment web --replicas=2")
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])

    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 4}}, manager="kubectl")

    api.until(DEPLOYMENTS, namespace, "web", emptied)
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert (found["spec"]["replicas"], found["status"]["replicas"]) == (4, 4)


def test_a_takeover_waits_for_the_deployments_own_rollout(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"paused": True, "template": template("2")}})
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert "paused with a template that is not rolled out" in found["status"]["message"]
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 2

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"paused": False}})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)


def resumed(namespace: str, version: str = "1", replicas: int | None = None) -> Object:
    """As a team has it in Git that says there that it is not paused."""
    manifest = deployment(namespace, version, replicas)
    return {**manifest, "spec": {**manifest["spec"], "paused": False}}


@pytest.mark.parametrize("manager", GITS)
def test_a_takeover_waits_until_git_does_not_declare_the_pause(
    api: Api, namespace: str, operator: Operator, manager: str
) -> None:
    serving(api, namespace, resumed(namespace, replicas=2), manager=manager)
    api.apply(ROUTES, users_route(namespace), manager=manager)
    api.create(RELEASES, taking_over(namespace))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: "tidegate" in managers(found))
    api.apply(DEPLOYMENTS, resumed(namespace), manager=manager)

    sentence = f"{manager} declares its spec.paused; take paused out of what declares it"
    api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    api.until(RELEASES, namespace, "web", lambda found: sentence in found["status"]["message"])
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert ANNOTATION_TAKEN_OVER not in found["metadata"]["annotations"]
    assert (found["spec"].get("paused"), found["metadata"]["generation"]) == (None, 1)

    api.apply(DEPLOYMENTS, deployment(namespace, replicas=None), manager=manager)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", emptied)


def test_git_that_declares_the_pause_in_mid_takeover_is_told_and_not_fought(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    api.create(RELEASES, taking_over(namespace))
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    generation = api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"]

    with git_applies(api, DEPLOYMENTS, resumed(namespace, "2"), GITS[0]):
        found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
        assert f"{GITS[0]} declares its spec.paused" in found["status"]["message"]
        assert phase_is("Stalled")(found)
        api.until(DEPLOYMENTS, namespace, "web", lambda found: found["status"].get("updatedReplicas") == 2)
        # Once by Git: neither side takes back what the other does.
        assert api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"] == generation + 1

    api.apply(DEPLOYMENTS, deployment(namespace, "2", replicas=None), manager=GITS[0])
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.until(DEPLOYMENTS, namespace, "web", emptied)


def test_who_resumes_by_updates_again_and_again_is_told_and_not_fought(
    api: Api, namespace: str, operator: Operator
) -> None:
    """The API server keeps false as nothing: of what writes it no field tells."""
    serving(api, namespace, deployment(namespace))
    api.create(RELEASES, taking_over(namespace))
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))

    for deploy in range(3):
        api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))
        body = {"metadata": {"annotations": {"deployed": str(deploy)}}, "spec": {"paused": False}}
        resumed = api.merge(DEPLOYMENTS, namespace, "web", body, manager="deployer")

    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert "deployer resumes it again and again" in found["status"]["message"]
    assert phase_is("Stalled")(found)
    left = api.get(DEPLOYMENTS, namespace, "web")
    assert left["metadata"]["generation"] == resumed["metadata"]["generation"]
    eventually_told(api, namespace, "TakeoverWaits", "deployer resumes it again and again")


@pytest.mark.parametrize("manager", GITS)
def test_git_lets_go_of_the_size_and_nothing_changes(
    api: Api, namespace: str, operator: Operator, manager: str
) -> None:
    serving(api, namespace, deployment(namespace), manager=manager)
    api.apply(ROUTES, users_route(namespace), manager=manager)
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert manager in found["status"]["message"]
    api.until(DEPLOYMENTS, namespace, "web", lambda found: "tidegate" in managers(found))

    with git_applies(api, DEPLOYMENTS, deployment(namespace, replicas=None), manager):
        sizes = []
        for found in api.follow(DEPLOYMENTS, namespace, "web", 30):
            sizes.append(found["spec"]["replicas"])
            if sizes[-1] == 0:
                break

        # Never 1, which a field that nobody owns would fall to.
        assert sorted(set(sizes)) == [0, 2]
        api.merge(DEPLOYMENTS, namespace, "web", {"metadata": {"annotations": {"team": "shop"}}})
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_another_size_than_the_one_that_is_held_fails_to_apply_as_the_status_said(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    apply = ("apply", "--server-side", "-n", namespace, "-f", "-")
    setup.plane.kubectl(*apply, stdin=yaml.safe_dump(deployment(namespace)))
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: "tidegate" in managers(found))
    (told,) = re.findall('conflict with "tidegate"', found["status"]["message"])

    with pytest.raises(Missing, match=told):
        setup.plane.kubectl(*apply, stdin=yaml.safe_dump(deployment(namespace, "2", replicas=4)))
    # The number that is held is no other number, and what is forced is held from then on.
    setup.plane.kubectl(*apply, stdin=yaml.safe_dump(deployment(namespace, "2")))
    setup.plane.kubectl(*apply, "--force-conflicts", stdin=yaml.safe_dump(deployment(namespace, "2", replicas=4)))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: held(found) == 4)


def held(found: Object) -> int | None:
    return int(found["spec"]["replicas"]) if "tidegate" in managers(found) else None


def test_a_client_side_apply_lets_go_of_the_size_in_the_order_that_the_status_says(
    api: Api, setup: Setup, namespace: str, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBE_EDITOR", "sed -i /replicas/d")
    setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(deployment(namespace)))
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    (words,) = re.findall(r"\(kubectl (apply edit-last-applied \S+)\), and then", found["status"]["message"])

    setup.plane.kubectl(*words.split(), "-n", namespace)
    setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(deployment(namespace, replicas=None)))

    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 2
    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert found["status"]["takenOver"]["replicas"] == 2


@pytest.mark.parametrize("manager", ["helm", "helm-controller"])
def test_helm_that_updates_lets_go_of_the_size_and_a_chart_without_it_raises_nothing_for_good(
    api: Api, namespace: str, operator: Operator, manager: str
) -> None:
    """As Helm 3 writes it: what the chart has no more is set to null, which the API server makes 1."""
    serving(api, namespace, deployment(namespace), updater=manager)
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    assert f"{manager} wrote its spec.replicas" in found["status"]["message"]
    assert found["status"]["message"].startswith("spec.workloadRef: ")

    scaled_by_kubectl(api, namespace, 3)
    api.until(RELEASES, namespace, "web", lambda found: "--replicas=3" in found["status"]["message"])
    scaled_by_kubectl(api, namespace, 2)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)

    without = {"spec": {"replicas": None, "template": template("2")}}
    raised = api.merge(DEPLOYMENTS, namespace, "web", without, manager=manager)

    assert raised["spec"]["replicas"] == 1
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    api.until(RELEASES, namespace, "web", ended(2))
    later = api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("3")}}, manager=manager)
    assert later["spec"]["replicas"] == 0


def scaled_by_kubectl(api: Api, namespace: str, replicas: int) -> None:
    api.merge(DEPLOYMENTS, namespace, "web/scale", {"spec": {"replicas": replicas}}, manager="kubectl")


def test_a_deployment_that_is_scaled_up_again_and_again_is_contested(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 1}})
    api.until(DEPLOYMENTS, namespace, "web", emptied)

    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 1}})

    api.until(RELEASES, namespace, "web", reason_is("Contested"))
    # A template that is declared from here on goes by the Release's steps, and not to that pod.
    found = api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"].get("paused"))
    assert found["spec"]["replicas"] == 1
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"replicas": 0}})
    api.until(DEPLOYMENTS, namespace, "web", lambda found: not awaited(found))


def test_a_contest_is_over_when_git_lets_go_of_the_size(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    with git_applies(api, DEPLOYMENTS, deployment(namespace, replicas=3), GITS[0]):
        found = api.until(RELEASES, namespace, "web", reason_is("Contested"))
        assert f"again by {GITS[0]} after two tries" in found["status"]["message"]

    let_go = api.apply(DEPLOYMENTS, deployment(namespace, replicas=None), manager=GITS[0])

    # Nobody's, as the message asks for: the API server makes 1 of that.
    assert let_go["spec"]["replicas"] == 1
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    api.until(RELEASES, namespace, "web", reason_is("Promoted"))


def test_git_that_scales_up_and_resumes_again_and_again_is_contested_and_not_fought(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)

    with git_applies(api, DEPLOYMENTS, resumed(namespace, replicas=3), GITS[0]):
        found = api.until(RELEASES, namespace, "web", reason_is("Contested"))
        assert "take replicas and paused out of what declares it" in found["status"]["message"]
        before = api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"]
        api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"revisionHistoryLimit": 3}})
        api.until(RELEASES, namespace, "web", lambda found: found["status"]["workload"]["generation"] > before)
        assert api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"] == before + 1


def test_a_deleted_release_hands_the_deployment_back(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    before = api.get(DEPLOYMENTS, namespace, "web")
    revision = taken_over(api, namespace)
    route = api.get(ROUTES, namespace, "front")

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert found["spec"]["replicas"] == 2
    assert not found["spec"].get("paused")
    assert found["status"]["availableReplicas"] == 2
    assert "tidegate" not in managers(found)
    assert found["metadata"].get("annotations") == before["metadata"]["annotations"]
    # The route goes on naming Services that exist, and they select the Deployment's pods.
    assert api.get(ROUTES, namespace, "front")["spec"] == route["spec"]
    for name in ("web-stable", "web-candidate"):
        assert api.get(SERVICES, namespace, name)["spec"]["selector"] == {"app": "web"}

    # The garbage collector may have heard of the kind only a moment ago: it looks twice a minute.
    api.gone(REPLICA_SETS, namespace, f"web-{revision}", 90)


def test_a_route_of_tidegates_own_stays_and_leads_to_the_deployment(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    manifest = release(namespace, workloadRef={"name": "web"})
    del manifest["spec"]["template"]
    api.create(RELEASES, manifest)
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    before = api.get(ROUTES, namespace, "web")

    api.delete(RELEASES, namespace, "web")

    handed_back(api, namespace)
    found = api.get(ROUTES, namespace, "web")
    assert "ownerReferences" not in found["metadata"]
    assert (found["metadata"]["uid"], found["spec"]) == (before["metadata"]["uid"], before["spec"])

    api.create(RELEASES, manifest)

    uid = api.get(RELEASES, namespace, "web")["metadata"]["uid"]
    owners = api.until(ROUTES, namespace, "web", lambda found: "ownerReferences" in found["metadata"])["metadata"]
    assert [owner["uid"] for owner in owners["ownerReferences"]] == [uid]


def aborted(api: Api, namespace: str) -> None:
    """The Deployment declares a template whose rollout was aborted, and the first one serves."""
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_a_template_that_was_rolled_back_is_handed_back_only_when_a_person_says_so(
    api: Api, namespace: str, operator: Operator
) -> None:
    aborted(api, namespace)

    api.delete(RELEASES, namespace, "web")

    found = api.until(RELEASES, namespace, "web", reason_is("HandBackWaits"))
    assert "(Aborted: aborted by a person)" in found["status"]["message"]
    eventually_told(api, namespace, "HandBackWaits", "take this one as it is: tidegate.dev/retry")
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 0
    stable = api.get(SERVICES, namespace, "web-stable")["spec"]["selector"]
    assert stable["tidegate.dev/revision"] == found["status"]["stable"]["revision"]
    api.ask(namespace, "web", retry="1")
    handed_back(api, namespace)


def test_a_namespace_that_ends_waits_for_no_template(api: Api, namespace: str, operator: Operator) -> None:
    aborted(api, namespace)

    api.delete(NAMESPACES, None, namespace)

    api.gone(RELEASES, namespace, "web", 60)


def test_a_deployment_that_is_replaced_while_it_is_handed_back_serves_before_the_services_follow(
    api: Api, namespace: str, operator: Operator
) -> None:
    """As Argo CD's Replace=true does it: the note goes with all that the manifest does not have."""
    slow = deployment(namespace, replicas=None)
    slow["spec"]["minReadySeconds"] = 5
    serving(api, namespace, {**slow, "spec": {**slow["spec"], "replicas": 2}})
    taken_over(api, namespace)
    route = api.get(ROUTES, namespace, "front")
    api.delete(RELEASES, namespace, "web")
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 2)

    replaced = api.replace(DEPLOYMENTS, slow)

    assert (replaced["spec"]["replicas"], replaced["metadata"].get("annotations")) == (1, None)
    handed_back(api, namespace)
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["replicas"] == 2
    assert api.get(ROUTES, namespace, "front")["spec"] == route["spec"]


def test_a_deployment_that_git_replaces_at_each_sync_is_contested(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.replace(DEPLOYMENTS, deployment(namespace))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    generation = api.replace(DEPLOYMENTS, deployment(namespace))["metadata"]["generation"]

    found = api.until(RELEASES, namespace, "web", reason_is("Contested"))

    assert "replaced again by another after two tries" in found["status"]["message"]
    left = api.get(DEPLOYMENTS, namespace, "web")
    assert (left["spec"]["replicas"], left["metadata"]["generation"]) == (2, generation)
    api.delete(RELEASES, namespace, "web")
    handed_back(api, namespace)


def test_a_deployment_that_was_paused_is_so_again_after_its_new_template_serves(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Paused it would bring up its old pods, and be waited for in vain."""
    serving(api, namespace, deployment(namespace))
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"paused": True}})
    first = taken_over(api, namespace, found_paused=True)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", promoted_after(first))
    assert api.get(DEPLOYMENTS, namespace, "web")["spec"]["paused"]
    api.merge(DEPLOYMENTS, namespace, "web", {"metadata": {"annotations": {ANNOTATION_TAKEN_OVER: None}}})

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert found["spec"]["paused"]
    assert (found["spec"]["replicas"], found["status"]["updatedReplicas"]) == (2, 2)
    assert "tidegate" not in managers(found)


def test_a_deletion_ends_where_stables_pods_and_both_services_were_deleted_first(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)
    route = api.get(ROUTES, namespace, "front")
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": pause}})
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    operator.kill()
    api.delete(REPLICA_SETS, namespace, f"web-{first}")
    for name in ("web-stable", "web-candidate"):
        api.delete(SERVICES, namespace, name)
    api.delete(RELEASES, namespace, "web")

    operator.start()

    handed_back(api, namespace)
    found = api.get(ROUTES, namespace, "front")
    assert shares(found) == shares(route)
    assert "tidegate" not in managers(found)


def test_a_takeover_that_waits_is_given_up_and_the_deployment_is_left_alone(
    api: Api, namespace: str, operator: Operator
) -> None:
    """The pods were declared in the Release before."""
    paused = deployment(namespace, replicas=3)
    paused["spec"]["paused"] = True
    api.create(RELEASES, release(namespace, replicas=2))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.create(DEPLOYMENTS, paused)
    api.patch(
        RELEASES,
        namespace,
        "web",
        [
            {"op": "remove", "path": "/spec/template"},
            {"op": "add", "path": "/spec/workloadRef", "value": {"name": "web"}},
        ],
    )
    api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    before = api.get(DEPLOYMENTS, namespace, "web")

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert (found["spec"], found["metadata"]["generation"]) == (before["spec"], before["metadata"]["generation"])


def test_a_note_that_is_lost_at_rest_is_no_reason_to_leave_the_deployment_empty(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    operator.kill()
    api.merge(DEPLOYMENTS, namespace, "web", {"metadata": {"annotations": {ANNOTATION_TAKEN_OVER: None}}})
    api.delete(RELEASES, namespace, "web")

    operator.start()

    handed_back(api, namespace)


def handed_back(api: Api, namespace: str) -> None:
    """The Release is gone, the Deployment serves, and the Services select its pods."""
    api.gone(RELEASES, namespace, "web")
    found = api.get(DEPLOYMENTS, namespace, "web")
    assert found["status"]["availableReplicas"] == 2
    assert not found["spec"].get("paused")
    for name in ("web-stable", "web-candidate"):
        assert api.get(SERVICES, namespace, name)["spec"]["selector"] == {"app": "web"}


def test_a_deleted_release_leaves_no_ghost_that_claims_its_route(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")

    api.create(RELEASES, taking_over(namespace))

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_drain_that_takes_time_ends(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {"traffic": {"drain": "2s"}}})
    states = api.follow(RELEASES, namespace, "web", 30)

    drains = from_before(states, lambda: api.delete(RELEASES, namespace, "web"))

    assert any("handedOverAt" in found["status"] for found in drains)
    api.gone(RELEASES, namespace, "web")


def test_a_release_deleted_in_mid_rollout_takes_the_weight_back_first(
    api: Api, namespace: str, operator: Operator
) -> None:
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, steps=[{"name": "half", "weight": 50, "dwell": "60s"}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    assert shares(api.get(ROUTES, namespace, "front")) == [1, 0]
    assert api.get(DEPLOYMENTS, namespace, "web")["status"]["availableReplicas"] == 2


def test_a_release_goes_where_its_deployment_is_gone(api: Api, namespace: str, operator: Operator) -> None:
    """An uninstall deletes both at once: no finalizer stays behind."""
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)

    api.delete(DEPLOYMENTS, namespace, "web")
    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")


def test_a_missing_workload_stalls_and_heals(api: Api, namespace: str, operator: Operator) -> None:
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    api.until(RELEASES, namespace, "web", reason_is("WorkloadMissing"))

    api.create(DEPLOYMENTS, deployment(namespace))

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_mistyped_deployment_is_mended_by_its_right_name(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, workloadRef={"name": "wbe"}))
    api.until(RELEASES, namespace, "web", reason_is("WorkloadMissing"))

    redeclare(api, namespace, workloadRef={"name": "web"})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_deployment_that_was_referred_to_by_mistake_keeps_nothing_of_ours(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Its size was held beside Git, but nothing was taken over."""
    other = deployment(namespace)
    other["metadata"]["name"] = "other"
    api.apply(DEPLOYMENTS, other, manager=GITS[0])
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, workloadRef={"name": "other"}))
    api.until(RELEASES, namespace, "web", reason_is("TakeoverWaits"))
    api.until(DEPLOYMENTS, namespace, "other", lambda found: "tidegate" in managers(found))

    redeclare(api, namespace, workloadRef={"name": "web"})

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    found = api.until(DEPLOYMENTS, namespace, "other", lambda found: "tidegate" not in managers(found))
    assert found["spec"]["replicas"] == 2
    assert not found["spec"].get("paused")


def test_an_abort_where_the_deployment_is_gone_says_both(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace, steps=[{"name": "first", "weight": 20, "pause": "UntilPromoted"}]))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    api.delete(DEPLOYMENTS, namespace, "web")
    api.until(RELEASES, namespace, "web", reason_is("WorkloadMissing"))

    api.ask(namespace, "web", abort="1")

    # Stalled it is already, but for another reason than the one that the rollout ends for.
    found = api.until(RELEASES, namespace, "web", lambda found: phase_is("Stalled")(found) and ended(2)(found))
    assert (found["status"]["reason"], found["status"]["history"][0]["reason"]) == ("WorkloadMissing", "Aborted")
    ready = next(found for found in found["status"]["conditions"] if found["type"] == "Ready")
    assert ready["status"] == "False"


def test_a_pod_template_is_read_and_left_alone(api: Api, namespace: str, operator: Operator) -> None:
    declared = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "web", "namespace": namespace}}
    api.create(POD_TEMPLATES, {**declared, "template": template("1")})
    manifest = release(namespace, workloadRef={"apiVersion": "v1", "kind": "PodTemplate", "name": "web"})
    del manifest["spec"]["template"]
    api.create(RELEASES, manifest)
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]

    api.merge(POD_TEMPLATES, namespace, "web", {"template": template("2")})

    found = api.until(RELEASES, namespace, "web", promoted_after(first))
    assert "finalizers" not in found["metadata"]
    assert all(pod["metadata"]["labels"]["app"] == "web" for pod in api.all(PODS, namespace))
