"""What an autoscaler sees in a rollout, and the candidate's pods by step."""

import pytest

from tests.cluster.api import Object
from tests.demo.sizes import Sizes, pods_at, sizes

EVERY = ["first", "most", "full"]
GOOD = Sizes(seen=(4,), candidate={"first": 2, "most": 3, "full": 4})
REST: Object = {"phase": "Promoted", "replicas": 4}


def at(step: str, pods: int, *, phase: str = "Progressing", size: int = 4) -> Object:
    """A status in mid-rollout."""
    return {"phase": phase, "replicas": size, "step": {"name": step}, "candidate": {"replicas": pods}}


def test_a_step_has_its_share_of_the_size_and_no_fewer_than_the_autoscalers_least() -> None:
    assert [pods_at(step) for step in EVERY] == [2, 3, 4]


def test_the_most_pods_of_each_step_count_and_none_of_what_comes_after_the_steps() -> None:
    statuses = [REST, at("first", 0, phase="Preparing"), at("first", 2), at("most", 2), at("most", 3)]
    last = [at("full", 3), at("full", 4, phase="Watching")]
    after = [at("full", 5, phase="Promoting"), at("full", 5, phase="RollingBack"), REST]

    assert sizes([*statuses, *last, *after]) == GOOD


def test_each_size_that_the_autoscaler_saw_is_kept_once_and_a_missing_one_is_none() -> None:
    assert sizes([at("first", 2, size=5), at("first", 2), {"phase": "Promoted"}]).seen == (0, 4, 5)


@pytest.mark.parametrize("seen", [(4,), (3, 4), (4, 5)])
def test_a_size_within_one_is_no_complaint(seen: tuple[int, ...]) -> None:
    assert Sizes(seen=seen, candidate=GOOD.candidate).complaints(EVERY) == []


@pytest.mark.parametrize("seen", [(), (2, 4), (4, 6), (4, 8)])
def test_another_size_is_a_complaint(seen: tuple[int, ...]) -> None:
    found = Sizes(seen=seen, candidate=GOOD.candidate).complaints(EVERY)

    assert found == [f"the autoscaler saw {list(seen)} pods, where the Release has 4"]


@pytest.mark.parametrize("pods", [1, 3, 4])
def test_more_or_fewer_pods_than_a_step_needs_are_a_complaint(pods: int) -> None:
    found = Sizes(seen=(4,), candidate={"first": pods}).complaints(["first"])

    assert found == [f"the candidate had {{'first': {pods}}} pods, not {{'first': 2}}"]
