"""A set's arguments stand in its queries, in whichever language they are."""

import pytest

from tidegate.reconcile.objective_sets import filled


@pytest.mark.parametrize("language", ["promql", "text"])
def test_arguments_are_filled_in_and_variables_stay(language: str) -> None:
    query = {language: "errors of $job in $candidate_revision", "max": "1"}

    (objective,) = filled(
        {"args": [{"name": "job"}], "objectives": [{"name": "errors", "query": query}]}, {"job": "checkout"}
    )

    assert objective["query"][language] == "errors of checkout in $candidate_revision"
