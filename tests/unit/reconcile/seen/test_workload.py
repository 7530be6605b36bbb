"""Which revision a referenced workload's template is."""

import json

from tests.unit.reconcile.stores import made, world_of
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.workload import template_of
from tidegate.watch import Object
from tidegate.workloads import Owner, revision_of

OWNER = Owner(name="web", namespace="shop", uid="1")
PODS: Object = {"spec": {"containers": [{"name": "web", "image": "shop:1"}]}}
FOUND = {**made("right", generation=3), "template": json.dumps(PODS).encode(), "held": False, "pausedByUs": False}


def declared(name: str, noted: Object) -> tuple[Object, Object]:
    """A Release that refers to that Deployment, and what its status tells of the one that it referred to last."""
    return {"metadata": {"generation": 2}, "status": {"workload": noted}}, {
        "workloadRef": {"kind": "Deployment", "name": name}
    }


def test_a_generation_that_is_noted_is_its_revision_whatever_its_template_reads_like_today() -> None:
    for noted in ({"name": "right"}, {}):
        release, spec = declared("right", {**noted, "generation": 3, "revision": "v1"})

        assert template_of(release, spec, OWNER, world_of(kinds.DEPLOYMENTS, FOUND)).revision == "v1"


def test_an_equal_generation_of_another_deployment_is_another_revision() -> None:
    release, spec = declared("right", {"name": "wrong", "generation": 3, "revision": "v1"})

    template = template_of(release, spec, OWNER, world_of(kinds.DEPLOYMENTS, FOUND))

    assert template.revision == revision_of(PODS)
    assert template.noted_in_status()["workload"] == {"name": "right", "generation": 3, "revision": template.revision}
