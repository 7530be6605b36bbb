"""The Services of a Release: `<name>` and `<name>-stable` for stable, `<name>-candidate` for the candidate."""

from collections.abc import Mapping, Sequence
from typing import Any

from tidegate.api.names import LABEL_RELEASE, LABEL_REVISION

from .owner import Owner
from .replica_sets import labels_of

SUFFIXES: Mapping[str, str] = {"apex": "", "stable": "-stable", "candidate": "-candidate"}


def service_name(owner: Owner, role: str) -> str:
    """The Service's name for a role: apex, stable or candidate."""
    return f"{owner.name}{SUFFIXES[role]}"


def service(owner: Owner, role: str, revision: str, *, port: int, target_port: int | str | None) -> dict[str, Any]:
    """The Service of a role, pointed at a revision."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": service_name(owner, role),
            "namespace": owner.namespace,
            "labels": {LABEL_RELEASE: owner.name},
            "ownerReferences": [owner.reference()],
        },
        "spec": {
            "selector": labels_of(owner, revision),
            "ports": [{"name": "http", "port": port, "targetPort": target_port or port, "protocol": "TCP"}],
        },
    }


def selected_revision(found: Mapping[str, Any]) -> str | None:
    """The revision that a Service of ours selects."""
    revision: str | None = (found.get("spec", {}).get("selector") or {}).get(LABEL_REVISION)
    return revision


def serves(found: Mapping[str, Any], *, port: int, target_port: int | str | None) -> bool:
    """True when a Service has the declared ports."""
    ports = found.get("spec", {}).get("ports") or ()
    return any(seen.get("port") == port and seen.get("targetPort") == (target_port or port) for seen in ports)


def selects(found: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """True when a Service's selector takes pods with these labels; one without a selector takes none."""
    selector = found.get("spec", {}).get("selector")
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def bypassing(services: Sequence[Mapping[str, Any]], owner: Owner, pod_labels: Mapping[str, str]) -> tuple[str, ...]:
    """Other Services that would send traffic to the candidate's pods past the gate."""
    ours = {service_name(owner, role) for role in SUFFIXES}
    return tuple(
        found["metadata"]["name"]
        for found in services
        if not (found["metadata"]["name"] in ours and owner.may_take(found)) and selects(found, pod_labels)
    )
