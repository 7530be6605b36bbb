"""A set's arguments stand in its queries, in whichever language they are."""

from typing import Any

import pytest

from tidegate.api import InvalidSpec
from tidegate.reconcile.blocks.objective_sets import Expanded, defaults, doubled, filled


@pytest.mark.parametrize("language", ["promql", "text"])
def test_arguments_are_filled_in_and_variables_stay(language: str) -> None:
    query = {language: "errors of $job in $candidate_revision", "max": "1"}

    (objective,) = filled(
        {"args": [{"name": "job"}], "objectives": [{"name": "errors", "query": query}]}, {"job": "checkout"}
    )

    assert objective["query"][language] == "errors of checkout in $candidate_revision"


def test_a_set_runs_no_pods_in_the_namespaces_that_use_it() -> None:
    with pytest.raises(InvalidSpec, match="declared in the Release"):
        filled({"objectives": [{"name": "smoke", "job": {"template": {}}}]}, {})


def test_an_objective_is_told_by_where_a_user_finds_it() -> None:
    found = Expanded({}, fields={"shared": "spec.objectivesFrom[0]: ObjectiveSet web: spec.objectives[2]"})

    assert Expanded({}).field_of("own", 1) == "spec.objectives[1]"
    assert found.field_of("shared", 4) == "spec.objectivesFrom[0]: ObjectiveSet web: spec.objectives[2]"
    assert found.field_of("of a set that is gone", 4) == "objective of a set that is gone"


OWN = ("spec.objectives[0]", {"name": "errors"})
SHARED = ("spec.objectivesFrom[0]: ObjectiveSet web: spec.objectives[1]", {"name": "errors"})
OTHER = ("spec.objectivesFrom[1]: ObjectiveSet all: spec.objectives[0]", {"name": "errors"})


@pytest.mark.parametrize(
    ("found", "remedy"),
    [((OWN, SHARED), "or declare spec.objectives without it, at least as []"), ((SHARED, OTHER), "rename one of them")],
    ids=["its own and a set's", "two sets'"],
)
def test_two_objectives_of_one_name_are_both_told_with_what_to_do(found: tuple[Any, ...], remedy: str) -> None:
    sentence = doubled(found)

    assert all(where in sentence for where, _ in found)
    assert sentence.endswith(remedy)
    assert not doubled(found[:1])


def test_the_default_holds_beside_a_set_unless_that_has_its_name() -> None:
    assert [each["name"] for _, each in defaults({"refused"})] == ["errors"]
    assert defaults({"errors"}) == []
