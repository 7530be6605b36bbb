"""What tests do to a Release on a cluster, again and again."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tests.cluster.api import EVENTS, GATEWAY_CLASSES, GATEWAYS, PODS, RELEASES, ROUTES, Api, Object
from tests.integration.manifests import phase_is, release, stable_of, template

GATEWAY_API = "gateway.networking.k8s.io/v1"


def deploy(api: Api, namespace: str, **changes: Any) -> str:
    """Deploy a first version and return its revision."""
    api.create(RELEASES, release(namespace, **changes))
    return stable_of(api.until(RELEASES, namespace, "web", phase_is("Promoted")))


def change(api: Api, namespace: str, version: str, name: str = "web") -> None:
    api.merge(RELEASES, namespace, name, {"spec": {"template": template(version)}})


def weights(api: Api, namespace: str, name: str = "web") -> list[int]:
    return weights_of(api.get(ROUTES, namespace, name))


def weights_of(route: Object) -> list[int]:
    """Stable's and the candidate's weight in the first rule."""
    return [ref["weight"] for ref in route["spec"]["rules"][0]["backendRefs"]]


def alive(api: Api, namespace: str) -> list[Object]:
    """The pods that are not about to end."""
    return [pod for pod in api.all(PODS, namespace) if "deletionTimestamp" not in pod["metadata"]]


def uids(api: Api, namespace: str) -> set[str]:
    return {pod["metadata"]["uid"] for pod in alive(api, namespace)}


def gateway(api: Api, namespace: str, controller: str | None) -> None:
    """A Gateway that nobody serves, of a class named as the namespace; without a controller that class is missing."""
    listener = {"name": "web", "protocol": "HTTP", "port": 80}
    spec = {"gatewayClassName": namespace, "listeners": [listener]}
    metadata = {"name": "own", "namespace": namespace}
    api.create(GATEWAYS, {"apiVersion": GATEWAY_API, "kind": "Gateway", "metadata": metadata, "spec": spec})
    if controller:
        gateway_class(api, namespace, controller)


def gateway_class(api: Api, name: str, controller: str) -> None:
    declared = {"apiVersion": GATEWAY_API, "kind": "GatewayClass", "metadata": {"name": name}}
    api.create(GATEWAY_CLASSES, {**declared, "spec": {"controllerName": controller}})


def create_younger(api: Api, namespace: str, manifest: Object) -> None:
    """Create a Release that is younger than `web`. Ages are whole seconds: of two in one the smaller uid wins."""
    first = datetime.fromisoformat(api.get(RELEASES, namespace, "web")["metadata"]["creationTimestamp"])
    while (left := first.timestamp() + 1 - time.time()) > 0:
        time.sleep(left)

    api.create(RELEASES, manifest)


def from_before(states: Iterator[Object], act: Callable[[], object]) -> Iterator[Object]:
    """States of a watch that is open before something is done: it misses nothing of what follows."""
    yield next(states)
    act()
    yield from states


def eventually_told(api: Api, namespace: str, reason: str, words: str) -> None:
    """An Event comes after the status, by itself."""
    for found in api.changes(EVENTS, namespace, 30):
        if found["reason"] == reason and words in found["note"]:
            return

    message = f"no Event {reason} with «{words}»"
    raise AssertionError(message)
