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


def size_before_takeover(replicas: int, *scalers: dict[str, Any], declared: int, first: bool = True) -> Size:
    workload = Workload(name="web", replicas=replicas)
    world = world_of(kinds.AUTOSCALERS, *map(trimmed_autoscaler, scalers))
    return observe_size({"scaled": True}, OWNER, world, declared=declared, record=None, workload=workload, first=first)


def scaling(least: int, most: int) -> dict[str, Any]:
    scaler = autoscaler("shop", "web", size=(least, most))
    scaler["metadata"] |= {"uid": "1", "resourceVersion": "1"}
    return scaler


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
    scaler = scaling(1, 9)
    scaled, emptied = size_beside(6, scaler).workload, size_beside(6, record=TakenOver(name="web", emptied=1)).workload

    assert scaled is not None
    assert emptied is not None
    assert (scaled.outgrown, scaled.asked_meanwhile) == (None, 2)
    assert (emptied.outgrown, emptied.asked_meanwhile) == (None, None)


@pytest.mark.parametrize(
    ("most", "declared", "expected"),
    [(9, 2, 3), (9, 5, 5), (2, 2, 2), (9, 0, 0)],
    ids=["its least was written already", "it asked for more", "its most is less", "a person wants none"],
)
def test_an_autoscaler_that_has_seen_no_pod_of_a_release_makes_it_no_smaller_than_its_deployment(
    most: int, declared: int, expected: int
) -> None:
    """Before the takeover the Release has none: from 1, which `replicas` are where left out, it makes its least."""
    found = size_before_takeover(3, scaling(2, most), declared=declared)

    assert found.replicas == expected
    assert found.undercut is None, "what the autoscaler wrote is its own"


def test_a_release_without_an_autoscaler_is_as_large_as_a_person_declares_it_before_the_takeover_too() -> None:
    assert size_before_takeover(3, declared=2).replicas == 2


def test_a_release_that_serves_already_is_as_large_as_its_autoscaler_asks_while_a_takeover_waits() -> None:
    """It has seen those pods: a larger Deployment that is named since is for a person to wait for."""
    assert size_before_takeover(10, scaling(2, 20), declared=3, first=False).replicas == 3
