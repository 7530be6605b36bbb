"""Claims about whose pods they are, and how many."""

from typing import Any

from tests.cluster.api import (
    AUTOSCALERS,
    DEPLOYMENTS,
    POD_TEMPLATES,
    PODS,
    QUOTAS,
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    Object,
    TooLate,
)
from tests.cluster.autoscaler import autoscaler
from tests.integration.deployments import emptied
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.claims.routes import given_back
from tests.integration.examples.claims.seen import size_of, weights
from tests.integration.examples.claims.team import deployment, pods, service, users_route
from tests.integration.examples.example import LATEST, Example
from tests.integration.examples.nodes import LABEL, add_nodes
from tests.integration.restarts import fewest_ready, older, ready, restarted
from tests.integration.users_routes import managers


@claim
def autoscaled(example: Example) -> None:
    """The autoscaler decides the size, divides by all pods that share the load, and a rollout changes nothing."""
    example.apply()
    first = scaled_to(example, 2)
    example.change()
    example.at("half")
    assert example.status["selector"] == "tidegate.dev/release=search"

    second = example.promoted(after=first)

    assert (example.spec["replicas"], example.size(second)) == (2, 2)


@claim
def keda(example: Example) -> None:
    """The autoscaler that KEDA makes decides the size, and divides by stable's pods alone."""
    example.apply()
    example.api.create(AUTOSCALERS, as_keda_makes_it(example.namespace))
    first = scaled_to(example, 3)
    example.change()
    example.at("half")
    assert example.status["selector"] == f"tidegate.dev/release=encoder,tidegate.dev/revision={first}"

    second = example.promoted(after=first)

    assert (example.spec["replicas"], example.size(second)) == (3, 3)


def scaled_to(example: Example, size: int) -> str:
    """The stable revision, once an autoscaler has seen to its least size."""
    found = example.until(
        lambda seen: (
            (seen.get("status") or {}).get("phase") == "Promoted"
            and seen["status"]["stable"]["available"] == seen["spec"]["replicas"] == size
        )
    )
    return str(found["status"]["stable"]["revision"])


def as_keda_makes_it(namespace: str) -> Object:
    """What KEDA makes of the example's ScaledObject: its metrics are external ones."""
    target = {"type": "AverageValue", "averageValue": "20"}
    metric = {"type": "External", "external": {"metric": {"name": "s0-prometheus"}, "target": target}}
    return autoscaler(namespace, "encoder", metric, name="keda-hpa-encoder", size=(3, 30))


@claim
def capacity_shrink(example: Example) -> None:
    """Stable gives up what the candidate carries, and has grown again before traffic is back."""
    first = example.serve()
    shrunk = example.course(REPLICA_SETS, f"ranking-{first}", size_of, [10], example.change)
    assert shrunk == [20, 15, 10]
    assert weights(example.get(ROUTES, "ranking")) == (50, 50)
    # Until their pods are gone too, stable still has all twenty and need not grow.
    example.see(REPLICA_SETS, f"ranking-{first}", lambda found: found["status"]["replicas"] == 10)

    example.ask(abort="1")
    example.see(ROUTES, "ranking", lambda found: weights(found) == (100, 0))

    found = example.api.all(PODS, example.namespace, f"tidegate.dev/revision={first}")
    assert len([pod for pod in found if ready(pod)]) == 20
    example.phase("RolledBack")


@claim
def disruption_budget(example: Example) -> None:
    """A restart replaces every pod, and three are always ready; another version is an ordinary rollout."""
    first = example.serve()
    before = example.pods()
    older(example.api, example.namespace)

    assert fewest_ready(example.api, example.namespace, before, name="search") == 3

    found = example.until(restarted)
    assert found["status"]["stable"]["revision"] == first
    assert not example.pods() & before
    example.change()
    example.promoted(after=first)


@claim
def quota(example: Example) -> None:
    """What stops the pods is said at once, in the API server's words; the rollout goes on when the quota grows."""
    first = example.serve()
    example.change()
    stopped = example.reason("QuotaExceeded")
    assert "exceeded quota: pods" in stopped["message"]
    assert stopped["step"]["name"] == "full"
    assert weights(example.get(ROUTES, "images")) == (50, 50)

    example.merge(QUOTAS, "pods", {"spec": {"hard": {"pods": "8"}}})

    example.promoted(after=first)


