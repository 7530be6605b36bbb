"""Pods that leave their Services, all in one go."""

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.reconcile.stores import Stores, made
from tidegate.api.names import LABEL_DETACHED, LABEL_RELEASE
from tidegate.clients import NotFound
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.workload import detach_pods
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
DEPLOYMENT = {"spec": {"selector": {"matchLabels": {"app": "web"}}}}
TEMPLATE = SimpleNamespace(found=DEPLOYMENT, pods={})
SEEN = cast("Seen", SimpleNamespace(owner=OWNER, wanted=SimpleNamespace(template=TEMPLATE)))


@dataclass(slots=True)
class Pods(Stores):
    """A world of three pods, of which the first is gone by the time that it is written; the others take a moment."""

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            self.store(kinds.PODS).put(made(name, labels={LABEL_RELEASE: "web", "app": "web"}))

    async def merge(self, kind: Any, pod: Object, body: Object) -> None:
        if pod["metadata"]["name"] == "a":
            raise NotFound(404, "pods a not found", call="PATCH pods a")

        await asyncio.sleep(0)
        labels = {**pod["metadata"]["labels"], **body["metadata"]["labels"]}
        self.store(kind).put({"metadata": {**pod["metadata"], "labels": labels, "resourceVersion": "2"}})


async def test_a_pod_that_is_gone_keeps_no_other_in_its_services() -> None:
    world = Pods()

    with pytest.raises(NotFound):
        await detach_pods(SEEN, cast("World", world))

    left = {pod["metadata"]["name"] for pod in world.store(kinds.PODS) if LABEL_DETACHED in pod["metadata"]["labels"]}
    assert left == {"b", "c"}
