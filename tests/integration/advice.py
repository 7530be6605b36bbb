"""What makes advice on a cluster, and what the status says of it."""

from tests.cluster.api import PODS, Api, Object
from tests.integration.steps import alive

LATER = "2100-01-01T00:00:00Z"


def pods_of(api: Api, namespace: str, revision: str) -> list[str]:
    """The names of a revision's pods."""
    mine = [pod for pod in alive(api, namespace) if pod["metadata"]["labels"].get("tidegate.dev/revision") == revision]
    return [pod["metadata"]["name"] for pod in mine]


def crash(api: Api, namespace: str, pod: str, *, times: int = 1, reason: str = "Error") -> None:
    """What a kubelet says of a container that ended and was started again."""
    found = api.get(PODS, namespace, pod)["status"]["containerStatuses"]
    ended = {"terminated": {"exitCode": 137, "reason": reason, "startedAt": LATER, "finishedAt": LATER}}
    told = [container | {"restartCount": times, "lastState": ended} for container in found]
    api.merge(PODS, namespace, f"{pod}/status", {"status": {"containerStatuses": told}})


def topics(found: Object) -> dict[str, str]:
    """The lines of advice by topic."""
    return {line["topic"]: line["sentence"] for line in (found.get("status") or {}).get("advice") or ()}
