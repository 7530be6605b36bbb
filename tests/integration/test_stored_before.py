"""What an older CRD took in any shape is survived: each is told of, an abort is obeyed, and the others go on."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from kubernetes.client.exceptions import ApiException

from tests.cluster.api import CRDS, METRIC_SOURCES, RELEASES, Api
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.kinds import KINDS
from tests.integration.manifests import phase_is, release, template
from tests.integration.steps import change, deploy, weights

PAUSED = [{"name": "some", "weight": 20, "pause": "UntilPromoted"}]
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
# As many as an API server takes; no reader of Python's goes so deep by itself.
DEEP = 3_000
MISSHAPEN = {"path": "/api"}
NAME, SOURCES = "releases.tidegate.dev", "metricsources.tidegate.dev"


@contextmanager
def older(api: Api, namespace: str) -> Iterator[None]:
    """A CRD that knows no shape of matches and templates, while a test stores what it wants."""
    found = api.get(CRDS, None, NAME)
    declared = copy.deepcopy(found["spec"]["versions"])
    spec = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    spec["template"] = ANY
    spec["traffic"]["properties"]["gateway"]["properties"]["rules"]["items"]["properties"]["matches"]["items"] = ANY
    api.merge(CRDS, None, NAME, {"spec": {"versions": found["spec"]["versions"]}})
    try:
        until_answered(api, matching(namespace, MISSHAPEN), HTTPStatus.CREATED)
        yield
    finally:
        api.merge(CRDS, None, NAME, {"spec": {"versions": declared}})
        until_answered(api, matching(namespace, MISSHAPEN), HTTPStatus.UNPROCESSABLE_ENTITY)


@contextmanager
def before_sources_were_guarded(api: Api, namespace: str) -> Iterator[None]:
    """A CRD that lets a source of a namespace say `allowLinkLocal`, while a test stores one."""
    found = api.get(CRDS, None, SOURCES)
    declared = copy.deepcopy(found["spec"]["versions"])
    spec = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    del spec["graphite"]["properties"]["allowLinkLocal"]["x-kubernetes-validations"]
    api.merge(CRDS, None, SOURCES, {"spec": {"versions": found["spec"]["versions"]}})
    try:
        until_answered(api, unguarded(namespace), HTTPStatus.CREATED)
        yield
    finally:
        api.merge(CRDS, None, SOURCES, {"spec": {"versions": declared}})
        until_answered(api, unguarded(namespace), HTTPStatus.UNPROCESSABLE_ENTITY)


def unguarded(namespace: str, name: str = "match") -> dict[str, Any]:
    """A source where a machine keeps its credentials."""
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "MetricSource",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"graphite": {"address": "http://169.254.169.254", "allowLinkLocal": True}},
    }


def until_answered(api: Api, manifest: dict[str, Any], status: HTTPStatus) -> None:
    """Wait until the API server goes by the CRD that it has: nothing tells when that is."""
    end = time.monotonic() + 30
    while (answered := answer_to(api, manifest)) != status:
        assert time.monotonic() < end, answered
        time.sleep(0.1)


def answer_to(api: Api, manifest: dict[str, Any]) -> int:
    """What an object's creation would be answered with; nothing is kept. Not served for a moment is no refusal."""
    try:
        api.try_create(KINDS[manifest["kind"]], manifest)
    except ApiException as error:
        return int(error.status)

    return HTTPStatus.CREATED


def matching(namespace: str, match: Any) -> dict[str, Any]:
    found = release(namespace, "match")
    found["spec"]["traffic"]["gateway"]["rules"] = [{"matches": [match]}]
    return found


def nested(namespace: str) -> str:
    """As text: what writes an object of Python's goes down with it."""
    found = release(namespace, "deep")
    found["spec"]["template"]["spec"]["deep"] = "?"
    return json.dumps(found).replace('"?"', '{"a":' * DEEP + "1" + "}" * DEEP)


def until_said(setup: Setup, namespace: str, words: str) -> None:
    """Wait until the Release that is too deep for Python's readers has these words in its status."""
    asked = (
        "get",
        "release",
        "deep",
        "--namespace",
        namespace,
        "--output",
        "jsonpath={.status.reason} {.status.message}",
    )
    end = time.monotonic() + 30
    while f"InvalidSpec {words}" not in (said := setup.plane.kubectl(*asked)):
        assert time.monotonic() < end, said
        time.sleep(0.2)


def invalid(words: str) -> Callable[[dict[str, Any]], bool]:
    """True for a Release that is told to be invalid, with these words."""

    def told(found: dict[str, Any]) -> bool:
        status = found.get("status") or {}
        return status.get("reason") == "InvalidSpec" and words in status["message"]

    return told


def test_what_is_stored_in_any_shape_is_told_of_and_ends_nothing(
    setup: Setup, api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    with older(api, namespace):
        api.create(RELEASES, matching(namespace, MISSHAPEN))
        deep = setup.folder / "deep.json"
        deep.write_text(nested(namespace))
        setup.plane.kubectl("create", "-f", str(deep))
        labelled = {**template("3"), "metadata": {"labels": [{"app": "web"}]}}
        api.edit(RELEASES, namespace, "web", lambda found: {**found, "spec": {**found["spec"], "template": labelled}})

    for _ in range(2):
        api.until(RELEASES, namespace, "match", invalid("spec.traffic.gateway.rules[0].matches[0].path: must be an"))
        until_said(setup, namespace, "spec.template: must be nested at most")
        api.until(RELEASES, namespace, "web", invalid("spec.template: metadata.labels must be an object"))
        assert weights(api, namespace) == [80, 20]
        operator.stop()
        operator.start()

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert weights(api, namespace) == [100, 0]
    setup.plane.kubectl("delete", "releases", "--namespace", namespace, "--all")


def test_a_source_of_a_namespace_that_was_let_to_a_machines_credentials_says_so_and_is_not_asked(
    api: Api, namespace: str, alone: None, shared: Operator
) -> None:
    with before_sources_were_guarded(api, namespace):
        api.create(METRIC_SOURCES, unguarded(namespace, "numbers"))

    shared.start()

    found = api.until(METRIC_SOURCES, namespace, "numbers", lambda source: "conditions" in (source.get("status") or {}))
    (ready,) = found["status"]["conditions"]
    assert ready["status"] == "False"
    assert "spec.graphite.allowLinkLocal: is for a ClusterMetricSource alone: declare one there" in ready["message"]
