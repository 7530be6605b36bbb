"""On which nodes a pod may be, as Kubernetes answers it."""

from typing import Any

import pytest

from tidegate.workloads import placement_of
from tidegate.workloads.nodes import REQUIRED

NODE: dict[str, Any] = {
    "metadata": {"name": "a"},
    "labels": {"arch": "arm64", "cores": "8"},
    "taints": [{"key": "pool", "value": "agents", "effect": "NoSchedule"}],
}
TOLERATION = {"key": "pool", "operator": "Equal", "value": "agents"}


def allows(node: dict[str, Any] = NODE, **spec: Any) -> bool:
    placement = placement_of({"tolerations": [TOLERATION], "containers": [{"name": "web"}], **spec})
    assert placement is not None
    return placement.allows({**NODE, **node})


def required(*terms: dict[str, Any]) -> dict[str, Any]:
    return {"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": list(terms)}}}}


def asks(operator: str, key: str = "arch", *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("spec", "allowed"),
    [
        ({"nodeSelector": {"arch": "arm64"}}, True),
        ({"nodeSelector": {"arch": "amd64"}}, False),
        ({"nodeSelector": {"mistyped": "arm64"}}, False),
        ({"nodeSelector": None, "affinity": None}, True),
        (required(asks("In", "arch", "arm64", "amd64")), True),
        (required(asks("NotIn", "arch", "arm64")), False),
        (required(asks("NotIn", "zone", "x")), True),
        (required(asks("Exists", "zone")), False),
        (required(asks("DoesNotExist", "zone")), True),
        (required(asks("Gt", "cores", "4")), True),
        (required(asks("Lt", "cores", "4")), False),
        (required(asks("Gt", "arch", "4")), False),
        (required(asks("Like", "arch", "arm64")), False),
        (required(asks("Exists", "zone"), asks("Exists")), True),
        (required({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}), True),
        (required({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["b"]}]}), False),
        (required({}), False),
        (required(), False),
        ({"tolerations": []}, False),
        ({"tolerations": [{"operator": "Exists"}]}, True),
        ({"tolerations": [{**TOLERATION, "value": "web"}]}, False),
        ({"tolerations": [{**TOLERATION, "effect": "NoExecute"}]}, False),
    ],
)
def test_a_node_is_allowed_as_kubernetes_says(spec: dict[str, Any], allowed: bool) -> None:
    assert allows(**spec) is allowed


@pytest.mark.parametrize(
    ("taint", "host_network", "allowed"),
    [
        ({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}, False, True),
        ({"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}, False, True),
        ({"key": "node.kubernetes.io/network-unavailable", "effect": "NoSchedule"}, False, False),
        ({"key": "node.kubernetes.io/network-unavailable", "effect": "NoSchedule"}, True, True),
        ({"key": "busy", "effect": "PreferNoSchedule"}, False, True),
        ({"key": "busy", "effect": "NoExecute"}, False, False),
    ],
)
def test_a_taint_counts_as_for_a_daemon_set(taint: dict[str, str], host_network: bool, allowed: bool) -> None:
    assert allows({"taints": [taint]}, hostNetwork=host_network) is allowed


@pytest.mark.parametrize("spec", [{"nodeSelector": "arm64"}, {"tolerations": {}}, {"affinity": {"nodeAffinity": []}}])
def test_nobody_can_tell_where_pods_of_another_shape_may_be(spec: dict[str, Any]) -> None:
    assert placement_of(spec) is None
