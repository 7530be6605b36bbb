"""On which nodes a template's pods may be, as the DaemonSet controller asks it of each node. Pure: no sockets."""

from collections.abc import Mapping
from typing import Any

import msgspec

EFFECTS = frozenset({"NoSchedule", "NoExecute"})


class Requirement(msgspec.Struct, frozen=True):
    """One condition on a label, or on the name of a node."""

    key: str
    operator: str
    values: tuple[str, ...] | None = None

    def holds(self, value: str | None) -> bool:
        """What the API server would not take as an operator holds for no node."""
        values = self.values or ()
        bound = next(iter(values), None)
        return {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
            "Gt": _above(value, bound),
            "Lt": _above(bound, value),
        }.get(self.operator, False)


class Term(msgspec.Struct, frozen=True, rename="camel"):
    """Conditions that hold together; a term without any fits no node."""

    match_expressions: tuple[Requirement, ...] | None = None
    match_fields: tuple[Requirement, ...] | None = None

    def fits(self, node: Mapping[str, Any]) -> bool:
        """True where the node meets all of them. Its name is the one field that may be asked for."""
        labels, fields = node["labels"], {"metadata.name": node["metadata"]["name"]}
        by_label = [asked.holds(labels.get(asked.key)) for asked in self.match_expressions or ()]
        by_field = [asked.holds(fields.get(asked.key)) for asked in self.match_fields or ()]
        return all((*by_label, *by_field)) and bool(by_label or by_field)


class Toleration(msgspec.Struct, frozen=True):
    """A taint that keeps no pod away. Without a key it is every one, without an effect each of that key."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""

    def covers(self, taint: Mapping[str, Any]) -> bool:
        """True where it is meant for this taint."""
        if self.effect not in {"", taint["effect"]}:
            return False

        if self.operator == "Exists":
            return self.key in {"", taint["key"]}

        return (self.key, self.value) == (taint["key"], taint.get("value") or "")


# What the DaemonSet controller tolerates for every pod that it makes.
TOLERATED = (
    *(
        Toleration(key=f"node.kubernetes.io/{name}", operator="Exists", effect="NoSchedule")
        for name in ("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
    ),
    *(
        Toleration(key=f"node.kubernetes.io/{name}", operator="Exists", effect="NoExecute")
        for name in ("not-ready", "unreachable")
    ),
)
ON_HOST_NETWORK = Toleration(key="node.kubernetes.io/network-unavailable", operator="Exists", effect="NoSchedule")


class Required(msgspec.Struct, frozen=True, rename="camel"):
    """Alternatives: a node must fit one of them."""

    node_selector_terms: tuple[Term, ...] | None = None


class NodeAffinity(msgspec.Struct, frozen=True, rename="camel"):
    """What is only preferred is not asked."""

    required_during_scheduling_ignored_during_execution: Required | None = None


class Affinity(msgspec.Struct, frozen=True, rename="camel"):
    """To nodes; that to pods is the scheduler's matter."""

    node_affinity: NodeAffinity | None = None


class Placement(msgspec.Struct, frozen=True, rename="camel"):
    """What of a pod's spec decides on which nodes it may be."""

    node_selector: dict[str, str] | None = None
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] | None = None
    host_network: bool | None = None

    def allows(self, node: Mapping[str, Any]) -> bool:
        """True where the pods may be on this node, whatever room it has."""
        labels = node["labels"]
        if any(labels.get(key) != value for key, value in (self.node_selector or {}).items()):
            return False

        to_nodes = self.affinity.node_affinity if self.affinity else None
        required = to_nodes.required_during_scheduling_ignored_during_execution if to_nodes else None
        if required is not None and not any(term.fits(node) for term in required.node_selector_terms or ()):
            return False

        kept_off = (taint for taint in node["taints"] if taint.get("effect") in EFFECTS)
        return all(any(each.covers(taint) for each in self._tolerated()) for taint in kept_off)

    def _tolerated(self) -> tuple[Toleration, ...]:
        return (*TOLERATED, *((ON_HOST_NETWORK,) if self.host_network else ()), *(self.tolerations or ()))


def placement_of(spec: Mapping[str, Any]) -> Placement | None:
    """That of a pod's spec; None where it cannot be read, for which the API server makes no pod either."""
    try:
        return msgspec.convert(spec, Placement)
    except msgspec.ValidationError:
        return None


def _above(value: str | None, bound: str | None) -> bool:
    """What is no whole number is above nothing, and nothing is above it."""
    try:
        return value is not None and bound is not None and int(value) > int(bound)
    except ValueError:
        return False
