"""Which pods an autoscaler divides by, so that a rollout at constant load changes no size."""

from typing import Any

import pytest

from tidegate.workloads import Owner, counted_pods, follows_load

OWNER = Owner(name="web", namespace="shop", uid="1")


def used(name: str, kind: str = "Resource") -> dict[str, Any]:
    place = "resource" if kind == "Resource" else "containerResource"
    return {"type": kind, place: {"name": name}}


def outside(kind: str, target: str) -> dict[str, Any]:
    """A number of the whole: `Value` times the pods counted, or `AverageValue`, for which none is."""
    return {"type": kind, kind.lower(): {"target": {"type": target}}}


@pytest.mark.parametrize(
    ("metrics", "by_load"),
    [
        ([], True),
        ([used("cpu")], True),
        ([used("cpu", "ContainerResource")], True),
        ([{"type": "Pods"}], True),
        ([used("memory"), used("cpu")], True),
        ([used("memory")], False),
        ([used("memory", "ContainerResource")], False),
        ([outside("External", "Value")], False),
        ([outside("External", "AverageValue")], False),
        ([outside("Object", "Value")], False),
        ([outside("Object", "AverageValue")], False),
        ([outside("External", "AverageValue"), used("cpu")], True),
    ],
)
def test_only_what_a_pod_does_for_its_share_follows_the_load(metrics: list[dict[str, Any]], by_load: bool) -> None:
    assert follows_load(metrics) is by_load


def test_all_pods_are_counted_where_they_share_the_load() -> None:
    assert counted_pods(OWNER, "v1", by_load=True) == "tidegate.dev/release=web"


def test_only_stables_pods_are_counted_where_the_surge_would_count_twice() -> None:
    assert counted_pods(OWNER, "v1", by_load=False) == "tidegate.dev/release=web,tidegate.dev/revision=v1"


def test_the_pods_of_a_fresh_baseline_do_not_count_twice_either() -> None:
    stables = "tidegate.dev/release=web,tidegate.dev/revision=v1,!tidegate.dev/baseline"

    assert counted_pods(OWNER, "v1", by_load=False, fresh=True) == stables
    assert counted_pods(OWNER, "v1", by_load=True, fresh=True) == "tidegate.dev/release=web"


@pytest.mark.parametrize("by_load", [True, False])
def test_both_sides_count_where_none_is_counted_alone(by_load: bool) -> None:
    assert counted_pods(OWNER, "", by_load=by_load) == "tidegate.dev/release=web"


def test_the_pods_of_a_fresh_baseline_count_no_more_where_both_sides_do() -> None:
    others = "tidegate.dev/release=web,!tidegate.dev/baseline"

    assert counted_pods(OWNER, "", by_load=False, fresh=True) == others
