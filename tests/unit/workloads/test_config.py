"""Where a template uses configuration, and how its copies are named."""

import re
from typing import Any

import pytest

from tidegate.workloads import (
    Owner,
    Reference,
    absent,
    content_of,
    copy_name,
    copy_of,
    references,
    revision_of,
    rewritten,
)

OWNER = Owner(name="web", namespace="shop", uid="1")
# A subdomain, as the API server asks of a ConfigMap's name.
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def pods(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}], **spec}}


def container(name: str = "web", **parts: Any) -> dict[str, Any]:
    return {"name": name, "image": "x", **parts}


def volume(**source: Any) -> dict[str, Any]:
    return pods(volumes=[{"name": "files", **source}])


def variable(**source: Any) -> dict[str, Any]:
    return pods(containers=[container(env=[{"name": "COLOUR", "valueFrom": source}])])


# Every field of a pod template by which the kubelet gives configuration to a container.
PLACES = {
    "a volume of a ConfigMap": (volume(configMap={"name": "it"}), "ConfigMap", "volume files"),
    "a volume of a Secret": (volume(secret={"secretName": "it"}), "Secret", "volume files"),
    "a projected ConfigMap": (
        volume(projected={"sources": [{"downwardAPI": {}}, {"configMap": {"name": "it"}}]}),
        "ConfigMap",
        "volume files",
    ),
    "a projected Secret": (volume(projected={"sources": [{"secret": {"name": "it"}}]}), "Secret", "volume files"),
    "a variable from a ConfigMap": (
        variable(configMapKeyRef={"name": "it", "key": "colour"}),
        "ConfigMap",
        "container web, variable COLOUR",
    ),
    "a variable from a Secret": (
        variable(secretKeyRef={"name": "it", "key": "colour"}),
        "Secret",
        "container web, variable COLOUR",
    ),
    "an environment from a ConfigMap": (
        pods(containers=[container(envFrom=[{"configMapRef": {"name": "it"}}])]),
        "ConfigMap",
        "container web, envFrom",
    ),
    "an environment from a Secret": (
        pods(containers=[container(envFrom=[{"prefix": "A_"}, {"secretRef": {"name": "it"}}])]),
        "Secret",
        "container web, envFrom",
    ),
    "an init container": (
        pods(initContainers=[container("setup", envFrom=[{"secretRef": {"name": "it"}}])]),
        "Secret",
        "container setup, envFrom",
    ),
}
LEFT_ALONE = {
    "pull secrets": pods(imagePullSecrets=[{"name": "it"}]),
    "a token": volume(projected={"sources": [{"serviceAccountToken": {"path": "token"}}]}),
    "the cluster's authority": volume(projected={"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}),
    "a volume driver's secret": volume(csi={"driver": "x", "nodePublishSecretRef": {"name": "it"}}),
    "a downward volume": volume(downwardAPI={"items": []}),
    "an empty name": pods(containers=[container(envFrom=[{"configMapRef": {"name": ""}}])]),
    "no spec": {},
    "what is no list": pods(volumes="files", containers={"name": "web"}),
    "what is no object": pods(volumes=[None, "files"], containers=[container(env=[{"valueFrom": "x"}], envFrom=None)]),
}


@pytest.mark.parametrize(("template", "kind", "where"), PLACES.values(), ids=PLACES)
def test_every_place_is_found_and_gets_the_copys_name(template: dict[str, Any], kind: str, where: str) -> None:
    assert references(template) == (Reference(kind=kind, name="it", where=where),)

    changed = rewritten(template, {(kind, "it"): "web-it-copy"})

    assert references(changed) == (Reference(kind=kind, name="web-it-copy", where=where),)
    assert references(template) == (Reference(kind=kind, name="it", where=where),)
    assert rewritten(changed, {(kind, "web-it-copy"): "it"}) == template


@pytest.mark.parametrize("template", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_is_no_containers_configuration_is_left_alone(template: dict[str, Any]) -> None:
    assert references(template) == ()
    assert rewritten(template, {("Secret", "it"): "copy", ("ConfigMap", "it"): "copy"}) == template


def test_an_optional_use_says_so() -> None:
    template = volume(secret={"secretName": "it", "optional": True})

    assert [reference.optional for reference in references(template)] == [True]


def test_a_secret_and_a_config_map_of_one_name_are_two() -> None:
    sources = [{"configMap": {"name": "it"}}, {"secret": {"name": "it"}}]

    changed = rewritten(volume(projected={"sources": sources}), {("Secret", "it"): "copy"})

    assert [reference.name for reference in references(changed)] == ["it", "copy"]


def test_a_template_without_copies_keeps_its_revision() -> None:
    template = volume(configMap={"name": "it"})

    assert revision_of(rewritten(template, {})) == revision_of(template)


def config(**parts: Any) -> dict[str, Any]:
    return {"metadata": {"name": "it"}, "data": {"colour": "blue"}, **parts}


DIFFERENT = {
    "the data": config(data={"colour": "red"}),
    "a key": config(data={"color": "blue"}),
    "binary data": config(binaryData={"colour": "Ymx1ZQ=="}),
    "the type": config(type="kubernetes.io/tls"),
    "the name": config(metadata={"name": "other"}),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_another_content_is_another_hash(other: dict[str, Any]) -> None:
    assert content_of("Secret", other) != content_of("Secret", config())


def test_the_hash_of_a_content_never_changes_between_versions() -> None:
    """Another hash would start a rollout of every Release that tracks, by an upgrade of Tidegate."""
    assert content_of("ConfigMap", config()) == "nnzpwtzmwv"
    assert content_of("Secret", config(type="Opaque")) == "vt4nb4rstx"
    assert absent("ConfigMap", "it") == "85rgdcqp46"


def test_labels_annotations_and_versions_are_no_content() -> None:
    metadata = {"name": "it", "labels": {"a": "b"}, "annotations": {"a": "b"}, "resourceVersion": "7", "uid": "8"}

    assert content_of("ConfigMap", config(metadata=metadata, immutable=True)) == content_of("ConfigMap", config())


def test_a_token_of_the_cluster_is_never_copied() -> None:
    assert content_of("Secret", config(type="kubernetes.io/service-account-token")) is None


@pytest.mark.parametrize("name", ["it", "a.b", "x" * 253, "a." * 126 + "a", f"{'x' * 188}.{'y' * 60}"])
@pytest.mark.parametrize("release", ["w", "w" * 52])
def test_a_copys_name_is_one_that_the_api_server_takes(release: str, name: str) -> None:
    found = copy_name(release, name, "bcdfghjklm")

    assert SUBDOMAIN.fullmatch(found)
    assert len(found) <= 253
    assert found.startswith(f"{release}-{name[:40].rstrip('.-')}")
    assert found.endswith("-bcdfghjklm")


def test_a_copy_holds_everything_and_can_not_be_changed() -> None:
    secret = config(type="kubernetes.io/tls", binaryData={"key": "AAECAw=="})
    secret["metadata"] = {"name": "it", "labels": {"argocd.argoproj.io/instance": "shop"}}

    made = copy_of(OWNER, "Secret", secret, "bcdfghjklm")

    assert {name: made[name] for name in ("data", "binaryData", "type", "immutable")} == {
        "data": {"colour": "blue"},
        "binaryData": {"key": "AAECAw=="},
        "type": "kubernetes.io/tls",
        "immutable": True,
    }
    assert made["metadata"]["labels"] == {"tidegate.dev/release": "web"}
    assert made["metadata"]["ownerReferences"] == [OWNER.reference()]
