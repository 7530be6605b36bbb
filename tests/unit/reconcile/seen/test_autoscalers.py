"""What an autoscaler asks of a Release, whoever else writes the number."""

from dataclasses import replace
from typing import Any

import pytest

from tests.cluster.autoscaler import autoscaler
from tests.unit.decision.test_capacity import at_half
from tests.unit.decision.test_decide import BREACH
from tests.unit.decision.world import World, deployed
from tidegate.decision import decide
from tidegate.decision.snapshot import Side
from tidegate.reconcile.seen.autoscalers import counted_alone
from tidegate.reconcile.seen.trims import trimmed_autoscaler, trimmed_release

SIZE: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
OTHER: dict[str, Any] = {"f:spec": {"f:template": {}}}


@pytest.mark.parametrize(
    ("entry", "scaled"),
    [
        ({"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": SIZE}, True),
        ({"manager": "tidegate", "fieldsV1": SIZE}, True),
        ({"manager": "tidegate", "fieldsV1": OTHER}, False),
        ({"manager": "argocd-controller", "operation": "Apply", "fieldsV1": SIZE}, False),
    ],
    ids=["an autoscaler", "Tidegate", "another field", "Git"],
)
def test_a_size_is_told_from_a_declared_one_by_who_wrote_it(entry: dict[str, Any], scaled: bool) -> None:
    found = {"metadata": {"name": "web", "managedFields": [entry]}, "spec": {}}

    assert trimmed_release(found)["scaled"] is scaled


def test_what_an_autoscaler_asked_is_at_most_its_greatest() -> None:
    found = {**autoscaler("shop", "web", size=(2, 6)), "status": {"desiredReplicas": 20}}
    found["metadata"].update(uid="1", resourceVersion="1")

    assert trimmed_autoscaler(found)["asked"] == 6
    assert trimmed_autoscaler({**found, "status": {}})["asked"] == 0


def counted(world: World) -> int:
    """How many available pods an autoscaler divides by that goes by no load."""
    look = world.look()
    alone = counted_alone(look, decide(look).progress)
    return sum(side.available for side in look.sides if alone in {"", side.revision})


def counted_on_the_way(world: World) -> list[int]:
    """The same in each turn until nothing is left to do."""
    seen = []
    for _ in range(30):
        seen.append(counted(world))
        world.turn()

    return seen


def test_as_many_pods_are_counted_at_every_turn_of_a_rollout_in_which_stable_shrinks() -> None:
    world = deployed(plan=at_half().plan)
    world.target = "v2"
    up = counted_on_the_way(world)
    assert (world.sides["v1"].available, world.sides["v2"].available) == (2, 2)
    world.asks = replace(world.asks, promote="v2/half/1")
    whole = counted_on_the_way(world)

    assert set(up) == {4}
    assert set(whole) == {4}


def test_as_many_pods_are_counted_while_stable_grows_again() -> None:
    world = at_half()
    world.evidence = BREACH

    assert set(counted_on_the_way(world)) == {4}


@pytest.mark.parametrize(
    ("stable", "candidate", "expected"),
    [
        ((4, 4), (2, 1), "v1"),
        ((4, 4), (2, 2), "v1"),
        ((2, 2), (2, 2), ""),
        ((4, 3), (2, 2), "v1"),
        ((2, 2), (4, 4), "v2"),
        ((1, 1), (4, 4), "v2"),
    ],
    ids=[
        "the candidate starts",
        "the candidate serves",
        "stable gave up its share",
        "stable grows again",
        "the candidate has all",
        "one pod of stable stays",
    ],
)
def test_a_surge_is_never_counted_where_stable_shrinks(
    stable: tuple[int, int], candidate: tuple[int, int], expected: str
) -> None:
    pods = {"v1": stable, "v2": candidate}
    sides = (Side(revision=name, replicas=size, available=ready) for name, (size, ready) in pods.items())
    world = at_half()
    look = replace(world.look(), sides=tuple(sides))

    assert counted_alone(look, look.progress) == expected


@pytest.mark.parametrize(("size", "expected"), [(8, "v1"), (9, "")])
def test_a_pod_of_rounding_is_counted_only_where_it_asks_for_no_other_one(size: int, expected: str) -> None:
    """An autoscaler leaves a size alone that is within 10 % of what it asks for: 9 of 8 is not."""
    assert counted_beside(size, stable=size - 1, candidate=2) == expected


def test_of_a_small_release_one_pod_too_many_is_counted_rather_than_two_too_few() -> None:
    assert counted_beside(5, stable=3, candidate=3) == ""
    assert counted_beside(4, stable=3, candidate=2) == "v1"


def counted_beside(size: int, *, stable: int, candidate: int) -> str:
    sides = (
        Side(revision="v1", replicas=stable, available=stable),
        Side(revision="v2", replicas=candidate, available=candidate),
    )
    look = replace(at_half().look(), replicas=size, sides=sides)
    return counted_alone(look, look.progress)


def test_the_first_revision_is_counted_whole() -> None:
    world = World(plan=at_half().plan)
    world.turn()

    assert counted_alone(world.look(), world.progress) == ""
