"""ConfigMaps and Secrets as part of a revision: where a pod template uses them, and the copies that it gets instead."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_COPY_OF, LABEL_RELEASE, REVISION_LENGTH, REVISION_LETTERS

from .owner import Owner
from .revisions import fingerprint

CONFIG_MAP = "ConfigMap"
SECRET = "Secret"
LONGEST_NAME = 253
# Every namespace has it, and the cluster renews it: the authority of its API server.
CLUSTER_AUTHORITY = "kube-root-ca.crt"
# Issued and withdrawn by the cluster: a copy would be a credential that nobody withdraws.
TOKEN = "kubernetes.io/service-account-token"

Used = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One use of a ConfigMap or a Secret in a pod template."""

    kind: str
    name: str
    where: str
    optional: bool = False

    @property
    def used(self) -> Used:
        """What is used: two uses of one object are one."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of a template that names a ConfigMap or a Secret."""

    kind: str
    holder: dict[str, Any]
    field: str
    where: str

    @property
    def name(self) -> str:
        name = self.holder.get(self.field)
        return name if isinstance(name, str) else ""


def references(template: Mapping[str, Any]) -> tuple[Reference, ...]:
    """Every use of a ConfigMap or a Secret by the containers of a template."""
    return tuple(
        Reference(kind=place.kind, name=place.name, where=place.where, optional=place.holder.get("optional") is True)
        for place in _places(template)
        if place.name and place.name != CLUSTER_AUTHORITY
    )


def rewritten(template: Mapping[str, Any], copies: Mapping[Used, str]) -> dict[str, Any]:
    """The template with the names of copies in place of those that they are copies of."""
    whole = copy.deepcopy(dict(template))
    for place in _places(whole):
        name = copies.get((place.kind, place.name))
        if name is not None:
            place.holder[place.field] = name

    return whole


def content_of(kind: str, found: Mapping[str, Any]) -> str | None:
    """The content of a ConfigMap or a Secret as a hash; None for what is never copied."""
    if kind == SECRET and found.get("type") == TOKEN:
        return None

    return fingerprint({"kind": kind, "name": found["metadata"]["name"], **_content(found)})


def absent(kind: str, name: str) -> str:
    """The content of what is not there."""
    return fingerprint({"kind": kind, "name": name, "absent": True})


def copy_name(release: str, name: str, content: str) -> str:
    """The name of a copy; another content has another name."""
    room = LONGEST_NAME - len(release) - REVISION_LENGTH - 2
    return f"{release}-{name[:room].rstrip('-.')}-{content}"


def copied_from(release: str, name: str) -> tuple[str, str] | None:
    """Of what a copy of that name is one, and its content. None for what is no copy, and for names that were cut."""
    original, _, content = name.removeprefix(f"{release}-").rpartition("-")
    letters = len(content) == REVISION_LENGTH and set(content) <= set(REVISION_LETTERS)
    return (original, content) if original and letters and copy_name(release, original, content) == name else None


def copy_of(owner: Owner, kind: str, found: Mapping[str, Any], content: str) -> dict[str, Any]:
    """A copy that nobody can change, owned by the Release. Labels and annotations are not configuration."""
    name = found["metadata"]["name"]
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {
            "name": copy_name(owner.name, name, content),
            "namespace": owner.namespace,
            "labels": {LABEL_RELEASE: owner.name},
            "annotations": {ANNOTATION_COPY_OF: name},
            "ownerReferences": [owner.reference()],
        },
        "immutable": True,
        **_content(found),
    }


def _content(found: Mapping[str, Any]) -> dict[str, Any]:
    return {field: found[field] for field in ("data", "binaryData", "type") if found.get(field)}


def _places(template: Mapping[str, Any]) -> Iterator[_Place]:
    """Where the kubelet reads configuration for containers. Pull secrets and those of volume drivers are not that."""
    spec = _object(template.get("spec"))
    for volume in _objects(spec.get("volumes")):
        yield from _volume(volume)

    for field in ("initContainers", "containers"):
        for container in _objects(spec.get(field)):
            yield from _environment(container)


def _volume(volume: dict[str, Any]) -> Iterator[_Place]:
    where = f"volume {volume.get('name')}"
    yield _Place(CONFIG_MAP, _object(volume.get("configMap")), "name", where)
    yield _Place(SECRET, _object(volume.get("secret")), "secretName", where)
    for source in _objects(_object(volume.get("projected")).get("sources")):
        yield _Place(CONFIG_MAP, _object(source.get("configMap")), "name", where)
        yield _Place(SECRET, _object(source.get("secret")), "name", where)


def _environment(container: dict[str, Any]) -> Iterator[_Place]:
    where = f"container {container.get('name')}"
    for variable in _objects(container.get("env")):
        source, field = _object(variable.get("valueFrom")), f"{where}, variable {variable.get('name')}"
        yield _Place(CONFIG_MAP, _object(source.get("configMapKeyRef")), "name", field)
        yield _Place(SECRET, _object(source.get("secretKeyRef")), "name", field)

    for source in _objects(container.get("envFrom")):
        yield _Place(CONFIG_MAP, _object(source.get("configMapRef")), "name", f"{where}, envFrom")
        yield _Place(SECRET, _object(source.get("secretRef")), "name", f"{where}, envFrom")


def _object(value: object) -> dict[str, Any]:
    """A part of a template that nobody has validated yet: what is no object has no fields."""
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
