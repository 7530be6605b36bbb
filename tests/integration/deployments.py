"""A team's Deployment that was there before, and the Release that takes it over."""

from typing import Any

from tests.cluster.api import DEPLOYMENTS, RELEASES, ROUTES, Api, Object
from tests.integration.manifests import phase_is, release, template
from tests.integration.users_routes import QUICK, users_route

GITS = ("kustomize-controller", "argocd-controller")


def deployment(namespace: str, version: str = "1", replicas: int | None = 2) -> Object:
    """A team's Deployment, as it is in Git."""
    size = {} if replicas is None else {"replicas": replicas}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {**size, "selector": {"matchLabels": {"app": "web"}}, "template": template(version)},
    }


def taking_over(namespace: str, **changes: Any) -> Object:
    """A Release that refers to the Deployment, behind the team's own route."""
    traffic = {"route": {"name": "front", "rule": "main"}, **QUICK}
    manifest = release(namespace, **{"traffic": traffic, "workloadRef": {"name": "web"}, **changes})
    del manifest["spec"]["template"]
    return manifest


def serving(api: Api, namespace: str, manifest: Object, *, manager: str = "", updater: str = "kubectl-create") -> None:
    """The Deployment is available. A `manager` applies it, else an `updater` creates it."""
    if manager:
        api.apply(DEPLOYMENTS, manifest, manager=manager)
    else:
        api.create(DEPLOYMENTS, manifest, manager=updater)

    api.until(DEPLOYMENTS, namespace, "web", lambda found: found.get("status", {}).get("availableReplicas") == 2)


def taken_over(api: Api, namespace: str) -> str:
    """The Release serves, and the Deployment is empty."""
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DEPLOYMENTS, namespace, "web", lambda found: found["spec"]["replicas"] == 0 and found["spec"]["paused"])
    return str(found["status"]["stable"]["revision"])
