"""What the judge takes from a Release's declaration."""

from typing import Any

import pytest

from tidegate.api.release import ReleaseSpec
from tidegate.reconcile.judging.tracks import wanted_by_name

PREVIEW: dict[str, Any] = {"name": "preview", "weight": 0, "replicas": 3}


@pytest.mark.parametrize(
    ("first", "weight", "pods"),
    [
        ({"name": "half", "weight": 50, "replicas": 1}, 50, 1),
        ({"name": "half", "weight": 50}, 50, None),
        ({"name": "all", "weight": 100}, 100, None),
    ],
    ids=["it says its pods", "its weight's", "all of them"],
)
def test_who_is_compared_are_the_pods_of_the_first_step_that_gets_traffic(
    first: dict[str, Any], weight: int, pods: int | None
) -> None:
    spec = ReleaseSpec.model_validate(
        {
            "template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}},
            "service": {"port": 80, "targetPort": 8080},
            "traffic": {"gateway": {"parentRefs": [{"name": "public"}], "hostnames": ["web.example"]}},
            "steps": [PREVIEW, first],
            "objectives": [{"name": "errors", "errorRatio": {"max": "1%"}}],
        }
    )

    wanted = wanted_by_name(spec)["errors"]

    assert (wanted.weight, wanted.pods) == (weight, pods)
