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


def emptied(found: Object) -> bool:
    """True where it is at 0 and has no pods, and the pause is gone that held its template back."""
    spec, status = found["spec"], found.get("status") or {}
    return spec["replicas"] == 0 and not status.get("replicas") and not spec.get("paused")


def awaited(found: Object) -> str:
    """What a tool that goes by kstatus (Helm 4, Flux) still waits for; empty where the Deployment is current to it."""
    spec, status = found["spec"], found.get("status") or {}
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return "its controller has not seen its newest generation"

    conditions = {condition["type"]: condition for condition in status.get("conditions") or ()}
    progressing, available = conditions.get("Progressing") or {}, conditions.get("Available") or {}
    sizes = [status.get(size, 0) for size in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    if set(sizes) != {spec["replicas"]}:
        return f"it has {sizes} of {spec['replicas']} pods"

    if (progressing.get("status"), progressing.get("reason")) != ("True", "NewReplicaSetAvailable"):
        return f"Progressing is {progressing.get('status')}: {progressing.get('reason')}"

    return "" if available.get("status") == "True" else "it is not Available"


def taken_over(api: Api, namespace: str, *, found_paused: bool = False) -> str:
    """The Release serves, and the Deployment is empty; not paused any more, unless it was found so."""
    api.apply(ROUTES, users_route(namespace), manager=GITS[0])
    api.create(RELEASES, taking_over(namespace))
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    done = (lambda found: found["spec"]["replicas"] == 0) if found_paused else emptied
    api.until(DEPLOYMENTS, namespace, "web", done)
    return str(found["status"]["stable"]["revision"])
