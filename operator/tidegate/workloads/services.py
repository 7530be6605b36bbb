"""The Services of a Release: `<name>` and `<name>-stable` for stable, `<name>-candidate` for the candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import LABEL_RELEASE, LABEL_REVISION

from .owner import Owner
from .replica_sets import labels_of

SUFFIXES: Mapping[str, str] = {"apex": "", "stable": "-stable", "candidate": "-candidate"}


def service_name(owner: Owner, role: str) -> str:
    """The Service's name for a role: apex, stable or candidate."""
    return f"{owner.name}{SUFFIXES[role]}"


@dataclass(frozen=True, slots=True)
class PodPort:
    """Where pods are served, by number or name, and what they speak there where that is declared."""

    port: int | str
    app_protocol: str | None = None

    def __str__(self) -> str:
        return f"{self.port} ({self.app_protocol})" if self.app_protocol else str(self.port)


def service(owner: Owner, role: str, revision: str, *, port: int, at: PodPort) -> dict[str, Any]:
    """The Service of a role, pointed at a revision. Where no protocol is declared, none is there."""
    served = {
        "name": "http",
        "port": port,
        "targetPort": at.port,
        "protocol": "TCP",
        "appProtocol": at.app_protocol,
    }
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
            "ports": [served],
        },
    }


def selected_revision(found: Mapping[str, Any]) -> str | None:
    """The revision that a Service of ours selects."""
    revision: str | None = (found.get("spec", {}).get("selector") or {}).get(LABEL_REVISION)
    return revision


def differing(found: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The field of a Service of ours that is not as it should be; empty where each is, whatever else is in a port."""
    stored, wanted = found.get("spec") or {}, manifest["spec"]
    if (stored.get("selector") or {}) != wanted["selector"]:
        return "spec.selector"

    written = tuple(wanted["ports"][0])
    ports = [{name: port.get(name) for name in written} for port in stored.get("ports") or ()]
    return "" if ports == wanted["ports"] else "spec.ports"


def pod_port_in(found: Mapping[str, Any]) -> PodPort | None:
    """The pods' port that a Service of ours leads to."""
    port: Mapping[str, Any] = next(iter(found.get("spec", {}).get("ports") or ()), {})
    return PodPort(port["targetPort"], port.get("appProtocol")) if "targetPort" in port else None


def port_names(pods: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a pod's spec gives its TCP ports: those to which a Service may lead by name."""
    sidecars = (found for found in pods.get("initContainers") or () if found.get("restartPolicy") == "Always")
    ports = (port for found in (*(pods.get("containers") or ()), *sidecars) for port in found.get("ports") or ())
    return tuple(sorted({port["name"] for port in ports if port.get("name") and port.get("protocol", "TCP") == "TCP"}))


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
