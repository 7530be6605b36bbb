"""What Helm prints after an install is true of what is installed, whatever the values are."""

import re

import pytest
import yaml

from tests.cluster.api import Object
from tests.cluster.local import ROOT
from tests.cluster.manifest import CHART, NAMESPACE, notes, rendered
from tidegate.api import parse_source
from tidegate.api.objectives import MetricSourceRef

SOME = "watchNamespaces={shop,bank}"
EVERY_VALUE = (SOME, "providers.istio=false", "admissionPolicy.enabled=false")
PLURALS = {path.stem for path in (ROOT / "crds").glob("*.yaml")}


def manifests(*settings: str) -> list[Object]:
    return [found for found in yaml.safe_load_all(rendered(*settings)) if found]


def arguments(*settings: str) -> list[str]:
    """What the operator is started with."""
    deployment = next(found for found in manifests(*settings) if found["kind"] == "Deployment")
    found: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return found


@pytest.mark.parametrize(
    ("settings", "served"),
    [((), "serves every namespace."), ((SOME,), "serves the Releases of shop, bank.")],
    ids=["every namespace", "some namespaces"],
)
def test_they_begin_with_the_version_its_place_and_whom_it_serves(settings: tuple[str, ...], served: str) -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]

    assert notes(*settings).startswith(f"Tidegate {version} runs in {NAMESPACE} and {served}\n")


def test_the_namespaces_that_are_served_are_those_that_the_operator_is_told() -> None:
    assert "--namespaces=shop,bank" in arguments(SOME)
    assert not [word for word in arguments() if word.startswith("--namespaces")]


def test_the_deployment_whose_rollout_is_to_be_seen_is_the_charts() -> None:
    (name, namespace) = re.findall(r"kubectl rollout status deployment/(\S+) -n (\S+)", notes())[0]

    found = [item["metadata"] for item in manifests() if item["kind"] == "Deployment"]
    assert [(each["name"], each["namespace"]) for each in found] == [(name, namespace)]


@pytest.mark.parametrize("settings", [(), EVERY_VALUE], ids=["values as they are", "other values"])
def test_the_source_is_one_that_a_release_without_a_name_finds(settings: tuple[str, ...]) -> None:
    text = re.findall(r"<<EOF\n(.+?)\n  EOF\n", notes(*settings), re.DOTALL)[0]

    source = yaml.safe_load(text)

    unnamed = MetricSourceRef()
    assert (source["kind"], source["metadata"]) == (unnamed.kind.value, {"name": unnamed.name})
    assert parse_source(source["spec"], of_a_namespace=source["kind"] == "MetricSource")


@pytest.mark.parametrize("settings", [(), EVERY_VALUE], ids=["values as they are", "other values"])
def test_they_ask_kubectl_only_for_kinds_of_the_chart(settings: tuple[str, ...]) -> None:
    asked = set(re.findall(r"kubectl get (\w+)", notes(*settings)))

    assert "releases" in asked
    assert asked <= PLURALS


def test_releases_are_followed_where_they_are_served() -> None:
    assert "kubectl get releases -A --watch\n" in notes()
    assert "kubectl get releases -n shop --watch\n" in notes(SOME)


def test_a_source_of_the_cluster_is_looked_at_only_where_its_condition_is_written() -> None:
    def writes(*settings: str) -> bool:
        rules = [rule for item in manifests(*settings) for rule in item.get("rules") or ()]
        return any("clustermetricsources/status" in rule["resources"] for rule in rules)

    everywhere, somewhere = notes(), notes(SOME)

    assert ("kubectl get clustermetricsources" in everywhere) is writes() is True
    assert ("kubectl get clustermetricsources" in somewhere) is writes(SOME) is False
    assert "It gets no Ready condition" in somewhere
    assert "no Ready condition" not in everywhere


def test_what_is_switched_off_is_named_as_the_operator_is_told() -> None:
    off = ("providers.istio=false", "providers.traefik=false")

    (named,) = re.findall(r"It does without (\S+): a Release that names a route of it is told so", notes(*off))

    assert f"--without={named}" in arguments(*off)
    assert "does without" not in notes()


def test_that_editors_may_abort_is_said_only_where_no_policy_keeps_them() -> None:
    off = "admissionPolicy.enabled=false"
    sentence = "Whoever may edit a Release may also abort and promote it"

    assert sentence in notes(off)
    assert sentence not in notes()
    assert "ValidatingAdmissionPolicy" not in {item["kind"] for item in manifests(off)}
    assert "ValidatingAdmissionPolicy" in {item["kind"] for item in manifests()}
