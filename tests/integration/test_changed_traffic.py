"""The router or the workload is declared anew: what is held of the ones before is neither forgotten nor left live."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from tests.cluster.api import CRDS, DEPLOYMENTS, INGRESSES, RELEASES, ROUTES, Api, Object
from tests.cluster.local import ROOT
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.deployments import deployment, serving, taken_over
from tests.integration.manifests import phase_is, promoted, reason_is, release, template
from tests.integration.steps import change, deploy, passes, weights
from tests.integration.users_routes import FRONT, deployed, redeclare, shares, untouched, users_ingress, users_route

HELD = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
INLINE = {"workloadRef": None, "template": template("1")}
# Tells that the older CRD is in use.
NO_PROBE = {"rule": "self.metadata.name != 'probe'", "message": "the older rules hold"}
IN_USE_SECONDS = 30


def refused(api: Api, namespace: str, **spec: Any) -> str:
    """The words with which a change is refused."""
    with pytest.raises(ApiException) as caught:
        redeclare(api, namespace, **spec)

    return str(caught.value.body)


def paused_at_half(api: Api, namespace: str) -> str:
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    return str(found["status"]["candidate"]["revision"])


@pytest.fixture
def older(api: Api) -> Iterator[None]:
    """The CRD as it was without the rules of a change."""
    name = "releases.tidegate.dev"
    declared: Object = yaml.safe_load((ROOT / "crds" / "releases.yaml").read_text())
    path = "/spec/versions/0/schema/openAPIV3Schema/x-kubernetes-validations"
    rules = declared["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["x-kubernetes-validations"]
    kept = [rule for rule in rules if "oldSelf" not in rule["rule"]]
    api.patch(CRDS, None, name, [{"op": "replace", "path": path, "value": [*kept, NO_PROBE]}])
    # The API server takes a new schema into use a moment later.
    assert within(IN_USE_SECONDS, lambda: not probed(api))
    yield
    api.patch(CRDS, None, name, [{"op": "replace", "path": path, "value": rules}])
    assert within(IN_USE_SECONDS, lambda: probed(api))


def probed(api: Api) -> bool:
    """True where a Release of the name `probe` would be taken."""
    try:
        api.try_create(RELEASES, release("default", "probe"))
    except ApiException:
        return False

    return True


def test_another_router_is_refused_in_a_rollout_and_taken_after_it(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=HELD)
    api.apply(ROUTES, users_route(namespace))
    paused_at_half(api, namespace)
    assert "kind of router may not change while a rollout runs" in refused(api, namespace, traffic=FRONT)

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    redeclare(api, namespace, traffic=FRONT)

    # The managed route goes by itself, and the next candidate is behind the new one alone.
    api.gone(ROUTES, namespace, "web")
    change(api, namespace, "3")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert shares(api.get(ROUTES, namespace, "front")) == [50, 50]
    assert api.find(ROUTES, namespace, "web") is None


def test_the_managed_route_stays_until_the_new_one_is_there(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    redeclare(api, namespace, traffic=FRONT)
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert weights(api, namespace) == [100, 0]

    api.apply(ROUTES, users_route(namespace))

    api.gone(ROUTES, namespace, "web")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_another_attached_route_is_refused_in_a_rollout_and_the_first_is_given_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    routes = [(ROUTES, users_route(namespace, name=name)) for name in ("front", "front2")]
    deployed(api, namespace, *routes, steps=HELD)
    before = api.get(ROUTES, namespace, "front")
    paused_at_half(api, namespace)

    words = refused(api, namespace, traffic={"route": {"name": "front2"}})
    assert "another route may not be named while a rollout runs" in words
    ratio = {"route": None, "podRatio": {"service": "shop"}}
    assert "kind of router may not change while a rollout runs" in refused(api, namespace, traffic=ratio)

    api.ask(namespace, "web", abort="1")
    api.until(ROUTES, namespace, "front", untouched(before))


@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "over a restart"])
def test_another_attached_route_in_the_drain_gives_the_first_back(
    api: Api, namespace: str, operator: Operator, restarted: bool
) -> None:
    routes = [(ROUTES, users_route(namespace, name=name)) for name in ("front", "front2")]
    deployed(api, namespace, *routes, steps=[{"name": "half", "weight": 50, "dwell": "2s"}])
    redeclare(api, namespace, traffic={"drain": "10s"})
    before = {name: api.get(ROUTES, namespace, name) for name in ("front", "front2")}
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted(2))
    assert shares(api.get(ROUTES, namespace, "front")) == [100, 0]
    if restarted:
        operator.stop()

    redeclare(api, namespace, traffic={"route": {"name": "front2"}})
    operator.start()

    api.until(ROUTES, namespace, "front", untouched(before["front"]), 60)
    states = api.follow(ROUTES, namespace, "front2", 60)
    passes(states, lambda: change(api, namespace, "3"), lambda found: shares(found) == [50, 50])
    api.until(ROUTES, namespace, "front2", untouched(before["front2"]), 60)
    assert untouched(before["front"])(api.get(ROUTES, namespace, "front"))


def test_a_deployment_stays_referred_to_and_is_handed_back(api: Api, namespace: str, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    assert "delete the Release, which hands the Deployment back" in refused(api, namespace, **INLINE)

    api.delete(RELEASES, namespace, "web")

    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 2)


def test_an_older_crd_lets_no_candidate_past_the_gate(
    api: Api, namespace: str, older: None, operator: Operator
) -> None:
    deploy(api, namespace, steps=HELD)
    api.apply(ROUTES, users_route(namespace))
    second = paused_at_half(api, namespace)
    redeclare(api, namespace, traffic=FRONT)
    found = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
    assert "HTTPRoute web was declared when the rollout started" in found["status"]["message"]
    assert weights(api, namespace) == [100, 0]
    api.ask(namespace, "web", promote=f"{second}/half/1")
    time.sleep(2)
    assert api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"] == second

    api.ask(namespace, "web", abort="1")

    api.gone(ROUTES, namespace, "web")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_an_older_crd_leaves_no_weight_on_a_route_that_is_not_declared(
    api: Api, namespace: str, older: None, operator: Operator
) -> None:
    routes = [(ROUTES, users_route(namespace, name=name)) for name in ("front", "front2")]
    deployed(api, namespace, *routes, steps=HELD)
    before = api.get(ROUTES, namespace, "front")
    paused_at_half(api, namespace)
    redeclare(api, namespace, traffic={"route": {"name": "front2"}})
    found = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
    assert "HTTPRoute front was declared when the rollout started" in found["status"]["message"]
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [100, 0])
    assert api.get(RELEASES, namespace, "web")["status"]["candidate"]["available"]

    # Declared again, it goes on where it was.
    redeclare(api, namespace, traffic={"route": {"name": "front"}})
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    redeclare(api, namespace, traffic={"route": {"name": "front2"}})
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    api.until(ROUTES, namespace, "front", untouched(before))


def test_an_older_crd_leaves_no_canary_ingress(api: Api, namespace: str, older: None, operator: Operator) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic={"ingress": {"name": "front"}}, steps=HELD)
    paused_at_half(api, namespace)
    assert api.find(INGRESSES, namespace, "web-candidate") is not None
    redeclare(api, namespace, traffic={"ingress": None, **release(namespace)["spec"]["traffic"]})
    api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))

    api.ask(namespace, "web", abort="1")

    api.gone(INGRESSES, namespace, "web-candidate")


def test_an_older_crd_loses_no_deployment(api: Api, namespace: str, older: None, operator: Operator) -> None:
    serving(api, namespace, deployment(namespace))
    taken_over(api, namespace)
    redeclare(api, namespace, **{**INLINE, "template": template("2")})
    found = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
    assert "Deployment web is taken over and not referred to any more" in found["status"]["message"]

    api.delete(RELEASES, namespace, "web")

    found = api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 2)
    assert not found["spec"].get("paused")
    api.gone(RELEASES, namespace, "web")
    assert "tidegate.dev/taken-over" not in (
        api.get(DEPLOYMENTS, namespace, "web")["metadata"].get("annotations") or {}
    )
