"""What each variable of a query stands for, and that every one that is documented is filled in."""

from datetime import timedelta

import pytest

from tidegate.api.query_variables import KNOWN
from tidegate.metrics.variables import fill, values

# No two of what they are made from are alike, so that none can stand in another's place unseen.
FILLED = {
    "namespace": "shop",
    "release": "web",
    "stable_pods": "web-v1-[a-z0-9]{5}",
    "candidate_pods": "web-v2-[a-z0-9]{5}",
    "stable_revision": "v1",
    "candidate_revision": "v2",
    "weight": "20",
    "window": "1m30s",
    "window_seconds": "90",
}


@pytest.mark.parametrize("name", KNOWN)
def test_each_variable_that_is_documented_stands_for_what_it_names(name: str) -> None:
    window = timedelta(seconds=90)
    known = values(namespace="shop", release="web", stable="v1", candidate="v2", weight=20, window=window)

    assert fill(f"<${name}>", known) == f"<{FILLED[name]}>"


def test_a_variable_whose_name_another_begins_with_is_not_taken_for_it() -> None:
    assert fill("$window_seconds/$window", FILLED) == "90/1m30s"
