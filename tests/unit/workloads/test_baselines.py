"""The ReplicaSet of a fresh baseline, by stable's own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.metrics.test_raw_counts import CANDIDATE
from tidegate.api import DataPlane
from tidegate.api.names import LABEL_BASELINE, LABEL_RELEASE, LABEL_REVISION, REVISION_LENGTH, pod_prefix
from tidegate.metrics.data_planes import COUNTS
from tidegate.workloads import Owner, baseline_of, baseline_set, labels_of, replica_set
from tidegate.workloads.replica_sets import Pin

OWNER = Owner(name="web", namespace="shop", uid="1")
STABLE = "nnnnnkkkkk"
TEMPLATE = {
    "metadata": {"labels": {"app": "web"}, "annotations": {"team": "a"}},
    "spec": {"containers": [{"name": "web"}], "volumes": [{"name": "c", "configMap": {"name": "web-copy"}}]},
}
PIN = Pin(plan="{}", started="then", target_port="8080")


def made() -> dict[str, Any]:
    stable = replica_set(OWNER, TEMPLATE, STABLE, replicas=10, min_ready_seconds=7, pin=PIN)
    return baseline_set(OWNER, stable, STABLE, replicas=2, started="now")


def test_its_pods_are_stables_to_every_service_and_have_all_that_stables_have() -> None:
    pods = made()["spec"]["template"]

    assert labels_of(OWNER, STABLE).items() <= pods["metadata"]["labels"].items()
    assert pods["metadata"]["labels"]["app"] == "web"
    assert (pods["metadata"]["annotations"], pods["spec"]) == ({"team": "a"}, TEMPLATE["spec"])


def test_its_selector_takes_its_own_pods_alone() -> None:
    spec = made()["spec"]

    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
    assert set(spec["selector"]["matchLabels"]) == {LABEL_RELEASE, LABEL_REVISION, LABEL_BASELINE}
    assert (spec["replicas"], spec["minReadySeconds"]) == (2, 7)


def test_it_is_the_releases_and_keeps_the_rollout_that_it_was_made_for() -> None:
    metadata = made()["metadata"]

    assert metadata["ownerReferences"] == [OWNER.reference()]
    assert metadata["annotations"] == {"tidegate.dev/rollout-started": "now"}


@pytest.mark.parametrize("release", ["web", "w" * 52])
def test_pods_of_a_baseline_are_told_from_stables_by_name_however_long_that_is(release: str) -> None:
    own = baseline_of(STABLE)
    prefixes = {pod_prefix(release, revision) for revision in (STABLE, own, CANDIDATE.revision)}

    assert len(own) == REVISION_LENGTH
    assert len(prefixes) == 3


@pytest.mark.parametrize("plane", [plane for plane, counts in COUNTS.items() if counts.tells_pods_apart])
def test_data_planes_that_tell_pods_apart_ask_for_the_baselines_alone(plane: DataPlane) -> None:
    name = made()["metadata"]["name"]
    labels = {"namespace": "shop", "destination_workload_namespace": "shop"}
    mine = {**labels, "pod": f"{name}-x2v9z", "destination_workload": name}
    stables = {**labels, "pod": f"web-{STABLE}-x2v9z", "destination_workload": f"web-{STABLE}"}
    asked = COUNTS[plane].backend(replace(CANDIDATE, revision=baseline_of(STABLE)))

    assert all(matcher.matches(mine) for matcher in asked)
    assert not all(matcher.matches(stables) for matcher in asked)
