"""Nodes for examples: they go when all examples are over, for some count how many there are."""

from typing import Any

import yaml

from tests.cluster.api import NODES, Api
from tests.cluster.simulated_nodes import node
from tests.integration.conftest import Setup
from tests.integration.manifests import condition

LABEL = "tests.example/for"


def add_nodes(setup: Setup, purpose: str, *, count: int, room: int) -> None:
    """So many nodes, each with room for so many pods, for those that tolerate their purpose."""
    found: list[Any] = [node(f"{purpose}-{place}", room) for place in range(count)]
    for manifest in found:
        manifest["metadata"]["labels"][LABEL] = purpose
        manifest["spec"] = {"taints": [{"key": LABEL, "value": purpose, "effect": "NoSchedule"}]}

    setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(found))
    for manifest in found:
        setup.api.until(NODES, None, manifest["metadata"]["name"], lambda seen: condition(seen, "Ready") == "True", 90)


def remove_nodes(api: Api) -> None:
    """All of them."""
    for found in api.all(NODES, selector=LABEL):
        api.delete(NODES, None, found["metadata"]["name"])
