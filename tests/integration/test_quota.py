"""Pods that a real ResourceQuota or a real scheduler stops: said at once in its words, and healed when it lets them."""

from tests.cluster.api import QUOTAS, RELEASES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.manifests import phase_is, promoted_after, reason_is, release, template
from tests.integration.steps import change, deploy


def limit(api: Api, namespace: str, pods: int, *scopes: str) -> None:
    """At most so many pods in the namespace, or so many of some, enforced from now on."""
    manifest: Object = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small", "namespace": namespace},
        "spec": {"hard": {"pods": str(pods)}, **({"scopes": list(scopes)} if scopes else {})},
    }
    api.apply(QUOTAS, manifest)
    api.until(
        QUOTAS,
        namespace,
        "small",
        lambda found: found.get("status", {}).get("hard") == {"pods": str(pods)} and "used" in found["status"],
    )


def test_a_candidate_that_a_quota_stops_is_told_and_goes_on_when_it_grows(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace)
    limit(api, namespace, 2)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("QuotaExceeded"))
    assert "exceeded quota: small" in found["status"]["message"]
    assert found["status"]["stable"] == {"revision": first, "replicas": 2, "available": 2}

    limit(api, namespace, 10)

    # The ReplicaSet's controller tries again by itself, at growing distances.
    found = api.until(RELEASES, namespace, "web", promoted_after(first), 60)
    assert found["status"]["history"][0]["outcome"] == "Promoted"


def test_a_candidate_that_a_quota_stops_is_rolled_back_at_the_deadline(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, progressDeadline="10s")
    limit(api, namespace, 2)

    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("ProgressDeadlineExceeded", first)
    assert "exceeded quota: small" in found["status"]["message"]


def test_a_first_revision_that_a_quota_stops_stalls_and_heals(api: Api, namespace: str, operator: Operator) -> None:
    limit(api, namespace, 1)
    api.create(RELEASES, release(namespace))
    found = api.until(RELEASES, namespace, "web", reason_is("QuotaExceeded"))
    assert found["status"]["phase"] == "Stalled"

    limit(api, namespace, 10)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 60)


def test_stable_that_a_quota_keeps_small_is_not_ready(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    limit(api, namespace, 2)
    api.merge(RELEASES, namespace, "web", {"spec": {"replicas": 3}})
    found = api.until(RELEASES, namespace, "web", reason_is("QuotaExceeded"))
    ready = next(state for state in found["status"]["conditions"] if state["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "QuotaExceeded")

    limit(api, namespace, 10)

    api.until(
        RELEASES, namespace, "web", lambda found: phase_is("Promoted")(found) and reason_is("Promoted")(found), 60
    )


def test_a_candidate_that_no_node_takes_is_told_in_the_schedulers_words_also_after_the_deadline(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, progressDeadline="10s")
    changed = template("2")
    changed["spec"]["nodeSelector"] = {"tidegate.example/disk": "none"}
    api.merge(RELEASES, namespace, "web", {"spec": {"template": changed}})
    found = api.until(RELEASES, namespace, "web", reason_is("Unschedulable"))
    assert "nodes are available: " in found["status"]["message"]

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "ProgressDeadlineExceeded"
    assert "didn't match Pod's node affinity/selector" in found["status"]["history"][0]["message"]
