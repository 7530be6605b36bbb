"""Which revision a referenced workload's template is."""

import json

import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.decision import Progress
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.trims import trimmed_deployment
from tidegate.reconcile.seen.workload import observe_workload, template_of, with_takeover_note
from tidegate.watch import Object
from tidegate.workloads import Note, Owner, emptied, revision_of

OWNER = Owner(name="web", namespace="shop", uid="1")
PODS: Object = {"spec": {"containers": [{"name": "web", "image": "shop:1"}]}}
FOUND = {
    **made("right", uid="2", generation=3),
    "template": json.dumps(PODS).encode(),
    "held": False,
    "pausedByUs": False,
}


def declared(name: str, noted: Object) -> tuple[Object, Object]:
    """A Release that refers to that Deployment, and what its status tells of the one that it referred to last."""
    return {"metadata": {"generation": 2}, "status": {"workload": noted}}, {
        "workloadRef": {"kind": "Deployment", "name": name}
    }


def test_a_generation_that_is_noted_is_its_revision_whatever_its_template_reads_like_today() -> None:
    for told in ({"name": "right", "uid": "2"}, {"name": "right"}, {}):
        release, spec = declared("right", {**told, "generation": 3, "revision": "v1"})

        assert template_of(release, spec, OWNER, world_of(kinds.DEPLOYMENTS, FOUND)).revision == "v1"


def test_an_equal_generation_of_another_deployment_is_another_revision() -> None:
    release, spec = declared("right", {"name": "wrong", "generation": 3, "revision": "v1"})

    template = template_of(release, spec, OWNER, world_of(kinds.DEPLOYMENTS, FOUND))

    assert template.revision == revision_of(PODS)
    told = {"name": "right", "uid": "2", "generation": 3, "revision": template.revision}
    assert template.noted_in_status()["workload"] == told


def test_a_deployment_that_was_made_again_is_another_revision_at_whatever_generation() -> None:
    """As where it was deleted, made and edited while no operator looked."""
    release, spec = declared("right", {"name": "right", "uid": "1", "generation": 3, "revision": "v1"})

    template = template_of(release, spec, OWNER, world_of(kinds.DEPLOYMENTS, FOUND))

    assert template.revision == revision_of(PODS)


def deployment(**status: int) -> Object:
    """A Deployment at 0 as the API server tells of it, paused by us."""
    return {
        "metadata": {
            "name": "right",
            "namespace": "shop",
            "uid": "2",
            "resourceVersion": "7",
            "generation": 4,
            "managedFields": [{"manager": "tidegate", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}}],
        },
        "spec": {"replicas": 0, "paused": True, "selector": {}, "template": PODS},
        "status": status,
    }


@pytest.mark.parametrize(
    ("status", "empty"),
    [
        ({"observedGeneration": 4}, True),
        ({"observedGeneration": 4, "replicas": 1}, False),
        ({"observedGeneration": 3}, False),
    ],
    ids=["no pods", "a pod that goes", "not seen by its controller"],
)
def test_a_deployment_is_empty_when_its_controller_says_so(status: dict[str, int], empty: bool) -> None:
    release, spec = declared("right", {})
    world = world_of(kinds.DEPLOYMENTS, trimmed_deployment(deployment(**status)))
    template = template_of(release, spec, OWNER, world)

    workload = observe_workload(template, Progress(), OWNER, world)

    assert workload is not None
    assert (workload.empty, workload.paused_by_us) == (empty, True)


@pytest.mark.parametrize(("found_paused", "ours"), [(False, True), (True, False)])
def test_a_pause_that_nobody_owns_is_ours_by_our_note(found_paused: bool, ours: bool) -> None:
    """Somebody cleared the list of those who own fields."""
    note = Note(release="web", replicas=2, paused=found_paused, emptied=1)
    stripped = deployment(observedGeneration=4)
    stripped["metadata"] |= {"managedFields": [{}], "annotations": emptied(note)["metadata"]["annotations"]}
    release, spec = declared("right", {})
    world = world_of(kinds.DEPLOYMENTS, trimmed_deployment(stripped))
    template = template_of(release, spec, OWNER, world)

    workload = observe_workload(template, with_takeover_note(Progress(), template, OWNER), OWNER, world)

    assert workload is not None
    assert (workload.taken_over, workload.paused_by_us) == (True, ours)
