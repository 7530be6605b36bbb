"""What the demo complains of when the team has not all of its own again."""

from dataclasses import replace
from typing import Any

import pytest

from tests.cluster.api import Object
from tests.demo.hand_back import HandedBack, able, accepted, owned_by_tidegate, sees

WHOLE = HandedBack(size=4, available=4, autoscaler_of="Deployment", autoscaler_sees=4, backends=["till"])


def test_what_is_as_it_was_before_the_takeover_is_no_complaint() -> None:
    assert WHOLE.complaints() == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"size": 1, "available": 1}, "the Deployment has 1 of 1 pods, and had 4"),
        ({"available": 3}, "the Deployment has 3 of 4 pods, and had 4"),
        ({"pods_of_tidegate": 2}, "2 pods of the Release are left"),
        ({"autoscaler_of": "Release"}, "the autoscaler scales the Release, and sees 4 pods"),
        ({"autoscaler_sees": 0}, "the autoscaler scales the Deployment, and sees 0 pods"),
        ({"backends": ["till-stable"]}, "the route leads to ['till-stable'], not to Service till"),
        (
            {"left": ["deployments", "httproutes"]},
            "Tidegate still owns fields of deployments, httproutes",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_the_teams_own_again_is_a_complaint(changes: dict[str, Any], complaint: str) -> None:
    assert replace(WHOLE, **changes).complaints() == [complaint]


def test_one_managed_field_of_tidegate_is_seen_whoever_owns_the_others() -> None:
    owned: Object = {"metadata": {"managedFields": [{"manager": "argocd-controller"}, {"manager": "tidegate"}]}}
    free: Object = {"metadata": {"managedFields": [{"manager": "argocd-controller"}]}}

    assert owned_by_tidegate(owned)
    assert not owned_by_tidegate(free)


def test_an_autoscaler_that_has_not_looked_yet_is_not_able_and_sees_nothing() -> None:
    assert not able({})
    assert sees({"status": {"currentReplicas": None}}) == 0


@pytest.mark.parametrize(("status", "wanted"), [("True", True), ("False", False)])
def test_an_autoscaler_is_able_when_it_says_so(status: str, wanted: bool) -> None:
    assert able({"status": {"conditions": [{"type": "AbleToScale", "status": status}]}}) is wanted


@pytest.mark.parametrize(
    ("generation", "status", "wanted"),
    [(2, "True", True), (1, "True", False), (2, "False", False)],
    ids=["as declared now", "as declared before", "refused"],
)
def test_a_route_is_accepted_as_it_is_declared_now(generation: int, status: str, wanted: bool) -> None:
    state = {"type": "Accepted", "status": status, "observedGeneration": generation}

    found = accepted({"metadata": {"generation": 2}, "status": {"parents": [{"conditions": [state]}]}})

    assert found is wanted


def test_a_route_of_which_no_parent_says_a_word_is_not_accepted() -> None:
    assert not accepted({"metadata": {"generation": 1}})
