"""What a revision's pods are doing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tidegate.reconcile.seen.trims import trimmed_pod
from tidegate.workloads import Pods, pod, revision_of, summary

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def manifest(
    name: str, *, ready: bool, changed: int = 60, waiting: str | None = None, restarts: int = 1
) -> dict[str, Any]:
    def ago(seconds: int) -> str:
        return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    state = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    return {
        "metadata": {"name": name, "creationTimestamp": ago(600)},
        "spec": {"nodeName": "one"},
        "status": {
            "startTime": ago(600),
            "conditions": [{"type": "Ready", "status": str(ready), "lastTransitionTime": ago(changed)}],
            "containerStatuses": [{"name": "app", "restartCount": restarts, "state": state}],
        },
    }


def seen(*manifests: dict[str, Any], least: int = 0) -> Pods:
    alive = [found for one in manifests if (found := pod(one))]
    return summary(alive, now=NOW, min_ready_seconds=least, ready_nodes=frozenset({"one"}))


def test_a_pod_is_available_after_min_ready_seconds() -> None:
    assert seen(manifest("a", ready=True, changed=9), least=10).available == 0
    assert seen(manifest("a", ready=True, changed=9), least=10).available_in == timedelta(seconds=1)
    assert seen(manifest("a", ready=True, changed=10), least=10).available == 1


@pytest.mark.parametrize("reason", ["CrashLoopBackOff", "ImagePullBackOff", "CreateContainerConfigError"])
def test_a_pod_that_cannot_start_is_stuck_at_once(reason: str) -> None:
    found = seen(manifest("a", ready=False, changed=600, waiting=reason, restarts=0))

    assert (found.stuck, found.stuck_sentence) == (1, f"container app: {reason}")
    assert not found.ever_available


@pytest.mark.parametrize(
    ("reason", "message", "told"),
    [
        (
            "CreateContainerConfigError",
            "couldn't find key password in Secret shop/db",
            "container app: CreateContainerConfigError: couldn't find key password in Secret shop/db",
        ),
        (
            "CreateContainerError",
            "failed to reserve container name:\n  in\tuse\x00",
            "container app: CreateContainerError: failed to reserve container name: in use",
        ),
        (
            "CrashLoopBackOff",
            "back-off 40s restarting failed container=app pod=web-1_shop(3f2a)",
            "container app: CrashLoopBackOff",
        ),
    ],
)
def test_a_stuck_pod_says_what_is_missing_on_one_line(reason: str, message: str, told: str) -> None:
    found = manifest("a", ready=False, waiting=reason, restarts=0)
    found["status"]["containerStatuses"][0]["state"]["waiting"]["message"] = message

    assert seen(found).stuck_sentence == told


def test_what_is_missing_has_room_in_a_line_of_history() -> None:
    found = manifest("a", ready=False, waiting="ErrImageNeverPull", restarts=0)
    found["status"]["containerStatuses"][0]["state"]["waiting"]["message"] = "x" * 4000

    sentence = seen(found).stuck_sentence

    assert len(sentence) <= 256
    assert sentence.endswith("x…")


def test_a_pod_without_a_node_says_the_schedulers_first_sentence() -> None:
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient cpu. no new claims to"
        " deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )
    found = manifest("a", ready=False)
    found["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    ]

    trimmed = trimmed_pod({**found, "metadata": {**found["metadata"], "namespace": "shop"}})

    assert seen(trimmed).unscheduled == (
        "no node takes the pod: 0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient cpu"
    )
    assert seen(manifest("b", ready=True)).unscheduled == ""


def test_half_of_the_pods_failing_after_they_served_is_unhealthy() -> None:
    good, bad = manifest("a", ready=True), manifest("b", ready=False, changed=20)

    assert seen(good, bad).unhealthy_since == NOW - timedelta(seconds=20)
    assert seen(good, manifest("c", ready=True), bad).unhealthy_since is None


def test_a_pod_on_its_way_out_does_not_count() -> None:
    going = manifest("a", ready=True)
    going["metadata"]["deletionTimestamp"] = "2026-01-01T12:00:00Z"

    assert seen(going).total == 0


def test_a_revision_never_changes_its_name() -> None:
    assert revision_of({"spec": {"b": 1, "a": [1, "x"]}}) == revision_of({"spec": {"a": [1, "x"], "b": 1}})
    assert revision_of({}) == "wv7q2vjtcg"
