"""What tests do to see a restart: which pods were there before, and how many serve at the worst instant."""

from tests.cluster.api import PODS, Api, Object
from tests.integration.steps import alive


def restarted(found: Object) -> bool:
    return "restart" in (found["status"].get("handled") or {}) and "restart" not in found["status"]


def older(api: Api, namespace: str) -> None:
    """Let the second of the pods' creation pass: an ask within it would count them as new."""
    newest = max(pod["metadata"]["creationTimestamp"] for pod in alive(api, namespace))
    made = api.create(PODS, clock(namespace))
    while made["metadata"]["creationTimestamp"] <= newest:
        api.delete(PODS, namespace, "clock")
        api.gone(PODS, namespace, "clock")
        made = api.create(PODS, clock(namespace))

    api.delete(PODS, namespace, "clock")
    api.gone(PODS, namespace, "clock")


def clock(namespace: str) -> Object:
    """A pod that no node takes: its creation tells the API server's time."""
    spec = {"schedulerName": "none", "terminationGracePeriodSeconds": 0, "containers": [{"name": "x", "image": "x"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "clock", "namespace": namespace}, "spec": spec}


def ready(pod: Object) -> bool:
    """True for a pod that serves and is not about to end."""
    conditions = {state["type"]: state["status"] for state in pod.get("status", {}).get("conditions") or []}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def fewest_ready(api: Api, namespace: str, before: set[str], *, name: str = "web") -> int:
    """Ask for a restart and follow the pods until all are others: how many of them were ready at the worst instant."""
    serving: set[str] = set()
    fewest, asked = len(before), False
    for pod in api.changes(PODS, namespace, 240):
        (serving.add if ready(pod) else serving.discard)(pod["metadata"]["uid"])
        fewest = min(fewest, len(serving)) if asked else fewest
        if asked and len(serving) == len(before) and not serving & before:
            return fewest

        if not asked and serving == before:
            api.ask(namespace, name, restart="1")
            asked = True

    message = f"not all of {sorted(before)} are replaced: {sorted(serving)} are ready"
    raise AssertionError(message)
