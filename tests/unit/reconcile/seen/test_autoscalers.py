"""What an autoscaler asks of a Release, whoever else writes the number."""

from typing import Any

import pytest

from tests.cluster.autoscaler import autoscaler
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
