"""How large a Release is beside the Deployment that it takes over."""

from typing import Any

import pytest

from tests.cluster.autoscaler import autoscaler
from tests.unit.reconcile.stores import world_of
from tidegate.decision.progress import TakenOver
from tidegate.decision.workload import Workload
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.size import Size, observe_size
from tidegate.reconcile.seen.trims import trimmed_autoscaler
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
RECORD = TakenOver(name="web", replicas=2)


def size_beside(replicas: int, *scalers: dict[str, Any], record: TakenOver = RECORD, declared: int = 2) -> Size:
    workload = Workload(name="web", replicas=replicas, taken_over=True, was=record)
    world = world_of(kinds.AUTOSCALERS, *map(trimmed_autoscaler, scalers))
    return observe_size({}, OWNER, world, declared=declared, record=record, workload=workload)


@pytest.mark.parametrize(
    ("replicas", "declared", "outgrown"),
    [(6, 2, 2), (6, 6, None), (2, 1, None), (1, 2, None)],
    ids=["it grew", "the Release may grow too", "a person wants fewer", "it makes room"],
)
def test_a_deployment_outgrows_a_release_by_what_came_since_it_was_taken_over(
    replicas: int, declared: int, outgrown: int | None
) -> None:
    found = size_beside(replicas, declared=declared)

    assert found.workload is not None
    assert found.workload.outgrown == outgrown
    assert found.replicas == max(replicas, 2)


def test_a_release_with_an_autoscaler_is_told_the_size_and_one_beside_an_emptied_deployment_keeps_its_own() -> None:
    scaler = autoscaler("shop", "web", size=(1, 9))
    scaler["metadata"] |= {"uid": "1", "resourceVersion": "1"}
    scaled, emptied = size_beside(6, scaler).workload, size_beside(6, record=TakenOver(name="web", emptied=1)).workload

    assert scaled is not None
    assert emptied is not None
    assert (scaled.outgrown, scaled.asked_meanwhile) == (None, 2)
    assert (emptied.outgrown, emptied.asked_meanwhile) == (None, None)
