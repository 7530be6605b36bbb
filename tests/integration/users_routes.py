"""Routes of a user's own, as a team has them in Git, and Releases that send through them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from tests.cluster.api import RELEASES, Api, Object, Resource
from tests.cluster.repeated import repeated
from tests.integration.manifests import phase_is, release

PARENT = {"name": "public", "namespace": "gateways"}
QUICK = {"settle": "0s", "drain": "0s"}
GIT = "kustomize-controller"
# Instead of the managed route.
FRONT = {"gateway": None, "route": {"name": "front", "rule": "main"}}


def backend(name: str, weight: int) -> Object:
    return {"name": name, "port": 80, "weight": weight}


def users_route(namespace: str, kind: str = "HTTPRoute", name: str = "front") -> Object:
    """A route as a team has it in Git: a rule of its own beside the one that Tidegate may touch."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"team": "shop"}},
        "spec": {
            "parentRefs": [PARENT],
            "hostnames": [f"{name}.{namespace}.example"],
            "rules": [
                {"name": "old", "backendRefs": [backend("web-stable", 7)]},
                {"name": "main", "backendRefs": [backend("web-candidate", 0), backend("web-stable", 1)]},
            ],
        },
    }


def users_shared_route(namespace: str) -> Object:
    """A route with a rule for each of two Releases, `web` and `calls`."""
    found = users_route(namespace)
    refs = [backend("calls-stable", 3), backend("calls-candidate", 0)]
    found["spec"]["rules"].append({"name": "calls", "backendRefs": refs})
    return found


def users_ingress(namespace: str, *prefixes: str, backend: str = "web-stable") -> Object:
    service = {"service": {"name": backend, "port": {"number": 80}}}
    paths = [{"path": prefix, "pathType": "Prefix", "backend": service} for prefix in prefixes or ("/",)]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": f"front.{namespace}.example", "http": {"paths": paths}}],
        },
    }


def attached(namespace: str, **changes: Any) -> Object:
    traffic = changes.pop("traffic", {"route": {"name": "front", "rule": "main"}})
    return release(namespace, traffic={**QUICK, **traffic}, **changes)


def shares(found: Object, name: str = "main", release: str = "web") -> list[int]:
    """Stable's and the candidate's weight in a rule."""
    rule = next(rule for rule in found["spec"]["rules"] if rule.get("name") == name)
    weights = {ref["name"]: ref["weight"] for ref in rule["backendRefs"]}
    return [weights[f"{release}-stable"], weights[f"{release}-candidate"]]


def managers(found: Object) -> set[str]:
    return {entry["manager"] for entry in found["metadata"].get("managedFields") or ()}


def untouched(before: Object) -> Callable[[Object], bool]:
    """True when a route is as it was: its spec, its notes, and those who own its fields."""

    def same(found: Object) -> bool:
        notes = found["metadata"].get("annotations") or {}
        return found["spec"] == before["spec"] and not notes and "tidegate" not in managers(found)

    return same


def deployed(api: Api, namespace: str, *routes: tuple[Resource, Object], **changes: Any) -> None:
    """A first version behind routes that Git declares."""
    for kind, manifest in routes:
        api.apply(kind, manifest, manager=GIT)

    api.create(RELEASES, attached(namespace, **changes))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def redeclare(api: Api, namespace: str, **spec: Any) -> None:
    api.merge(RELEASES, namespace, "web", {"spec": spec})


def git_applies(api: Api, kind: Resource, manifest: Object, manager: str = GIT) -> AbstractContextManager[None]:
    """The declared route is applied again and again, as by Flux, several times a second."""
    return repeated(partial(api.apply, kind, manifest, manager=manager), seconds=0.3)
