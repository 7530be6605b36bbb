"""A template that is only written otherwise is no new version: the API server says what is the same."""

import json

from tests.cluster.api import DEPLOYMENTS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.deployments import deployment, serving, taken_over
from tests.integration.manifests import phase_is, template
from tests.integration.proxy import Proxy
from tests.integration.steps import deploy, uids

# A default of a container, as the API server writes it.
DEFAULT = {"terminationMessagePolicy": "File"}
WRITTEN = json.dumps(DEFAULT, separators=(",", ":"))[1:-1] + ","
SPELLED_OUT = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}


def spelled_out(version: str) -> Object:
    """The same pods, with defaults of the API server's written down."""
    found = template(version)
    container = found["spec"]["containers"][0] | SPELLED_OUT
    return found | {"spec": {"containers": [container], "restartPolicy": "Always", "dnsPolicy": "ClusterFirst"}}


def test_defaults_that_are_spelled_out_start_no_rollout(api: Api, namespace: str, operator: Operator) -> None:
    stable = deploy(api, namespace)
    before = uids(api, namespace)

    api.merge(RELEASES, namespace, "web", {"spec": {"template": spelled_out("1")}})
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert found["status"]["stable"]["revision"] == stable == found["status"]["template"]["revision"]
    assert len(found["status"]["history"]) == 1
    assert uids(api, namespace) == before


def test_a_default_that_a_newer_api_server_adds_to_a_deployment_starts_no_rollout(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    """The older server is this one without a field: since 1.34, the oldest tested, Kubernetes has added none."""
    proxy, operator = proxied
    proxy.unknown = WRITTEN.encode()
    serving(api, namespace, deployment(namespace))
    stable = taken_over(api, namespace)
    before = api.get(RELEASES, namespace, "web")["status"]
    served = uids(api, namespace)
    operator.stop()

    proxy.unknown = b""
    operator.start()
    found = api.until(RELEASES, namespace, "web", lambda found: "template" in found["status"])["status"]

    # The operator has read another text, of a Deployment that nobody has changed.
    (container,) = api.get(DEPLOYMENTS, namespace, "web")["spec"]["template"]["spec"]["containers"]
    assert container.items() >= DEFAULT.items()
    assert "template" not in before
    assert found["template"]["declared"] != found["template"]["revision"] == stable
    assert (found["phase"], found["stable"]["revision"]) == ("Promoted", stable)
    assert found["history"] == before["history"]
    assert uids(api, namespace) == served


def test_another_start_of_the_operator_asks_nothing_again(
    setup: Setup, api: Api, namespace: str, operator: Operator
) -> None:
    stable = deploy(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": spelled_out("1")}})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    asked = comparisons(setup, namespace)

    operator.stop()
    operator.start()
    api.merge(RELEASES, namespace, "web", {"spec": {"template": spelled_out("1"), "replicas": 3}})
    found = api.until(RELEASES, namespace, "web", lambda found: found["status"]["stable"]["available"] == 3)

    assert found["status"]["stable"]["revision"] == stable
    assert comparisons(setup, namespace) == asked


def test_a_rollout_goes_on_when_its_own_template_is_spelled_out(api: Api, namespace: str, operator: Operator) -> None:
    steps = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    deploy(api, namespace, steps=steps)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
    candidate = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    before = uids(api, namespace)

    api.merge(RELEASES, namespace, "web", {"spec": {"template": spelled_out("2")}})
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert found["status"]["candidate"]["revision"] == candidate
    assert uids(api, namespace) == before

    api.ask(namespace, "web", promote=f"{candidate}/half/1")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert found["status"]["stable"]["revision"] == candidate


def test_what_differs_by_more_than_defaults_is_a_new_version(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace)

    changed = spelled_out("1")
    changed["spec"]["terminationGracePeriodSeconds"] = 31
    api.merge(RELEASES, namespace, "web", {"spec": {"template": changed}})
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert found["status"]["stable"]["revision"] != first
    assert "template" not in found["status"]


def test_a_template_that_the_api_server_refuses_is_told_and_serves_nothing(
    api: Api, namespace: str, operator: Operator
) -> None:
    stable = deploy(api, namespace)
    broken = template("1")
    broken["spec"]["containers"][0]["ports"] = [{"containerPort": 99999}]

    api.merge(RELEASES, namespace, "web", {"spec": {"template": broken}})
    found = api.until(RELEASES, namespace, "web", lambda found: found["status"]["reason"] == "Refused")

    assert "containerPort" in found["status"]["message"]
    assert found["status"]["stable"]["revision"] == stable
    assert [found["spec"]["replicas"] for found in api.all(REPLICA_SETS, namespace)] == [2]


def comparisons(setup: Setup, namespace: str) -> int:
    """How many dry runs the operator asked for in a namespace: a new start may owe one to what another test left."""
    lines = (setup.folder / "audit.log").read_text().splitlines()
    words = '"username":"tidegate"', "dryRun=All", f"/namespaces/{namespace}/"
    return sum(all(word in line for word in words) for line in lines)