@claim
def pod_template(example: Example) -> None:
    """The pods of a PodTemplate, which is only read: another template in it is a rollout."""
    declared = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "search"}, "template": pods("search")}
    first = example.serve(declared)
    example.change()
    example.promoted(after=first)

    assert "tidegate" not in managers(example.get(POD_TEMPLATES, "search"))


@claim
def takeover(example: Example) -> None:
    """Paused first, emptied, resumed last; another version goes through the Release; deleted, it is given back."""
    route = users_route("HTTPRoute", "checkout", release="checkout")
    served(example, deployment("checkout", 3))
    first = example.serve(service("checkout"), route)
    until_deployment(example, "checkout", emptied)
    before = example.get(ROUTES, "checkout")["spec"]
    example.change()
    example.promoted(after=first)

    example.api.delete(RELEASES, example.namespace, "checkout")

    example.gone(RELEASES, "checkout")
    found = example.get(DEPLOYMENTS, "checkout")
    assert (found["spec"]["replicas"], found["status"]["availableReplicas"]) == (3, 3)
    assert not found["spec"].get("paused")
    assert "tidegate" not in managers(found)
    given_back(example, ROUTES, "checkout", before)


@claim
def takeover_autoscaled(example: Example) -> None:
    """As large as the Deployment was at first; no candidate is smaller than the autoscaler's least size."""
    served(example, deployment("basket", 3))
    example.place.put(autoscaler(example.namespace, "basket", kind="Deployment"))
    first = example.serve(service("basket"), users_route("HTTPRoute", "basket", release="basket"))
    until_deployment(example, "basket", emptied)
    assert example.size(first) == 3
    example.change()
    assert example.size(example.at("first")) == 2
    example.promoted(after=first)

    example.api.delete(RELEASES, example.namespace, "basket")

    example.gone(RELEASES, "basket")
    given_back = example.get(DEPLOYMENTS, "basket")
    assert (given_back["spec"]["replicas"], given_back["status"]["availableReplicas"]) == (3, 3)


@claim
def takeover_without_room(example: Example) -> None:
    """On nodes with room for three pods more, twelve are there at any time, while taking over and in a rollout."""
    add_nodes(example.setup, example.namespace, count=1, room=15)
    served(example, deployment("render", 12, **on_nodes(example.namespace)))
    example.apply(service("render"), users_route("HTTPRoute", "render", release="render"))

    least, most = ready_until_taken_over(example, 12)

    assert least >= 12
    assert most <= 15
    first = str(example.phase("Promoted")["stable"]["revision"])
    until_deployment(example, "render", lambda found: found["spec"]["replicas"] == 0)
    example.change()
    example.promoted(after=first)


def ready_until_taken_over(example: Example, size: int) -> tuple[int, int]:
    """How many pods were ready at least and at most, until only the Release's own are."""
    serving: dict[str, bool] = {}
    counts: list[int] = []
    for pod in example.api.changes(PODS, example.namespace, LATEST):
        serving.pop(pod["metadata"]["uid"], None)
        if ready(pod):
            serving[pod["metadata"]["uid"]] = "tidegate.dev/release" in pod["metadata"]["labels"]

        counts += [len(serving)] if counts or len(serving) == size else []
        if sum(serving.values()) == len(serving) == size:
            return min(counts), max(counts)

    message = f"the Deployment was never taken over: {counts}"
    raise TooLate(message)


def on_nodes(purpose: str) -> Object:
    """What a pod says to be on nodes of a purpose, where nothing else is."""
    toleration = {"key": LABEL, "operator": "Equal", "value": purpose, "effect": "NoSchedule"}
    return {"nodeSelector": {LABEL: purpose}, "tolerations": [toleration]}


def served(example: Example, manifest: Object) -> None:
    """The team's Deployment is available; nobody but the API server's scale has its size."""
    name, size = manifest["metadata"]["name"], manifest["spec"]["replicas"]
    example.api.create(DEPLOYMENTS, manifest | {"metadata": {"name": name, "namespace": example.namespace}})
    until_deployment(example, name, lambda found: found.get("status", {}).get("availableReplicas") == size)


def until_deployment(example: Example, name: str, done: Any) -> None:
    example.see(DEPLOYMENTS, name, done)
